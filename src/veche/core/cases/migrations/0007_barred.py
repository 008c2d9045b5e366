"""Who may not know of a case; the check of events asks it."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


_TRIGGERS = (Path(__file__).parents[1] / "triggers.sql").read_text()
_START, _END = "CREATE FUNCTION cases_check_events()", "END $$;"
_CHECK = _TRIGGERS[_TRIGGERS.index(_START) :]
_CHECK = _CHECK[: _CHECK.index(_END) + len(_END)].replace("CREATE", "CREATE OR REPLACE", 1)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_returned'),
        ('organisations', '0005_conflicts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Barred',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('why', models.CharField(max_length=24)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('side', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'verbose_name_plural': 'barred',
                'indexes': [models.Index(condition=models.Q(('until__isnull', True)), fields=['person'], include=('case',), name='cases_barred_now')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('case', 'person'), name='cases_barred_once'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='cases_barred_term')],
            },
        ),
        migrations.RunSQL(_CHECK, migrations.RunSQL.noop),
    ]
