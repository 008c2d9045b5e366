"""The tables of a new city. An older database is recognised by what it replaces."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('places', '0001_initial'),
        ('places', '0003_objects'),
    ]

    dependencies = [
        ('organisations', '0001_start'),
    ]

    operations = [
        migrations.CreateModel(
            name='ObjectKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True)),
                ('names', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='Territory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=80, unique=True)),
                ('kind', models.CharField(choices=[('city', 'City'), ('district', 'District'), ('neighbourhood', 'Neighbourhood')], max_length=16)),
                ('names', models.JSONField()),
                ('outline', models.JSONField()),
                ('west', models.FloatField()),
                ('south', models.FloatField()),
                ('east', models.FloatField()),
                ('north', models.FloatField()),
                ('imported', models.BooleanField(default=False)),
                ('drawn_around', models.BooleanField(default=False)),
                ('city', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.territory')),
                ('district', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.territory')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.territory')),
            ],
            options={
                'verbose_name_plural': 'territories',
                'indexes': [
                    models.Index(fields=['city', 'kind'], name='places_city_kind'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Feature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('names', models.JSONField(default=dict)),
                ('geometry', models.JSONField()),
                ('city', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='places.territory')),
            ],
        ),
        migrations.CreateModel(
            name='CityObject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('identifier', models.CharField(max_length=80)),
                ('names', models.JSONField(default=dict)),
                ('address', models.CharField(blank=True, default='', max_length=240)),
                ('longitude', models.FloatField()),
                ('latitude', models.FloatField()),
                ('outline', models.JSONField(null=True)),
                ('since', models.DateField(null=True)),
                ('until', models.DateField(null=True)),
                ('source', models.CharField(blank=True, default='', max_length=80)),
                ('digest', models.BinaryField(max_length=16, null=True)),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('kind', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.objectkind')),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.territory')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['kind', 'longitude', 'latitude'], name='places_object_place'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('kind', 'identifier'), name='places_object_once'),
                    models.CheckConstraint(condition=models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), name='places_object_on_earth'),
                    models.CheckConstraint(condition=models.Q(('since__isnull', True), ('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='places_object_term'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ObjectChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=12)),
                ('at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('reason', models.TextField(blank=True, default='')),
                ('source', models.CharField(blank=True, default='', max_length=80)),
                ('matter', models.CharField(blank=True, default='', max_length=20)),
                ('object', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.cityobject')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['object', 'id'], name='places_change_object'),
                    models.Index(condition=models.Q(('matter', ''), _negated=True), fields=['matter'], name='places_change_matter'),
                ],
            },
        ),
    ]
