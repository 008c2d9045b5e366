from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pulse", "0001_start")]

    operations = [
        migrations.RemoveField(model_name="vital", name="coming_count"),
        migrations.RemoveField(model_name="vital", name="coming_since"),
        migrations.AddField(model_name="vital", name="runs", field=models.JSONField(default=dict)),
        migrations.AddField(model_name="vital", name="parts", field=models.IntegerField(default=0)),
        migrations.AddField(
            model_name="vital", name="silent", field=models.IntegerField(default=0)
        ),
    ]
