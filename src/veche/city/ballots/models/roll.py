"""Who may vote. What ties a choice to a person is one row that is erased: the voter's code."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

CHANNELS = ("web", "kiosk", "paper")


class RollEntry(models.Model):
    """One person on the roll of one vote, and the place in which they are counted."""

    class How(models.TextChoices):
        """How somebody came onto the roll."""

        RULE = "rule"
        """The rule of the roll found them when it was frozen."""
        CORRECTION = "correction"
        """They asked, and it was found that they belong there."""
        CAME = "came"
        """An open poll: they confirmed an address and voted."""

    vote = models.ForeignKey("ballots.Vote", models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(
        "people.Person", models.SET_NULL, null=True, related_name="+", db_constraint=False
    )
    """Empty for who votes without an account, and for who was forgotten."""
    address = models.BinaryField(max_length=32, null=True)
    """Keyed digest of an e-mail address, for who has no account; the address is not kept."""
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    """The place they are counted in, as coarse as the configuration's grain."""
    salt = models.BinaryField(max_length=16)
    """Opens this person's line in the published digest of the roll; theirs to see."""
    line = models.BinaryField(max_length=32, null=True)
    """The digest that stands in the published roll or in the leaf of the change. It outlives the
    person and the salt: nothing can be told from it, and the roll is still the one committed to."""
    how = models.CharField(max_length=10, choices=How, default=How.RULE)
    struck_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "roll entries"
        indexes = [models.Index(fields=["person"], name="ballots_roll_of_person")]
        constraints = [
            models.UniqueConstraint(fields=["vote", "person"], name="ballots_roll_person"),
            models.UniqueConstraint(
                fields=["vote", "address"],
                condition=Q(address__isnull=False),
                name="ballots_roll_address",
            ),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk} of vote {self.vote_id}"


class Voter(models.Model):
    """The one row that ties a person on the roll to the code their ballots stand under.

    Erased after the appeals, when the person is forgotten, or at their wish once the vote ended.
    """

    entry = models.OneToOneField(
        RollEntry, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    vote = models.ForeignKey(
        "ballots.Vote", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    code = models.BinaryField(max_length=16)
    """Random; made with the roll, so that opening a ballot writes nothing."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vote", "code"], name="ballots_voter_code")]

    def __str__(self) -> str:
        return f"voter of entry {self.pk}"


class Part(models.Model):
    """That somebody took part, and by which channel: no code and no time stand here."""

    entry = models.OneToOneField(
        RollEntry, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    channel = models.CharField(max_length=6)
    """The one that counts: in person overrides the web."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="ballots_part_channel")
        ]

    def __str__(self) -> str:
        return f"entry {self.pk} by {self.channel}"
