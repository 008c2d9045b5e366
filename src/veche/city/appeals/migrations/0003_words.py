"""Titles and words of letters are found by an index."""

from django.db import migrations

from veche.searching import drops, indexes, need_trigrams

TABLE, WORDS = "appeals_appeal", "title || ' ' || text"


class Migration(migrations.Migration):
    dependencies = [("appeals", "0002_enclosures")]
    operations = [
        migrations.RunPython(need_trigrams, migrations.RunPython.noop),
        migrations.RunSQL(indexes("appeals_words", TABLE, WORDS), drops("appeals_words")),
    ]
