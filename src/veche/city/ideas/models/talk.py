"""What people say about an idea, an initiative or a call."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, Value


class Comment(models.Model):
    """One comment in a thread; for, against or neither."""

    class Stance(models.TextChoices):
        NONE = "none"
        FOR = "for"
        AGAINST = "against"

    class Standing(models.TextChoices):
        SHOWN = "shown"
        WAITING = "waiting"
        """Held for a moderator to read first."""
        WITHDRAWN = "withdrawn"
        """Taken back by its author."""
        REMOVED = "removed"
        """Taken out by a moderator."""

    matter = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    """What it is about."""
    above = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    """The comment it replies to."""
    author = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    """Empty once its author was forgotten."""
    office = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    """Set: it is said officially, in the name of this office."""
    stance = models.CharField(max_length=8, choices=Stance, default=Stance.NONE)
    text = models.TextField()
    at = models.DateTimeField()
    version = models.SmallIntegerField(default=1)
    shown = models.BooleanField(default=True)
    """Whether everybody may read it; what its standing says."""
    standing = models.CharField(
        max_length=10, choices=Standing, default=Standing.SHOWN, db_default=Standing.SHOWN
    )
    root = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    """The comment its thread began with; empty for that one. Filled by a trigger."""
    depth = models.SmallIntegerField(default=0, db_default=0)
    """How many comments stand above it; filled by a trigger."""
    speaker = models.IntegerField(default=0, db_default=0)
    """The author's number in the talk about this matter, from one: shown instead of a name. Filled
    by a trigger; 0 for an office and where nobody is known."""
    marks = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    """Why it was held for reading: ``[code, points, detail]`` each, as the spam score says."""
    objections = models.IntegerField(default=0, db_default=0)
    """Readers who objected to it and were not answered yet; kept by a trigger."""
    replies = models.IntegerField(default=0, db_default=0)
    """Of the first of a thread: comments of it that everybody can read; kept by a trigger."""
    likes = models.IntegerField(default=0, db_default=0)
    dislikes = models.IntegerField(default=0, db_default=0)
    submission = models.UUIDField(unique=True, null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["matter", "id"],
                name="ideas_threads",
                condition=Q(above__isnull=True) & ~Q(standing="waiting"),
            ),
            models.Index(
                fields=["root", "id"], name="ideas_thread", condition=Q(root__isnull=False)
            ),
            models.Index(fields=["matter", "author"], name="ideas_speakers"),
            models.Index(
                fields=["at", "id"],
                name="ideas_comments_to_read",
                condition=Q(standing="waiting") | Q(objections__gt=0),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(shown=True, standing="shown") | (Q(shown=False) & ~Q(standing="shown")),
                name="ideas_comment_shown",
            )
        ]

    def __str__(self) -> str:
        return self.text[:40]


class CommentVersion(models.Model):
    """What a comment said before it was changed."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="+", db_index=False)
    number = models.SmallIntegerField()
    text = models.TextField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "number"], name="ideas_one_version_of_a_comment"
            )
        ]

    def __str__(self) -> str:
        return f"version {self.number} of comment {self.comment_id}"


class CommentRating(models.Model):
    """One person finds one comment helpful, or not."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    value = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "person"], name="ideas_one_rating_of_a_comment"
            ),
            models.CheckConstraint(condition=Q(value__in=(-1, 1)), name="ideas_helpful_or_not"),
        ]

    def __str__(self) -> str:
        return f"{self.value:+d} for comment {self.comment_id}"


class CommentObjection(models.Model):
    """A reader thinks that a comment breaks the rules; a moderator answers."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    reason = models.CharField(max_length=40)
    """By the code of a reason of moderation."""
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    """When a moderator decided about the comment."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "person"], name="ideas_objects_once")
        ]

    def __str__(self) -> str:
        return f"objection to comment {self.comment_id}"


class Talk(models.Model):
    """How much is said about one matter: comments that everybody can read; kept by a trigger."""

    matter = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="+")
    comments = models.IntegerField(default=0, db_default=0)
    in_favour = models.IntegerField(default=0, db_default=0)
    against = models.IntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"{self.comments} comments on {self.matter_id}"
