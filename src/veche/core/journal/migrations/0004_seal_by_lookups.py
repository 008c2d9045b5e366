from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parents[1] / "seal.sql").read_text()


class Migration(migrations.Migration):

    dependencies = [("journal", "0003_sealing")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
