"""The list of calls for ideas, and the page of one with its ideas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.ideas import access, words
from veche.city.ideas.models import Call
from veche.city.ideas.operations.export import may_export
from veche.city.ideas.queries import calls as queries
from veche.city.ideas.queries import idea as ideas
from veche.city.ideas.queries import lists, opinion
from veche.city.ideas.views.common import cached, page_number
from veche.city.ideas.views.rows import hits, marks
from veche.core.organisations.middleware import asker
from veche.core.places import ground as grounds
from veche.core.places.queries import atlas
from veche.languages import here
from veche.tables import csv_answer

PAGE = 30
GROUP_WORDS = {
    "running": _("Ideas are wanted"),
    "answering": _("The office answers"),
    "ended": _("Ended"),
}
SHOW_WORDS = {
    "": _("all calls"),
    "running": _("calls that run now"),
    "answering": _("calls that wait for the answer"),
    "ended": _("calls that ended"),
}
ORDER_WORDS = {
    "newest": _("the newest first"),
    "supported": _("the most supported first"),
    "discussed": _("the most discussed first"),
}
STATE_WORDS = {
    "": _("in any state"),
    "open": _("open to support"),
    "shortlisted": _("on the shortlist or at a vote"),
    "accepted": _("taken up"),
    "refused": _("not taken up"),
    "withdrawn": _("withdrawn or called off"),
}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The calls: running, being answered, ended; one part of them goes over several pages."""
    places, at = atlas(), clock.now()
    which = queries.read(request.GET, places)
    rows = queries.chosen(which, places)
    numbers = queries.counts(rows)
    page = {"number": 1, "last": 1}
    parts = []
    for name, word in GROUP_WORDS.items():
        if which.group not in ("", name) or not (numbers[name] or which.group):
            continue
        part = rows.filter(case__state__in=queries.GROUPS[name])
        first, most = 0, PAGE if name == "running" else 10
        if which.group:
            last = max(1, -(-numbers[name] // PAGE))
            page = {"number": page_number(request.GET.get("page", ""), last), "last": last}
            first, most = (page["number"] - 1) * PAGE, PAGE
        found = [
            {"call": one, "title": here(one.titles), "course": queries.course_of(one, at)}
            for one in part[first : first + most]
        ]
        parts.append((name, word, numbers[name], found, numbers[name] > len(found)))
    who, home = asker(request), places.home()
    context: dict[str, Any] = {
        "which": which,
        "parts": parts,
        "count": numbers[which.group] if which.group else sum(numbers.values()),
        "page": page,
        "shows": SHOW_WORDS.items(),
        "offices": queries.offices(),
        "districts": places.children(home) if home else [],
        "query": which.parameters(),
        "organiser": any(one.role == "organiser" for one in who.holdings),
        "now": at,
    }
    return cached(request, render(request, "ideas/calls.html", context))


HEAD = (
    "number", "title", "territory", "office", "state", "standing", "who", "ideas",
    "announced_until_datetime",
)  # fmt: skip
MOST_ROWS = 100_000


@require_safe
def csv(request: HttpRequest) -> HttpResponseBase:
    """The calls of the choice as a table."""
    places = atlas()
    rows = queries.chosen(queries.read(request.GET, places), places)
    return csv_answer("calls", _cells(list(rows[:MOST_ROWS])))


def _cells(rows: Sequence[Call]) -> Iterator[Sequence[object]]:
    yield HEAD
    for one in rows:
        ends = max((phase.closes_at for phase in one.phases.all()), default=None)
        yield (
            one.case.number,
            here(one.titles),
            one.case.territory.code,
            one.office.code,
            one.case.state,
            "yes" if one.standing else "no",
            one.who,
            one.ideas,
            ends.isoformat(timespec="seconds") if ends else "",
        )


@require_safe
def call(request: HttpRequest, number: str) -> HttpResponse:
    """One call: what it asks, what is promised, where it stands, and its ideas."""
    who = asker(request)
    return page(request, access.call_seen_by(number, who.person, who.holdings))


def page(request: HttpRequest, one: Call, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a call; ``more`` is what a form that could not be accepted adds."""
    places, at, who = atlas(), clock.now(), asker(request)
    which = lists.read(request.GET, places)
    home = places.home() or one.case.territory
    area = which.place or places.by_id.get(one.case.territory_id, one.case.territory)
    tally = lists.tally(one, which, places, area.bounds, at)
    found = lists.rows(one, which, places)
    course = queries.course_of(one, at)
    context: dict[str, Any] = {
        "call": one,
        "case": one.case,
        "title": here(one.titles),
        "text": here(one.texts),
        "promise": here(one.promises),
        "questions": [(here(q["names"]), q.get("required")) for q in one.questions],
        "course": course,
        "who": words.WHO[one.who],
        "who_text": str(words.WHO[one.who]).format(place=one.case.territory),
        "organises": access.organises(one, who.holdings),
        "may_export": one.case.state != "draft" and may_export(one, who.holdings),
        "why_not": access.why_not_write(one, who.person, at) if course.taking else None,
        "which": which,
        "tally": tally,
        "hits": hits(found, places, at),
        "page": {
            "number": which.page,
            "last": min(max(1, -(-tally.count // lists.PAGE)), lists.LAST_PAGE),
        },
        "map": grounds.plan(
            grounds.ground(home, places),
            area.bounds,
            area,
            marks=marks(found),
            clusters=[],
            title=here(one.titles),
        ),
        "orders": ORDER_WORDS.items(),
        "states": STATE_WORDS.items(),
        "districts": _inside(one, places),
        "query": which.parameters(),
        "steps": _said(one),
        "opinion": opinion.about_call(one),
        "now": at,
        **more,
    }
    return cached(request, render(request, "ideas/call.html", context, status=status))


def _inside(one: Call, places: Any) -> list[Any]:
    """The territories right inside the one a call asks about."""
    area = places.by_id.get(one.case.territory_id)
    return places.children(area) if area else []


def _said(one: Call) -> Sequence[ideas.Step]:
    """What was said when it was called off: the only words its steps hold."""
    if one.case.state != "cancelled":
        return []
    from veche.core.cases.queries import history

    return [step for step in ideas.steps(one.case, history(one.case), {}) if step.text]


@require_safe
def ideas_csv(request: HttpRequest, number: str) -> HttpResponseBase:
    """The ideas of a call as a table."""
    who, places = asker(request), atlas()
    one = access.call_seen_by(number, who.person, who.holdings)
    return csv_answer(
        f"ideas-{one.case.number}", lists.table(one, lists.read(request.GET, places), places)
    )
