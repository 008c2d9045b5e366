from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pilots', '0005_g_trials'),
    ]

    operations = [
        migrations.AddField(
            model_name='site',
            name='reaches',
            field=models.JSONField(default=dict),
        ),
    ]
