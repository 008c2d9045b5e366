"""Kept for databases that have it: the first reasons stand in the program, not in the table."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial")]
    operations = []
