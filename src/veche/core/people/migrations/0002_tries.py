from django.db import migrations

# Where tries are counted is small, short-lived and need not survive a crash.
SQL = """
CREATE UNLOGGED TABLE people_tries (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
);
CREATE INDEX people_tries_expires ON people_tries (expires);
"""


class Migration(migrations.Migration):
    replaces = [("people", "0004_known_addresses")]
    dependencies = [("people", "0001_start")]
    operations = [migrations.RunSQL(SQL, "DROP TABLE people_tries")]
