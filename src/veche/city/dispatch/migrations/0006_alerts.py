"""Messages to the public, which nobody changes once they are said."""

from __future__ import annotations

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


SQL = (Path(__file__).parents[1] / "alerts.sql").read_text()
UNDO = """
DROP TRIGGER dispatch_series_kept ON dispatch_alertseries;
DROP FUNCTION dispatch_keep_series();
DROP TRIGGER dispatch_alert_areas_appended ON dispatch_alertarea;
DROP TRIGGER dispatch_alerts_appended ON dispatch_alert;
DROP FUNCTION dispatch_alert_refuse();
"""


class Migration(migrations.Migration):
    """The tables and their triggers."""

    dependencies = [
        ("cases", "0006_returned"),
        ("dispatch", "0005_afteraction"),
        ("notices", "0003_alerts"),
        ("places", "0002_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("identifier", models.CharField(max_length=80, unique=True)),
                ("sender", models.CharField(max_length=120)),
                ("sent", models.DateTimeField()),
                (
                    "type",
                    models.CharField(
                        choices=[("Alert", "Alert"), ("Update", "Update"), ("Cancel", "Cancel")],
                        max_length=6,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("Actual", "Actual"), ("Exercise", "Exercise"), ("Test", "Test")],
                        max_length=8,
                    ),
                ),
                ("references", models.TextField(blank=True, default="")),
                ("contents", models.JSONField()),
                ("severity", models.CharField(max_length=8)),
                ("urgency", models.CharField(max_length=9)),
                ("danger", models.BooleanField()),
                ("expires", models.DateTimeField()),
                ("xml", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second",
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
            name="AlertTemplate",
            fields=[
                (
                    "kind",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="dispatch.incidentkind",
                    ),
                ),
                ("contents", models.JSONField()),
                ("hours", models.PositiveSmallIntegerField(default=6)),
            ],
        ),
        migrations.CreateModel(
            name="AlertSending",
            fields=[
                (
                    "alert",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="dispatch.alert",
                    ),
                ),
                ("telling", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("people", models.PositiveIntegerField(default=0)),
                ("letters", models.PositiveIntegerField(default=0)),
                ("devices", models.PositiveIntegerField(default=0)),
                ("letters_sent", models.PositiveIntegerField(default=0)),
                ("letters_half", models.PositiveIntegerField(null=True)),
                ("letters_last", models.PositiveIntegerField(null=True)),
                ("devices_woken", models.PositiveIntegerField(default=0)),
                ("counted_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="AlertRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("severity", models.CharField(max_length=8)),
                ("urgency", models.CharField(blank=True, default="", max_length=9)),
                ("danger", models.BooleanField(default=False)),
                ("second", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("severity", "urgency"), name="dispatch_one_alert_rule"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AlertSeries",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("Actual", "Actual"), ("Exercise", "Exercise"), ("Test", "Test")],
                        default="Actual",
                        max_length=8,
                    ),
                ),
                ("submission", models.UUIDField(null=True, unique=True)),
                (
                    "incident",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dispatch.incident",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="alert",
            name="series",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="alerts",
                to="dispatch.alertseries",
            ),
        ),
        migrations.CreateModel(
            name="AlertArea",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="areas",
                        to="dispatch.alert",
                    ),
                ),
                (
                    "territory",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.territory",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("alert", "territory"), name="dispatch_alert_place"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AlertSeen",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dispatch.alert",
                    ),
                ),
                (
                    "reader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="notices.reader",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("alert", "reader"), name="dispatch_alert_seen_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AlertDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("contents", models.JSONField()),
                ("at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(null=True)),
                ("declined", models.CharField(blank=True, default="", max_length=300)),
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
                    "series",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="dispatch.alertseries",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("series",),
                        name="dispatch_one_draft",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["-sent"], name="dispatch_alert_newest"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["expires"], name="dispatch_alert_expires"),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                fields=("series", "number"), name="dispatch_alert_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("second__isnull", True),
                    models.Q(("second", models.F("by")), _negated=True),
                    _connector="OR",
                ),
                name="dispatch_alert_two_people",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
