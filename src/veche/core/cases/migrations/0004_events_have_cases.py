"""A database made before gets the check of events as it stands now."""

from pathlib import Path

from django.db import migrations

WHOLE = (Path(__file__).parents[1] / "triggers.sql").read_text()
BEGIN, END = "CREATE FUNCTION cases_check_events()", "END $$;"
CHECK = WHOLE[WHOLE.index(BEGIN) :].partition(END)[0] + END


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_fewer_indexes")]
    operations = [
        migrations.RunSQL(
            CHECK.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1),
            migrations.RunSQL.noop,
        )
    ]
