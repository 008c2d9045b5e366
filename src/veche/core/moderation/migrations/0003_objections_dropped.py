"""An objection may end because its author was erased; earlier hidings can come back."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_queue"),
        ("moderation", "0002_words_objected"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="decision",
            name="moderation_appeal_outcome",
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("appeal__in", ["", "open", "upheld", "overturned", "dropped"])),
                name="moderation_appeal_outcome",
            ),
        ),
    ]
