"""What came back to an office is found without reading every step that ever was made."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0005_births'),
        ('organisations', '0003_lists'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='caseevent',
            index=models.Index(condition=models.Q(('target', 'returned')), fields=['at'], name='cases_event_returned'),
        ),
    ]
