"""The figures of the programme: every number of its page, each a published figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from veche import kept
from veche.city.pilots.datasets import programme as declared
from veche.city.pilots.models import Programme, Site, Target, Technology, Trial
from veche.city.pilots.rules.results import Share
from veche.city.pilots.rules.stages import STAGES, WHOLE
from veche.core.opendata.queries import cells, figure
from veche.figures import Value

DAY = 86_400


@dataclass(frozen=True)
class StageTime:
    """How long a stage takes those who go on."""

    stage: str
    """One of the stages, or ``all``."""
    passed: int
    median: float | None
    """Days."""
    ninetieth: float | None
    limit: int | None
    """Days it may take."""


@dataclass(frozen=True)
class Topic:
    """What decided applications are about."""

    code: str
    names: Mapping[str, str]
    decided: int
    tested: int
    rolled_out: int


@dataclass(frozen=True)
class Year:
    """What was sent in within a year, and what came of it."""

    year: str
    decided: int
    tested: int
    rolled_out: int
    money: float


@dataclass(frozen=True)
class Statistics:
    """All figures of the programme at one moment."""

    at: dt.datetime
    funnel: Mapping[str, int]
    """Step → how many decided applications came as far, in the order of the way."""
    rolled: Share
    small: Share
    women: Share
    money: float
    contracted: int
    currency: str
    judged: int | None
    """Applications that are judged now; None: fewer than five, or none."""
    testers: int | None
    """None: fewer than five, or none."""
    sites: int
    trials: int
    running: int
    """Trials that go on now."""
    stages: Sequence[StageTime]
    whole: StageTime
    years: Sequence[Year] = ()
    goals: Sequence[Topic] = ()
    technologies: Sequence[Topic] = ()
    ages: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def months(self) -> float | None:
        """From the application to the report, median, in months of 30.4 days."""
        return None if self.whole.median is None else self.whole.median / 30.4

    def to_json(self) -> dict[str, Any]:
        """As ``veche pilots statistics --json`` prints it."""
        return {
            "at": self.at.isoformat(),
            "funnel": dict(self.funnel),
            "rolled_out": _share(self.rolled),
            "small": _share(self.small),
            "women_led": _share(self.women),
            "contracts": {
                "amount": self.money, "currency": self.currency, "pilots": self.contracted,
            },
            "judged_now": self.judged,
            "testers": self.testers,
            "sites": self.sites,
            "trials": self.trials,
            "running": self.running,
            "stages": {one.stage: _stage(one) for one in (*self.stages, self.whole)},
            "years": [vars(one) for one in self.years],
            "goals": [_topic(one) for one in self.goals],
            "technologies": [_topic(one) for one in self.technologies],
        }  # fmt: skip


def _share(one: Share) -> dict[str, Any]:
    low, high = one.interval or (None, None)
    return {"part": one.part, "of": one.of, "share": one.value, "low": low, "high": high}


def _stage(one: StageTime) -> dict[str, Any]:
    return {
        "passed": one.passed, "median_days": one.median, "ninetieth_days": one.ninetieth,
        "limit_days": one.limit,
    }  # fmt: skip


def _topic(one: Topic) -> dict[str, Any]:
    return {
        "code": one.code, "decided": one.decided, "tested": one.tested,
        "rolled_out": one.rolled_out,
    }  # fmt: skip


def _cells(name: str, at: dt.datetime) -> list[dict[str, Value]]:
    found, over = figure(name)
    return cells(found, over, at)


def _one(name: str, at: dt.datetime) -> dict[str, Any]:
    """The values of a figure that is not divided, by their names."""
    found, _over = figure(name)
    rows = _cells(name, at)
    names = [measure.name for measure in found.measures]
    return dict(zip(names, rows[0]["values"] if rows else [None] * len(names), strict=True))


def _number(value: Value) -> float:
    """A sum: whole, or an exact ratio."""
    return value[0] / value[1] if isinstance(value, list) else float(value or 0)


def _as_share(value: Value) -> Share:
    part, of = value or (0, 0)
    return Share(part, of)


def _days(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / DAY, 1)


def _stages(at: dt.datetime, programme: Programme | None) -> dict[str, StageTime]:
    limits: dict[str, int] = {}
    if programme is not None:
        limits = dict(programme.stages.values_list("stage", "days"))
        limits[WHOLE] = programme.days
    found = {row["group"][0]: row["values"] for row in _cells("pilot_times", at)}
    times = {}
    for stage in (*STAGES, WHOLE):
        passed, median, ninetieth = found.get(stage, (0, None, None))
        times[stage] = StageTime(stage, passed, _days(median), _days(ninetieth), limits.get(stage))
    return times


def _topics(at: dt.datetime) -> dict[str, list[Topic]]:
    names = {("technology", one.code): one.names for one in Technology.objects.all()}
    names |= {("goal", one.code): one.names for one in Target.objects.filter(goal=None)}
    found: dict[str, list[Topic]] = {"technology": [], "goal": []}
    for row in _cells("pilots_by_topic", at):
        kind, code = row["group"]
        if kind in found:
            found[kind].append(Topic(code, names.get((kind, code), {}), *row["values"]))
    for rows in found.values():
        rows.sort(key=lambda one: (-one.decided, one.code))
    return found


def _years(at: dt.datetime) -> list[Year]:
    found = []
    order = [one.name for one in figure("pilots_by_year")[0].measures]
    for row in _cells("pilots_by_year", at):
        values = dict(zip(order, row["values"], strict=True))
        found.append(
            Year(
                row["group"][0], values["decided"], values["tested"], values["rolled_out"],
                _number(values["money"]),
            )
        )  # fmt: skip
    return found


def _read(at: dt.datetime) -> Statistics:
    programme = Programme.objects.order_by("pk").first()
    funnel, success = _one("pilot_funnel", at), _one("pilot_success", at)
    times, topics = _stages(at, programme), _topics(at)
    trials = Trial.objects.filter(starts_at__lte=at)
    return Statistics(
        at=at,
        funnel={one.name: funnel[one.name] or 0 for one in declared.FUNNEL},
        rolled=_as_share(success["rolled"]),
        small=_as_share(success["small"]),
        women=_as_share(success["women"]),
        money=_number(success["money"]),
        contracted=success["contracted"] or 0,
        currency=programme.currency if programme else "",
        judged=_one("pilot_applications", at)["applications"] or None,
        testers=_one("pilot_testers", at)["testers"] or None,
        sites=Site.objects.filter(published_at__lte=at, closed_at=None).count(),
        trials=trials.count(),
        running=trials.filter(ended_at=None).count(),
        stages=[times[stage] for stage in STAGES],
        whole=times[WHOLE],
        years=_years(at),
        goals=topics["goal"],
        technologies=topics["technology"],
        ages={
            row["group"][0]: row["values"][0]
            for row in _cells("pilot_testers_by_age", at)
            if row["group"][0] is not None
        },
    )


def statistics(at: dt.datetime) -> Statistics:
    """Every figure of the programme; kept for a while where there is a long past to count."""
    found: Statistics = kept.kept(("pilots", "statistics"), at, lambda: _read(at)).value
    return found
