"""Meters of homes and what residents read off them; what is charged, by day."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Kind(models.TextChoices):
    """What a meter of a home counts."""

    COLD_WATER = "cold_water"
    HOT_WATER = "hot_water"
    ELECTRICITY = "electricity"
    GAS = "gas"
    HEAT = "heat"


class Meter(models.Model):
    """A meter in somebody's home: theirs alone, shown to nobody else."""

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    serial = models.CharField(max_length=40)
    """The number on its face."""
    place = models.CharField(max_length=120, blank=True, default="")
    """How its owner calls it: kitchen, mother's flat."""
    digits = models.SmallIntegerField(default=5)
    """Digits before the point: after the last number it begins at nought again."""
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "serial"],
                condition=Q(ended_at__isnull=True),
                name="spheres_one_meter",
            ),
            models.CheckConstraint(
                condition=Q(digits__range=(3, 9)), name="spheres_meter_has_digits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.serial}"


class MeterEntry(models.Model):
    """What a resident read off a meter. A correction is a new entry; the old one stays."""

    meter = models.ForeignKey(Meter, models.CASCADE, related_name="entries")
    number = models.DecimalField(max_digits=13, decimal_places=3)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    photograph = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    sure = models.BooleanField(default=False)
    """It looked wrong and its author said that it is right."""
    corrects = models.ForeignKey("self", models.CASCADE, null=True, related_name="corrections")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=0), name="spheres_meter_counts_up"),
            models.UniqueConstraint(
                fields=["corrects"],
                condition=Q(undone_at__isnull=True, corrects__isnull=False),
                name="spheres_one_correction",
            ),
        ]
        indexes = [models.Index(fields=["meter", "-at"], name="spheres_entries")]

    def __str__(self) -> str:
        return f"{self.meter_id} {self.number}"


class Tariff(models.Model):
    """What one unit costs, from a day to a day; never changed: it ends and another begins."""

    kind = models.CharField(max_length=12, choices=Kind)
    since = models.DateField()
    until = models.DateField(null=True)
    """The first day on which it no longer holds."""
    price = models.DecimalField(max_digits=10, decimal_places=4)
    norm = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    """Units a month at this price; above them another one holds."""
    price_above = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    ground = models.CharField(max_length=200, blank=True, default="")
    """The decision that set it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "since"], name="spheres_one_tariff_a_day"),
            models.CheckConstraint(
                condition=Q(norm__isnull=True, price_above__isnull=True)
                | Q(norm__gt=0, price_above__gte=0),
                name="spheres_tariff_has_two_prices_or_one",
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0)
                & (Q(until__isnull=True) | Q(until__gt=models.F("since"))),
                name="spheres_tariff_term",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.since}"
