"""No trial begins by a signature whose certificate was revoked before it signed."""

from pathlib import Path

from django.db import migrations

_HERE = Path(__file__).parents[1]
_SQL = (_HERE / "revoked.sql").read_text()
_LINES = _SQL.split("        WHEN bool_or(")
UNDO = _LINES[0] + "        ELSE '' END" + _LINES[1].split("        ELSE '' END")[1]
"""The function as it was: without the look at lists of revoked certificates."""


class Migration(migrations.Migration):

    dependencies = [("pilots", "0004_papers")]

    operations = [migrations.RunSQL(_SQL, UNDO)]
