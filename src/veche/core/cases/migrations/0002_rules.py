"""Moves, promises and names of offices as the database guarantees them."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parents[1]
SQL = [(HERE / name).read_text() for name in ("triggers.sql", "promise.sql", "kept.sql")]
UNDO = """
DROP TRIGGER cases_assignments_added ON cases_assignment;
DROP TRIGGER cases_assignments_changed ON cases_assignment;
DROP TRIGGER cases_numbered ON cases_case;
DROP TRIGGER cases_offices_kept ON organisations_organisation;
DROP TRIGGER cases_offices_numbered ON organisations_organisation;
DROP FUNCTION cases_check_assignments();
DROP TRIGGER cases_promise_kept ON cases_case;
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
    replaces = [("cases", "0002_triggers"), ("cases", "0004_events_have_cases"), ("cases", "0006_promise"), ("cases", "0007_written_once"), ("cases", "0009_kept")]
    dependencies = [("cases", "0001_start")]
    operations = [migrations.RunSQL(SQL, UNDO)]
