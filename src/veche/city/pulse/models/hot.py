"""Places to look at first: what was forecast, and what came."""

from __future__ import annotations

from django.db import models


class Forecast(models.Model):
    """The squares to look at first for one kind of event over some days."""

    kind = models.CharField(max_length=80)
    """The theme of the matters, by code."""
    names = models.JSONField()
    since = models.DateField()
    """Its first day."""
    days = models.SmallIntegerField()
    cell = models.FloatField()
    """The side of a square in metres."""
    model = models.CharField(max_length=40)
    choice = models.JSONField()
    """What each candidate would have caught before: {"origins", "events", "hits": {name: n}}."""
    chosen_on = models.DateField()
    """When the model was chosen; a choice serves for four weeks."""
    known = models.IntegerField()
    """Events that it was made from."""
    districts = models.JSONField(default=dict)
    """How the districts reported in the year before: {code: [reports, per thousand registered
    residents or null]}."""
    made_at = models.DateTimeField()
    result = models.JSONField(null=True)
    """Once its days are over: {"model", "count": {"hits", "events", "best", "pai", "pei"},
    "districts": {code: {"hits", "events", "cells"}}, "cold": {"cells", "hits"}}."""
    published_at = models.DateTimeField(null=True)
    """When everybody could see it: once its days were over."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "since"], name="pulse_one_forecast_a_week")
        ]
        indexes = [models.Index(fields=["-since", "kind"], name="pulse_forecast_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.since}"


class ForecastCell(models.Model):
    """One square of a forecast: chosen by the model, by the plain count, by lot, or by several."""

    forecast = models.ForeignKey(Forecast, models.CASCADE, related_name="+", db_index=False)
    number = models.BigIntegerField()
    """The square's number on the grid of the forecast."""
    rank = models.SmallIntegerField(null=True)
    """Its place by the model, 1 first; null where the model did not choose it."""
    plain_rank = models.SmallIntegerField(null=True)
    """Its place by the plain count."""
    cold = models.BooleanField(default=False)
    """Whether it was drawn by lot."""
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    territory = models.ForeignKey("places.Territory", models.PROTECT, null=True, related_name="+")
    """The smallest territory in which its middle lies."""
    expected = models.FloatField()
    evened = models.FloatField()
    """What would be expected if people reported alike in all districts."""
    count = models.IntegerField()
    """Events known there."""
    hits = models.IntegerField(null=True)
    """Events that came there, once its days are over."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["forecast", "number"], name="pulse_one_cell_a_forecast")
        ]

    def __str__(self) -> str:
        return f"{self.forecast_id} {self.number}"
