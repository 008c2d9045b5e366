"""What ideas mean, and links across languages."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ideas', '0010_initiative_rule'),
    ]

    operations = [
        migrations.CreateModel(
            name='SimilarMeaning',
            fields=[
                ('idea', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='similar_meaning', serialize=False, to='ideas.idea')),
                ('script', models.CharField(max_length=2)),
                ('vector', models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name='similarlink',
            name='across',
            field=models.BooleanField(default=False),
        ),
    ]
