"""The page of one promise: its whole story; its table, calendar, photographs and proof."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from icalendar import Calendar, Todo

from veche import clock
from veche.city.delivery import acts
from veche.city.delivery import words as said
from veche.city.delivery.access import plans, promise_for, step_for
from veche.city.delivery.models import Promise
from veche.city.delivery.procedure import OFFICER
from veche.city.delivery.queries import acceptance as answers
from veche.city.delivery.queries import promise as queries
from veche.city.delivery.queries.beside import beside
from veche.city.delivery.rules import FEW
from veche.city.delivery.views.common import cached, shared, sign_in
from veche.core.cases.models import Case, CaseFile
from veche.core.cases.operations import in_scope, subject
from veche.core.cases.queries import history
from veche.core.files.serving import photograph as answer_photograph
from veche.core.journal.proofs import of_matter
from veche.core.journal.queries import about
from veche.core.moderation.beside import beside as moderated
from veche.core.moderation.queries import hidden
from veche.core.notices import operations as notices
from veche.core.notices.letters import link
from veche.core.notices.queries import follows
from veche.core.organisations.middleware import asker
from veche.core.organisations.models import Holding
from veche.core.places.ground import ground, plan
from veche.core.places.queries import Atlas, atlas
from veche.errors import NotFound
from veche.languages import here
from veche.look.plan import Mark, Plan, around
from veche.tables import csv_whole


@require_safe
def promise(request: HttpRequest, number: str) -> HttpResponse:
    """Where a promise stands, and everything that led there."""
    who, at, places = asker(request), clock.now(), atlas()
    found = promise_for(number, who.holdings)
    case = found.case
    events = history(case)
    steps = queries.steps_of(found, at)
    files = queries.put_files(found, steps)
    missed = next((one.step for one in steps if one.missed), None)
    tallies = answers.tallies(found.pk)
    context: dict[str, Any] = {
        **shared(found, places),
        "now": at,
        "stand": queries.stand(found, at, missed),
        "line": queries.line_of(case, events),
        "missed": missed,
        "steps": [
            (one, _steps_acts(one, who.holdings, missed=missed is not None)) for one in steps
        ],
        "acts": acts.acts_for(case, who.holdings, missed=missed is not None),
        "money": queries.money_of(found),
        "sources": queries.sources_of(found),
        "told": queries.told(case, events),
        "replaced": [queries.Replaced.of(one) for one in queries.superseded_of(found)],
        "files": files,
        "map": _map(found, places),
        "beside": beside(found, places),
        "rounds": _rounds(events, tallies, office=_of_the_office(case, who.holdings)),
        "vote": found.vote,
        "vote_told": queries.counted(found.vote) if found.vote else "",
        "plans": plans(found, who.holdings),
        "followed": follows(who.person, case),
        "person": who.person,
        "may_answer": case.state == "acceptance"
        and answers.is_asked(who.person, found.pk, case.territory, at),
        "mine": answers.said_by(who.person, found.pk, found.round),
        "hidden": hidden(case),
        "moderation": moderated(case, who.person, who.holdings, author=False),
        "records": about(subject(case)).count(),
        "few": FEW,
    }
    return cached(request, render(request, "delivery/promise/promise.html", context))


def _steps_acts(one: queries.StepShown, held: Sequence[Holding], *, missed: bool) -> list[acts.Act]:
    """What the reader can do about a step; nothing is asked of what they hold no role for."""
    return acts.acts_for(one.step.case, held, missed=missed, late=one.missed) if held else []


def _of_the_office(case: Case, held: Sequence[Holding]) -> bool:
    """Whether whoever holds these roles puts right what is refused."""
    return any(one.role == OFFICER and in_scope(one, case, "organisation") for one in held)


def _rounds(
    events: Sequence[Any], tallies: Sequence[answers.Tally], *, office: bool
) -> list[dict[str, Any]]:
    """Every round of asking: by which rule, and what was said.

    Of few who refused only the ``office`` reads the reasons, once the round is over: else it would
    have to put right what it does not know.
    """
    said_of = {one.round: one for one in tallies}
    ends = {"accept": "promise-kept", "refuse": "refused", "lapse": "promise-unconfirmed"}
    found: list[dict[str, Any]] = []
    for event in events:
        public = event.public
        if event.move == "say_done":
            tally = said_of.get(public.get("round", 0), answers.Tally(public.get("round", 0)))
            reasons = [
                (said.REFUSALS.get(code, code), n)
                for code, n in sorted(tally.reasons.items(), key=lambda pair: -pair[1])
            ]
            found.append(
                {
                    **public,
                    "at": event.at,
                    "tally": tally,
                    "reasons": reasons,
                    "few": tally.refuses > 0 and sum(tally.reasons.values()) < tally.refuses,
                    "texts": answers.texts(event.case_id, tally) if tally.refuses >= FEW else [],
                    "outcome": "",
                }
            )
        elif event.move in ends and found:
            last = found[-1]
            last["outcome"], last["ended"] = ends[event.move], event.at
            if office and event.move == "refuse" and last["tally"].refuses < FEW:
                last["for_office"] = [
                    (said.REFUSALS.get(code, code), text)
                    for code, text in answers.why_refused(event.case_id, last["tally"].round)
                ]
    return found


def _map(found: Promise, places: Atlas) -> Plan | None:
    if found.longitude is None or found.latitude is None:
        return None
    place = places.by_id.get(found.case.territory_id, found.case.territory)
    city = places.by_id.get(place.city_id or place.pk, place)
    point = (found.longitude, found.latitude)
    return plan(
        ground(city, places),
        around([point], least=0.009, margin=0.3),
        marks=[Mark(*point, tone="hot", title=found.title)],
        title=found.title,
        ratio="4x3",
    )


@require_safe
def step(request: HttpRequest, number: str) -> HttpResponse:
    """The step of this number stands on the page of its promise."""
    found, owner = step_for(number, asker(request).holdings)
    return HttpResponseRedirect(f"{queries.address(owner)}#step-{found.number}")


@never_cache
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """Be told about a promise."""
    return _following(request, number, notices.follow)


@never_cache
@require_http_methods(["GET", "POST"])
def unfollow(request: HttpRequest, number: str) -> HttpResponse:
    """No longer be told about a promise."""
    return _following(request, number, notices.unfollow)


def _following(request: HttpRequest, number: str, change: Callable[..., None]) -> HttpResponse:
    who = asker(request)
    found = promise_for(number, who.holdings)
    if request.method == "POST":
        if who.person is None:
            return sign_in(request)
        change(by=who.person, at=clock.now(), case=found.case)
    elif who.person is None:
        return sign_in(request)
    return HttpResponseRedirect(queries.address(found))


@require_safe
def proof(request: HttpRequest, number: str) -> HttpResponse:
    """Each step's record, its place in the city's log and its receipt."""
    found = promise_for(number, asker(request).holdings)
    case = found.case
    rows = reversed(queries.told(case, history(case)))
    lines = of_matter(subject(case), case.procedure, ((one.at, one.did) for one in rows))
    context = {
        "number": case.number,
        "back": queries.address(found),
        "lines": lines.lines,
        "others": lines.others,
    }
    return cached(request, render(request, "journal/proof.html", context))


HEAD = ("row", "number", "title", "first_date", "date", "done_date", "state", "amount", "text")


@require_safe
def csv(request: HttpRequest, number: str) -> HttpResponse:
    """The steps of a promise, every date that was replaced, and its money, as a table."""
    found = promise_for(number, asker(request).holdings)
    return cached(request, csv_whole(f"promise-{number}", _cells(found, clock.now())))


def _cells(found: Promise, at: dt.datetime) -> Iterator[Sequence[object]]:
    def day(value: dt.date | None) -> str:
        return value.isoformat() if value else ""

    yield HEAD
    case = found.case
    yield (
        "promise", case.number, found.title, day(found.first_due_on), day(found.due_on),
        day(case.closed_at.date() if case.closed_at else None), case.state, "", found.text,
    )  # fmt: skip
    for one in queries.superseded_of(found):
        yield "replaced", case.number, one.field, one.before, one.after, "", "", "", one.reason
    for shown in queries.steps_of(found, at):
        row = shown.step
        yield (
            "step", row.number, row.title, day(row.first_due_on), day(row.due_on),
            day(row.done_on), shown.state.removeprefix("step-"), "", row.lateness,
        )  # fmt: skip
        for change in shown.changes:
            yield (
                "replaced", row.number, change.field, change.before, change.after, "", "", "",
                change.reason,
            )  # fmt: skip
    for line in queries.money_of(found).lines:
        stands = "replaced" if line.superseded_by_id else "stands"
        yield line.kind, line.pk, "", "", day(line.on), "", stands, line.amount, line.words


@require_safe
def calendar(request: HttpRequest, number: str) -> HttpResponse:
    """The steps of a promise and their dates as a calendar (RFC 5545); a later date moves its
    entry."""
    found = promise_for(number, asker(request).holdings)
    made = Calendar()
    made.add("prodid", "-//veche//promises//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", found.title)
    for shown in queries.steps_of(found, clock.now()):
        row = shown.step
        entry = Todo()
        entry.add("uid", f"{row.case.number}@{settings.MAIL_HOST}")
        entry.add("dtstamp", row.case.moved_at)
        entry.add("sequence", row.case.seq)
        entry.add("due", row.due_on)
        entry.add("summary", _("Step {n}: {title}").format(n=row.number, title=row.title))
        entry.add("description", f"{here(settings.TOWN_NAMES)}: {found.title}")
        entry.add("url", link(f"{queries.address(found)}#step-{row.number}"))
        states = {"done": "COMPLETED", "dropped": "CANCELLED"}
        entry.add("status", states.get(row.case.state, "NEEDS-ACTION"))
        made.add_component(entry)
    response = HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="promise-{number}.ics"'
    return response


@require_safe
def photograph(request: HttpRequest, number: str, address: str, size: str) -> HttpResponseBase:
    """A photograph of a promise or of one of its steps.

    Raises:
        NotFound: there is none.
        veche.core.files.serving.Gone: a part of it was covered.
    """
    found = promise_for(number, asker(request).holdings)
    steps = queries.steps_of(found, clock.now())
    ids = [found.pk, *(one.step.pk for one in steps)]
    rows = CaseFile.objects.filter(case__in=ids).select_related("file")
    file = next((row.file for row in rows if row.file.address == address), None)
    if size not in ("small", "large"):
        raise NotFound
    public = found.case.hidden_at is None
    return answer_photograph(request, file, address=address, small=size == "small", public=public)
