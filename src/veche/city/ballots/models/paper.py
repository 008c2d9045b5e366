"""Voting in person: booths, who was marked off there, codes for the kiosk, batches of paper."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from veche.languages import here


class Booth(models.Model):
    """A place in which one can vote in person in one vote."""

    vote = models.ForeignKey("ballots.Vote", models.PROTECT, related_name="+")
    code = models.SlugField(max_length=20, db_index=False)
    names = models.JSONField(default=dict)
    """Where it is, as people are told, by language."""
    done = models.BooleanField(default=False)
    """All papers of it were entered: the count need not wait for it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vote", "code"], name="ballots_booth_code"),
            models.CheckConstraint(condition=~Q(names={}), name="ballots_booth_named"),
        ]

    @property
    def name(self) -> str:
        """Where it is, in the reader's language where it was said in it."""
        return here(self.names)

    def __str__(self) -> str:
        return str(self.name)


class Mark(models.Model):
    """Who was given a ballot of paper, and where; neither when nor by whom."""

    entry = models.OneToOneField(
        "ballots.RollEntry", models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    booth = models.ForeignKey(Booth, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"entry {self.pk} at booth {self.booth_id}"


class PutBack(models.Model):
    """Two clerks put somebody back who was marked off for paper by mistake: asked, then agreed.

    Erased with the codes, when the vote is certified.
    """

    entry = models.ForeignKey(
        "ballots.RollEntry", models.CASCADE, related_name="+", db_constraint=False
    )
    booth = models.ForeignKey(Booth, models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField()
    """Public; it names nobody."""
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    second = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """Who agreed; until somebody does, nothing is changed."""

    class Meta:
        verbose_name_plural = "put back"
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(second=None), name="ballots_put_back_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(second=None) | ~Q(second=F("by")), name="ballots_put_back_by_two"
            ),
        ]

    def __str__(self) -> str:
        return f"entry {self.entry_id} put back"


class KioskPass(models.Model):
    """A code that opens one ballot at the kiosk, once, within minutes; only its digest is kept."""

    entry = models.OneToOneField(
        "ballots.RollEntry", models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    digest = models.BinaryField(max_length=32, unique=True)
    until = models.DateTimeField()

    class Meta:
        verbose_name_plural = "kiosk passes"

    def __str__(self) -> str:
        return f"pass of entry {self.pk}"


class Batch(models.Model):
    """Ballots of paper of one booth and one place, counted together."""

    class State(models.TextChoices):
        """How far a batch is."""

        EMPTY = "empty"
        ONCE = "once"
        DIFFERS = "differs"
        AGREED = "agreed"
        ANNULLED = "annulled"

    booth = models.ForeignKey(Booth, models.PROTECT, related_name="+", db_index=False)
    number = models.SmallIntegerField()
    """Counts the batches of a booth from one; it is written on the pile."""
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    """The place all of its ballots are counted in."""
    scan = models.CharField(max_length=64, blank=True)
    """SHA-256 of the scan of the pile, in hexadecimal."""
    kept = models.BooleanField(default=False)
    """Whether the scan itself is kept here (`veche.core.files.documents`)."""
    state = models.CharField(max_length=10, choices=State, default=State.EMPTY)
    lines = models.JSONField(null=True)
    """What each paper says, as it was agreed."""
    annulled_by = models.CharField(max_length=40, blank=True, default="")
    """The number of the appeal by whose decision it was annulled, after the count was announced."""
    instead = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    """The pile that is counted again in this one."""
    appeal = models.CharField(max_length=40, blank=True, default="")
    """By the decision of which appeal it is counted again."""

    class Meta:
        verbose_name_plural = "batches"
        constraints = [
            models.UniqueConstraint(fields=["booth", "number"], name="ballots_batch_number"),
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(lines__isnull=False), name="ballots_batch_agreed"
            ),
            models.CheckConstraint(
                condition=Q(instead=None) | ~Q(appeal=""), name="ballots_batch_again_by_appeal"
            ),
            models.CheckConstraint(
                condition=Q(annulled_by="") | Q(state="annulled"), name="ballots_batch_annulled_by"
            ),
        ]

    @property
    def name(self) -> str:
        """How the log names it: `north-3`."""
        return f"{self.booth.code}-{self.number}"

    def __str__(self) -> str:
        return f"batch {self.number} of booth {self.booth_id}"


class Reading(models.Model):
    """What one person read from a batch; the two of a batch are by different people."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+", db_index=False)
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    lines = models.JSONField()
    """One spelled choice (or ``spoilt``) for each paper, in the order of the pile."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "by"], name="ballots_reading_once")]

    def __str__(self) -> str:
        return f"a reading of batch {self.batch_id}"
