"""Words of ideas are found by an index."""

from django.db import migrations

from veche.searching import drops, indexes, need_trigrams

NAME, TABLE = "ideas_words", "ideas_idea"
WORDS = "title || ' ' || text"


class Migration(migrations.Migration):
    dependencies = [("ideas", "0008_speakers")]
    operations = [
        migrations.RunPython(need_trigrams, migrations.RunPython.noop),
        migrations.RunSQL(indexes(NAME, TABLE, WORDS), drops(NAME)),
    ]
