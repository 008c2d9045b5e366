"""The tables of a new city. An older database is recognised by what it replaces."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('appeals', '0001_initial'),
    ]

    dependencies = [
        ('cases', '0001_start'),
        ('organisations', '0002_holders'),
        ('places', '0001_start'),
    ]

    operations = [
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, unique=True)),
                ('names', models.JSONField()),
                ('position', models.IntegerField(default=0)),
                ('active', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='correction', serialize=False, to='cases.case')),
                ('what', models.CharField(choices=[('missing', 'Missing'), ('place', 'Place'), ('owner', 'Owner'), ('gone', 'Gone')], max_length=8)),
                ('longitude', models.FloatField(null=True)),
                ('latitude', models.FloatField(null=True)),
                ('note', models.TextField(blank=True, default='')),
                ('submission', models.UUIDField(null=True, unique=True)),
                ('kind', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.objectkind')),
                ('object', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.cityobject')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['object'], name='appeals_by_object'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('what', 'missing'), ('object__isnull', False), _connector='OR'), name='appeals_correction_of_something'),
                    models.CheckConstraint(condition=models.Q(models.Q(('what__in', ['missing', 'place']), _negated=True), models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), _connector='OR'), name='appeals_correction_on_earth'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='appeal', serialize=False, to='cases.case')),
                ('kind', models.CharField(choices=[('letter', 'Letter'), ('question', 'Question'), ('thanks', 'Thanks')], max_length=8)),
                ('public', models.BooleanField()),
                ('title', models.CharField(max_length=120)),
                ('text', models.TextField()),
                ('answer', models.TextField(blank=True, default='')),
                ('reason', models.CharField(blank=True, default='', max_length=24)),
                ('satisfaction', models.CharField(blank=True, default='', max_length=8)),
                ('submission', models.UUIDField(null=True, unique=True)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('given_at', models.DateTimeField(null=True)),
                ('answer_due_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('office', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='appeals.topic')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['topic'], name='appeals_by_topic'),
                    models.Index(condition=models.Q(('public', True)), fields=['case'], name='appeals_public'),
                ],
            },
        ),
    ]
