from django.db import migrations, models

# Rolls that were frozen before keep the lines they were committed to.
FILL = """
UPDATE ballots_rollentry e SET line = sha256(
    e.salt || convert_to(coalesce(e.person_id::text, '') || ' ' || t.code, 'UTF8'))
FROM places_territory t WHERE t.id = e.territory_id
"""


class Migration(migrations.Migration):
    dependencies = [("ballots", "0006_casting_at_once"), ("places", "0001_start")]

    operations = [
        migrations.AddField(
            model_name="rollentry",
            name="line",
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.RunSQL(FILL, ""),
    ]
