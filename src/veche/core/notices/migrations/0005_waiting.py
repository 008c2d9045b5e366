import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

FILL = """
INSERT INTO notices_saying (number, case_id, kind, details, at)
SELECT DISTINCT ON (telling) telling, case_id, kind, details, at FROM notices_notice
WHERE mail <> '';
INSERT INTO notices_waiting (reader_id, telling, own, topic, pace)
SELECT reader_id, telling, topic = 'own', topic, mail FROM notices_notice WHERE mail <> '';
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_looked_up_at_once"), ("notices", "0004_readers_always")]

    operations = [
        migrations.CreateModel(
            name="Saying",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=64)),
                ("details", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Waiting",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False, auto_created=True,
                                           verbose_name="ID")),
                ("telling", models.BigIntegerField()),
                ("own", models.BooleanField()),
                ("topic", models.CharField(blank=True, max_length=8)),
                ("pace", models.CharField(max_length=6)),
                (
                    "reader",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="notices.reader",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["pace", "reader"], name="notices_waiting_pace")
                ],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RemoveIndex("notice", "notices_to_mail"),
        migrations.RemoveField("notice", "mail"),
        migrations.RemoveField("notice", "letter"),
        migrations.RemoveField("letter", "first_notice"),
        migrations.RemoveField("letter", "last_notice"),
        migrations.AddField(
            "letter",
            "content",
            django.contrib.postgres.fields.ArrayField(
                models.BigIntegerField(), default=list, size=None
            ),
        ),
    ]
