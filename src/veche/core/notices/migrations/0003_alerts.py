"""Messages to the public are counted by their matter and their telling."""

from __future__ import annotations

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_returned"),
        ("notices", "0002_circles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="pushed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("kind__in", ("alert", "danger"))),
                fields=["period"],
                name="notices_alert_letters",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("topic__in", ("alert", "danger"))),
                fields=["case"],
                name="notices_alerted",
            ),
        ),
    ]
