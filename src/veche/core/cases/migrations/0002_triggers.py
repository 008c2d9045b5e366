from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parents[1] / "triggers.sql").read_text()
UNDO = """
DROP TRIGGER cases_events_checked ON cases_caseevent;
DROP TRIGGER cases_moved_by_events ON cases_case;
DROP TRIGGER cases_born_unmoved ON cases_case;
DROP TRIGGER cases_kept ON cases_case;
DROP TRIGGER cases_events_appended ON cases_caseevent;
DROP TRIGGER cases_events_not_truncated ON cases_caseevent;
DROP FUNCTION cases_refuse();
DROP FUNCTION cases_check_events();
DROP TABLE cases_birth;
DROP SEQUENCE cases_number;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
