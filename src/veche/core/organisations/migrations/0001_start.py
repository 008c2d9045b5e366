"""The tables of a new city. An older database is recognised by what it replaces."""

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('organisations', '0001_initial'),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Holding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=24)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=80, unique=True)),
                ('kind', models.CharField(choices=[('department', 'Department'), ('operator', 'Operator'), ('company', 'Company'), ('self_government', 'Self Government')], max_length=16)),
                ('names', models.JSONField()),
                ('email', models.EmailField(max_length=254, null=True)),
                ('imported', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Responsibility',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('theme', models.CharField(max_length=80)),
            ],
            options={
                'verbose_name_plural': 'responsibilities',
            },
        ),
        migrations.CreateModel(
            name='SupplierRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('theme', models.CharField(blank=True, default='', max_length=80)),
                ('number', models.PositiveSmallIntegerField(null=True)),
                ('unit', models.CharField(blank=True, default='', max_length=16)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
            ],
        ),
    ]
