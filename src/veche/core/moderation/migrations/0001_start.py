"""The tables of a new city. An older database is recognised by what it replaces."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('moderation', '0001_initial'),
        ('moderation', '0002_reasons'),
        ('moderation', '0003_browser'),
        ('moderation', '0004_steps'),
    ]

    dependencies = [
        ('cases', '0001_start'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True)),
                ('names', models.JSONField()),
                ('sentences', models.JSONField()),
                ('rule', models.CharField(blank=True, default='', max_length=240)),
                ('used_for', models.JSONField(default=list)),
                ('position', models.IntegerField(default=0)),
                ('active', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='Limit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=40)),
                ('scope', models.CharField(max_length=12)),
                ('most', models.PositiveIntegerField()),
                ('seconds', models.PositiveIntegerField(default=86400)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('what', 'scope'), name='moderation_one_limit'),
                    models.CheckConstraint(condition=models.Q(('most__gte', 1), ('seconds__gte', 60), ('seconds__lte', 604800)), name='moderation_limit_sane'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Origin',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='cases.case')),
                ('address', models.BinaryField(max_length=16, null=True)),
                ('browser', models.BinaryField(max_length=16, null=True)),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [
                    models.Index(fields=['address', 'at'], name='moderation_origin_address'),
                    models.Index(fields=['browser', 'at'], name='moderation_origin_browser'),
                    models.Index(fields=['at'], name='moderation_origin_at'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Original',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('field', models.CharField(blank=True, default='', max_length=40)),
                ('text', models.TextField(blank=True, default='')),
                ('digest', models.CharField(blank=True, default='', max_length=64)),
                ('shown', models.CharField(blank=True, default='', max_length=64)),
                ('at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('gone_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['case', 'id'], name='moderation_original_case'),
                    models.Index(condition=models.Q(('gone_at__isnull', True)), fields=['until'], name='moderation_original_until'),
                    models.Index(condition=models.Q(('digest', ''), _negated=True), fields=['digest'], name='moderation_original_digest'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('gone_at__isnull', True), models.Q(('digest', ''), ('text', '')), _connector='OR'), name='moderation_gone_is_gone'),
                ],
            },
        ),
        migrations.CreateModel(
            name='OriginalLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=24)),
                ('why', models.CharField(max_length=240)),
                ('at', models.DateTimeField()),
                ('original', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='moderation.original')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ShownInstead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.IntegerField()),
                ('text', models.TextField()),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('case', 'seq'), name='moderation_one_instead'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Spent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.BinaryField(max_length=16)),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [
                    models.Index(fields=['key', 'at'], name='moderation_spent_key'),
                    models.Index(fields=['at'], name='moderation_spent_at'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Sweep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=40)),
                ('text', models.TextField()),
                ('by_what', models.CharField(max_length=12)),
                ('at', models.DateTimeField()),
                ('acts_at', models.DateTimeField()),
                ('state', models.CharField(default='waiting', max_length=10)),
                ('cases', models.JSONField(default=list)),
                ('left_out', models.JSONField(default=dict)),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('state', 'waiting')), fields=['acts_at'], name='moderation_sweeps_waiting'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('reason', models.CharField(blank=True, default='', max_length=40)),
                ('role', models.CharField(max_length=24)),
                ('at', models.DateTimeField()),
                ('appeal', models.CharField(blank=True, default='', max_length=12)),
                ('appealed_at', models.DateTimeField(null=True)),
                ('appeal_text', models.TextField(blank=True, default='')),
                ('appeal_due_at', models.DateTimeField(null=True)),
                ('judged_at', models.DateTimeField(null=True)),
                ('judge_role', models.CharField(blank=True, default='', max_length=24)),
                ('judge_text', models.TextField(blank=True, default='')),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('judge', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sweep', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='moderation.sweep')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['case', 'id'], name='moderation_decision_case'),
                    models.Index(fields=['-at', '-id'], name='moderation_decision_at'),
                    models.Index(condition=models.Q(('appeal', 'open')), fields=['appeal_due_at'], name='moderation_appeals_open'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('appeal__in', ['', 'open', 'upheld', 'overturned'])), name='moderation_appeal_outcome'),
                    models.CheckConstraint(condition=models.Q(('judge__isnull', True), ('person__isnull', True), models.Q(('judge', models.F('person')), _negated=True), _connector='OR'), name='moderation_judged_by_another'),
                ],
            },
        ),
    ]
