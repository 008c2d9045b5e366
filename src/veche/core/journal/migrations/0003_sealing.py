from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


SQL = (Path(__file__).parents[1] / "sealing.sql").read_text()
UNDO = """
DROP TRIGGER journal_waits ON journal_record;
DROP FUNCTION journal_wait();
DROP TRIGGER journal_forgets ON journal_secret;
DROP FUNCTION journal_forget();
DROP FUNCTION journal_seal(bigint, int);
DROP TRIGGER journal_leaves_appended ON journal_leaf;
DROP TRIGGER journal_leaves_not_truncated ON journal_leaf;
DROP TRIGGER journal_checkpoints_appended ON journal_checkpoint;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                ('root', models.BinaryField(max_length=32)),
                ('note', models.TextField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('record', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='journal.record')),
                ('place', models.BigIntegerField(unique=True)),
            ],
            options={
                'verbose_name_plural': 'leaves',
            },
        ),
        migrations.CreateModel(
            name='LogKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verifier', models.CharField(max_length=200, unique=True)),
                ('since_size', models.BigIntegerField()),
                ('until_size', models.BigIntegerField(null=True)),
                ('state', models.CharField(choices=[('active', 'Active'), ('retired', 'Retired'), ('revoked', 'Revoked')], default='active', max_length=8)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Unsealed',
            fields=[
                ('record', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='journal.record')),
            ],
            options={
                'verbose_name_plural': 'unsealed',
            },
        ),
        migrations.CreateModel(
            name='Erased',
            fields=[
                ('record', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='journal.record')),
            ],
            options={
                'verbose_name_plural': 'erased',
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
