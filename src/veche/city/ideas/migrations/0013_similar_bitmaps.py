"""Nor are the rows read by their key, run after run."""

from django.db import migrations

_FUNCTION = "ideas_similar_met(integer[], float8[])"


class Migration(migrations.Migration):

    dependencies = [
        ('ideas', '0012_similar_met'),
    ]

    operations = [
        migrations.RunSQL(
            f"ALTER FUNCTION {_FUNCTION} SET enable_indexscan = off;"
            f"ALTER FUNCTION {_FUNCTION} SET enable_indexonlyscan = off",
            f"ALTER FUNCTION {_FUNCTION} RESET enable_indexscan;"
            f"ALTER FUNCTION {_FUNCTION} RESET enable_indexonlyscan",
        ),
    ]
