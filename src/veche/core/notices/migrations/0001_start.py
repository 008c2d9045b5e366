"""The tables of a new city. An older database is recognised by what it replaces."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('notices', '0001_initial'),
        ('notices', '0002_readers'),
        ('notices', '0003_fill_readers'),
        ('notices', '0005_waiting'),
    ]

    dependencies = [
        ('cases', '0001_start'),
        ('places', '0001_start'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LetterBody',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('subject', models.CharField(max_length=240)),
                ('text', models.TextField()),
                ('html', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='MailServer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('away_since', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_at', models.DateTimeField(null=True)),
                ('fault', models.CharField(blank=True, default='', max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='DigestPass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=8)),
                ('period', models.CharField(max_length=10)),
                ('at', models.DateTimeField()),
                ('letters', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('kind', 'period'), name='notices_one_pass'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Reader',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, null=True)),
                ('language', models.CharField(default='en', max_length=8)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('mark', models.CharField(max_length=32)),
                ('ways', models.JSONField(default=dict)),
                ('quiet_from', models.TimeField(null=True)),
                ('quiet_until', models.TimeField(null=True)),
                ('calendar_digest', models.CharField(max_length=64, null=True, unique=True)),
                ('bounces', models.PositiveSmallIntegerField(default=0)),
                ('mail_stopped_at', models.DateTimeField(null=True)),
                ('since', models.DateTimeField()),
                ('person', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('email__isnull', True), ('person__isnull', False)), models.Q(('email__isnull', False), ('person__isnull', True)), _connector='OR'), name='notices_reader_is_one'),
                    models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='notices_reader_email'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PushAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('endpoint', models.TextField()),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('p256dh', models.CharField(max_length=120)),
                ('auth', models.CharField(max_length=60)),
                ('since', models.DateTimeField()),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('reader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notices.reader')),
            ],
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=64)),
                ('details', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('topic', models.CharField(max_length=8)),
                ('telling', models.BigIntegerField()),
                ('seen_at', models.DateTimeField(null=True)),
                ('push', models.BooleanField(default=False)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
                ('person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reader', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notices.reader')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['person', '-id'], name='notices_newest'),
                    models.Index(condition=models.Q(('seen_at__isnull', True)), fields=['person'], name='notices_unseen'),
                    models.Index(condition=models.Q(('push', True)), fields=['reader'], name='notices_to_push'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('reader', 'case', 'kind', 'at'), name='notices_told_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=8)),
                ('period', models.CharField(max_length=40)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Failed'), ('dropped', 'Dropped'), ('merged', 'Merged')], default='waiting', max_length=8)),
                ('made_at', models.DateTimeField()),
                ('not_before', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('lane', models.PositiveSmallIntegerField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('fault', models.CharField(blank=True, default='', max_length=200)),
                ('content', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('body', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notices.letterbody')),
                ('reader', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notices.reader')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('state', 'waiting')), fields=['not_before', 'id'], name='notices_letters_waiting'),
                    models.Index(condition=models.Q(('state', 'sending')), fields=['lane'], name='notices_letters_in_hand'),
                    models.Index(fields=['body'], name='notices_letter_body'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('reader', 'kind', 'period'), name='notices_one_letter'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Following',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reader', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notices.reader')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('reader', 'case'), name='notices_follow_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Saying',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=64)),
                ('details', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
            ],
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('street', models.CharField(blank=True, default='', max_length=120)),
                ('street_name', models.CharField(blank=True, default='', max_length=120)),
                ('longitude', models.FloatField(null=True)),
                ('latitude', models.FloatField(null=True)),
                ('radius', models.PositiveIntegerField(null=True)),
                ('theme', models.CharField(blank=True, default='', max_length=80)),
                ('since', models.DateTimeField()),
                ('reader', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notices.reader')),
                ('territory', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='places.territory')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('radius__isnull', True), ('street', '')), fields=['territory', 'theme'], name='notices_by_area'),
                    models.Index(condition=models.Q(('street', ''), _negated=True), fields=['street', 'territory'], name='notices_by_street'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('reader', 'territory', 'street', 'longitude', 'latitude', 'radius', 'theme'), name='notices_subscribe_once', nulls_distinct=False),
                    models.CheckConstraint(condition=models.Q(models.Q(('theme', ''), _negated=True), ('territory__isnull', False), ('radius__isnull', False), _connector='OR'), name='notices_subscription_is_of_something'),
                    models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True), ('radius__isnull', True)), models.Q(('latitude__isnull', False), ('longitude__isnull', False), ('radius__isnull', False)), _connector='OR'), name='notices_circle_whole'),
                    models.CheckConstraint(condition=models.Q(('street', ''), ('territory__isnull', False), _connector='OR'), name='notices_street_in_city'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Waiting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('telling', models.BigIntegerField()),
                ('own', models.BooleanField()),
                ('topic', models.CharField(blank=True, max_length=8)),
                ('pace', models.CharField(max_length=6)),
                ('reader', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notices.reader')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['pace', 'reader'], name='notices_waiting_pace'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.JSONField()),
                ('at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('reader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notices.reader')),
            ],
        ),
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=64)),
                ('by', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('done_at__isnull', True)), fields=['id'], name='notices_to_announce'),
                ],
            },
        ),
    ]
