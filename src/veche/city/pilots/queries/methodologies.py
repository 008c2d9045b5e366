"""Methodologies as they are read: one version, all versions, what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veche.city.pilots.models import Application, Indicator, Methodology
from veche.city.pilots.rules.methodologies import IndicatorGiven, MethodologyGiven

if TYPE_CHECKING:
    from django.db.models import QuerySet


def versions(application: Application) -> QuerySet[Methodology]:
    """All versions, the newest first, with what hangs on them."""
    return (
        Methodology.objects.filter(application=application)
        .select_related("by", "approved_by")
        .prefetch_related("hypotheses", "indicators")
        .order_by("-version")
    )


def newest(application: Application) -> Methodology | None:
    """The newest version; None: nobody has written one."""
    return versions(application).first()


def given(methodology: Methodology) -> MethodologyGiven:
    """A version as the rules read it."""
    hypotheses = sorted(methodology.hypotheses.all(), key=lambda one: one.place)
    indicators = sorted(methodology.indicators.all(), key=lambda one: one.place)
    return MethodologyGiven(
        hypotheses=tuple(one.text for one in hypotheses),
        indicators=tuple(_indicator(one) for one in indicators),
        sample=methodology.sample,
        safety=methodology.safety,
        data_protection=methodology.data_protection,
        days=methodology.days,
        testers=methodology.testers,
        cost=methodology.cost,
    )


def _indicator(one: Indicator) -> IndicatorGiven:
    return IndicatorGiven(
        name=one.name,
        unit=one.unit,
        measure=one.measure,
        direction=one.direction,
        threshold=one.threshold,
        baseline=one.baseline,
        by_testers=one.by_testers,
        code=one.code,
    )
