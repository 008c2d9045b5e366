"""Photographs of sites, and documents of contracts."""

from pathlib import Path

import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_HERE = Path(__file__).parents[1]
UNDO = """
DROP TRIGGER pilots_document_stays ON pilots_contractdocument;
DROP TRIGGER pilots_document_kept ON pilots_contractdocument;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('files', '0001_start'),
        ('pilots', '0003_trust'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ContractDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('contractSigned', 'Signed'), ('contractText', 'Text'), ('contractAnnexe', 'Annexe'), ('contractSchedule', 'Schedule'), ('contractGuarantees', 'Guarantees'), ('completionCertificate', 'Completion')], max_length=24)),
                ('title', models.CharField(max_length=200)),
                ('public', models.BooleanField()),
                ('name', models.CharField(max_length=120)),
                ('media_type', models.CharField(max_length=100)),
                ('size', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('submission', models.UUIDField(null=True, unique=True)),
                ('taken_off_at', models.DateTimeField(null=True)),
                ('taken_off_because', models.CharField(blank=True, default='', max_length=500)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='pilots.contract')),
            ],
            options={
                'indexes': [models.Index(fields=['digest'], name='pilots_document_bytes')],
                'constraints': [models.UniqueConstraint(fields=('contract', 'place'), name='pilots_one_document_place'), models.UniqueConstraint(condition=models.Q(('taken_off_at__isnull', True)), fields=('contract', 'digest'), name='pilots_one_document'), models.CheckConstraint(condition=models.Q(models.Q(('taken_off_at__isnull', True), ('taken_off_because', '')), models.Q(('taken_off_at__isnull', False), models.Q(('taken_off_because', ''), _negated=True)), _connector='OR'), name='pilots_document_taken_off')],
            },
        ),
        migrations.CreateModel(
            name='SitePhotograph',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField()),
                ('words', models.JSONField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='photographs', to='pilots.site')),
            ],
            options={
                'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('site', 'place'), name='pilots_photograph_place'), models.CheckConstraint(condition=models.Q(('place__gte', 1), ('place__lte', 6)), name='pilots_six_photographs')],
            },
        ),
        migrations.RunSQL((_HERE / "papers.sql").read_text(), UNDO),
    ]
