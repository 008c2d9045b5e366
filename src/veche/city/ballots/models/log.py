"""The log of one vote: what is written into it besides ballots, and how far it is signed."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class LogEntry(models.Model):
    """A leaf that is no ballot; operations write it, the sequencer gives it its place."""

    vote = models.ForeignKey("ballots.Vote", models.PROTECT, related_name="+", db_index=False)
    body = models.TextField()
    """Canonical JSON (`veche.city.ballots.vote.leaves`)."""
    place = models.BigIntegerField(null=True)

    class Meta:
        verbose_name_plural = "log entries"
        constraints = [models.UniqueConstraint(fields=["vote", "id"], name="ballots_entry_vote")]
        indexes = [
            models.Index(
                fields=["vote"], condition=Q(place__isnull=True), name="ballots_entry_waits"
            )
        ]

    def __str__(self) -> str:
        return f"entry {self.pk} of the log of vote {self.vote_id}"


class HeldLeaf(models.Model):
    """A leaf that waits for the close of its vote, then goes into the log with all that wait.

    Its key is drawn by lot, so that nothing tells in which order they came: whoever served people
    one after the other cannot read from the log whose code is whose.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    vote = models.ForeignKey("ballots.Vote", models.PROTECT, related_name="+")
    body = models.TextField()
    """As in `LogEntry`."""

    class Meta:
        verbose_name_plural = "held leaves"

    def __str__(self) -> str:
        return f"held leaf of vote {self.vote_id}"


class VoteLog(models.Model):
    """How long the log of a vote is; written by the sequencer, with every batch."""

    vote = models.OneToOneField(
        "ballots.Vote", models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )
    verifier = models.CharField(max_length=240)
    """The verifier key under which its checkpoints are signed."""
    size = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"log of vote {self.pk}"


class VoteCheckpoint(models.Model):
    """A checkpoint that was signed: never two of one size that differ."""

    pk = models.CompositePrimaryKey("vote_id", "size")
    vote = models.ForeignKey(
        "ballots.Vote", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.TextField()

    def __str__(self) -> str:
        return f"checkpoint of vote {self.vote_id} at {self.size}"


class Unpublished(models.Model):
    """Leaves of one batch, from their place on; kept until the files of the log hold them."""

    pk = models.CompositePrimaryKey("vote_id", "place")
    vote = models.ForeignKey(
        "ballots.Vote", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    place = models.BigIntegerField()
    leaves = models.TextField()
    """A leaf a line."""

    class Meta:
        verbose_name_plural = "unpublished"

    def __str__(self) -> str:
        return f"leaves of vote {self.vote_id} from {self.place}"
