from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("pulse", "0009_incidents"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="value",
            index=BrinIndex(fields=["at"], name="pulse_value_at", autosummarize=True),
        ),
    ]
