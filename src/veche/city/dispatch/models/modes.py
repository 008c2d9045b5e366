"""The mode of the city or of a district: five levels, who entered one, why and until when."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from veche.languages import here


class ModeLevel(models.Model):
    """What one of the five levels is called, what people are advised, and what it switches: data.

    Level 1 is the usual one, in force wherever no other is.
    """

    level = models.PositiveSmallIntegerField(unique=True)
    names = models.JSONField()
    advice = models.JSONField(default=dict)
    """What everybody is advised to do while it lasts, by language; a line each."""
    factor = models.DecimalField(max_digits=4, decimal_places=2, default=1)
    """By what every term of an incident is multiplied that begins while it lasts."""
    told = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    """Roles whose holders at the place get a letter when it is entered, changed or over."""
    duty = models.SlugField(max_length=40, blank=True, default="")
    """Code of the duty list that answers while it lasts; empty: the usual ones."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="dispatch_level"),
            models.CheckConstraint(
                condition=Q(factor__gt=0) & Q(factor__lte=10), name="dispatch_level_factor"
            ),
        ]

    def __str__(self) -> str:
        return here(self.names)


class ModeRule(models.Model):
    """From which tier on incidents are led while a level lasts: of a kind, or as grave as this.

    All rules that fit are looked at, and the highest tier of them counts.
    """

    level = models.PositiveSmallIntegerField()
    """It counts at this level and at all above it."""
    kind = models.ForeignKey("dispatch.IncidentKind", models.CASCADE, null=True, related_name="+")
    severity = models.PositiveSmallIntegerField(null=True)
    """Incidents at least as grave; empty: all."""
    tier = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["level", "kind", "severity"],
                nulls_distinct=False,
                name="dispatch_one_mode_rule",
            ),
            models.CheckConstraint(
                condition=Q(level__range=(2, 5), tier__range=(1, 3))
                & (Q(severity__isnull=True) | Q(severity__range=(1, 4))),
                name="dispatch_mode_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level}: {self.kind_id or '*'} {self.severity or '*'} → {self.tier}"


class CityMode(models.Model):
    """A mode above the usual one, at a place, from a moment to a moment; at most one at a time.

    It is over at ``ended_at``, or at ``until`` where nobody ended it: no timer has to come first.
    """

    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    """When it is over unless somebody extends it by a new act."""
    ended_at = models.DateTimeField(null=True)
    drill = models.BooleanField(default=False)
    """Of a drill: it is shown to the staff alone and switches drills alone."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__range=(2, 5)), name="dispatch_mode_level"),
            models.CheckConstraint(
                condition=Q(until__gt=F("since"))
                & (Q(ended_at__isnull=True) | Q(ended_at__gte=F("since"))),
                name="dispatch_mode_term",
            ),
        ]
        indexes = [
            models.Index(
                fields=["until"], condition=Q(ended_at__isnull=True), name="dispatch_mode_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.level} at {self.territory_id}"


class ModeAct(models.Model):
    """What somebody did with a mode, with the reason they wrote: appended only."""

    class Kind(models.TextChoices):
        ENTERED = "entered"
        EXTENDED = "extended"
        ENDED = "ended"
        REPLACED = "replaced"
        """Another level was entered at the same place."""
        OVER = "over"
        """Its term had passed; nobody ended it."""

    mode = models.ForeignKey(CityMode, models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    """Empty: by its term, or by a command at the machine."""
    role = models.CharField(max_length=24, blank=True, default="")
    """As what they did it, as everybody is shown."""
    reason = models.CharField(max_length=500, blank=True, default="")
    until = models.DateTimeField(null=True)
    command = models.ForeignKey("dispatch.Command", models.PROTECT, null=True, related_name="+")
    """Done for the mayor, by whoever commanded then."""

    class Meta:
        indexes = [models.Index(fields=["mode", "at"], name="dispatch_mode_act")]

    def __str__(self) -> str:
        return f"{self.mode_id} {self.kind}"
