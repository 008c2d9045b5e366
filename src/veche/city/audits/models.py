"""Tables of audits."""

from __future__ import annotations

from django.db import models


class Audit(models.Model):
    """An office is looked at as a whole. Where the audit stands is told by its case."""

    case = models.OneToOneField(
        "cases.Case", models.PROTECT, primary_key=True, related_name="audit"
    )
    office = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    given = models.IntegerField()
    """How many matters the office was given in the period."""
    faulty = models.IntegerField()
    """How many of them have a fault."""
    counts = models.JSONField(default=dict)
    """How many have each kind of fault."""
    findings = models.TextField(blank=True, default="")
    """What the control department found, for everybody."""
    remedy = models.TextField(blank=True, default="")
    """What the head of the office says will change."""

    def __str__(self) -> str:
        return f"{self.office}: {self.faulty} of {self.given}"


class AuditMatter(models.Model):
    """A matter that caused an audit."""

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="matters")
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    faults = models.CharField(max_length=60)
    """The kinds of its faults, with spaces."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audit", "case"], name="audits_matter_once")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.faults}"


class AuditSweep(models.Model):
    """A day on which all offices were looked at: once a day is enough."""

    day = models.DateField(primary_key=True)
    offices = models.IntegerField()
    opened = models.IntegerField()

    def __str__(self) -> str:
        return str(self.day)
