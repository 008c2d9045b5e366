"""A database made before gets the check of events and the guard of cases as they stand now."""

from pathlib import Path

from django.db import migrations

WHOLE = (Path(__file__).parents[1] / "triggers.sql").read_text()
BEGIN, END = "CREATE FUNCTION cases_check_events()", "END $$;"
CHECK = WHOLE[WHOLE.index(BEGIN) :].partition(END)[0] + END

KEPT = """
CREATE OR REPLACE TRIGGER cases_kept BEFORE DELETE ON cases_case FOR EACH ROW
    EXECUTE FUNCTION cases_refuse('a case is never deleted');
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_fewer_indexes")]
    operations = [
        migrations.RunSQL(
            CHECK.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1),
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
