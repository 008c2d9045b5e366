"""Colleagues of a whole department are not tied by that alone."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parents[1] / "conflicts.sql").read_text()


class Migration(migrations.Migration):
    """The function anew."""

    dependencies = [("organisations", "0006_tie_kinds")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
