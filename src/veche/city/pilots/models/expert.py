"""Experts, who was given what to read, and what they found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Expert(models.Model):
    """Somebody who reads applications: what they know, and how many they take."""

    person = models.OneToOneField(
        "people.Person", models.PROTECT, primary_key=True, related_name="+"
    )
    technologies = models.ManyToManyField("pilots.Technology", related_name="+")
    targets = models.ManyToManyField("pilots.Target", related_name="+")
    words = models.TextField(blank=True, default="")
    """What they know, in their own words; likeness to applications is counted from it."""
    capacity = models.PositiveSmallIntegerField(default=15)
    """How many applications they take in one round."""
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"expert {self.person_id}"


class AssignmentRun(models.Model):
    """One solution of who reads what: instance, weights and seed, so that anyone runs it again."""

    call = models.ForeignKey("pilots.Call", models.PROTECT, null=True, related_name="+")
    programme = models.ForeignKey("pilots.Programme", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    instance = models.JSONField()
    """As `veche pilots assign` reads it; people and applications by numbers of their own."""
    applications = models.JSONField(default=list)
    """Which application each paper of the instance is, in its order: numbers of their cases."""
    experts = models.JSONField(default=list)
    """Which person each expert of the instance is, in its order."""
    digest = models.CharField(max_length=64)
    """SHA-256 of the instance in canonical JSON."""
    result = models.JSONField()
    solver = models.CharField(max_length=60)
    """Name and version."""
    log = models.TextField(blank=True, default="")
    taken_at = models.DateTimeField(null=True)
    """When the tasks were given out by it; empty: it was only looked at."""

    def __str__(self) -> str:
        return f"run {self.pk}"


class ReviewTask(models.Model):
    """An expert is to read an application. A trigger refuses one that has a conflict."""

    class Standing(models.TextChoices):
        GIVEN = "given"
        ACCEPTED = "accepted"
        REFUSED = "refused"
        DONE = "done"
        TAKEN_BACK = "taken_back"

    application = models.ForeignKey("pilots.Application", models.PROTECT, related_name="tasks")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="tasks")
    run = models.ForeignKey(AssignmentRun, models.PROTECT, null=True, related_name="+")
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.GIVEN)
    given_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    """When the expert was reminded that the day comes near."""
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    """Why it was refused or taken back."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "expert"],
                condition=~Q(standing__in=["refused", "taken_back"]),
                name="pilots_one_task",
            )
        ]
        indexes = [models.Index(fields=["expert", "standing"], name="pilots_tasks_of_expert")]

    def __str__(self) -> str:
        return f"{self.application_id} for {self.expert_id}"


class Review(models.Model):
    """What an expert found. Never changed: a trigger refuses it; a better one is a new version."""

    task = models.ForeignKey(ReviewTask, models.PROTECT, related_name="reviews", db_index=False)
    version = models.PositiveSmallIntegerField(default=1)
    summary = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "version"], name="pilots_one_review_version")
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"


class ReviewMark(models.Model):
    """A mark for one criterion, with its reason."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="marks", db_index=False)
    criterion = models.ForeignKey("pilots.Criterion", models.PROTECT, related_name="+")
    mark = models.PositiveSmallIntegerField()
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="pilots_one_mark"),
            models.CheckConstraint(condition=Q(mark__lte=5), name="pilots_mark"),
            models.CheckConstraint(condition=~Q(reason=""), name="pilots_mark_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} of {self.criterion_id}"
