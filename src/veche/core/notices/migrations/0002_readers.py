import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0005_looked_up_at_once'),
        ('notices', '0001_initial'),
        ('places', '0003_objects'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=64)),
                ('by', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
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
                ('first_notice', models.BigIntegerField(null=True)),
                ('last_notice', models.BigIntegerField(null=True)),
            ],
        ),
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
            name='PushAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('endpoint', models.TextField()),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('p256dh', models.CharField(max_length=120)),
                ('auth', models.CharField(max_length=60)),
                ('since', models.DateTimeField()),
                ('failures', models.PositiveSmallIntegerField(default=0)),
            ],
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
            ],
        ),
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.JSONField()),
                ('at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='following',
            name='notices_follow_once',
        ),
        migrations.AddField(
            model_name='notice',
            name='mail',
            field=models.CharField(blank=True, default='', max_length=6),
        ),
        migrations.AddField(
            model_name='notice',
            name='push',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='notice',
            name='telling',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='notice',
            name='topic',
            field=models.CharField(default='own', max_length=8),
        ),
        migrations.AlterField(
            model_name='notice',
            name='case',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case'),
        ),
        migrations.AlterField(
            model_name='notice',
            name='person',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='announcement',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case'),
        ),
        migrations.AddConstraint(
            model_name='digestpass',
            constraint=models.UniqueConstraint(fields=('kind', 'period'), name='notices_one_pass'),
        ),
        migrations.AddField(
            model_name='notice',
            name='letter',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='notices.letter'),
        ),
        migrations.AddField(
            model_name='letter',
            name='body',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notices.letterbody'),
        ),
        migrations.AddField(
            model_name='reader',
            name='person',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='pushaddress',
            name='reader',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notices.reader'),
        ),
        migrations.AddField(
            model_name='letter',
            name='reader',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notices.reader'),
        ),
        migrations.AddField(
            model_name='following',
            name='reader',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notices.reader'),
        ),
        migrations.AddField(
            model_name='notice',
            name='reader',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notices.reader'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('seen_at__isnull', True)), fields=['person'], name='notices_unseen'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('mail', ''), _negated=True), fields=['mail', 'reader'], name='notices_to_mail'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('push', True)), fields=['reader'], name='notices_to_push'),
        ),
        migrations.AddConstraint(
            model_name='following',
            constraint=models.UniqueConstraint(fields=('reader', 'case'), name='notices_follow_once'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('reader', 'case', 'kind', 'at'), name='notices_told_once'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='reader',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notices.reader'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='territory',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='places.territory'),
        ),
        migrations.AddField(
            model_name='wish',
            name='reader',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notices.reader'),
        ),
        migrations.AddIndex(
            model_name='announcement',
            index=models.Index(condition=models.Q(('done_at__isnull', True)), fields=['id'], name='notices_to_announce'),
        ),
        migrations.AddConstraint(
            model_name='reader',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('email__isnull', True), ('person__isnull', False)), models.Q(('email__isnull', False), ('person__isnull', True)), _connector='OR'), name='notices_reader_is_one'),
        ),
        migrations.AddConstraint(
            model_name='reader',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='notices_reader_email'),
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['not_before', 'id'], name='notices_letters_waiting'),
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['lane'], name='notices_letters_in_hand'),
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(fields=['body'], name='notices_letter_body'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(fields=('reader', 'kind', 'period'), name='notices_one_letter'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('radius__isnull', True), ('street', '')), fields=['territory', 'theme'], name='notices_by_area'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('street', ''), _negated=True), fields=['street', 'territory'], name='notices_by_street'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(fields=('reader', 'territory', 'street', 'longitude', 'latitude', 'radius', 'theme'), name='notices_subscribe_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('theme', ''), _negated=True), ('territory__isnull', False), ('radius__isnull', False), _connector='OR'), name='notices_subscription_is_of_something'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True), ('radius__isnull', True)), models.Q(('latitude__isnull', False), ('longitude__isnull', False), ('radius__isnull', False)), _connector='OR'), name='notices_circle_whole'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('street', ''), ('territory__isnull', False), _connector='OR'), name='notices_street_in_city'),
        ),
    ]
