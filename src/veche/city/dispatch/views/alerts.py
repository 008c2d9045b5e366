"""Pages for everybody: what is in force, one message, how it came to people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.dispatch import alert_contents as said
from veche.city.dispatch.alert_access import inside, series_for, writes
from veche.city.dispatch.alert_contents import Contents
from veche.city.dispatch.alert_procedure import IN_FORCE
from veche.city.dispatch.models import Alert
from veche.city.dispatch.operations.alert_sending import confirm_seen
from veche.city.dispatch.queries import alerts as queries
from veche.core.cases.operations import subject
from veche.core.cases.queries import history, procedure_of
from veche.core.journal.proofs import of_matter
from veche.core.notices import links
from veche.core.notices.models import Reader
from veche.core.notices.queries import reader_of
from veche.core.organisations.choices import territories
from veche.core.organisations.middleware import asker
from veche.core.places.ground import ground, rings_of
from veche.core.places.queries import Atlas, atlas
from veche.languages import here
from veche.look.http import cached, sign_in
from veche.look.plan import Mark, Outline, Plan
from veche.tables import csv_answer

SHARE = {"Extreme": "share-4", "Severe": "share-3", "Moderate": "share-2", "Minor": "share-1"}
TONE = {"Extreme": "bad", "Severe": "bad", "Moderate": "warn", "Minor": "watch"}


def shown(alert: Alert, places: Atlas) -> dict[str, Any]:
    """An alert in words, for a row and for its page."""
    contents = Contents.from_json(alert.contents)
    return {
        "alert": alert,
        "number": alert.series.case.number,
        "contents": contents,
        "headline": here(contents.headline),
        "event": here(contents.event),
        "description": here(contents.description),
        "instruction": here(contents.instruction),
        "places": [
            here(one.names)
            for code in contents.territories
            if (one := places.by_code.get(code)) is not None
        ],
        "tone": TONE.get(alert.severity, "watch"),
        "severity": said.SEVERITY_WORDS.get(alert.severity, alert.severity),
        "urgency": said.URGENCY_WORDS.get(alert.urgency, ""),
        "certainty": said.CERTAINTY_WORDS.get(contents.certainty, contents.certainty),
        "response": said.RESPONSE_WORDS.get(contents.response, contents.response),
        "category": said.CATEGORY_WORDS.get(contents.category, contents.category),
    }


@require_safe
def in_force(request: HttpRequest) -> HttpResponse:
    """What is in force, on a map and in a table; to staff also what is being written."""
    places, at, who = atlas(), clock.now(), asker(request)
    place = places.by_code.get(request.GET.get("place", ""))
    around = queries.around(place) if place is not None else []
    rows = [shown(one, places) for one in queries.in_force(at, around)]
    ended = [one for one in queries.published(60) if one.series.case.state not in IN_FORCE]
    staff = inside(who.holdings)
    context: dict[str, Any] = {
        "rows": rows,
        "ended": [shown(one, places) for one in ended[:20]],
        "place": place,
        "choices": territories(city=True),
        "plan": _map(rows, places) if rows else None,
        "at": at,
        "writes": writes(who.holdings),
        "drafts": [_draft(one) for one in queries.drafts()] if staff else [],
        "drills": [shown(one, places) for one in queries.drills()] if staff else [],
        "staff": staff,
    }
    return cached(request, render(request, "dispatch/alerts/in_force.html", context))


def _draft(one: Any) -> dict[str, Any]:
    return {
        "draft": one,
        "number": one.series.case.number,
        "headline": here(one.contents["headline"]),
    }


def _map(rows: Sequence[dict[str, Any]], places: Atlas) -> Plan | None:
    """The places that are warned, the darker the graver."""
    city = places.home()
    if city is None:
        return None
    outlines = list(ground(city, places).outlines)
    marks = []
    for n, row in reversed(list(enumerate(rows, 1))):  # the gravest is drawn last
        contents: Contents = row["contents"]
        href = reverse("dispatch:alert", args=[row["number"]])
        for code in contents.territories:
            one = places.by_code.get(code)
            if one is not None:
                kind = SHARE.get(contents.severity, "share-1")
                outlines.append(Outline("", rings_of(one.outline), kind))
        if contents.circle is not None:
            longitude, latitude, _km = contents.circle
            marks.append(Mark(longitude, latitude, str(n), "late", href, row["headline"]))
    return Plan(
        bounds=city.bounds,
        outlines=outlines,
        marks=marks,
        title=_("Map: the places that are warned; the list beside it says the same"),
        ratio="4x3",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def alert(request: HttpRequest, number: str) -> HttpResponse:
    """One message: its last word first. Sent, it counts that somebody has seen it.

    Raises:
        UnknownAlert: there is none, or it is not for them.
    """
    who, places = asker(request), atlas()
    series = series_for(number, who.holdings)
    chain = queries.chain(series)
    if not chain:
        return redirect("dispatch:alert-draft", number=number)
    last = chain[0]
    reader = links.reader_by(_token(request))
    if reader is None and who.person is not None:
        reader = reader_of(who.person)
    if request.method == "POST":
        return _seen(request, last, reader)
    at = clock.now()
    open_now = series.case.state in IN_FORCE and last.expires > at
    writer = writes(who.holdings, series.case.territory)
    context: dict[str, Any] = {
        **shown(last, places),
        "series": series,
        "case": series.case,
        "in_force": open_now,
        "chain": [shown(one, places) for one in chain],
        "counts": queries.counts(last),
        "least": queries.FEWEST,
        "reader": reader,
        "token": _token(request),
        "seen": reader is not None and queries.has_seen(last, reader.pk),
        "drill": series.drill,
        "writes": writer and open_now,
        "draft": queries.open_draft(series) if writer else None,
        "plan": _map([shown(last, places)], places),
        "staff": inside(who.holdings),
    }
    page = render(request, "dispatch/alerts/alert.html", context)
    return page if reader is not None or series.drill else cached(request, page)


def _token(request: HttpRequest) -> str:
    """What the link in a reader's own letter carries, from the address or the form."""
    return (request.POST.get("token") or request.GET.get("token") or "")[:200]


def _seen(request: HttpRequest, last: Alert, reader: Reader | None) -> HttpResponse:
    if reader is None:
        return sign_in(request)
    confirm_seen(by=asker(request).person, at=clock.now(), alert=last, reader=reader)
    messages.success(request, _("Counted: thank you. Nobody is told who you are."))
    token = _token(request)
    back = reverse("dispatch:alert", args=[last.series.case.number])
    return redirect(f"{back}?token={token}" if token else back)


@require_safe
def proof(request: HttpRequest, number: str) -> HttpResponse:
    """The records of a message in the city's sealed log.

    Raises:
        UnknownAlert: there is none, or it is not for them.
    """
    series = series_for(number, asker(request).holdings)
    case = series.case
    titles = {move.name: move.title for move in procedure_of(case).moves}
    steps = ((one.at, str(titles.get(one.move, one.move))) for one in history(case))
    records = of_matter(subject(case), case.procedure, steps)
    context = {
        "number": case.number,
        "back": reverse("dispatch:alert", args=[number]),
        "lines": records.lines,
        "others": records.others,
    }
    return render(request, "journal/proof.html", context)


HEAD = (
    "identifier", "sent", "type", "severity", "urgency", "certainty", "category", "event",
    "headline", "territories", "expires", "state", "told", "letters_sent", "devices_woken",
    "seconds_until_told", "sha256",
)  # fmt: skip


@require_safe
def table(request: HttpRequest) -> HttpResponseBase:
    """Every message to the public as a table; no drill among them."""
    return csv_answer("alerts", _lines())


def _lines() -> Iterator[Sequence[object]]:
    yield HEAD
    for row in queries.published(10_000):
        contents, counts = Contents.from_json(row.contents), queries.counts(row)
        sending = counts.sending
        yield (
            row.identifier,
            row.sent.isoformat(timespec="seconds"),
            row.type,
            row.severity,
            row.urgency,
            contents.certainty,
            contents.category,
            here(contents.event),
            here(contents.headline),
            " ".join(contents.territories),
            row.expires.isoformat(timespec="seconds"),
            row.series.case.state,
            _count(sending.people if sending else None),
            _count(sending.letters_sent if sending else None),
            _count(sending.devices_woken if sending else None),
            counts.seconds if counts.seconds is not None else "",
            row.digest,
        )


def _count(number: int | None) -> str:
    """A number of people; few of them are told as few."""
    if number is None:
        return ""
    return f"<{queries.FEWEST}" if 0 < number < queries.FEWEST else str(number)
