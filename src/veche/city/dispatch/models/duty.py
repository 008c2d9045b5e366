"""Who is on duty: lists, turns, rotations, exchanges, and how a shift is handed on."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from veche.languages import here


class DutyList(models.Model):
    """Who can be called at any hour: of an office, or of a tier at a place."""

    code = models.SlugField(max_length=40, unique=True)
    names = models.JSONField()
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    """The office whose list it is; empty for a list of dispatchers."""
    territory = models.ForeignKey("places.Territory", models.PROTECT, null=True, related_name="+")
    """The place whose dispatchers stand on it; empty for a list of an office."""
    tier = models.PositiveSmallIntegerField(null=True)
    """1 neighbourhood, 2 district, 3 city; empty for a list of an office."""
    telephone = models.CharField(max_length=40, blank=True, default="")
    """Where whoever is on duty answers: everybody may read it."""
    until = models.DateTimeField(null=True)
    """Since when it is in use no longer."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, territory__isnull=True, tier__isnull=True)
                | Q(organisation__isnull=True, territory__isnull=False, tier__range=(1, 3)),
                name="dispatch_list_of_one",
            )
        ]

    def __str__(self) -> str:
        return here(self.names)


class DutyTurn(models.Model):
    """Somebody is on duty from a moment to a moment; the first of a list is alone in it."""

    list = models.ForeignKey(DutyList, models.PROTECT, related_name="turns")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    lead = models.BooleanField(default=True)
    """The first to be called; a database rule keeps two of them from one moment of a list."""
    telephone = models.CharField(max_length=40, blank=True, default="")
    """Where this person is reached, for the staff only."""
    instead_of = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    """Whose turn it was before somebody stood in or exchanged it."""
    why = models.CharField(max_length=200, blank=True, default="")
    """Why somebody else stands in."""
    made_ahead = models.BooleanField(default=False)
    """Made by the rotation, not by hand."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=models.F("since")), name="dispatch_turn_forward"
            )
        ]
        indexes = [
            models.Index(fields=["list", "until"], name="dispatch_turns"),
            models.Index(fields=["person", "until"], name="dispatch_turns_of"),
        ]

    def __str__(self) -> str:
        return f"{self.list_id}: {self.person_id} from {self.since}"

    @property
    def length(self) -> dt.timedelta:
        """How long it lasts."""
        return self.until - self.since


def every_day() -> list[int]:
    """No day of the week is chosen: turns begin on every day."""
    return []


class Rotation(models.Model):
    """How the turns of a list follow each other: the worker makes them ahead by it."""

    list = models.OneToOneField(DutyList, models.CASCADE, related_name="rotation")
    hours = models.PositiveSmallIntegerField(default=24)
    """How long a turn lasts."""
    hour = models.PositiveSmallIntegerField(default=8)
    """The hour of the city's day at which the first turn of a day begins."""
    days = ArrayField(models.PositiveSmallIntegerField(), default=every_day)
    """Days of the week on which turns begin, 1 Monday to 7 Sunday; empty: every day."""
    ahead = models.PositiveSmallIntegerField(default=28)
    """For how many days turns are made ahead."""
    begins = models.DateField()
    """The day on which the first person of the order has the first turn."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__range=(1, 168), hour__range=(0, 23), ahead__range=(1, 120)),
                name="dispatch_rotation_numbers",
            )
        ]

    def __str__(self) -> str:
        return f"{self.list_id}: every {self.hours} h"


class RotationPerson(models.Model):
    """A person's place in the order of a rotation."""

    rotation = models.ForeignKey(Rotation, models.CASCADE, related_name="order", db_index=False)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["rotation", "place"], name="dispatch_rotation_place")
        ]

    def __str__(self) -> str:
        return f"{self.place}. {self.person_id}"


class TurnSwap(models.Model):
    """Somebody asks another to exchange two turns; it counts when the other agrees."""

    mine = models.ForeignKey(DutyTurn, models.CASCADE, related_name="+")
    theirs = models.ForeignKey(DutyTurn, models.CASCADE, related_name="+")
    asked_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    asked_of = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mine", "theirs"],
                condition=Q(answered_at__isnull=True),
                name="dispatch_swap_asked_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.mine_id} for {self.theirs_id}"


class HandOver(models.Model):
    """Who leaves a shift writes what is open; the next takes it over by a step."""

    list = models.ForeignKey(DutyList, models.PROTECT, related_name="hand_overs")
    turn = models.OneToOneField(DutyTurn, models.PROTECT, related_name="+")
    """The turn that ended."""
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    """Who wrote it; empty where nobody did and the worker wrote what was open."""
    at = models.DateTimeField()
    text = models.TextField(blank=True, default="")
    """What the next must know besides."""
    taken_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    """When the tier above was told that nobody had taken it over."""

    class Meta:
        indexes = [
            models.Index(
                fields=["at"], name="dispatch_not_taken", condition=Q(taken_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.list_id} at {self.at}"


class HandOverLine(models.Model):
    """An incident that was open when a shift ended: where it stood then, and a note."""

    hand_over = models.ForeignKey(HandOver, models.CASCADE, related_name="lines", db_index=False)
    incident = models.ForeignKey("dispatch.Incident", models.PROTECT, related_name="+")
    state = models.CharField(max_length=24)
    due_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hand_over", "incident"], name="dispatch_handed_over_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} in {self.hand_over_id}"
