"""The tables of a new city. An older database is recognised by what it replaces."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('desk', '0001_initial'),
    ]

    dependencies = [
        ('cases', '0001_start'),
        ('organisations', '0002_holders'),
        ('people', '0001_start'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('looked_at', models.DateTimeField(null=True)),
                ('single_keys', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='BulkChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('submission', models.UUIDField(unique=True)),
                ('procedure', models.CharField(max_length=24)),
                ('move', models.CharField(max_length=24)),
                ('step', models.JSONField(default=dict)),
                ('ordered_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('cancelled_at__isnull', True), ('done_at__isnull', True)), fields=['due_at'], name='desk_bulk_waiting'),
                    models.Index(fields=['by', '-id'], name='desk_bulk_of'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('done_at__isnull', True), ('cancelled_at__isnull', True), _connector='OR'), name='desk_done_or_cancelled'),
                ],
            },
        ),
        migrations.CreateModel(
            name='BulkItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen', models.IntegerField()),
                ('words', models.TextField(blank=True, default='')),
                ('done', models.BooleanField(null=True)),
                ('refusal', models.TextField(blank=True, default='')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('change', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='desk.bulkchange')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('change', 'case'), name='desk_once_in_a_change'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('move', models.CharField(max_length=24)),
                ('words', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('person', 'case', 'move'), name='desk_one_draft'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.IntegerField()),
                ('at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('person', 'case'), name='desk_one_look'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ReplyTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('procedure', models.CharField(max_length=24)),
                ('move', models.CharField(max_length=24)),
                ('theme', models.CharField(blank=True, default='', max_length=80)),
                ('title', models.CharField(max_length=80)),
                ('text', models.TextField()),
                ('active', models.BooleanField(default=True)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['procedure', 'move'], name='desk_template_for'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=60)),
                ('query', models.CharField(max_length=400)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('owner__isnull', True), ('organisation__isnull', True), _connector='XOR'), name='desk_view_of_one'),
                    models.UniqueConstraint(condition=models.Q(('owner__isnull', False)), fields=('owner', 'title'), name='desk_own_view_once'),
                    models.UniqueConstraint(condition=models.Q(('organisation__isnull', False)), fields=('organisation', 'title'), name='desk_office_view_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Taking',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='cases.case')),
                ('since', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
