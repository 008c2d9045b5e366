from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("problems", "0003_checks_closed"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="problem",
            index=models.Index(
                condition=models.Q(("answered_at__isnull", False)),
                fields=["answered_at"],
                name="problems_answered",
            ),
        ),
        migrations.AddIndex(
            model_name="problem",
            index=models.Index(
                condition=models.Q(("confirmed_at__isnull", False)),
                fields=["confirmed_at"],
                name="problems_confirmed",
            ),
        ),
    ]
