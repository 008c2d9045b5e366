"""Open calls: the task, what counts, by which form one applies, and why it was asked for."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from veche.languages import here


class FormVersion(models.Model):
    """The questions asked besides those of the profile; a version is never changed once used."""

    code = models.SlugField(max_length=40)
    number = models.PositiveSmallIntegerField()
    questions = models.JSONField()
    """A list of ``{"code", "kind": text|long|number|choice|file|yes-no, "names", "hints",
    "needed", "choices"}``; names and hints in three languages."""
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="pilots_one_form_version")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class Call(models.Model):
    """A task that a department sets, or the standing intake; its case says where it stands."""

    case = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="+")
    programme = models.ForeignKey("pilots.Programme", models.PROTECT, related_name="+")
    department = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    """Who set the task, supervises the trials and may buy; empty: the standing intake."""
    titles = models.JSONField()
    tasks = models.JSONField()
    """What is asked for, in three languages."""
    standing = models.BooleanField(default=False)
    """Open all year."""
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    wanted = models.PositiveSmallIntegerField(null=True)
    """How many solutions are to be tested."""
    form = models.ForeignKey(FormVersion, models.PROTECT, related_name="+")
    technologies = models.ManyToManyField("pilots.Technology", related_name="+")
    targets = models.ManyToManyField("pilots.Target", related_name="+")
    reviews = models.PositiveSmallIntegerField(null=True)
    """How many experts read each application; empty: as the programme says."""
    submission = models.UUIDField(unique=True, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True)
                | Q(opens_at__isnull=True)
                | Q(closes_at__gt=F("opens_at")),
                name="pilots_call_window",
            ),
            models.UniqueConstraint(
                fields=["programme"], condition=Q(standing=True), name="pilots_one_standing"
            ),
        ]

    def __str__(self) -> str:
        return here(self.titles)


class Criterion(models.Model):
    """What experts mark: 0 to 5, with a weight. Frozen when the call opens."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="criteria", db_index=False)
    code = models.SlugField(max_length=40)
    names = models.JSONField()
    weight = models.DecimalField(max_digits=5, decimal_places=2)
    place = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name_plural = "criteria"
        constraints = [
            models.UniqueConstraint(fields=["call", "code"], name="pilots_one_criterion"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="pilots_criterion_weight"),
        ]

    def __str__(self) -> str:
        return here(self.names)


class CallAnchor(models.Model):
    """What a mark means, in words."""

    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="anchors", db_index=False)
    mark = models.PositiveSmallIntegerField()
    words = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["criterion", "mark"], name="pilots_one_anchor"),
            models.CheckConstraint(condition=Q(mark__lte=5), name="pilots_anchor_mark"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} of {self.criterion_id}"


class Evidence(models.Model):
    """What in the city pointed to the task, as it was counted when the call opened."""

    class Kind(models.TextChoices):
        PROBLEMS = "problems"
        INDICATOR = "indicator"
        IDEAS = "ideas"

    call = models.ForeignKey(Call, models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=9, choices=Kind)
    theme = models.CharField(max_length=80)
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    count = models.PositiveIntegerField()
    """How many problems, ideas or days out of bounds there were."""
    since = models.DateField()
    until = models.DateField()
    score = models.FloatField()
    """Its part of the rank, by the formula in the handbook of the programme."""
    address = models.CharField(max_length=300)
    """The page on which whoever doubts it counts again."""

    class Meta:
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"{self.kind} {self.theme}: {self.count}"
