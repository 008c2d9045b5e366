from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parents[1] / "ballots_cast.sql").read_text()
UNDO = """
DROP FUNCTION ballots_cast(bigint[], bigint[], bytea[], smallint[], bigint[], text[], text[],
    bytea[], timestamptz[])
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ballots', '0005_unpublished'),
    ]

    operations = [migrations.RunSQL(SQL, UNDO)]
