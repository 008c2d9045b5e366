"""Kin and workmates are declared without naming them."""

from pathlib import Path

from django.db import migrations, models

SQL = (Path(__file__).parents[1] / "conflicts.sql").read_text()


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0005_conflicts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='tie',
            name='kind',
            field=models.CharField(choices=[('employment', 'worked there'), ('ownership', 'owned a share of it'), ('governing', 'sat in its board'), ('contract', 'had a contract with it'), ('kin', 'kin of somebody who is tied to it'), ('co_work', 'worked with somebody who stands for it')], max_length=10),
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
