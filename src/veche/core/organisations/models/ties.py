"""What ties people to organisations, organisations to each other, and people to people: from it
follows who may not judge whom. One rule for experts, inspectors and juries."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    """Where the city knows a tie from."""

    DECLARED = "declared", _("declared")
    """The person said so."""
    REGISTRY = "registry", _("from a register")
    """An officer wrote it down, or read it from a file of a register."""
    DERIVED = "derived", _("found by the city")
    """It follows from what the city knew already."""


class Tie(models.Model):
    """A person is or was tied to an organisation, from a moment to a moment.

    An organisation that the city does not know yet is named, with its number in its register: once
    somebody registers with that number the tie is theirs.
    """

    class Kind(models.TextChoices):
        EMPLOYMENT = "employment", _("worked there")
        OWNERSHIP = "ownership", _("owned a share of it")
        GOVERNING = "governing", _("sat in its board")
        CONTRACT = "contract", _("had a contract with it")
        KIN = "kin", _("kin of somebody who is tied to it")
        CO_WORK = "co_work", _("worked with somebody who stands for it")

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    named = models.CharField(max_length=200, blank=True, default="")
    """The organisation in words, while the city knows none of this number."""
    identifier = models.CharField(max_length=40, blank=True, default="")
    """Its number in its register."""
    kind = models.CharField(max_length=10, choices=Kind)
    share = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    """Percent owned; empty: not said, which counts as all of it."""
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    source = models.CharField(max_length=8, choices=Source)
    words = models.CharField(max_length=300, blank=True, default="")
    declared_at = models.DateTimeField()
    """When the city came to know of it; what has not begun yet counts from here on."""
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    struck_at = models.DateTimeField(null=True)
    """When an officer found that it never was; from then on it counts no more."""
    struck_because = models.CharField(max_length=300, blank=True, default="")
    submission = models.UUIDField(unique=True, null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["identifier"],
                name="organisations_tie_unmatched",
                condition=Q(organisation__isnull=True) & ~Q(identifier=""),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="organisations_tie_term",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | ~Q(named="") | ~Q(identifier=""),
                name="organisations_tie_names",
            ),
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gt=0, share__lte=100, kind="ownership"),
                name="organisations_tie_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of person {self.person_id}"


class PersonTie(models.Model):
    """Two accounts belong to one person, or two people are kin or work together; once a pair."""

    class Kind(models.TextChoices):
        SAME_PERSON = "same_person", _("the same person")
        KIN = "kin", _("kin")
        CO_WORK = "co_work", _("worked together")

    class Standing(models.TextChoices):
        POSSIBLE = "possible", _("to be confirmed")
        CONFIRMED = "confirmed", _("confirmed")
        DISMISSED = "dismissed", _("dismissed")

    one = models.ForeignKey("people.Person", models.CASCADE, related_name="+", db_index=False)
    """The account of the smaller number."""
    other = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=11, choices=Kind)
    standing = models.CharField(max_length=9, choices=Standing)
    """What is only possible counts for one person's accounts, and for nothing else."""
    source = models.CharField(max_length=8, choices=Source)
    words = models.CharField(max_length=300, blank=True, default="")
    declared_at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True)
    judged_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["one", "other", "kind"], name="organisations_one_person_tie"
            ),
            models.CheckConstraint(
                condition=Q(one__lt=F("other")), name="organisations_person_tie_pair"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}: {self.kind}"


class Stake(models.Model):
    """An organisation owns a share of another, from a moment to a moment."""

    owner = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    owned = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    share = models.DecimalField(max_digits=7, decimal_places=4)
    """Percent."""
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    source = models.CharField(max_length=8, choices=Source)
    words = models.CharField(max_length=300, blank=True, default="")
    declared_at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=100), name="organisations_stake_share"
            ),
            models.CheckConstraint(
                condition=~Q(owner=F("owned")), name="organisations_stake_of_another"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="organisations_stake_term",
            ),
            models.UniqueConstraint(
                fields=["owner", "owned"],
                condition=Q(until__isnull=True),
                name="organisations_one_stake",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} owns {self.share} % of {self.owned_id}"


class ConflictRule(models.Model):
    """From which share on owning is a tie: one row, the city's own."""

    least_share = models.DecimalField(max_digits=5, decimal_places=2, default=5)
    """Percent, over all chains together."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1, least_share__gt=0, least_share__lte=100),
                name="organisations_one_conflict_rule",
            )
        ]

    def __str__(self) -> str:
        return f"from {self.least_share} %"
