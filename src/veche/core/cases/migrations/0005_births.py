"""The check of events writes the newborn without reading all moves again for each of them."""

from pathlib import Path

from django.db import migrations

_TRIGGERS = (Path(__file__).parents[1] / "triggers.sql").read_text()
_START, _END = "CREATE FUNCTION cases_check_events()", "END $$;"
_CHECK = _TRIGGERS[_TRIGGERS.index(_START) :]
_CHECK = _CHECK[: _CHECK.index(_END) + len(_END)].replace("CREATE", "CREATE OR REPLACE", 1)


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_queue")]
    operations = [migrations.RunSQL(_CHECK, migrations.RunSQL.noop)]
