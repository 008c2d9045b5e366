"""A promise of the city: what was decided, by whom it is delivered, and in which steps."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Promise(models.Model):
    """What an office must deliver; where it stands is told by its case."""

    case = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="+")
    title = models.CharField(max_length=160)
    text = models.TextField()
    success = models.TextField(blank=True, default="")
    """By what one sees that it was kept."""
    goal = models.ForeignKey("delivery.Goal", models.PROTECT, null=True, related_name="+")
    """Where it hangs on the strategy."""
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    begun_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    """When the office last said that it is done."""
    due_on = models.DateField(null=True)
    """The date of its last step, as it stands now."""
    first_due_on = models.DateField(null=True)
    """The date that was promised first; lateness is told against it too."""
    round = models.SmallIntegerField(default=0, db_default=0)
    """How often residents were asked."""
    indicator = models.CharField(max_length=160, blank=True, default="")
    """What is measured, if anything is."""
    unit = models.CharField(max_length=40, blank=True, default="")
    baseline = models.FloatField(null=True)
    target = models.FloatField(null=True)
    """As it stands now; `Superseded` keeps what it was."""
    measured = models.FloatField(null=True)
    """What was found last."""
    measured_on = models.DateField(null=True)
    vote = models.ForeignKey("ballots.Vote", models.PROTECT, null=True, related_name="+")
    """The satisfaction vote of those who took part, where one was asked for."""
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    submission = models.UUIDField(unique=True, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["goal"], condition=Q(goal__isnull=False), name="delivery_hung"),
            models.Index(fields=["due_on"], name="delivery_due"),
        ]

    def __str__(self) -> str:
        return self.title


class Source(models.Model):
    """Where a promise comes from."""

    class Kind(models.TextChoices):
        IDEA = "idea"
        VOTE = "vote"
        BUDGET = "budget"
        HEARING = "hearing"
        PROGRAMME = "programme"
        WORD = "word"
        """The word of a mayor, said in public."""

    promise = models.ForeignKey(Promise, models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=10, choices=Kind)
    matter = models.ForeignKey("cases.Case", models.PROTECT, null=True, related_name="+")
    """The idea or the vote; empty where it is no matter of this city's own."""
    text = models.CharField(max_length=300, blank=True, default="")
    """What it is and where it stands, in words."""
    url = models.URLField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["promise", "matter"],
                condition=Q(matter__isnull=False),
                name="delivery_one_source_of_a_matter",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


class Step(models.Model):
    """One step of a promise: a case of its own, with its own date and evidence.

    Its dates are never changed in place: a trigger asks for the row of `Superseded` that says why.
    """

    case = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="+")
    promise = models.ForeignKey(Promise, models.PROTECT, related_name="+", db_index=False)
    number = models.SmallIntegerField()
    title = models.CharField(max_length=160)
    due_on = models.DateField()
    """As it stands now; `Superseded` keeps what it was."""
    first_due_on = models.DateField()
    done_on = models.DateField(null=True)
    round = models.SmallIntegerField(default=0, db_default=0)
    """In which repair it was added; 0: it was there from the beginning."""
    lateness = models.TextField(blank=True, default="")
    """Why it was missed, as the office said; must be said before anything else is done."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promise", "number"], name="delivery_one_step")
        ]

    def __str__(self) -> str:
        return self.title


class Amount(models.Model):
    """Money of a promise, planned or spent; a wrong one is superseded, never changed."""

    class Kind(models.TextChoices):
        PLANNED = "planned"
        SPENT = "spent"

    promise = models.ForeignKey(Promise, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    """In the city's currency; may be negative where money came back."""
    on = models.DateField()
    words = models.CharField(max_length=200, blank=True, default="")
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    superseded_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class Superseded(models.Model):
    """A date or a target that was replaced: what stood there, what stands there, and why."""

    promise = models.ForeignKey(Promise, models.PROTECT, null=True, related_name="+")
    step = models.ForeignKey(Step, models.PROTECT, null=True, related_name="+")
    goal = models.ForeignKey("delivery.Goal", models.PROTECT, null=True, related_name="+")
    field = models.CharField(max_length=24)
    before = models.CharField(max_length=200)
    after = models.CharField(max_length=200)
    reason = models.TextField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(promise__isnull=False) | Q(step__isnull=False) | Q(goal__isnull=False),
                name="delivery_superseded_of_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"
