"""Checkpoints, too, are kept from being emptied: they are what keeps a size from two signatures."""

from django.db import migrations

SQL = """
CREATE TRIGGER journal_checkpoints_not_truncated BEFORE TRUNCATE ON journal_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0004_seal_by_lookups")]
    operations = [
        migrations.RunSQL(
            SQL, "DROP TRIGGER journal_checkpoints_not_truncated ON journal_checkpoint"
        )
    ]
