"""Who may not judge whom: one function of the database."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parents[1] / "conflicts.sql").read_text()
UNDO = """
DROP FUNCTION organisations_conflicted(timestamptz, integer, bigint[], bigint[]);
DROP FUNCTION organisations_conflicts(timestamptz, integer, bigint[], bigint[]);
"""


class Migration(migrations.Migration):
    """The functions."""

    dependencies = [("organisations", "0004_ties")]
    operations = [migrations.RunSQL(SQL, UNDO)]
