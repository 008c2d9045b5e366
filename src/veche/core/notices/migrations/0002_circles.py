"""Whoever looks around a place is found by an index; a telling has one number."""

from django.db import migrations

SQL = """
CREATE FUNCTION notices_around(longitude float, latitude float, radius int) RETURNS box
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- The square around a circle of so many metres, in degrees; 111,195 metres are a degree.
    SELECT box(
        point(longitude - radius / 111195.0 / greatest(0.01, cos(radians(latitude))),
              latitude - radius / 111195.0),
        point(longitude + radius / 111195.0 / greatest(0.01, cos(radians(latitude))),
              latitude + radius / 111195.0))
$$;
CREATE INDEX notices_by_circle ON notices_subscription USING gist (
    notices_around(longitude, latitude, radius)) WHERE radius IS NOT NULL;
CREATE SEQUENCE notices_telling;
"""
UNDO = """
DROP INDEX notices_by_circle;
DROP FUNCTION notices_around;
DROP SEQUENCE notices_telling;
"""


class Migration(migrations.Migration):
    replaces = [("notices", "0004_readers_always")]
    dependencies = [("notices", "0001_start")]
    operations = [migrations.RunSQL(SQL, UNDO)]
