"""Tables of the journal."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models.functions import Now


class Record(models.Model):
    """One thing that happened. Appended, never changed: a trigger refuses anything else."""

    kind = models.CharField(max_length=64)
    actor = models.BigIntegerField(null=True)
    """Who did it, by number and without a foreign key up; empty: the system itself."""
    subject = models.CharField(max_length=80)
    """What it is about, as ``problem:<number>``."""
    public = models.JSONField()
    """What anybody may read."""
    digest = models.BinaryField(max_length=32)
    """Salted digest of the whole record, personal part included."""
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="journal_subject"),
            models.Index(fields=["kind", "at"], name="journal_kind_at"),
            models.Index(fields=["actor", "id"], name="journal_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Secret(models.Model):
    """The part of a record that can be erased: the salt and the personal fields."""

    record = models.OneToOneField(
        Record, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    salt = models.BinaryField(max_length=16)
    personal = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"secret of {self.pk}"


class CityClock(models.Model):
    """How far the city's clock runs ahead of the wall: one row, zero outside a demo."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    ahead = models.DurationField(default=dt.timedelta())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="journal_one_clock"),
            models.CheckConstraint(
                condition=models.Q(ahead__gte=dt.timedelta()), name="journal_clock_never_back"
            ),
        ]

    def __str__(self) -> str:
        return f"ahead by {self.ahead}"


class OfRecord(models.Model):
    """What became of one record. Its number is not looked up row by row: triggers write these."""

    record = models.OneToOneField(
        Record, on_delete=models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )

    class Meta:
        abstract = True


class Unsealed(OfRecord):
    """A record that has no place in the log yet; a trigger puts it here."""

    class Meta:
        verbose_name_plural = "unsealed"

    def __str__(self) -> str:
        return f"record {self.pk} waits"


class Erased(OfRecord):
    """A record whose salt and personal part were erased: its digest can no longer be opened."""

    class Meta:
        verbose_name_plural = "erased"

    def __str__(self) -> str:
        return f"record {self.pk} was erased"


class Leaf(OfRecord):
    """Where a record stands in the log: the leaf at ``place`` is the record's digest."""

    place = models.BigIntegerField(unique=True)
    """From zero."""

    class Meta:
        verbose_name_plural = "leaves"

    def __str__(self) -> str:
        return f"record {self.pk} at {self.place}"


class Checkpoint(models.Model):
    """A checkpoint that was signed: never two of one size that differ."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    """The signed note as it was published, without what witnesses added."""
    recorded_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"checkpoint at {self.size}"


class LogKey(models.Model):
    """A key that signs, or signed, the log's checkpoints; the private part lies elsewhere."""

    class State(models.TextChoices):
        """What a key may do."""

        ACTIVE = "active"
        RETIRED = "retired"
        """Signs no longer; what it signed stands."""
        REVOKED = "revoked"
        """Others may have it: only what it signed up to ``until_size`` stands."""

    verifier = models.CharField(max_length=200, unique=True)
    """The verifier key: ``name+id+key``."""
    since_size = models.BigIntegerField()
    until_size = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.verifier
