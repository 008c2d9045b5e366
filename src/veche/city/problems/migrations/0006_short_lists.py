"""The length of the list of new words is a setting of the session, no longer one of the index.

To change what stands in the index it must be locked against everybody, and a large import, which
wants a longer list, held up every reader of problems until its end.
"""

from django.db import migrations

from veche.searching import SHORT_LISTS

WORDS = "problems_words_trgm"


class Migration(migrations.Migration):
    dependencies = [("problems", "0005_words")]
    operations = [
        migrations.RunSQL(
            [SHORT_LISTS, f"ALTER INDEX {WORDS} RESET (gin_pending_list_limit)"],
            f"ALTER INDEX {WORDS} SET (gin_pending_list_limit = 256)",
        )
    ]
