"""What was cast, and how it adds up."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Ballot(models.Model):
    """One cast ballot. Written by ``ballots_cast`` only; the sequencer gives it its place.

    No row tells when it came: until the sequencer has placed it, it holds the entry of the roll it
    came from, so that the part taken can be written; then all ballots of a batch are written anew
    in a drawn order, without it.
    """

    pk = models.CompositePrimaryKey("vote_id", "code", "revision")
    vote = models.ForeignKey(
        "ballots.Vote", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    code = models.BinaryField(max_length=16)
    revision = models.SmallIntegerField()
    """Counts the ballots of one code from one; the highest that stands is counted."""
    territory = models.ForeignKey(
        "places.Territory", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    channel = models.CharField(max_length=6)
    choice = models.TextField()
    """The spelled choice (`veche.city.ballots.vote.choice`)."""
    key = models.BinaryField(max_length=16)
    """What the sender called this sending: the same again is the same ballot."""
    entry = models.ForeignKey(
        "ballots.RollEntry", models.DO_NOTHING, null=True, related_name="+", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    place = models.BigIntegerField(null=True)
    """From zero: the leaf of an audited vote's log; of an open poll, that it is counted."""
    annulled = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["vote"], condition=Q(place__isnull=True), name="ballots_ballot_waits"
            )
        ]

    def __str__(self) -> str:
        return f"ballot {self.revision} of vote {self.vote_id}"


class Sum(models.Model):
    """How many counted ballots of one place and channel say the same; written by the sequencer."""

    pk = models.CompositePrimaryKey("vote_id", "digest", "territory_id", "channel")
    vote = models.ForeignKey(
        "ballots.Vote", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    digest = models.BinaryField(max_length=16)
    """The first half of the SHA-256 of the choice."""
    territory = models.ForeignKey(
        "places.Territory", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    channel = models.CharField(max_length=6)
    choice = models.TextField()
    number = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(number__gte=0), name="ballots_sum_whole")]

    def __str__(self) -> str:
        return f"{self.number} of vote {self.vote_id}"


class Tally(models.Model):
    """The count as it stands now, for live pages; written by the sequencer within two seconds."""

    vote = models.OneToOneField(
        "ballots.Vote", models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )
    at = models.DateTimeField()
    """City time at which it was counted."""
    body = models.JSONField()
    """``veche.city.ballots.vote.result.tally``: turnout by place and channel, and each question."""

    class Meta:
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"tally of vote {self.pk}"


class TurnoutHour(models.Model):
    """How many had voted on the web or at a kiosk by the end of an hour; written by the sequencer.

    An hour in which fewer than `veche.city.ballots.vote.result.LEAST_PEOPLE` voted has no row of
    its own: they are told with the hours after it, so that nobody learns from it when one of a few
    ballots was cast. Papers have no hour: they are counted pile by pile.
    """

    pk = models.CompositePrimaryKey("vote_id", "hour")
    vote = models.ForeignKey(
        "ballots.Vote", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    hour = models.DateTimeField()
    """When the hour began, of the city's clock; at the latest the last one before the close."""
    number = models.PositiveBigIntegerField()
    """All who had voted by its end; of the newest row, so far."""

    def __str__(self) -> str:
        return f"{self.number} in vote {self.vote_id} by the end of the hour from {self.hour}"
