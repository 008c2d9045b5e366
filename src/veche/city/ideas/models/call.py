"""A call for ideas and its phases."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from veche.languages import here


class Call(models.Model):
    """The city, a district or a department asks for ideas; where it stands is told by its case.

    The organisation its case lies with answers the ideas; its territory is where it asks.
    """

    class Who(models.TextChoices):
        ANYONE = "anyone"
        RESIDENTS = "residents"
        """Residents of its territory, by letter, counter or sign-on."""

    case = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="+")
    office = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    """The office that answers."""
    titles = models.JSONField()
    """Its title in the languages of the city."""
    texts = models.JSONField()
    """What it is about."""
    promises = models.JSONField()
    """What the city promises to do with the result."""
    questions = models.JSONField(default=list)
    """What an idea must answer besides: ``{"code", "names", "required"}`` each."""
    standing = models.BooleanField(default=False)
    """It has no phases and no end: ideas are taken at any time."""
    who = models.CharField(max_length=10, choices=Who, default=Who.ANYONE)
    ideas = models.IntegerField(default=0, db_default=0)
    """How many ideas of it everybody can read; kept by a trigger."""

    def __str__(self) -> str:
        return here(self.titles)


class Phase(models.Model):
    """A stretch of days of a call in which one thing is done."""

    class Kind(models.TextChoices):
        COLLECT = "collect"
        DISCUSS = "discuss"
        SYNTHESISE = "synthesise"
        VOTE = "vote"
        ANSWER = "answer"

    call = models.ForeignKey(Call, models.CASCADE, related_name="phases")
    kind = models.CharField(max_length=10, choices=Kind)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "kind"], name="ideas_one_phase_of_a_kind"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="ideas_phase_closes_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of call {self.call_id}"
