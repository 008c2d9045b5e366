import django.db.models.deletion
from django.db import migrations, models

ADD = """
CREATE SEQUENCE notices_telling;
SELECT setval('notices_telling', greatest(1, (SELECT max(id) FROM notices_notice)));
CREATE INDEX notices_by_circle ON notices_subscription USING gist (
    notices_around(longitude, latitude, radius)) WHERE radius IS NOT NULL;
"""
AROUND = """
CREATE FUNCTION notices_around(longitude float, latitude float, radius int) RETURNS box
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- The square around a circle of so many metres, in degrees; 111,195 metres are a degree.
    SELECT box(
        point(longitude - radius / 111195.0 / greatest(0.01, cos(radians(latitude))),
              latitude - radius / 111195.0),
        point(longitude + radius / 111195.0 / greatest(0.01, cos(radians(latitude))),
              latitude + radius / 111195.0))
$$;
"""
TAKE_AWAY = """
DROP INDEX notices_by_circle;
DROP FUNCTION notices_around;
DROP SEQUENCE notices_telling;
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_fill_readers")]

    operations = [
        migrations.AlterField(
            model_name="following",
            name="reader",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="notices.reader",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="reader",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="notices.reader",
            ),
        ),
        migrations.AlterField("notice", "topic", models.CharField(max_length=8)),
        migrations.AlterField("notice", "telling", models.BigIntegerField()),
        migrations.RemoveField("notice", "mailed_at"),
        migrations.RunSQL(AROUND, migrations.RunSQL.noop),
        migrations.RunSQL(ADD, TAKE_AWAY),
    ]
