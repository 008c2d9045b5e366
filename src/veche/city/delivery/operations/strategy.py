"""The strategy, knot by knot: what is added, what is superseded, what was measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.delivery.models import Goal, Measured, Strategy, Superseded
from veche.core.journal.operations import record
from veche.core.organisations.access import holds
from veche.errors import Invalid, NotAllowed, Refused
from veche.languages import LANGUAGES
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

KEPT = {
    "begins": "date", "ends": "date", "planned": "numeric(16,2)", "spent": "numeric(16,2)",
    "baseline": "float8", "baseline_on": "date", "target": "float8", "target_on": "date",
}  # fmt: skip
"""The fields of a knot whose earlier values stay written, and how the database holds each."""
RANK = {Goal.Kind.GOAL: 1, Goal.Kind.TASK: 2, Goal.Kind.MEASURE: 3}
LONGEST_TITLE = 300
LONGEST_REASON = 2_000


class PlannersOnly(NotAllowed):
    """Only planners of the territory keep its strategy."""

    code = "planners-only"
    sentence = _("Only a planner of this territory may do this.")


class CodeTaken(Invalid):
    """Another strategy, or another knot of it, has this code."""

    code = "code-taken"
    sentence = _("The code “{taken}” is taken.")
    field = "code"


class NoTitle(Invalid):
    """It has no title in any language."""

    code = "no-title"
    sentence = _("Write what it is called, in at least one language.")
    field = "title_en"


class EndsBeforeItBegins(Invalid):
    """Its last day lies before its first."""

    code = "ends-before-it-begins"
    sentence = _("The last day lies before the first.")
    field = "ends"


class CannotHang(Invalid):
    """A knot of this kind cannot hang there."""

    code = "cannot-hang"
    sentence = _("Tasks hang under goals or tasks, measures under goals or tasks.")
    field = "above"


class NothingChanges(Refused):
    """What was given stands there already."""

    code = "nothing-changes"
    sentence = _("This is what stands there already.")


class ReplacedMeanwhile(Refused):
    """Somebody else replaced a part of the knot after whoever acts had looked at it."""

    code = "replaced-meanwhile"
    sentence = _("Somebody replaced something here while you wrote: open the page anew and look.")


class NeedsAnIndicator(Invalid):
    """A target, a baseline or a value needs to be one of something."""

    code = "needs-an-indicator"
    sentence = _("Say first what is measured: this item has no indicator.")
    field = "indicator_en"


class MeasuredLater(Invalid):
    """Nothing is measured in the future."""

    code = "measured-later"
    sentence = _("That day has not come yet.")
    field = "on"


def check_plans(by: Person | None, territory: Territory, at: dt.datetime) -> None:
    """Let commands (nobody) and planners of the territory pass.

    Raises:
        PlannersOnly: the person plans nothing there.
    """
    if by is not None and not holds(by, "planner", territory, at):
        raise PlannersOnly


def _names(said: Mapping[str, str], most: int = LONGEST_TITLE) -> dict[str, str]:
    return {code: text for code in LANGUAGES if (text := sized(said.get(code, ""), 0, most))}


@inside
def put_strategy(
    known: Strategy | None,
    *,
    code: str,
    titles: Mapping[str, str],
    territory: Territory,
    begins: dt.date,
    ends: dt.date,
    source: str,
) -> Strategy:
    """The strategy of an import, made or widened to the years that its rows speak of."""
    named = _names(titles)
    if known is None:
        return Strategy.objects.create(
            code=code, titles=named or {"en": code}, territory=territory, begins=begins, ends=ends,
            source=source[:200],
        )  # fmt: skip
    known.titles = {**known.titles, **named}
    known.begins, known.ends = min(known.begins, begins), max(known.ends, ends)
    known.source = source[:200]
    known.save()
    return known


@operation
def add_strategy(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    titles: Mapping[str, str],
    territory: Territory,
    begins: dt.date,
    ends: dt.date,
) -> Strategy:
    """Begin a strategy, programme or plan without any knots yet.

    Raises:
        PlannersOnly: the person plans nothing in this territory.
        NoTitle, EndsBeforeItBegins, CodeTaken: what was given cannot be.
    """
    check_plans(by, territory, at)
    named = _names(titles)
    if not named:
        raise NoTitle
    if ends < begins:
        raise EndsBeforeItBegins
    made, fresh = Strategy.objects.get_or_create(
        code=code,
        defaults={"titles": named, "territory": territory, "begins": begins, "ends": ends},
    )
    if not fresh:
        raise CodeTaken(taken=code)
    record(
        kind="delivery.strategy-added",
        by=by,
        at=at,
        subject=f"strategy:{code}",
        public={"titles": named, "begins": str(begins), "ends": str(ends)},
    )
    return made


@dataclass(frozen=True)
class Knot:
    """What a knot says when it is added; every part but its titles may be missing."""

    titles: Mapping[str, str]
    owner: Organisation | None = None
    begins: dt.date | None = None
    ends: dt.date | None = None
    planned: Decimal | None = None
    spent: Decimal | None = None
    indicator: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    baseline: float | None = None
    baseline_on: dt.date | None = None
    target: float | None = None
    target_on: dt.date | None = None


@operation
def add_goal(
    *,
    by: Person | None,
    at: dt.datetime,
    strategy: Strategy,
    code: str,
    kind: Goal.Kind,
    knot: Knot,
    above: Goal | None = None,
) -> Goal:
    """Add a goal, a task or a measure to a strategy.

    Raises:
        PlannersOnly: the person plans nothing in the territory of the strategy.
        NoTitle, EndsBeforeItBegins, CodeTaken, CannotHang, NeedsAnIndicator: it cannot be so.
    """
    check_plans(by, strategy.territory, at)
    titles, indicator = _names(knot.titles), _names(knot.indicator, 200)
    if not titles:
        raise NoTitle
    if knot.begins and knot.ends and knot.ends < knot.begins:
        raise EndsBeforeItBegins
    if not indicator and (knot.baseline, knot.target) != (None, None):
        raise NeedsAnIndicator
    if above is not None and (
        above.strategy_id != strategy.pk
        or above.kind == Goal.Kind.MEASURE
        or RANK[Goal.Kind(above.kind)] > RANK[kind]
    ):
        raise CannotHang
    made, fresh = Goal.objects.get_or_create(
        strategy=strategy,
        code=code,
        defaults={
            "kind": kind, "above": above, "titles": titles, "owner": knot.owner,
            "indicator": indicator, "units": _names(knot.units, 40),
            **{name: getattr(knot, name) for name in KEPT},
        },
    )  # fmt: skip
    if not fresh:
        raise CodeTaken(taken=code)
    record(
        kind="delivery.goal-added",
        by=by,
        at=at,
        subject=f"strategy:{strategy.code}",
        public={"knot": code, "kind": str(kind), "titles": titles},
    )
    return made


def replaced(goal: Goal) -> int:
    """How often something of a knot was replaced."""
    return Superseded.objects.filter(goal=goal).count()


_SUPERSEDE = """
INSERT INTO delivery_superseded (goal_id, field, before, after, reason, by_id, at)
SELECT id, '{field}', coalesce(to_jsonb({field}) #>> '{{}}', ''),
    coalesce(to_jsonb(%s::{kind}) #>> '{{}}', ''), %s, %s, %s
FROM delivery_goal WHERE id = %s AND {field} IS DISTINCT FROM %s::{kind} RETURNING field, before,
    after
"""


@operation
def supersede(
    *,
    by: Person | None,
    at: dt.datetime,
    goal: Goal,
    values: Mapping[str, Any],
    reason: str,
    seen: int | None = None,
) -> list[Superseded]:
    """Put other dates, sums or targets in the place of an item's; what stood there stays written.

    ``values`` are given by the names of `KEPT`; None takes one away. ``seen`` is `replaced` as it
    was when the values were looked at; without it nobody asks.

    Raises:
        PlannersOnly: the person plans nothing in the territory of the strategy.
        veche.texts.TextLength: the reason is missing or too long.
        EndsBeforeItBegins, NeedsAnIndicator: it cannot be so.
        NothingChanges: all of it stands there already.
        ReplacedMeanwhile: somebody else replaced something since it was looked at.
    """
    check_plans(by, goal.strategy.territory, at)
    reason = sized(reason, 3, LONGEST_REASON)
    goal = Goal.objects.select_for_update().get(pk=goal.pk)
    if seen is not None and seen != replaced(goal):
        raise ReplacedMeanwhile
    wanted = {name: value for name, value in values.items() if name in KEPT}
    begins, ends = (wanted.get(name, getattr(goal, name)) for name in ("begins", "ends"))
    if begins and ends and ends < begins:
        raise EndsBeforeItBegins
    if not goal.indicator and any(wanted.get(n) is not None for n in ("baseline", "target")):
        raise NeedsAnIndicator
    changed: dict[str, list[str]] = {}
    by_id = by.pk if by else None
    with connection.cursor() as cursor:
        for name, value in wanted.items():
            statement = _SUPERSEDE.format(field=name, kind=KEPT[name])
            cursor.execute(statement, [value, reason, by_id, at, goal.pk, value])
            changed |= {row[0]: list(row[1:]) for row in cursor.fetchall()}
    if not changed:
        raise NothingChanges
    for name in changed:
        setattr(goal, name, wanted[name])
    goal.save(update_fields=list(changed))
    record(
        kind="delivery.goal-superseded",
        by=by,
        at=at,
        subject=f"strategy:{goal.strategy.code}",
        public={"knot": goal.code, "changed": changed, "reason": reason},
    )
    newest = Superseded.objects.filter(goal=goal).order_by("-pk")[: len(changed)]
    return list(reversed(newest))


@operation
def measure(
    *,
    by: Person | None,
    at: dt.datetime,
    goal: Goal,
    on: dt.date,
    value: float,
    source: str,
    reason: str = "",
) -> Measured:
    """Write down what the indicator of an item was found to be on a day.

    Another value of the same day is superseded, which needs a ``reason``.

    Raises:
        PlannersOnly: the person plans nothing in the territory of the strategy.
        NeedsAnIndicator: nothing is measured by this knot.
        MeasuredLater: the day lies in the future.
        veche.texts.TextLength: the source is missing, or the reason where one is needed.
        NothingChanges: this very value stands there.
    """
    check_plans(by, goal.strategy.territory, at)
    if not goal.indicator:
        raise NeedsAnIndicator
    if on > at.date() + dt.timedelta(days=1):
        raise MeasuredLater
    source = sized(source, 3, 200)
    # Two who measure one day wait for each other here: the second needs a reason.
    Goal.objects.select_for_update().get(pk=goal.pk)
    there = Measured.objects.filter(goal=goal, on=on).first()
    if there is not None:
        if there.value == value:
            raise NothingChanges
        Superseded.objects.create(
            goal=goal, field="measured", before=f"{on} {there.value:.12g}",
            after=f"{on} {value:.12g}", reason=sized(reason, 3, LONGEST_REASON), by=by, at=at,
        )  # fmt: skip
        there.value, there.source = value, source
        there.save(update_fields=["value", "source"])
    else:
        there = Measured.objects.create(goal=goal, on=on, value=value, source=source)
    record(
        kind="delivery.goal-measured",
        by=by,
        at=at,
        subject=f"strategy:{goal.strategy.code}",
        public={"knot": goal.code, "on": str(on), "value": f"{value:.12g}", "source": source},
    )
    return there
