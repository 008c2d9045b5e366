"""Words and places of problems are found by an index."""

from django.db import migrations

from veche.searching import drops, indexes, need_trigrams

TABLE, WORDS = "problems_problem", "text || ' ' || address"


class Migration(migrations.Migration):
    dependencies = [("problems", "0004_lately")]
    operations = [
        migrations.RunPython(need_trigrams, migrations.RunPython.noop),
        migrations.RunSQL(indexes("problems_words", TABLE, WORDS), drops("problems_words")),
    ]
