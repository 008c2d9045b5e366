from pathlib import Path

from django.db import migrations, models

SQL = (Path(__file__).parents[1] / "experts.sql").read_text()
UNDO = """
DROP TRIGGER pilots_panel_kept ON pilots_panel;
DROP TRIGGER pilots_item_kept ON pilots_panelitem;
DROP FUNCTION pilots_keep_panel();
DROP TRIGGER pilots_vote_kept ON pilots_panelvote;
DROP FUNCTION pilots_keep_vote();
DROP TRIGGER pilots_mark_of_call ON pilots_reviewmark;
DROP FUNCTION pilots_check_mark();
DROP TRIGGER pilots_mark_kept ON pilots_reviewmark;
DROP TRIGGER pilots_review_kept ON pilots_review;
DROP FUNCTION pilots_keep_review();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pilots", "0008_f_agreements"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignmentrun",
            name="applications",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="assignmentrun",
            name="experts",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="reviewtask",
            name="reminded_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
