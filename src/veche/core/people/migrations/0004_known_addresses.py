from django.db import migrations

# Addresses that were believed before stay believed; the table where tries are counted is small,
# short-lived and need not survive a crash.
SQL = """
INSERT INTO account_emailaddress (user_id, email, verified, "primary")
SELECT id, lower(email), true, true FROM people_person
WHERE email IS NOT NULL AND level <> 'unverified';
CREATE UNLOGGED TABLE people_tries (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
);
CREATE INDEX people_tries_expires ON people_tries (expires);
"""
UNDO = "DROP TABLE people_tries; DELETE FROM account_emailaddress;"


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_accounts"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]
    operations = [migrations.RunSQL(SQL, UNDO)]
