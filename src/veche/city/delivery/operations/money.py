"""Money and the measure of a promise: lines are added, a wrong one is superseded, never edited."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from veche.city.delivery import rules
from veche.city.delivery.models import Amount, Promise, Superseded
from veche.city.delivery.operations.guard import locked, office_acts
from veche.city.delivery.operations.refusals import AlreadySuperseded, NothingMeasured
from veche.core.cases.operations import move_case, subject
from veche.core.journal.operations import record
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person


@operation
def add_amount(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    kind: str,
    amount: Decimal,
    on: dt.date,
    text: str,
    instead: int | None = None,
    seen: int | None = None,
) -> Amount:
    """Write a line of money planned or spent, in the city's currency; ``instead`` is the line that
    it takes the place of, which stays shown.

    Raises:
        AlreadySuperseded: another line stands in its place already, or it is none of this promise.
        veche.texts.TextLength: what it is for is not said.
        StepMissed, NoRoleForMove, Changed, MoveNotPossible: as for every act of the office.
    """
    promise = locked(case)
    office_acts(by=by, at=at, promise=promise, seen=seen)
    text = sized(" ".join(text.split()), 3, 200)
    kind = Amount.Kind(kind).value
    old = None
    if instead is not None:
        rows = Amount.objects.select_for_update().filter(promise=promise, superseded_by=None)
        old = rows.filter(pk=instead).first()
        if old is None:
            raise AlreadySuperseded
        kind = old.kind
    public = {"money": kind, "amount": f"{amount:.2f}", "on": on.isoformat(), "text": text}
    if old is not None:
        public["before"] = f"{old.amount:.2f}"
    move_case(by=by, at=at, case=promise.case, move="change", public=public)
    line = Amount(promise=promise, kind=kind, amount=amount, on=on, words=text, by=by)
    line.save(force_insert=True)
    if old is not None:
        Amount.objects.filter(pk=old.pk).update(superseded_by=line)
    record(kind="delivery.money", by=by, at=at, subject=subject(promise.case), public=public)
    return line


@operation
def set_target(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    target: float,
    text: str,
    indicator: str = "",
    unit: str = "",
    baseline: float | None = None,
    seen: int | None = None,
) -> Promise:
    """Say what is measured and what it should come to; a target that stands already is superseded,
    with the reason in ``text``, and what is measured stays what it was.

    Raises:
        NothingMeasured: nothing is named that could be measured.
        veche.texts.TextLength: the words are missing.
        StepMissed, NoRoleForMove, Changed, MoveNotPossible: as for every act of the office.
    """
    promise = locked(case)
    office_acts(by=by, at=at, promise=promise, seen=seen)
    text = sized(text, rules.LEAST_REASON, rules.MOST_REASON)
    before = promise.target
    if before is None:
        promise.indicator = " ".join(indicator.split())[:160]
        promise.unit, promise.baseline = " ".join(unit.split())[:40], baseline
    if not promise.indicator or target != target:
        raise NothingMeasured
    told = {"target": plain(target), "before": plain(before), "text": text}
    move_case(by=by, at=at, case=promise.case, move="change", public=told)
    if before is not None and before != target:
        Superseded(
            promise=promise,
            field="target",
            before=plain(before),
            after=plain(target),
            reason=text,
            by=by,
            at=at,
        ).save(force_insert=True)
    promise.target = target
    fields = ["indicator", "unit", "baseline", "target"]
    promise.save(update_fields=fields, force_update=True)
    return promise


def plain(value: float | None) -> str:
    """A number as the database writes it as text; empty for none."""
    return "" if value is None else repr(float(value)).removesuffix(".0")


@operation
def measure(
    *, by: Person, at: dt.datetime, case: Case, value: float, on: dt.date, seen: int | None = None
) -> Promise:
    """Write down what the indicator was found to be on a day.

    Raises:
        NothingMeasured: the promise has no indicator.
        StepMissed, NoRoleForMove, Changed, MoveNotPossible: as for every act of the office.
    """
    promise = locked(case)
    office_acts(by=by, at=at, promise=promise, seen=seen)
    if promise.target is None or value != value:
        raise NothingMeasured
    public = {"measured": plain(value), "on": on.isoformat()}
    move_case(by=by, at=at, case=promise.case, move="change", public=public)
    promise.measured, promise.measured_on = value, on
    promise.save(update_fields=["measured", "measured_on"], force_update=True)
    record(kind="delivery.measured", by=by, at=at, subject=subject(promise.case), public=public)
    return promise
