"""The tables of a new city. An older database is recognised by what it replaces."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('organisations', '0002_suppliers'),
    ]

    dependencies = [
        ('organisations', '0001_start'),
        ('places', '0001_start'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='holding',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='holding',
            name='territory',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.territory'),
        ),
        migrations.AddField(
            model_name='holding',
            name='organisation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='responsibility',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='responsibility',
            name='territory',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.territory'),
        ),
        migrations.AddField(
            model_name='supplierrule',
            name='kind',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.objectkind'),
        ),
        migrations.AddField(
            model_name='supplierrule',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='supplierrule',
            name='owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddIndex(
            model_name='holding',
            index=models.Index(fields=['person', 'role'], name='organisations_holder'),
        ),
        migrations.AddConstraint(
            model_name='holding',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='organisations_holding_term'),
        ),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=models.UniqueConstraint(fields=('theme', 'territory'), name='organisations_one_answers'),
        ),
        migrations.AddConstraint(
            model_name='supplierrule',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('kind', 'theme', 'owner'), name='organisations_one_supplier', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='supplierrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number__isnull', True), ('unit', '')), models.Q(('number__gte', 1), ('unit__in', ['hours', 'calendar_days', 'working_days'])), _connector='OR'), name='organisations_supplier_term'),
        ),
    ]
