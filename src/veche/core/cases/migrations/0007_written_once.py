"""A database made before gets the table of cases to be born, and the check that gives birth."""

from pathlib import Path

from django.db import migrations

WHOLE = (Path(__file__).parents[1] / "triggers.sql").read_text()


def part(begin: str, end: str) -> str:
    """A part of the whole, from its first words to its last."""
    return WHOLE[WHOLE.index(begin) :].partition(end)[0] + end


BIRTH = "DROP TABLE IF EXISTS cases_birth;" + part("CREATE UNLOGGED TABLE cases_birth", ");")
CHECK = part("CREATE FUNCTION cases_check_events()", "END $$;").replace(
    "CREATE", "CREATE OR REPLACE", 1
)
GUARD = part("CREATE TRIGGER cases_born_unmoved", "its first move');").replace(
    "CREATE", "CREATE OR REPLACE", 1
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_promise")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (BIRTH, CHECK, GUARD)]
