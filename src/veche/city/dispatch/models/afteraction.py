"""What is learned of an incident: its review, the lessons, and what was said of each later."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Review(models.Model):
    """Those who dealt with an incident look back at it together.

    It is drafted, the lessons of earlier reviews are gone through, new ones are written, and then
    it is held: from then on nothing of it changes.
    """

    incident = models.ForeignKey("dispatch.Incident", models.PROTECT, related_name="reviews")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    held_at = models.DateTimeField(null=True)
    held_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    summary = models.TextField(blank=True, default="")
    """What went well and what did not, for everybody."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(held_at__isnull=True),
                name="dispatch_one_open_review",
            ),
            models.CheckConstraint(
                condition=Q(held_at__isnull=True) | Q(held_at__gte=models.F("opened_at")),
                name="dispatch_review_held",
            ),
        ]

    def __str__(self) -> str:
        return f"review of {self.incident_id}"


class Lesson(models.Model):
    """What an office must change, and until when. It is gone through at every review until it is
    done or dropped."""

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        DROPPED = "dropped"

    review = models.ForeignKey(Review, models.PROTECT, related_name="lessons")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    """Whose it is."""
    text = models.CharField(max_length=500)
    first_due_on = models.DateField()
    """What was said first: a later day never hides lateness against it."""
    due_on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    ended_at = models.DateTimeField(null=True)
    told = models.CharField(max_length=500, blank=True, default="")
    """What the office itself says is done, until the next review looks at it."""
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["organisation", "due_on"],
                condition=Q(state="open"),
                name="dispatch_lesson_open",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | Q(state__in=["done", "dropped"], ended_at__isnull=False),
                name="dispatch_lesson_ended",
            )
        ]

    def __str__(self) -> str:
        return self.text


class LessonWord(models.Model):
    """What a later review said of a lesson: one word of each review, never changed."""

    class Said(models.TextChoices):
        DONE = "done"
        NOT_DONE = "not_done"
        DROPPED = "dropped"

    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="words")
    review = models.ForeignKey(Review, models.PROTECT, related_name="words")
    said = models.CharField(max_length=8, choices=Said)
    text = models.CharField(max_length=500)
    """The evidence that it is done, or the reason."""
    due_on = models.DateField(null=True)
    """The later day, where it is not done."""
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "review"], name="dispatch_one_word_a_review")
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id}: {self.said}"
