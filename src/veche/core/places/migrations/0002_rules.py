"""The version of the atlas, and a history of objects that is only ever added to."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parents[1]
SQL = [(HERE / name).read_text() for name in ("triggers.sql", "objects.sql")]
UNDO = """
DROP FUNCTION places_refuse CASCADE;
DROP SEQUENCE places_atlas_version;
"""


class Migration(migrations.Migration):
    replaces = [("places", "0002_triggers")]
    dependencies = [("places", "0001_start")]
    operations = [migrations.RunSQL(SQL, UNDO)]
