"""Why a check ended without a word of its volunteer."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("problems", "0002_near_and_answers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="checktask",
            name="closed",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
        migrations.AddConstraint(
            model_name="checktask",
            constraint=models.CheckConstraint(
                condition=models.Q(("closed__in", ["", "hidden", "moved", "enough", "late"])),
                name="problems_check_closed",
            ),
        ),
    ]
