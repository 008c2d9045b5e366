"""Nobody judges a company that they are tied to: the database says so."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parents[1] / "conflicts.sql").read_text()
UNDO = """
DROP TRIGGER pilots_votes_changed ON pilots_panelvote;
DROP TRIGGER pilots_votes_cast ON pilots_panelvote;
DROP FUNCTION pilots_check_votes();
DROP TRIGGER pilots_tasks_changed ON pilots_reviewtask;
DROP TRIGGER pilots_tasks_given ON pilots_reviewtask;
DROP FUNCTION pilots_check_tasks();
DROP FUNCTION pilots_refuse_tied(bigint[], bigint[], integer[], timestamptz[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pilots", "0009_d_experts"),
        ("cases", "0007_barred"),
        ("organisations", "0005_conflicts"),
    ]
    operations = [migrations.RunSQL(SQL, UNDO)]
