"""What became of matters of other modules: the promises that come from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from veche.city.delivery.models import Promise, Source


@dataclass(frozen=True)
class PromiseLine:
    """A promise in one line: for the page of the idea or the vote it comes from."""

    number: str
    title: str
    state: str
    """The state of its case: drafted, under_way, acceptance, repair, kept, unconfirmed, broken,
    replaced. Shown as ``promise-<state>`` (`veche.look.states`)."""
    office: str
    made_at: dt.datetime
    due_on: dt.date | None
    """The date of its last step; None before it is begun."""
    first_due_on: dt.date | None
    ended_at: dt.datetime | None

    @property
    def shown(self) -> str:
        """The code of the state it is shown as."""
        return f"promise-{self.state}"


def line_of(promise: Promise) -> PromiseLine:
    """A promise, with its case and its office, in one line."""
    case = promise.case
    return PromiseLine(
        number=case.number,
        title=promise.title,
        state=case.state,
        office=str(case.organisation) if case.organisation else "",
        made_at=case.opened_at,
        due_on=promise.due_on,
        first_due_on=promise.first_due_on,
        ended_at=case.closed_at,
    )


def promises_of(matters: Sequence[int]) -> Mapping[int, list[PromiseLine]]:
    """The promises that come from matters, by the numbers of the rows of their cases; the oldest
    first. One query, however many."""
    found: dict[int, list[PromiseLine]] = {}
    rows = Source.objects.filter(matter__in=list(matters), promise__case__hidden_at=None)
    for row in rows.select_related("promise__case__organisation").order_by("promise_id"):
        if row.matter_id is not None:
            found.setdefault(row.matter_id, []).append(line_of(row.promise))
    return found
