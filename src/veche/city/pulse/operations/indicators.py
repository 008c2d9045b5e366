"""Indicators are data: taken over from the classes of the program, and set by the city."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from veche.city.pulse import rules
from veche.city.pulse.access import OPERATOR
from veche.city.pulse.class_files import classes
from veche.city.pulse.models import Indicator
from veche.city.pulse.operations.alarms import forget_signs
from veche.core.journal.operations import record
from veche.core.organisations.access import RULE_KEEPERS, holds_over_city
from veche.core.organisations.models import Organisation
from veche.errors import Invalid, NotAllowed, NotFound
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

SETTERS = (*RULE_KEEPERS, OPERATOR)
"""Roles that set limits, when held over the whole city."""


class MayNotSet(NotAllowed):
    """Limits decide what wakes people at night."""

    code = "indicator-may-not-set"
    sentence = _(
        "Only an operator, an administrator or a keeper of data of the whole city sets limits."
    )


class LimitsOutOfOrder(Invalid):
    """Watch, warning and critical must follow each other."""

    code = "limits-out-of-order"
    sentence = _(
        "Limits go one way: watch, then warning, then critical; upper ones lie above lower ones."
    )
    field = "high_watch"


class HoldOutOfRange(Invalid):
    """How long a limit must be crossed."""

    code = "hold-out-of-range"
    sentence = _("Between 1 and 100 samples, for up to a day, with a margin of 0 or more.")
    field = "hold_samples"


def check_sets(person: Person | None, at: dt.datetime) -> None:
    """Let commands (nobody) and those who set limits pass.

    Raises:
        MayNotSet: the person does not.
    """
    if person is not None and not holds_over_city(person, SETTERS, at):
        raise MayNotSet


_PLAIN = (
    "names", "sphere", "theme", "iso_code", "unit", "unit_names", "level", "formula", "cadence",
    "fresh_for", "direction", "runbook", "public", "digits",
)  # fmt: skip
_CITYS = ("limits", "season", "margin", "hold_samples", "hold_seconds")
"""What a city may have set itself: the program proposes it once and never again."""


@operation
def sync(
    *, by: Person | None, at: dt.datetime, given: Sequence[Mapping[str, Any]] | None = None
) -> tuple[int, int]:
    """Take over the classes of the program, or these: new ones whole, of known ones everything but
    what a city sets itself. Returns how many are new and how many are known.

    Raises:
        veche.city.pulse.class_files.BadClass: a file says something that cannot be.
    """
    every = classes() if given is None else given
    offices = {office.code: office for office in Organisation.objects.all()}
    known = {one.code: one for one in Indicator.objects.select_for_update()}
    fresh: list[Indicator] = []
    for values in every:
        one = known.get(values["code"]) or Indicator(code=values["code"])
        for name in (*_PLAIN, *(_CITYS if one.pk is None else ())):
            if name in values:
                setattr(one, name, values[name])
        one.case_template = dict(values.get("case", {}))
        if one.pk is None:
            one.owner = offices.get(values.get("owner", ""))
            fresh.append(one)
    Indicator.objects.bulk_create(fresh)
    old = [known[v["code"]] for v in every if v["code"] in known]
    Indicator.objects.bulk_update(old, [*_PLAIN, "case_template"])
    record(
        kind="pulse.indicators-synced", by=by, at=at, subject="indicators",
        public={"new": [one.code for one in fresh], "known": len(old)},
    )  # fmt: skip
    return len(fresh), len(old)


@operation
def set_limits(
    *,
    by: Person | None,
    at: dt.datetime,
    indicator: str,
    limits: Mapping[str, Sequence[float | None]],
    season: Mapping[str, float | None] | None,
    margin: float,
    hold_samples: int,
    hold_seconds: int,
    owner: Organisation | None,
    public: bool,
    active: bool,
) -> Indicator:
    """Set when an indicator is too much, who answers for it, and whether everybody sees it.

    It counts from the next reckoning on. What is watched no more lets its alarms return, and is
    reckoned from the beginning when it is watched again: an old state would ask for no alarm.

    Raises:
        MayNotSet: the person does not.
        NotFound: there is no such indicator.
        LimitsOutOfOrder, HoldOutOfRange: see there.
    """
    check_sets(by, at)
    found = Indicator.objects.select_for_update().filter(code=indicator).first()
    if found is None:
        raise NotFound
    try:
        rules.Limits.of(limits)
    except ValueError as fault:
        raise LimitsOutOfOrder from fault
    steps = [v for k in rules.LEVELS if (v := (season or {}).get(k)) is not None]
    if steps != sorted(steps) or any(v <= 0 for v in steps):
        raise LimitsOutOfOrder
    if not (1 <= hold_samples <= 100 and 0 <= hold_seconds <= 86_400 and margin >= 0):
        raise HoldOutOfRange
    before = {name: getattr(found, name) for name in (*_CITYS, "public", "active")}
    found.limits = {side: list(three) for side, three in limits.items()}
    weeks = (found.season or {}).get("weeks", 4)
    found.season = {"weeks": weeks, **(season or {})} if steps else None
    found.margin, found.hold_samples, found.hold_seconds = margin, hold_samples, hold_seconds
    found.owner, found.public, found.active = owner, public, active
    found.save()
    if before["active"] and not active:
        forget_signs(at=at, indicator=found)
    after = {name: getattr(found, name) for name in before}
    record(
        kind="pulse.limits-set", by=by, at=at, subject=f"indicator:{found.code}",
        public={
            "before": json.dumps(before),
            "after": json.dumps(after),
            "owner": owner.code if owner else None,
        },
    )  # fmt: skip
    return found
