"""Calls for solutions as lists and pages show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from veche.city.pilots.access.calls import READABLE, calls
from veche.city.pilots.models import Call, Criterion, FormVersion, Technology
from veche.city.pilots.procedure import CALL
from veche.city.pilots.queries.demand import address_here, theme_name
from veche.city.pilots.rules import calls as rules
from veche.city.problems.queries.categories import kinds
from veche.core.cases.line import line_in_words
from veche.core.cases.models import CaseClock, CaseEvent
from veche.core.organisations.models import Organisation
from veche.languages import here
from veche.look import words

GROUPS: Mapping[str, tuple[str, ...]] = {
    "open": ("open",),
    "closed": ("closed",),
    "ended": ("finished", "cancelled"),
}
MISSING: Mapping[str, str | Promise] = {
    "criteria": gettext_lazy("there are no criteria."),
    "anchors": gettext_lazy("the words of some marks are missing."),
    "missing": gettext_lazy("it has no last day."),
    "past": gettext_lazy("its last day is over."),
    "short": gettext_lazy("its last day is nearer than a week."),
    "long": gettext_lazy("its last day is too far away."),
    "standing": gettext_lazy("a standing intake has no last day."),
}


@dataclass(frozen=True)
class Choice:
    """Which calls a reader wants to see."""

    group: str = ""
    department: str = ""
    technology: str = ""

    def parameters(self) -> str:
        """The address of this choice."""
        pairs = {
            "show": self.group, "department": self.department, "technology": self.technology,
        }  # fmt: skip
        kept = {name: value for name, value in pairs.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


def read(query: Mapping[str, str]) -> Choice:
    """The choice of an address; what it does not understand it leaves out."""

    def plain(name: str) -> str:
        value = query.get(name, "")
        return value if len(value) <= 80 and "\x00" not in value else ""

    group = query.get("show", "")
    return Choice(group if group in GROUPS else "", plain("department"), plain("technology"))


def chosen(which: Choice) -> QuerySet[Call]:
    """The calls of a choice that everybody may read: those that close first before the others,
    what is always open after them, then the newest."""
    rows = calls().filter(READABLE)
    if which.department:
        rows = rows.filter(department__code=which.department)
    if which.technology:
        rows = rows.filter(technologies__code=which.technology)
    return rows.order_by(F("closes_at").asc(nulls_last=True), "-case_id")


def departments() -> list[tuple[str, str]]:
    """The departments that set a task everybody may read, by code, in the order of their names."""
    asked = Call.objects.filter(READABLE, department__isnull=False)
    rows = Organisation.objects.filter(pk__in=asked.values("department"))
    return sorted(((one.code, str(one)) for one in rows), key=lambda row: row[1])


def technologies() -> list[tuple[str, str]]:
    """All technologies by code, in the order of their names."""
    return sorted(((t.code, str(t)) for t in Technology.objects.all()), key=lambda row: row[1])


def stand(call: Call, at: dt.datetime) -> str:
    """Where a call stands, in one sentence."""
    case = call.case
    if case.state == "draft":
        return _("It is a draft: only the agency and the department that writes it see it.")
    if case.state == "cancelled":
        return _("It was cancelled; the reason stands below.")
    if case.state == "open":
        if call.closes_at is None:
            return _("Applications are taken all year.")
        left = call.closes_at - at
        if left < dt.timedelta():
            return _("The last day is over; no more applications are taken.")
        return _("Applications are taken until {day}: {left} left.").format(
            day=words.moment(call.closes_at), left=words.span(left)
        )
    if case.state == "closed":
        return _("No more applications are taken. Those that came are judged now.")
    return _("All applications are decided.")


def missing_of(call: Call, at: dt.datetime) -> list[str | Promise]:
    """What a draft still needs before it can open, in words."""
    found: list[str] = []
    rows = list(call.criteria.prefetch_related("anchors"))
    if not rows:
        found.append("criteria")
    if any(rules.unwritten({a.mark: a.words for a in one.anchors.all()}) for one in rows):
        found.append("anchors")
    fault = rules.window_fault(at, call.closes_at, at, call.standing)
    if fault:
        found.append(fault)
    return [MISSING[one] for one in found]


@dataclass(frozen=True)
class Weighed:
    """A criterion with its share of the whole, and what its marks mean."""

    criterion: Criterion
    share: float
    """0 to 1."""
    anchors: Sequence[tuple[int, str]]
    """Mark and its words, the highest first."""


def criteria_of(call: Call) -> list[Weighed]:
    """The criteria of a call in their order."""
    rows = list(call.criteria.prefetch_related("anchors").order_by("place"))
    shares = rules.shares([one.weight for one in rows])
    return [
        Weighed(
            one,
            share,
            [
                (anchor.mark, here(anchor.words))
                for anchor in sorted(one.anchors.all(), key=lambda a: -a.mark)
            ],
        )
        for one, share in zip(rows, shares, strict=True)
    ]


def evidence_rows(call: Call) -> list[dict[str, Any]]:
    """What pointed to the task, by theme and place, the weightiest first."""
    known = kinds()
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for one in call.evidence.select_related("territory").order_by("pk"):
        row = found.setdefault(
            (one.theme, one.territory_id),
            {
                "theme": theme_name(one.theme, known), "place": one.territory, "score": 0.0,
                "since": one.since, "until": one.until, "lines": [],
            },
        )  # fmt: skip
        row["score"] += one.score
        row["lines"].append((one, address_here(one.address)))
    return sorted(found.values(), key=lambda row: -row["score"])


def steps_of(call: Call) -> list[tuple[dt.datetime, str, Mapping[str, Any]]]:
    """What was done with a call since it opened: when, in words, and what was said."""
    titles = {move.name: move.title for move in CALL.moves}
    rows = CaseEvent.objects.filter(case=call.pk).exclude(move="draft").order_by("seq")
    return [(one.at, str(titles.get(one.move, one.move)), one.public) for one in rows]


def line(call: Call) -> list[Any]:
    """The line of the procedure with the present step; none for a standing intake, which only
    goes on."""
    if call.standing:
        return []
    events = list(CaseEvent.objects.filter(case=call.pk).order_by("seq"))
    clocks = list(CaseClock.objects.filter(case=call.pk).order_by("id"))
    return line_in_words(call.case, events, clocks)


def latest_forms() -> list[FormVersion]:
    """The newest version of every form, by code."""
    rows = FormVersion.objects.order_by("code", "-number").distinct("code")
    return list(rows)
