"""Reports, contracts and what others published stay as they were written."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = (Path(__file__).parents[1] / "evaluations.sql").read_text()
UNDO = """
DROP TRIGGER pilots_report_kept ON pilots_evaluation;
DROP TRIGGER pilots_report_whole ON pilots_evaluation;
DROP FUNCTION pilots_report_whole();
DROP TRIGGER pilots_result_kept ON pilots_result;
DROP TRIGGER pilots_result_fits ON pilots_result;
DROP FUNCTION pilots_result_fits();
DROP TRIGGER pilots_rollout_kept ON pilots_rollout;
DROP TRIGGER pilots_contract_kept ON pilots_contract;
DROP TRIGGER pilots_contract_stays ON pilots_contract;
DROP FUNCTION pilots_keep_contract();
DROP TRIGGER pilots_amendment_kept ON pilots_amendment;
DROP TRIGGER pilots_payment_kept ON pilots_payment;
DROP TRIGGER pilots_payment_stays ON pilots_payment;
DROP TRIGGER pilots_package_kept ON pilots_importedpackage;
DROP TRIGGER pilots_release_kept ON pilots_importedrelease;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('pilots', '0006_e_reaches'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Amendment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField()),
                ('on', models.DateField()),
                ('because', models.TextField()),
                ('amount_before', models.DecimalField(decimal_places=2, max_digits=18)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18)),
                ('ends_before', models.DateField(null=True)),
                ('ends_on', models.DateField(null=True)),
                ('standing_before', models.CharField(choices=[('pending', 'Pending'), ('active', 'Active'), ('cancelled', 'Cancelled'), ('terminated', 'Terminated')], max_length=10)),
                ('standing', models.CharField(choices=[('pending', 'Pending'), ('active', 'Active'), ('cancelled', 'Cancelled'), ('terminated', 'Terminated')], max_length=10)),
                ('at', models.DateTimeField()),
                ('submission', models.UUIDField(null=True, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='ImportedPackage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('releases', 'Releases'), ('records', 'Records')], max_length=8)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('body', models.JSONField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ImportedRelease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ocid', models.CharField(max_length=200)),
                ('identifier', models.CharField(blank=True, default='', max_length=200)),
                ('date', models.DateTimeField()),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('body', models.JSONField()),
            ],
        ),
        migrations.RemoveConstraint(model_name='payment', name='pilots_one_payment'),
        migrations.AddField(model_name='evaluation', name='figures', field=models.JSONField(null=True)),
        migrations.AddField(model_name='evaluation', name='revision', field=models.PositiveSmallIntegerField(default=1)),
        migrations.AddField(model_name='evaluation', name='said', field=models.JSONField(default=dict)),
        migrations.AddField(model_name='payment', name='because', field=models.CharField(blank=True, default='', max_length=500)),
        migrations.AddField(model_name='payment', name='submission', field=models.UUIDField(null=True, unique=True)),
        migrations.AddField(
            model_name='payment',
            name='superseded_by',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='instead', to='pilots.payment'),
        ),
        migrations.AddField(model_name='rollout', name='submission', field=models.UUIDField(null=True, unique=True)),
        migrations.AlterField(model_name='contract', name='ocid', field=models.CharField(max_length=200)),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('superseded_by__isnull', True)), fields=('contract', 'number'), name='pilots_one_payment'),
        ),
        migrations.AddField(
            model_name='amendment',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='amendment',
            name='contract',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='pilots.contract'),
        ),
        migrations.AddField(
            model_name='importedpackage',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='importedrelease',
            name='package',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='pilots.importedpackage'),
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=models.UniqueConstraint(fields=('contract', 'place'), name='pilots_one_amendment'),
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='pilots_amended_amount'),
        ),
        migrations.AddIndex(
            model_name='importedrelease',
            index=models.Index(fields=['ocid', 'date'], name='pilots_imported'),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
