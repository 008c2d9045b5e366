"""Calls for ideas as lists and pages show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from veche.city.ideas import access, rules
from veche.city.ideas import words as said
from veche.city.ideas.models import Call
from veche.city.ideas.operations.calls import plans
from veche.city.ideas.procedure import ORGANISER, PUBLIC_CALL
from veche.city.ideas.states import CALL as SHOWN
from veche.core.organisations.models import Organisation
from veche.look import words

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding
    from veche.core.places.models import Territory
    from veche.core.places.queries import Atlas

GROUPS: Mapping[str, tuple[str, ...]] = {
    "running": ("running",),
    "answering": ("answering",),
    "ended": ("answered", "cancelled"),
}


@dataclass(frozen=True)
class Choice:
    """Which calls a reader wants to see."""

    group: str = ""
    office: str = ""
    place: Territory | None = None
    standing: bool = False

    def parameters(self) -> str:
        """The address of this choice."""
        pairs = {
            "show": self.group,
            "office": self.office,
            "place": self.place.code if self.place else "",
            "standing": "1" if self.standing else "",
        }
        kept = {name: value for name, value in pairs.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


def read(query: Mapping[str, str], places: Atlas) -> Choice:
    """The choice of an address; what it does not understand it leaves out."""
    group, office = query.get("show", ""), query.get("office", "")
    return Choice(
        group=group if group in GROUPS else "",
        office=office if len(office) <= 80 and "\x00" not in office else "",
        place=places.by_code.get(query.get("place", "")),
        standing=query.get("standing") == "1",
    )


def chosen(which: Choice, places: Atlas) -> QuerySet[Call]:
    """The announced calls of a choice, newest first."""
    rows = access.calls().filter(case__state__in=PUBLIC_CALL, case__hidden_at=None)
    if which.office:
        rows = rows.filter(office__code=which.office)
    if which.place is not None:
        rows = rows.filter(case__territory_id__in=places.inside(which.place))
    if which.standing:
        rows = rows.filter(standing=True)
    return rows.order_by("-case_id")


def counts(rows: QuerySet[Call]) -> dict[str, int]:
    """How many of them in each group; one query."""
    found = rows.order_by().aggregate(
        **{name: Count("pk", filter=Q(case__state__in=states)) for name, states in GROUPS.items()}
    )
    return {name: int(count or 0) for name, count in found.items()}


def offices() -> list[tuple[str, str]]:
    """The offices that asked, by code, in the order of their names."""
    asked = Call.objects.filter(case__state__in=PUBLIC_CALL)
    rows = Organisation.objects.filter(pk__in=asked.values("office"))
    return sorted(((one.code, str(one)) for one in rows), key=lambda row: row[1])


def organised(held: Sequence[Holding]) -> QuerySet[Call]:
    """The calls that somebody with these roles organises, drafts first."""
    mine = Q(pk__in=())
    for one in held:
        if one.role != ORGANISER:
            continue
        if one.territory_id is None:
            mine = Q()
            break
        mine |= (
            Q(case__territory=one.territory_id)
            | Q(case__territory__district=one.territory_id)
            | Q(case__territory__city=one.territory_id)
        )
    rows = access.calls().filter(mine).exclude(case__state="dropped")
    drafted = ExpressionWrapper(Q(case__state="draft"), output_field=BooleanField())
    return rows.order_by(drafted.desc(), "-case_id")


@dataclass(frozen=True)
class Course:
    """Where a call stands."""

    stand: SafeString
    line: Sequence[dict[str, Any]]
    taking: bool
    """Whether ideas are taken now."""
    state: str
    """As it is shown."""
    ends: dt.datetime | None
    """When the phase that matters to residents closes."""


def course_of(call: Call, at: dt.datetime) -> Course:
    """Where a call stands: a sentence, its phases as a line; no query beyond its phases."""
    phases = plans(call)
    taking = access.takes_ideas(call, at)
    running = rules.open_now(phases, at) if call.case.state == "running" else []
    collect = next((one for one in phases if one.kind == "collect"), None)
    ends = rules.ends_at(phases)
    if taking and collect is not None:
        ends = collect.closes_at
    elif running:
        ends = max(one.closes_at for one in phases if one.kind == running[-1])
    return Course(
        stand=_stand(call, at, phases, running, ends, taking),
        line=_line(call, at, phases),
        taking=taking,
        state=SHOWN.get(call.case.state, call.case.state),
        ends=ends,
    )


def _stand(
    call: Call,
    at: dt.datetime,
    phases: Sequence[rules.PhasePlan],
    running: Sequence[str],
    ends: dt.datetime | None,
    taking: bool,
) -> SafeString:
    state, due = call.case.state, call.case.due_at
    code = state
    if state == "running":
        opens = min((one.opens_at for one in phases), default=at)
        if call.standing:
            code = "standing"
        elif at < opens:
            code, ends = "coming", opens
        elif taking:
            code = "taking"
        else:
            code = running[-1] if running else "between"
    elif state == "answering":
        ends = due
        code = "answering-late" if due is not None and due < at else state
    ended = call.case.closed_at or at
    return format_html(
        str(said.CALL_STANDS[code]),
        office=str(call.office),
        day=format_html("<b>{}</b>", words.day(ends)) if ends else "",
        left=format_html('<b class="hot">{}</b>', words.left(at, ends)) if ends else "",
        ended=format_html("<b>{}</b>", words.day(ended, "year")),
    )


def _line(call: Call, at: dt.datetime, phases: Sequence[rules.PhasePlan]) -> list[dict[str, Any]]:
    """The phases as a procedure line; of a standing call nothing."""
    over = call.case.state in ("answered", "cancelled")
    rows = []
    for place, one in enumerate(phases):
        last = place == len(phases) - 1
        if over or one.closes_at <= at:
            state, when = "done", words.day(one.closes_at, "short")
        elif one.opens_at <= at:
            state, when = "now", gettext("until %(day)s") % {"day": words.day(one.closes_at)}
        else:
            state = "end" if last else "next"
            when = gettext("from %(day)s") % {"day": words.day(one.opens_at)}
        rows.append(
            {
                "label": str(said.PHASES[one.kind]),
                "state": state,
                "when": when,
                "by": str(call.office) if one.kind == "answer" else "",
                "back": "",
            }
        )
    if over and rows:
        rows[-1]["state"] = "now"
    return rows
