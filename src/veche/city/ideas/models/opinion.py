"""Statements on a matter, what people think of them, and the map made of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Statement(models.Model):
    """One short statement that people agree or disagree with."""

    class Standing(models.TextChoices):
        WAITING = "waiting"
        """A facilitator or moderator has not read it yet."""
        SHOWN = "shown"
        REJECTED = "rejected"

    matter = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    """The call, idea or initiative that is talked about."""
    number = models.IntegerField()
    """From zero, within its matter: the id of the published files."""
    author = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    """Empty once its author was forgotten, and of what was imported."""
    text = models.CharField(max_length=280)
    at = models.DateTimeField()
    """When its present words were written; within 24 hours they are read."""
    standing = models.CharField(max_length=8, choices=Standing, default=Standing.WAITING)
    meta = models.BooleanField(default=False)
    """It says who one is, not what one thinks: it takes no part in making groups."""
    reader = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    """Who let it through or rejected it; empty: nobody did in time, or it was imported."""
    read_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True, default="")
    """By code, where it was rejected."""
    words = models.TextField(blank=True, default="")
    """What its author is told besides."""
    rejections = models.SmallIntegerField(default=0)
    """How often it was rejected; who rejected it does not read it again."""
    agrees = models.IntegerField(default=0, db_default=0)
    """People who agree; kept by a trigger on the votes, as the next two."""
    disagrees = models.IntegerField(default=0, db_default=0)
    passes = models.IntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "number"], name="ideas_one_statement")
        ]
        indexes = [
            models.Index(
                fields=["at"], name="ideas_statements_waiting", condition=Q(standing="waiting")
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def votes(self) -> int:
        """How many people have seen it and said something."""
        return self.agrees + self.disagrees + self.passes


class Participant(models.Model):
    """Who stands behind a number; the one place that says so. Erased, the votes stay."""

    matter = models.ForeignKey("cases.Case", models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    number = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "person"], name="ideas_one_participant"),
            models.UniqueConstraint(fields=["matter", "number"], name="ideas_one_number"),
        ]

    def __str__(self) -> str:
        return f"participant {self.number} of {self.matter_id}"


class StatementVote(models.Model):
    """The newest word of one person on one statement."""

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="+", db_index=False)
    participant = models.IntegerField()
    """From zero, within the matter: who it is stands in `Participant` rows only."""
    value = models.SmallIntegerField()
    """1 agree, -1 disagree, 0 pass."""
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "participant"], name="ideas_one_vote_on_a_statement"
            ),
            models.CheckConstraint(condition=Q(value__in=(-1, 0, 1)), name="ideas_agrees_or_not"),
        ]

    def __str__(self) -> str:
        return f"{self.value:+d} on statement {self.statement_id}"


class OpinionMap(models.Model):
    """The map of a matter as it was computed last, and what numbers the next ones get.

    The row is there from the first statement on. Whoever votes counts ``said`` up and so waits
    for others for the moment of writing: the worker knows by it whether its map is the newest.
    """

    matter = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="+")
    statements = models.IntegerField(default=0, db_default=0)
    """The number of the next statement."""
    people = models.IntegerField(default=0, db_default=0)
    """The number of the next participant."""
    said = models.BigIntegerField(default=0, db_default=0)
    """How often something was said, or a statement let through or rejected."""
    queued = models.BooleanField(default=False, db_default=False)
    """The worker was asked for a new map and has not made it yet."""
    drawn = models.BigIntegerField(default=0, db_default=0)
    """How much was said when the map was made."""
    body = models.JSONField(default=dict)
    """What is drawn (`opinion.picture`); empty: no map was made yet."""
    at = models.DateTimeField(null=True)
    """When it was made."""

    def __str__(self) -> str:
        return f"opinion map of {self.matter_id}"
