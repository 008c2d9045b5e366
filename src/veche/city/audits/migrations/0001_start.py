"""The tables of a new city. An older database is recognised by what it replaces."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('audits', '0001_initial'),
    ]

    dependencies = [
        ('cases', '0001_start'),
        ('organisations', '0002_holders'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditSweep',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('offices', models.IntegerField()),
                ('opened', models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Audit',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='audit', serialize=False, to='cases.case')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('given', models.IntegerField()),
                ('faulty', models.IntegerField()),
                ('counts', models.JSONField(default=dict)),
                ('findings', models.TextField(blank=True, default='')),
                ('remedy', models.TextField(blank=True, default='')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='AuditMatter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('faults', models.CharField(max_length=60)),
                ('audit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matters', to='audits.audit')),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('audit', 'case'), name='audits_matter_once'),
                ],
            },
        ),
    ]
