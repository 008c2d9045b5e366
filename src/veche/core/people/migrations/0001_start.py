"""The tables of a new city. An older database is recognised by what it replaces."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('people', '0001_initial'),
        ('people', '0002_looks'),
        ('people', '0003_accounts'),
    ]

    dependencies = [
        ('places', '0001_start'),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('email', models.EmailField(max_length=254, null=True, unique=True)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('language', models.CharField(default='en', max_length=8)),
                ('level', models.CharField(choices=[('unverified', 'not verified'), ('email', 'e-mail confirmed'), ('resident', 'resident'), ('identified', 'identified')], default='unverified', max_length=12)),
                ('is_active', models.BooleanField(default=True)),
                ('cast', models.CharField(max_length=40, null=True, unique=True)),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OnceCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('until', models.DateTimeField()),
                ('tries', models.SmallIntegerField(default=0)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['until'], name='people_once_until'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ResidenceLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(blank=True, max_length=300)),
                ('asked_at', models.DateTimeField()),
                ('printed_at', models.DateTimeField(null=True)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('tries', models.SmallIntegerField(default=0)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.territory')),
            ],
        ),
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('what', models.CharField(max_length=40)),
                ('case_number', models.CharField(blank=True, max_length=40)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['person', 'at'], name='people_look_newest'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Residence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.CharField(choices=[('letter', 'a code by letter'), ('counter', 'at a counter'), ('sign-on', "the city's sign-on")], max_length=12)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.territory')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['person', 'until'], name='people_residence_person'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='people_residence_term'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SignIn',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('since', models.DateTimeField(null=True)),
                ('device', models.CharField(blank=True, max_length=60)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['person'], name='people_sign_in_person'),
                ],
            },
        ),
    ]
