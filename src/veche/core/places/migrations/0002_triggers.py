from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parents[1] / "triggers.sql").read_text()
UNDO = """
DROP SEQUENCE places_atlas_version;
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
