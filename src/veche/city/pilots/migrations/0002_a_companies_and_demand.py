"""Invitations of colleagues, themes of demand, and what stands still once a call is open."""

from __future__ import annotations

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = (Path(__file__).parents[1] / "calls.sql").read_text()
UNDO = """
DROP TRIGGER pilots_support_stays ON pilots_support;
DROP TRIGGER pilots_support_kept ON pilots_support;
DROP FUNCTION pilots_keep_support();
DROP TRIGGER pilots_form_kept ON pilots_formversion;
DROP FUNCTION pilots_keep_form();
DROP TRIGGER pilots_anchor_kept ON pilots_callanchor;
DROP FUNCTION pilots_keep_anchor();
DROP TRIGGER pilots_evidence_kept ON pilots_evidence;
DROP TRIGGER pilots_criterion_kept ON pilots_criterion;
DROP FUNCTION pilots_keep_of_call();
DROP TRIGGER pilots_call_kept ON pilots_call;
DROP FUNCTION pilots_keep_call();
DROP FUNCTION pilots_call_stands(bigint);
"""


class Migration(migrations.Migration):
    """Columns, two tables and the triggers."""

    dependencies = [
        ("pilots", "0001_start"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="product",
            name="submission",
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.AddField(
            model_name="scouted",
            name="submission",
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.AddField(
            model_name="support",
            name="submission",
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.CreateModel(
            name="CompanyInvite",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, null=True)),
                ("key", models.CharField(max_length=64, unique=True)),
                ("at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pilots.company",
                    ),
                ),
                (
                    "used_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DemandTheme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("theme", models.CharField(max_length=80, unique=True)),
                ("spheres", models.JSONField(default=list)),
                ("words", models.JSONField(default=list)),
                ("targets", models.ManyToManyField(related_name="+", to="pilots.target")),
                ("technologies", models.ManyToManyField(related_name="+", to="pilots.technology")),
            ],
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
