from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_contract")]
    operations = [
        migrations.RemoveIndex(model_name="case", name="cases_queue"),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", ""), _negated=True),
                fields=["organisation", "state", "due_at"],
                include=("id", "moved_at"),
                name="cases_queue",
            ),
        ),
    ]
