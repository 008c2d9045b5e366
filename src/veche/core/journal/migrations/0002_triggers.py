from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parents[1] / "triggers.sql").read_text()
UNDO = """
DROP TRIGGER journal_appended ON journal_record;
DROP TRIGGER journal_not_truncated ON journal_record;
DROP FUNCTION journal_refuse();
DELETE FROM journal_cityclock;
DROP FUNCTION city_now();
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
