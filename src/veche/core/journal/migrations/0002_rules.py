"""Records are only ever added; the city's clock."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parents[1]
SQL = [(HERE / name).read_text() for name in ("triggers.sql",)]
UNDO = """
DROP TRIGGER journal_appended ON journal_record;
DROP TRIGGER journal_not_truncated ON journal_record;
DROP FUNCTION journal_refuse();
DELETE FROM journal_cityclock;
DROP FUNCTION city_now();
"""


class Migration(migrations.Migration):
    replaces = [("journal", "0002_triggers")]
    dependencies = [("journal", "0001_start")]
    operations = [migrations.RunSQL(SQL, UNDO)]
