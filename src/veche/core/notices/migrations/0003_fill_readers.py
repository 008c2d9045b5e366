from django.db import migrations

FILL = """
INSERT INTO notices_reader (person_id, language, mark, ways, bounces, since)
SELECT id, language, md5(random()::text || id), '{}', 0, since FROM people_person WHERE id IN (
    SELECT person_id FROM notices_following UNION SELECT person_id FROM notices_notice);
DELETE FROM notices_following WHERE person_id IS NULL;
UPDATE notices_following f SET reader_id = r.id FROM notices_reader r
WHERE r.person_id = f.person_id;
DELETE FROM notices_notice a USING notices_notice b
WHERE a.person_id = b.person_id AND a.case_id = b.case_id AND a.kind = b.kind AND a.at = b.at
  AND a.id > b.id;
UPDATE notices_notice n SET reader_id = r.id, telling = n.id,
    mail = CASE WHEN n.mailed_at IS NULL THEN 'now' ELSE '' END,
    topic = CASE WHEN c.author_id = n.person_id THEN 'own' ELSE 'followed' END
FROM notices_reader r, cases_case c WHERE r.person_id = n.person_id AND c.id = n.case_id;
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_readers")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
