"""What the page of an idea is made of, in one short text."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parents[1] / "page_state.sql").read_text()


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_returned'),
        ('files', '0001_start'),
        ('ideas', '0013_similar_bitmaps'),
        ('moderation', '0004_spam'),
    ]

    operations = [
        migrations.RunSQL(SQL, "DROP FUNCTION ideas_page_state(bigint, bigint)"),
    ]
