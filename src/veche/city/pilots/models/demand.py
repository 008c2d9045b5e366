"""What the city knows of a theme besides its code: by it demand and solutions find each other."""

from __future__ import annotations

from django.db import models


class DemandTheme(models.Model):
    """A theme of problems (a group of categories), and what a city says belongs to it."""

    theme = models.CharField(max_length=80, unique=True)
    """Code of a group of categories, or of a category that stands in none."""
    technologies = models.ManyToManyField("pilots.Technology", related_name="+")
    """What solves such problems."""
    targets = models.ManyToManyField("pilots.Target", related_name="+")
    """The development targets it serves."""
    spheres = models.JSONField(default=list)
    """Spheres of the pulse whose vital signs speak of it."""
    words = models.JSONField(default=list)
    """Words by which ideas are counted under it: an idea that holds one of them does."""

    def __str__(self) -> str:
        return self.theme
