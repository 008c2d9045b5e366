"""The tables of a new city. An older database is recognised by what it replaces."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('cases', '0001_initial'),
        ('cases', '0003_fewer_indexes'),
        ('cases', '0005_looked_up_at_once'),
        ('cases', '0008_responsibility'),
    ]

    dependencies = [
        ('files', '0001_start'),
        ('organisations', '0002_holders'),
        ('places', '0001_start'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('works', models.BooleanField()),
                ('names', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='AllowedMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('procedure', models.CharField(max_length=24)),
                ('move', models.CharField(max_length=24)),
                ('source', models.CharField(blank=True, max_length=24)),
                ('target', models.CharField(max_length=24)),
                ('role', models.CharField(max_length=24)),
                ('scope', models.CharField(blank=True, max_length=12)),
                ('final', models.BooleanField()),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('procedure', 'move', 'source'), name='cases_one_move_from_a_state'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20)),
                ('procedure', models.CharField(max_length=24)),
                ('theme', models.CharField(max_length=80)),
                ('blocking', models.BooleanField(default=True)),
                ('opened_at', models.DateTimeField()),
                ('state', models.CharField(blank=True, default='', max_length=24)),
                ('seq', models.IntegerField(default=0)),
                ('moved_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('promised_at', models.DateTimeField(null=True)),
                ('first_promised_at', models.DateTimeField(null=True)),
                ('paused_at', models.DateTimeField(null=True)),
                ('climbed', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('hidden_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('parent', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('territory', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.territory')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('state', ''), _negated=True), fields=['territory', 'state'], name='cases_territory_state'),
                    models.Index(condition=models.Q(('state', ''), _negated=True), fields=['organisation', 'state', 'due_at'], name='cases_queue'),
                    models.Index(condition=models.Q(('state', ''), _negated=True), fields=['state', 'due_at'], name='cases_state_due'),
                    models.Index(fields=['-opened_at', '-id'], name='cases_newest'),
                    models.Index(condition=models.Q(('paused_at__isnull', True), ('promised_at__isnull', False)), fields=['promised_at'], name='cases_promised'),
                    models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent'], name='cases_children'),
                    models.Index(condition=models.Q(('author__isnull', False)), fields=['author', '-id'], name='cases_author'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('number',), name='cases_one_number'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('case',), name='cases_one_lead'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CaseClock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=24)),
                ('started_at', models.DateTimeField()),
                ('first_due_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('stopped_at', models.DateTimeField(null=True)),
                ('passed_at', models.DateTimeField(null=True)),
                ('held_until', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['case', 'id'], name='cases_clock_case'),
                    models.Index(condition=models.Q(('passed_at__isnull', True), ('stopped_at__isnull', True)), fields=['due_at'], name='cases_clock_sweep'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('stopped_at__isnull', True)), fields=('case',), name='cases_one_open_clock'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CaseEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.IntegerField()),
                ('move', models.CharField(max_length=24)),
                ('source', models.CharField(blank=True, max_length=24)),
                ('target', models.CharField(max_length=24)),
                ('at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('batch', models.BigIntegerField(null=True)),
                ('public', models.JSONField(default=dict)),
                ('actor', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('holding', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.holding')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('case', 'seq'), name='cases_one_event_at_a_time'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CaseFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=8)),
                ('seq', models.IntegerField()),
                ('at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['case', 'id'], name='cases_file_case'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Climb',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField()),
                ('promised_at', models.DateTimeField()),
                ('at', models.DateTimeField()),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('office', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('case', 'promised_at', 'level'), name='cases_climbed_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ClimbStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField(unique=True)),
                ('days', models.PositiveSmallIntegerField()),
                ('role', models.CharField(blank=True, max_length=24)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('level__range', (1, 9))), name='cases_climb_level'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('move', models.CharField(max_length=24)),
                ('seq', models.IntegerField()),
                ('reason', models.CharField(max_length=40)),
                ('opened_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_as', models.CharField(blank=True, choices=[('dispatcher', 'Dispatcher'), ('arbiter', 'Arbiter'), ('lapsed', 'Lapsed'), ('last_resort', 'Last Resort'), ('ended', 'Ended')], default='', max_length=12)),
                ('binding', models.BooleanField(default=False)),
                ('wrong', models.CharField(blank=True, default='', max_length=8)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('decided_for', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('proposed', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['case', 'id'], name='cases_dispute_case'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('case',), name='cases_one_dispute'),
                    models.CheckConstraint(condition=models.Q(('wrong__in', ['', 'office', 'routing'])), name='cases_dispute_wrong'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Prolongation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=40)),
                ('text', models.TextField()),
                ('first_promised_at', models.DateTimeField()),
                ('was_due_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('signed', models.BooleanField(null=True)),
                ('answer', models.TextField(blank=True, default='')),
                ('asked_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['case', 'id'], name='cases_prolonged_case'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('case',), name='cases_one_open_prolongation'),
                    models.CheckConstraint(condition=models.Q(('until__gt', models.F('was_due_at'))), name='cases_prolonged_forward'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TermRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('procedure', models.CharField(max_length=24)),
                ('state', models.CharField(max_length=24)),
                ('theme', models.CharField(blank=True, default='', max_length=80)),
                ('number', models.PositiveSmallIntegerField()),
                ('unit', models.CharField(max_length=16)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('procedure', 'state', 'theme'), name='cases_one_term'),
                    models.CheckConstraint(condition=models.Q(('unit__in', ['hours', 'calendar_days', 'working_days'])), name='cases_term_unit'),
                    models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='cases_term_positive'),
                ],
            },
        ),
    ]
