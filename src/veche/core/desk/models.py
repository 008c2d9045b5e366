"""Tables of the desk: what an officer keeps about their work, and changes of many that wait."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Seat(models.Model):
    """How one person sits at the desk."""

    person = models.OneToOneField(
        "people.Person", models.CASCADE, primary_key=True, related_name="+"
    )
    looked_at = models.DateTimeField(null=True)
    """What moved before this moment counts as seen; the first visit sets it."""
    single_keys = models.BooleanField(default=True)
    """Whether one letter alone is a command (WCAG 2.1.4: it can be turned off)."""

    def __str__(self) -> str:
        return f"seat of {self.person_id}"


class Look(models.Model):
    """How much of a case somebody has seen: what moved since is marked."""

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+")
    seq = models.IntegerField()
    """Steps of the case that were seen."""
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "case"], name="desk_one_look"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} saw {self.case_id} up to {self.seq}"


class Taking(models.Model):
    """Who of the office works on a case now; nobody where there is no row."""

    case = models.OneToOneField("cases.Case", models.CASCADE, primary_key=True, related_name="+")
    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id} taken by {self.person_id}"


class SavedView(models.Model):
    """Filters kept under a name: one person's own, or shared by an office."""

    owner = models.ForeignKey("people.Person", models.CASCADE, null=True, related_name="+")
    organisation = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, null=True, related_name="+"
    )
    title = models.CharField(max_length=60)
    query = models.CharField(max_length=400)
    """The filters as they stand in the address."""
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=True) ^ Q(organisation__isnull=True),
                name="desk_view_of_one",
            ),
            models.UniqueConstraint(
                fields=["owner", "title"],
                condition=Q(owner__isnull=False),
                name="desk_own_view_once",
            ),
            models.UniqueConstraint(
                fields=["organisation", "title"],
                condition=Q(organisation__isnull=False),
                name="desk_office_view_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ReplyTemplate(models.Model):
    """Words for an answer, by what it is about and how it ends; data a city edits."""

    organisation = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, null=True, related_name="+"
    )
    """The office that uses it; empty: every office."""
    procedure = models.CharField(max_length=24)
    move = models.CharField(max_length=24)
    """The outcome: answer, refuse, reject."""
    theme = models.CharField(max_length=80, blank=True, default="")
    """The category it was written for; empty: any."""
    title = models.CharField(max_length=80)
    text = models.TextField()
    """``{number}``, ``{address}`` and ``{office}`` are filled in."""
    active = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["procedure", "move"], name="desk_template_for")]

    def __str__(self) -> str:
        return self.title


class Draft(models.Model):
    """What somebody has typed for a step of a case and not sent yet."""

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+")
    move = models.CharField(max_length=24)
    words = models.JSONField(default=dict)
    """What was typed, by the name of the field."""
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "case", "move"], name="desk_one_draft"),
        ]

    def __str__(self) -> str:
        return f"draft of {self.move} on {self.case_id} by {self.person_id}"


class BulkChange(models.Model):
    """One step for many cases, ordered now and carried out after a time in which it can be
    undone."""

    submission = models.UUIDField(unique=True)
    """Made with the form: pressed twice it is one change."""
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    procedure = models.CharField(max_length=24)
    move = models.CharField(max_length=24)
    step = models.JSONField(default=dict)
    """The arguments of the operation."""
    ordered_at = models.DateTimeField()
    due_at = models.DateTimeField()
    """When it is carried out."""
    done_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(cancelled_at__isnull=True),
                name="desk_done_or_cancelled",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(done_at__isnull=True, cancelled_at__isnull=True),
                name="desk_bulk_waiting",
            ),
            models.Index(fields=["by", "-id"], name="desk_bulk_of"),
        ]

    def __str__(self) -> str:
        return f"{self.move} of many by {self.by_id}"

    @property
    def waiting(self) -> bool:
        """Whether it can still be undone."""
        return self.done_at is None and self.cancelled_at is None


class BulkItem(models.Model):
    """One case of a change of many, and what became of it."""

    change = models.ForeignKey(BulkChange, models.CASCADE, related_name="items", db_index=False)
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+")
    seen = models.IntegerField()
    """Steps of the case when the change was ordered: moved since, it is left alone."""
    words = models.TextField(blank=True, default="")
    """What is said in this case, its number and address filled in."""
    done = models.BooleanField(null=True)
    refusal = models.TextField(blank=True, default="")
    """Why it was not done, in words."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change", "case"], name="desk_once_in_a_change"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} in {self.change_id}"
