"""A trial as its page tells it: what is measured beside the thresholds, incidents, who tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from veche.city.dispatch.queries import incidents as dispatched
from veche.city.pilots.models import (
    Hypothesis,
    Indicator,
    Measurement,
    MeasurementFile,
    Stream,
    Tester,
    TesterAnswer,
    TesterQuota,
    Trial,
    TrialIncident,
)
from veche.city.pilots.rules.courses import Drawing, drawing
from veche.city.pilots.rules.results import Outcome, outcome
from veche.city.pilots.rules.testers import (
    LEAST,
    Mix,
    Said,
    Scale,
    floor_of,
    mix,
    scale_of,
)

if TYPE_CHECKING:
    from veche.city.dispatch.models import Incident

SHOWN = 50
"""Measurements of the newest that the page shows; all stand in the table file."""


@dataclass(frozen=True)
class Measured:
    """An indicator with its frozen threshold and what was measured so far."""

    indicator: Indicator
    outcome: Outcome
    drawing: Drawing | None
    scale: Scale
    """How testers are asked, where they are."""
    told: int | None
    """Of how many values it is, as far as it may be told: of testers never fewer than five, and
    while the trial goes on rounded down to fives."""
    hidden: bool
    """Testers answer, and the value is told when the trial is over."""


def indicators(trial: Trial, at: dt.datetime) -> list[Measured]:
    """Every indicator of the frozen methodology, in its order; three queries.

    What testers answered is told once the trial is over and at least five have: a value that moves
    with each answer would tell what the last one said.
    """
    rows = Indicator.objects.filter(methodology=trial.methodology_id).order_by("place", "pk")
    values: dict[int, list[tuple[dt.datetime, float]]] = {}
    counted = Measurement.objects.filter(trial=trial, superseded_by=None)
    for pk, moment, value in counted.order_by("measured_at", "pk").values_list(
        "indicator_id", "measured_at", "value"
    ):
        values.setdefault(pk, []).append((moment, value))
    answers: dict[int, list[float]] = {}
    said = TesterAnswer.objects.filter(
        tester__trial=trial, tester__left_at__isnull=True, value__isnull=False
    )
    for pk, mark in said.order_by("at", "pk").values_list("indicator_id", "value"):
        answers.setdefault(pk, []).append(float(mark or 0))  # none is empty: asked for above
    return [
        _measured(one, trial, at, values.get(one.pk, []), answers.get(one.pk, [])) for one in rows
    ]


def _measured(
    one: Indicator,
    trial: Trial,
    at: dt.datetime,
    points: list[tuple[dt.datetime, float]],
    said: list[float],
) -> Measured:
    goes_on = trial.ended_at is None
    scale = scale_of(one.unit, one.measure)
    judged = outcome(
        said if one.by_testers else [value for _at, value in points],
        measure=one.measure,
        direction=one.direction,
        threshold=one.threshold,
        by_testers=one.by_testers,
    )
    if not one.by_testers:
        picture = drawing(
            points,
            since=trial.starts_at,
            until=max(trial.ends_at, trial.ended_at or trial.ends_at),
            now=at if goes_on else None,
            threshold=one.threshold,
            baseline=one.baseline,
        )
        return Measured(one, judged, picture, scale, judged.count, hidden=False)
    told = judged.count if judged.count >= LEAST else None
    if goes_on:
        told = floor_of(told) if told is not None else None
        return Measured(one, Outcome(None, 0, None), None, scale, told, hidden=True)
    return Measured(
        one, judged if told else Outcome(None, 0, None), None, scale, told, hidden=False
    )


def hypotheses(trial: Trial) -> list[Hypothesis]:
    """What is expected to become better, in its order."""
    return list(Hypothesis.objects.filter(methodology=trial.methodology_id).order_by("place"))


def measurements(trial: Trial, most: int | None = SHOWN) -> list[Measurement]:
    """What was measured, the newest first; superseded ones stand among them."""
    rows = Measurement.objects.filter(trial=trial).select_related(
        "indicator", "superseded_by", "file"
    )
    rows = rows.order_by("-measured_at", "-pk")
    return list(rows[:most] if most is not None else rows)


def files(trial: Trial) -> list[MeasurementFile]:
    """The tables that were taken, the newest first."""
    return list(MeasurementFile.objects.filter(trial=trial).order_by("-at", "-pk"))


def streams(trial: Trial) -> list[Stream]:
    """The streams that indicators are read from."""
    rows = Stream.objects.filter(trial=trial).select_related(
        "indicator", "stream__source", "stream__thing"
    )
    return list(rows.order_by("indicator__place"))


@dataclass(frozen=True)
class Happened:
    """An incident of a trial, as far as it may be told."""

    incident: Incident
    state: str
    url: str
    """Empty where its page is not for whoever reads."""


def incidents(trial: Trial, at: dt.datetime, *, inside: bool) -> list[Happened]:
    """What went wrong and how it stands. Of kinds that are not public, those inside read the state
    alone, and the public nothing."""
    rows = TrialIncident.objects.filter(trial=trial).select_related(
        "incident__kind", "incident__case__organisation"
    )
    return [
        Happened(
            one.incident,
            dispatched.state_of(one.incident, at),
            dispatched.address(one.incident) if one.incident.public else "",
        )
        for one in rows.order_by("-incident__reported_at")
        if inside or one.incident.public
    ]


def quotas(trial: Trial) -> dict[str, int]:
    """How many testers of each kind are wanted."""
    return dict(TesterQuota.objects.filter(trial=trial).values_list("kind", "wanted"))


def mix_of(trial: Trial) -> Mix:
    """Who tests, of those who have not left, as far as it may be told."""
    rows = Tester.objects.filter(trial=trial, left_at__isnull=True)
    said = [Said(age, disability) for age, disability in rows.values_list("age", "disability")]
    return mix(said, quotas(trial), growing=trial.ended_at is None)


@dataclass(frozen=True)
class Told:
    """What a tester said in words, of nobody."""

    indicator: str
    value: float | None
    """None: there is none, or it is not told."""
    words: str


def words_of_testers(trial: Trial) -> list[Told]:
    """What testers said in words, for the agency and the company: without who and when, in an order
    that tells neither. The answer beside the words is told once the trial is over and at least five
    have answered: of words that appear today it is seen whose they are.
    """
    rows = TesterAnswer.objects.filter(tester__trial=trial, tester__left_at__isnull=True)
    many = rows.values("tester").distinct().count() >= LEAST
    told = many and trial.ended_at is not None
    found = [
        Told(one.indicator.name, one.value if told else None, one.words)
        for one in rows.exclude(words="").select_related("indicator")
    ]
    return sorted(found, key=lambda one: (one.indicator, one.words))


def trials_of(trial: Trial) -> list[Trial]:
    """All trials of the same application, the first first."""
    rows = Trial.objects.filter(application=trial.application_id)
    return list(rows.select_related("site").order_by("number"))


def address(trial: Trial, newest: bool = True) -> str:
    """The page of a trial."""
    number = trial.application.case.number
    if newest:
        return reverse("pilots:trial", args=[number])
    return reverse("pilots:trial-of-number", args=[number, trial.number])


def table(trial: Trial) -> Iterable[tuple[object, ...]]:
    """All that was measured, as the rows of a table; no persons."""
    yield (
        "indicator", "name", "unit", "measured_datetime", "value", "origin", "note", "counts",
        "superseded_because",
    )  # fmt: skip
    rows = Measurement.objects.filter(trial=trial).select_related("indicator")
    for one in rows.order_by("indicator__place", "measured_at", "pk"):
        yield (
            one.indicator.code, one.indicator.name, one.indicator.unit,
            one.measured_at.isoformat(), one.value, one.origin, one.note,
            one.superseded_by_id is None, one.superseded_because,
        )  # fmt: skip
