"""What everybody may read, kept by the database."""

from pathlib import Path

from django.db import migrations, models

SQL = (Path(__file__).parents[1] / "published.sql").read_text()
UNDO = """
DROP TRIGGER ideas_case_moved ON cases_case;
DROP TRIGGER ideas_born ON ideas_idea;
DROP TRIGGER ideas_count_new ON ideas_idea;
DROP TRIGGER ideas_count_shown ON ideas_idea;
DROP FUNCTION ideas_case_moved();
DROP FUNCTION ideas_born();
DROP FUNCTION ideas_count_new();
DROP FUNCTION ideas_count_shown();
DROP FUNCTION ideas_is_public(text, timestamptz);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_returned'),
        ('ideas', '0002_answers'),
    ]

    operations = [
        migrations.RunSQL(SQL, UNDO),
        migrations.RemoveIndex(
            model_name='idea',
            name='ideas_newest',
        ),
        migrations.RemoveIndex(
            model_name='idea',
            name='ideas_most_supported',
        ),
        migrations.RemoveIndex(
            model_name='idea',
            name='ideas_most_discussed',
        ),
        migrations.AddIndex(
            model_name='idea',
            index=models.Index(condition=models.Q(('into__isnull', True), ('public', True)), fields=['call', '-published_at', '-case'], name='ideas_newest'),
        ),
        migrations.AddIndex(
            model_name='idea',
            index=models.Index(condition=models.Q(('into__isnull', True), ('public', True)), fields=['call', '-supporters', '-case'], name='ideas_most_supported'),
        ),
        migrations.AddIndex(
            model_name='idea',
            index=models.Index(condition=models.Q(('into__isnull', True), ('public', True)), fields=['call', '-comments', '-case'], name='ideas_most_discussed'),
        ),
    ]
