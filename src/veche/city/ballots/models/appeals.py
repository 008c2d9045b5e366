"""What people ask of the commission: an appeal against a vote, a place on its roll."""

from __future__ import annotations

from django.db import models


class VoteAppeal(models.Model):
    """An appeal against a vote; the commission decides, and its decision is a leaf of the log.

    The words are read by their author and the commission; everybody reads the kind of the fault,
    the decision and its words.
    """

    class Ruling(models.TextChoices):
        """What follows from an appeal that was upheld."""

        STANDS = "stands"
        """The fault changed nothing in the outcome."""
        RECOUNT = "recount"
        BALLOTS = "ballots"
        """Ballots or a batch of them are annulled."""
        PAPERS = "papers"
        """Piles of paper are annulled, or counted again."""
        VOTE = "vote"
        """The whole vote is annulled."""

    case = models.OneToOneField(
        "cases.Case", models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )
    vote = models.ForeignKey("ballots.Vote", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20)
    """A code of `veche.city.ballots.reasons.REASONS`."""
    text = models.TextField(blank=True)
    answer = models.TextField(blank=True, default="")
    """The commission's words; everybody reads them."""
    ruling = models.CharField(max_length=8, choices=Ruling, blank=True, default="")

    def __str__(self) -> str:
        return f"appeal {self.case_id} against vote {self.vote_id}"


class RollRequest(models.Model):
    """Somebody who is not on the roll of a vote asks to be put there."""

    case = models.OneToOneField(
        "cases.Case", models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )
    vote = models.ForeignKey("ballots.Vote", models.PROTECT, related_name="+")
    person = models.ForeignKey(
        "people.Person", models.SET_NULL, null=True, related_name="+", db_constraint=False
    )
    text = models.TextField(blank=True)
    """Read by its author and the commission."""
    answer = models.TextField(blank=True, default="")
    """Read by its author and the commission: it may name what is known of the person."""

    def __str__(self) -> str:
        return f"request {self.case_id} to the roll of vote {self.vote_id}"


class InvitationPass(models.Model):
    """The letters of a vote to everybody on its roll: begun once, gone through once."""

    vote = models.OneToOneField(
        "ballots.Vote", models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )
    at = models.DateTimeField()
    """When the organiser sent them; the same for every letter, so that none is sent twice."""
    reached = models.BigIntegerField(default=0)
    """The entry of the roll up to which people were told."""
    told = models.IntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitations to vote {self.pk}"
