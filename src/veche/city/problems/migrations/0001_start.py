"""The tables of a new city. An older database is recognised by what it replaces."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('problems', '0001_initial'),
        ('problems', '0002_fewer_indexes'),
        ('problems', '0003_objects'),
        ('problems', '0004_checks'),
        ('problems', '0006_near'),
    ]

    dependencies = [
        ('cases', '0001_start'),
        ('organisations', '0002_holders'),
        ('places', '0001_start'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=80, unique=True)),
                ('names', models.JSONField()),
                ('questions', models.JSONField(default=list)),
                ('urgent_words', models.JSONField(default=dict)),
                ('anonymous_allowed', models.BooleanField(default=True)),
                ('position', models.IntegerField(default=0)),
                ('imported', models.BooleanField(default=False)),
                ('object_kind', models.CharField(blank=True, default='', max_length=40)),
                ('active', models.BooleanField(default=True)),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='problems.category')),
            ],
            options={
                'verbose_name_plural': 'categories',
            },
        ),
        migrations.CreateModel(
            name='CheckRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.IntegerField()),
                ('opened_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('verdict', models.CharField(blank=True, default='', max_length=8)),
                ('ended_at', models.DateTimeField(null=True)),
                ('next_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['opened_at'], name='problems_round_open'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('case', 'seq'), name='problems_one_round'),
                    models.CheckConstraint(condition=models.Q(('verdict__in', ['', 'done', 'undone'])), name='problems_round_verdict'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CheckTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('taken_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('said', models.CharField(blank=True, default='', max_length=10)),
                ('text', models.TextField(blank=True, default='')),
                ('round', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='problems.checkround')),
                ('volunteer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['volunteer', '-id'], name='problems_task_volunteer'),
                    models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['due_at'], name='problems_task_open'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('round', 'volunteer'), name='problems_asked_once'),
                    models.CheckConstraint(condition=models.Q(('said__in', ['', 'done', 'undone', 'not_found', 'declined'])), name='problems_check_said'),
                    models.CheckConstraint(condition=models.Q(('said', ''), ('ended_at__isnull', False), _connector='OR'), name='problems_check_ended'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Joined',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=24)),
                ('at', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('child', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
            options={
                'verbose_name_plural': 'joined',
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('child',), name='problems_joined_once'),
                    models.CheckConstraint(condition=models.Q(('child', models.F('parent')), _negated=True), name='problems_joined'),
                ],
            },
        ),
        migrations.CreateModel(
            name='NearRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('theme', models.CharField(blank=True, default='', max_length=80, unique=True)),
                ('metres', models.PositiveSmallIntegerField()),
                ('came_back_metres', models.PositiveSmallIntegerField()),
                ('came_back_days', models.PositiveSmallIntegerField()),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('came_back_metres__range', (1, 2000)), ('metres__range', (1, 2000)), ('came_back_days__range', (1, 730))), name='problems_near_rule'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Problem',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='problem', serialize=False, to='cases.case')),
                ('text', models.TextField(blank=True)),
                ('address', models.CharField(blank=True, max_length=240)),
                ('longitude', models.FloatField()),
                ('latitude', models.FloatField()),
                ('answers', models.JSONField(default=dict)),
                ('author_key', models.CharField(max_length=64, null=True)),
                ('submission', models.UUIDField(null=True, unique=True)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('assigned_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answer_due_at', models.DateTimeField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('returns', models.PositiveSmallIntegerField(default=0)),
                ('source', models.CharField(blank=True, default='', max_length=60)),
                ('source_id', models.CharField(blank=True, default='', max_length=80)),
                ('source_status', models.CharField(blank=True, default='', max_length=60)),
                ('source_due_at', models.DateTimeField(null=True)),
                ('source_closed_at', models.DateTimeField(null=True)),
                ('source_digest', models.BinaryField(max_length=16, null=True)),
                ('beside', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.territory')),
                ('category', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='problems.category')),
                ('object', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.cityobject')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['category', 'longitude'], name='problems_near'),
                    models.Index(fields=['longitude', 'latitude'], name='problems_by_place'),
                    models.Index(condition=models.Q(('object__isnull', False)), fields=['object'], name='problems_by_object'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('source', ''), _negated=True), fields=('source', 'source_id'), name='problems_imported_once'),
                    models.CheckConstraint(condition=models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), name='problems_on_earth'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Recurrence',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='cases.case')),
                ('metres', models.PositiveSmallIntegerField()),
                ('days', models.PositiveSmallIntegerField()),
                ('ended_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('past', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('past', models.F('case')), _negated=True), name='problems_came_back'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Satisfaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.IntegerField()),
                ('decision', models.CharField(max_length=12)),
                ('score', models.PositiveSmallIntegerField()),
                ('answers', models.JSONField(default=list)),
                ('text', models.TextField(blank=True, default='')),
                ('text_public', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('organisation', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'verbose_name_plural': 'satisfaction',
                'constraints': [
                    models.UniqueConstraint(fields=('case', 'seq'), name='problems_rated_once'),
                    models.CheckConstraint(condition=models.Q(('score__range', (1, 5))), name='problems_score'),
                ],
            },
        ),
        migrations.CreateModel(
            name='StandardAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True)),
                ('topic', models.CharField(max_length=20)),
                ('good', models.BooleanField()),
                ('names', models.JSONField()),
                ('position', models.IntegerField(default=0)),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('topic__in', ['result', 'time', 'words', 'people'])), name='problems_answer_topic'),
                ],
            },
        ),
    ]
