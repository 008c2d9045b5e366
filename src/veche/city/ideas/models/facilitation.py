"""What facilitators and offices do with ideas: join, cite, score, answer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Merge(models.Model):
    """One idea was joined to another; it can be separated again."""

    parent = models.ForeignKey("ideas.Idea", models.PROTECT, related_name="+")
    child = models.ForeignKey("ideas.Idea", models.PROTECT, related_name="+")
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(undone_at__isnull=True), name="ideas_one_merge"
            )
        ]

    def __str__(self) -> str:
        return f"{self.child_id} into {self.parent_id}"


class Citation(models.Model):
    """Where the words of an idea or of a comment went in a measure written together."""

    measure = models.ForeignKey("ideas.Idea", models.CASCADE, related_name="+")
    idea = models.ForeignKey("ideas.Idea", models.PROTECT, null=True, related_name="+")
    comment = models.ForeignKey("ideas.Comment", models.PROTECT, null=True, related_name="+")
    words = models.TextField()
    """The cited words, as they stood."""
    passage = models.SmallIntegerField()
    """The paragraph of the measure that took them up, from one."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(idea__isnull=False) ^ Q(comment__isnull=False),
                name="ideas_cites_one_source",
            )
        ]

    def __str__(self) -> str:
        return f"cited in {self.measure_id}"


class Score(models.Model):
    """What an expert thinks of an idea by one criterion, openly."""

    idea = models.ForeignKey("ideas.Idea", models.CASCADE, related_name="+", db_index=False)
    expert = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=24)
    """``feasibility``, ``cost`` or ``effect``."""
    value = models.SmallIntegerField()
    """From 1, poor, to 5, good."""
    words = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idea", "expert", "criterion"], name="ideas_one_score"),
            models.CheckConstraint(condition=Q(value__range=(1, 5)), name="ideas_score_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} {self.value}"


class Reply(models.Model):
    """What an office answered to one or to a thousand ideas at once; each author sees theirs."""

    call = models.ForeignKey("ideas.Call", models.PROTECT, null=True, related_name="+")
    office = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12)
    """``accepted``, ``combined``, ``at_vote`` or ``refused``."""
    reason = models.CharField(max_length=24, blank=True, default="")
    """By code, where it was refused."""
    text = models.TextField()
    vote = models.ForeignKey("ballots.Vote", models.PROTECT, null=True, related_name="+")
    """The vote they were put to, where they were."""
    vote_ended_at = models.DateTimeField(null=True)
    """When its end was noticed, and those who follow them were told."""

    def __str__(self) -> str:
        return self.text[:40]


class Answered(models.Model):
    """One of the ideas that a reply answers."""

    reply = models.ForeignKey(Reply, models.CASCADE, related_name="+", db_index=False)
    idea = models.ForeignKey("ideas.Idea", models.CASCADE, related_name="+")
    option = models.CharField(max_length=40, blank=True, default="")
    """Which option of the vote it is."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reply", "idea"], name="ideas_answered_once_by_a_reply")
        ]

    def __str__(self) -> str:
        return f"reply {self.reply_id} to idea {self.idea_id}"


class HelpAsked(models.Model):
    """A facilitator asks the author and the supporters of an idea something, openly; whoever
    knows answers beneath the idea."""

    idea = models.ForeignKey("ideas.Idea", models.CASCADE, related_name="+")
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:40]
