"""What a trial came to, as its report tells it: indicators against thresholds, and what is beside.

Before the publication everything is reckoned from the rows as they stand; at the publication it is
written down, and from then on the written is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse

from veche.city.pilots.models import (
    Application,
    Evaluation,
    Indicator,
    Measurement,
    Tester,
    TesterAnswer,
    TesterQuota,
    Trial,
    TrialIncident,
)
from veche.city.pilots.queries.stages import breaches_of, course_of
from veche.city.pilots.rules import results as rules
from veche.city.pilots.rules.testers import Said, floor_of, mix
from veche.errors import NotFound

FEW = rules.LEAST_TESTERS
"""Fewer people than this are never told apart."""


class UnknownReport(NotFound):
    """There is no published report of this number."""

    code = "unknown-report"


@dataclass(frozen=True)
class Judged:
    """One indicator and what it came to."""

    indicator: Indicator
    value: float | None
    count: int
    met: bool | None
    words: str

    @property
    def state(self) -> str:
        """``met``, ``missed`` or ``unknown``."""
        if self.met is None:
            return "unknown"
        return "met" if self.met else "missed"

    @property
    def needs_words(self) -> bool:
        """Whether the report must say why."""
        return self.met is not True

    @property
    def few(self) -> bool:
        """Whether there is no value because too few residents answered."""
        return self.value is None and self.indicator.by_testers and self.count > 0

    @cached_property
    def drawn(self) -> rules.Drawn:
        """Where its numbers stand on the picture."""
        return rules.drawn(self.indicator.baseline, self.indicator.threshold, self.value)


def trial_of(application: Application) -> Trial | None:
    """The trial that a report is of: the newest one."""
    rows = Trial.objects.filter(application=application)
    return rows.select_related("methodology", "site", "agreement").order_by("-number").first()


def indicators_of(trial: Trial) -> list[Indicator]:
    """What was to be measured, in the order of the methodology."""
    return list(Indicator.objects.filter(methodology=trial.methodology_id).order_by("place", "pk"))


def judge(trial: Trial, said: Mapping[str, str] | None = None) -> list[Judged]:
    """Every indicator of the frozen methodology against its threshold, by what was measured and
    answered until now; ``said`` are words by the code of an indicator. Three queries."""
    words = said or {}
    values: dict[int, list[float]] = {}
    rows = Measurement.objects.filter(trial=trial, superseded_by=None, indicator__by_testers=False)
    for pk, value in rows.order_by("measured_at", "pk").values_list("indicator_id", "value"):
        values.setdefault(pk, []).append(value)
    answers = TesterAnswer.objects.filter(
        tester__trial=trial, value__isnull=False, indicator__by_testers=True
    )
    for pk, told in answers.order_by("at", "pk").values_list("indicator_id", "value"):
        if told is not None:
            values.setdefault(pk, []).append(told)
    found = []
    for one in indicators_of(trial):
        came = rules.outcome(
            values.get(one.pk, []),
            measure=one.measure,
            direction=one.direction,
            threshold=one.threshold,
            by_testers=one.by_testers,
        )
        found.append(Judged(one, came.value, came.count, came.met, words.get(one.code, "")))
    return found


def results_of(evaluation: Evaluation) -> list[Judged]:
    """The indicators as they were written down at the publication."""
    rows = evaluation.results.select_related("indicator").order_by("indicator__place", "pk")
    return [Judged(one.indicator, one.value, one.count, one.met, one.words) for one in rows]


def figures(trial: Trial, at: dt.datetime) -> dict[str, Any]:
    """What the report tells besides the indicators, as JSON: testers and their mix, how content
    they are, incidents, days per stage against what was allowed, terms broken.

    A number of people below `FEW` is None.
    """
    application = Application.objects.select_related("programme", "case").get(
        pk=trial.application_id
    )
    run = course_of(application, at)
    incidents = TrialIncident.objects.filter(trial=trial).select_related("incident__case")
    return {
        **_testers(trial),
        "satisfied": _satisfied(trial),
        "incidents": [
            {"number": one.incident.case.number, "state": one.incident.case.state}
            for one in incidents.order_by("pk")
        ],
        "stages": [
            {
                "stage": one.code,
                "days": round(one.spent / dt.timedelta(days=1), 1),
                "allowed": one.days,
                "broken": one.broken,
            }
            for one in run.stages
        ],
        "days": round(run.total / dt.timedelta(days=1), 1),
        "limit": run.limit,
        "breaches": [
            {"stage": one.stage, "days": one.days, "due_at": one.due_at.isoformat()}
            for one in breaches_of(application)
        ],
    }


def _testers(trial: Trial) -> dict[str, Any]:
    rows = Tester.objects.filter(trial=trial, left_at=None)
    people = [Said(age, disability) for age, disability in rows.values_list("age", "disability")]
    wanted = {one.kind: one.wanted for one in TesterQuota.objects.filter(trial=trial)}
    answered = TesterAnswer.objects.filter(tester__trial=trial, tester__left_at=None)
    count = answered.values("tester").distinct().count()
    if 0 < len(people) - count < FEW:  # who did not answer could be told by what is left
        count = floor_of(count)
    told = mix(people, wanted, growing=False)
    return {
        "wanted": trial.methodology.testers,
        "enrolled": told.total if people else 0,
        "answered": count if count == 0 or count >= FEW else None,
        "mix": [
            {"kind": one.kind, "wanted": one.wanted, "count": one.reached} for one in told.parts
        ],
    }


def _satisfied(trial: Trial) -> dict[str, Any] | None:
    rows = TesterAnswer.objects.filter(
        tester__trial=trial, tester__left_at=None, value__isnull=False, indicator__by_testers=True
    ).select_related("indicator")
    share = rules.satisfied(
        (one.tester_id, rules.is_met(one.value, one.indicator.direction, one.indicator.threshold))
        for one in rows
        if one.value is not None
    )
    if share is None or share.interval is None:
        return None
    low, high = share.interval
    return {"count": share.part, "of": share.of, "share": share.value, "low": low, "high": high}


@dataclass(frozen=True)
class Report:
    """A report as its page tells it, published or as a draft."""

    application: Application
    trial: Trial
    evaluation: Evaluation
    judged: Sequence[Judged]
    figures: Mapping[str, Any]

    @property
    def published(self) -> bool:
        """Whether everybody reads it."""
        return self.evaluation.published_at is not None

    @property
    def met(self) -> int:
        """How many thresholds were met."""
        return sum(1 for one in self.judged if one.met)

    @property
    def missed(self) -> int:
        """How many were missed."""
        return sum(1 for one in self.judged if one.met is False)

    @property
    def unknown(self) -> int:
        """How many have no value."""
        return sum(1 for one in self.judged if one.met is None)

    @property
    def gaps(self) -> list[Judged]:
        """What must still be explained in words."""
        return [one for one in self.judged if one.needs_words and not one.words]


def report_of(evaluation: Evaluation, application: Application, at: dt.datetime) -> Report:
    """A report with everything it tells: as it was written down, or as it would be now."""
    trial = evaluation.trial
    if evaluation.published_at is not None:
        judged = results_of(evaluation)
        told = evaluation.figures or figures(trial, evaluation.published_at)
    else:
        judged, told = judge(trial, evaluation.said), figures(trial, at)
    return Report(application, trial, evaluation, judged, told)


def evaluations_of(application: Application) -> list[Evaluation]:
    """The published reports of an application, the newest first."""
    rows = Evaluation.objects.filter(trial__application=application, published_at__isnull=False)
    return list(
        rows.select_related("trial__methodology", "trial__site__owner").order_by("-trial__number")
    )


def draft_of(trial: Trial) -> Evaluation | None:
    """The report of a trial that is being written."""
    rows = Evaluation.objects.filter(trial=trial, published_at=None)
    return rows.select_related("trial__methodology").first()


def address(application: Application) -> str:
    """The page of the report of an application."""
    return reverse("pilots:evaluation", args=[application.case.number])
