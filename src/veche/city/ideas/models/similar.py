"""The index of what ideas say, and which say nearly the same; made by the worker, never by hand.

Everything here can be made again from the ideas themselves.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q


class SimilarText(models.Model):
    """The short runs of characters of one public idea (`veche.city.ideas.similar.grams`)."""

    idea = models.OneToOneField(
        "ideas.Idea", models.CASCADE, primary_key=True, related_name="similar_text"
    )
    grams = ArrayField(models.IntegerField())
    """Their numbers, less 2³² where they are 2³¹ or more."""
    times = models.BinaryField()
    """How often each stands in it: one byte each, in the order of ``grams``."""
    length = models.FloatField(default=0)
    """The length of its vector, by how rare the runs were when it was measured."""
    measured = models.IntegerField(default=0)
    """Of how many texts they were rare then; 0: not measured yet."""
    linked = models.BooleanField(default=False)
    """Whether its nearest have been looked for."""

    class Meta:
        indexes = [
            GinIndex(fields=["grams"], name="ideas_similar_grams"),
            models.Index(fields=["measured"], name="ideas_similar_measured"),
            models.Index(fields=["idea"], name="ideas_similar_unlinked",
                         condition=Q(linked=False)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"words of idea {self.idea_id}"


class SimilarMeaning(models.Model):
    """What one public idea means, as the model of the extra `veche[semantic]` puts it."""

    idea = models.OneToOneField(
        "ideas.Idea", models.CASCADE, primary_key=True, related_name="similar_meaning"
    )
    script = models.CharField(max_length=2)
    """``ru``, ``zh`` or ``en``: within one, the runs of characters say more."""
    vector = models.BinaryField()
    """Its numbers, two bytes each."""

    def __str__(self) -> str:
        return f"meaning of idea {self.idea_id}"


class SimilarGram(models.Model):
    """In how many texts a run stands."""

    number = models.IntegerField(primary_key=True)
    texts = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.number}: {self.texts}"


class SimilarSize(models.Model):
    """How many texts are in the index: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    texts = models.IntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="ideas_one_similar_size")]

    def __str__(self) -> str:
        return str(self.texts)


class SimilarDue(models.Model):
    """An idea whose words are to be read (again); written by triggers of the ideas."""

    idea = models.OneToOneField(
        "ideas.Idea", models.CASCADE, primary_key=True, related_name="similar_due"
    )

    def __str__(self) -> str:
        return f"idea {self.idea_id} is to be read"


class SimilarLink(models.Model):
    """Another idea that says nearly the same; both know it unless one has nearer ones."""

    idea = models.ForeignKey("ideas.Idea", models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey("ideas.Idea", models.CASCADE, related_name="+")
    score = models.FloatField()
    """From 0 to 1."""
    across = models.BooleanField(default=False)
    """It says so in another language: found by what it means, where the extra is installed."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idea", "other"], name="ideas_one_similar_link"),
            models.CheckConstraint(condition=~Q(idea=F("other")), name="ideas_similar_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.idea_id} like {self.other_id}"


class Brought(models.Model):
    """Where an idea comes from that was brought in from another platform."""

    idea = models.OneToOneField(
        "ideas.Idea", models.CASCADE, primary_key=True, related_name="brought"
    )
    source = models.CharField(max_length=40)
    """The platform, as the city calls it."""
    number = models.CharField(max_length=120)
    """Its id there."""
    address = models.URLField(max_length=400, blank=True, default="")
    """Its page there."""
    state = models.CharField(max_length=40, blank=True, default="")
    """Where it stood there, in that platform's own word."""
    supports = models.IntegerField(default=0)
    """How many supported it there; nobody here can check who they were, so they are never counted
    among the supporters."""
    comments = models.IntegerField(default=0)
    """How many comments it had there."""
    digest = models.BinaryField()
    """Of the row it was made from: the same row again changes nothing."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="ideas_brought_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.number}"
