"""Lists of revoked certificates, scores of finished calls, and words that testers publish."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


_HERE = Path(__file__).parents[1]
UNDO = """
DROP TRIGGER pilots_reader_kept ON pilots_callreader;
DROP TRIGGER pilots_list_newer ON pilots_revocationlist;
DROP FUNCTION pilots_keep_list();
DROP TRIGGER pilots_look_kept ON pilots_signaturelook;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('pilots', '0002_kept'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='testeranswer',
            name='public',
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name='CallScore',
            fields=[
                ('call', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='scored', serialize=False, to='pilots.call')),
                ('experts', models.PositiveIntegerField()),
                ('reviews', models.PositiveIntegerField()),
                ('told', models.BooleanField()),
                ('ratio', models.FloatField(null=True)),
                ('noise', models.FloatField(null=True)),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ratio__isnull', False), ('told', True)), models.Q(('noise__isnull', True), ('ratio__isnull', True), ('told', False)), _connector='OR'), name='pilots_call_score_told'), models.CheckConstraint(condition=models.Q(('told', False), ('experts__gte', 5), _connector='OR'), name='pilots_call_score_many')],
            },
        ),
        migrations.CreateModel(
            name='FinalScore',
            fields=[
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='final_score', serialize=False, to='pilots.application')),
                ('mean', models.FloatField()),
                ('adjusted', models.FloatField(null=True)),
                ('error', models.FloatField(null=True)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='pilots.callscore')),
            ],
        ),
        migrations.CreateModel(
            name='CallReader',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('call', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pilots.call')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='pilots.expert')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('call', 'expert'), name='pilots_one_reader'), models.UniqueConstraint(fields=('call', 'number'), name='pilots_one_reader_number')],
            },
        ),
        migrations.CreateModel(
            name='RevocationList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('list', 'List'), ('answer', 'Answer')], max_length=6)),
                ('issuer', models.CharField(max_length=300)),
                ('name', models.CharField(max_length=64)),
                ('key', models.CharField(blank=True, default='', max_length=128)),
                ('part', models.CharField(blank=True, default='', max_length=64)),
                ('issued_at', models.DateTimeField()),
                ('next_at', models.DateTimeField(null=True)),
                ('since', models.DateTimeField(null=True)),
                ('count', models.PositiveIntegerField(default=0)),
                ('digest', models.CharField(max_length=64)),
                ('body', models.BinaryField()),
                ('source', models.CharField(max_length=300)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'name', 'key', 'part'), name='pilots_one_revocation_list'), models.CheckConstraint(condition=models.Q(('kind', 'answer'), models.Q(('kind', 'list'), ('since__isnull', True)), _connector='OR'), name='pilots_revocation_kinds')],
            },
        ),
        migrations.CreateModel(
            name='SignatureLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('standing', models.CharField(choices=[('good', 'Good'), ('old', 'Old'), ('unknown', 'Unknown'), ('revoked', 'Revoked'), ('later', 'Later')], max_length=7)),
                ('list_at', models.DateTimeField(null=True)),
                ('since', models.DateTimeField(null=True)),
                ('at', models.DateTimeField()),
                ('signature', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='pilots.signature')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('since__isnull', False), ('standing__in', ['revoked', 'later'])), models.Q(('since__isnull', True), ('standing__in', ['good', 'old', 'unknown'])), _connector='OR'), name='pilots_look_since')],
            },
        ),
        migrations.RunSQL((_HERE / "trust.sql").read_text(), UNDO),
    ]
