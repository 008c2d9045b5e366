from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parents[1] / "casting_all.sql").read_text()


class Migration(migrations.Migration):

    dependencies = [
        ('ballots', '0005_unpublished'),
    ]

    # It answers as before, so that going back needs no other.
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
