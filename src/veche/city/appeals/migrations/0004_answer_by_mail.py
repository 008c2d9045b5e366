"""The e-mail address of who asked to be told of an answer, until it is told."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0003_words"),
        ("cases", "0004_queue"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnswerByMail",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("language", models.CharField(max_length=10)),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
