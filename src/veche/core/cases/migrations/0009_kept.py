"""What names a case or an office that is never deleted is looked up all at once."""

from pathlib import Path

from django.db import migrations, models
from django.db.models.deletion import PROTECT

KEPT = (Path(__file__).parents[1] / "kept.sql").read_text()
UNDO = """
DROP TRIGGER cases_assignments_added ON cases_assignment;
DROP TRIGGER cases_assignments_changed ON cases_assignment;
DROP TRIGGER cases_numbered ON cases_case;
DROP TRIGGER cases_offices_kept ON organisations_organisation;
DROP TRIGGER cases_offices_numbered ON organisations_organisation;
DROP FUNCTION cases_check_assignments();
"""


def named(to: str, **more: bool) -> models.ForeignKey:
    """A reference that the database does not look up row by row."""
    return models.ForeignKey(
        to=to, on_delete=PROTECT, related_name="+", db_constraint=False, **more
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_responsibility"), ("organisations", "0001_initial")]
    operations = [
        migrations.RunSQL(KEPT, UNDO),
        migrations.AlterField(
            "case", "organisation", named("organisations.organisation", null=True, db_index=False)
        ),
        migrations.AlterField("assignment", "case", named("cases.case")),
        migrations.AlterField("assignment", "organisation", named("organisations.organisation")),
    ]
