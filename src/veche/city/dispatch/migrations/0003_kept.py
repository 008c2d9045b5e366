"""Looks behind the public page, and what stays as it was written."""

from __future__ import annotations

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = (Path(__file__).parents[1] / "kept.sql").read_text()
UNDO = """
DROP TRIGGER dispatch_links_stay ON dispatch_incidentmatter;
DROP TRIGGER dispatch_looks_appended ON dispatch_incidentlook;
DROP TRIGGER dispatch_entries_appended ON dispatch_incidententry;
DROP TRIGGER dispatch_task_stays ON dispatch_incidenttask;
DROP TRIGGER dispatch_task_kept ON dispatch_incidenttask;
DROP TRIGGER dispatch_incident_stays ON dispatch_incident;
DROP TRIGGER dispatch_incident_kept ON dispatch_incident;
DROP FUNCTION dispatch_keep_incident();
"""


class Migration(migrations.Migration):
    """One table and the triggers."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("dispatch", "0002_screens"),
        ("cases", "0006_returned"),
    ]

    operations = [
        migrations.CreateModel(
            name="IncidentLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dispatch.incident",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["incident", "person", "at"], name="dispatch_look")
                ],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
