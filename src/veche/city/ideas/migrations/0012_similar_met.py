"""The lists of runs are read by their index, whatever the planner thinks."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parents[1] / "similar_met.sql").read_text()


class Migration(migrations.Migration):

    dependencies = [
        ('ideas', '0011_meaning'),
    ]

    operations = [
        migrations.RunSQL(SQL, "DROP FUNCTION ideas_similar_met(integer[], float8[])"),
    ]
