"""The tables of a new city. An older database is recognised by what it replaces."""

import datetime
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('journal', '0001_initial'),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Record',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=64)),
                ('actor', models.BigIntegerField(null=True)),
                ('subject', models.CharField(max_length=80)),
                ('public', models.JSONField()),
                ('digest', models.BinaryField(max_length=32)),
                ('at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'indexes': [
                    models.Index(fields=['subject', 'id'], name='journal_subject'),
                    models.Index(fields=['kind', 'at'], name='journal_kind_at'),
                    models.Index(fields=['actor', 'id'], name='journal_actor'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CityClock',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('ahead', models.DurationField(default=datetime.timedelta(0))),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('id', 1)), name='journal_one_clock'),
                    models.CheckConstraint(condition=models.Q(('ahead__gte', datetime.timedelta(0))), name='journal_clock_never_back'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Secret',
            fields=[
                ('record', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='journal.record')),
                ('salt', models.BinaryField(max_length=16)),
                ('personal', models.JSONField(default=dict)),
            ],
        ),
    ]
