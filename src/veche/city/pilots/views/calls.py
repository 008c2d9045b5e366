"""Calls for solutions as everybody reads them: list, page, table, feed, calendar file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from icalendar import Calendar, Event

from veche import clock
from veche.city.pilots.access import calls as access
from veche.city.pilots.access.companies import own_companies, programme_or_none, runs
from veche.city.pilots.models import Call
from veche.city.pilots.queries import calls as queries
from veche.city.pilots.queries.call_scores import scores_of
from veche.city.pilots.queries.companies import products_of
from veche.city.pilots.rules.demand import WEIGHTS
from veche.city.pilots.words import calls as said
from veche.core.notices.feeds import EARLY, Atom
from veche.core.notices.letters import link
from veche.core.notices.models import Following
from veche.core.notices.operations import follow as follow_case
from veche.core.notices.operations import unfollow as unfollow_case
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound
from veche.languages import here
from veche.look.http import cached
from veche.tables import csv_whole
from veche.texts import readable

HEAD = (
    "number", "title", "state", "department", "opened", "closes", "standing", "wanted",
    "technologies", "targets", "task",
)  # fmt: skip
MOST_IN_FEED = 50


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The calls of a choice: open ones first, then those judged, then those that are over."""
    which, at, who = queries.read(request.GET.dict()), clock.now(), asker(request)
    rows = list(queries.chosen(which))
    parts = [
        (group, said.GROUPS[group], [_row(one, at) for one in rows if one.case.state in states])
        for group, states in queries.GROUPS.items()
        if not which.group or which.group == group
    ]
    drafts = [
        _row(one, at)
        for one in access.own_calls(who.holdings).filter(case__state="draft").order_by("-pk")
    ]
    context = {
        "which": which,
        "parts": [part for part in parts if part[2]],
        "count": sum(len(found) for _group, _word, found in parts),
        "drafts": drafts,
        "may_draft": may_draft(request),
        "agency": runs(who.holdings, programme_or_none()),
        "shows": said.SHOWS.items(),
        "departments": queries.departments(),
        "technologies": queries.technologies(),
        "query": which.parameters(),
    }
    return cached(request, render(request, "pilots/calls_list.html", context))


def may_draft(request: HttpRequest) -> bool:
    """Whether somebody drafts calls: in the agency, or in a department."""
    held = asker(request).holdings
    programme = programme_or_none()
    if programme is None:
        return False
    return runs(held, programme) or any(
        one.role in access.HEADS and one.organisation_id is not None for one in held
    )


def _row(call: Call, at: dt.datetime) -> dict[str, Any]:
    word, tone, shape = said.STATES[call.case.state]
    return {
        "call": call,
        "title": here(call.titles),
        "stand": queries.stand(call, at),
        "taking": taking(call, at),
        "state": {"word": word, "tone": tone, "shape": shape},
    }


def taking(call: Call, at: dt.datetime) -> bool:
    """Whether a call takes applications at a moment."""
    return call.case.state == "open" and (call.closes_at is None or at < call.closes_at)


@require_safe
def call(request: HttpRequest, number: str) -> HttpResponse:
    """The page of a call; of a draft for who writes it.

    Raises:
        UnknownCall: there is none, or it is not open yet.
    """
    return page(request, access.call_for(number, asker(request).holdings))


def page(
    request: HttpRequest, found: Call, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    """The page of a call as whoever asks sees it, with what was refused above it."""
    at, who = clock.now(), asker(request)
    held = who.holdings
    draft = found.case.state == "draft"
    mine = own_companies(held)
    context = {
        **_row(found, at),
        "case": found.case,
        "task": here(found.tasks),
        "line": queries.line(found),
        "criteria": queries.criteria_of(found),
        "evidence": queries.evidence_rows(found),
        "evidence_words": said.EVIDENCE,
        "weights": WEIGHTS,
        "technologies": found.technologies.all(),
        "targets": found.targets.all(),
        "questions": [
            {
                "name": here(one.get("names")), "hint": here(one.get("hints")),
                "kind": said.KINDS.get(one.get("kind", ""), ""), "needed": one.get("needed"),
            }
            for one in found.form.questions
        ],
        "steps": [
            (when, word, str(public.get("text", "")))
            for when, word, public in queries.steps_of(found)
            if public.get("text")
        ],
        "reviews": found.reviews or found.programme.reviews,
        "days": found.programme.days,
        "drafts": draft and access.drafts(held, found),
        "agency": runs(held, found.programme),
        "missing": queries.missing_of(found, at) if draft else [],
        "companies": mine,
        "ready": any(products_of(one) for one in mine),
        "follows": bool(who.person)
        and Following.objects.filter(case=found.pk, person=who.person).exists(),
        "scores": scores_of(found, at),
        "at": at,
        "refusal": refusal,
    }  # fmt: skip
    answer = render(request, "pilots/calls_call.html", context, status=status)
    return answer if draft or refusal else cached(request, answer)


@require_safe
def csv(request: HttpRequest) -> HttpResponseBase:
    """The calls of a choice as a table."""
    which = queries.read(request.GET.dict())
    return cached(request, csv_whole("calls", _table(which)))


def _table(which: queries.Choice) -> Iterator[Sequence[object]]:
    yield HEAD
    states = queries.GROUPS.get(which.group)
    for one in queries.chosen(which).prefetch_related("technologies", "targets"):
        if states is not None and one.case.state not in states:
            continue
        yield (
            one.case.number,
            here(one.titles),
            one.case.state,
            one.department.code if one.department else "",
            one.opens_at.isoformat(timespec="seconds") if one.opens_at else "",
            one.closes_at.isoformat(timespec="seconds") if one.closes_at else "",
            "yes" if one.standing else "no",
            one.wanted or "",
            " ".join(sorted(t.code for t in one.technologies.all())),
            " ".join(sorted(t.code for t in one.targets.all())),
            here(one.tasks),
        )


@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    """The newest calls as a feed."""
    which = queries.read(request.GET.dict())
    rows = list(queries.chosen(which).order_by("-opens_at")[:MOST_IN_FEED])
    query = which.parameters()
    made = Atom(
        title=_("Calls for solutions"),
        link=request.build_absolute_uri(reverse("pilots:calls") + query),
        name=f"pilot-calls{query}",
        updated=max((one.case.moved_at or EARLY for one in rows), default=EARLY),
        own=request.build_absolute_uri(reverse("pilots:calls-feed") + query),
    )
    for one in rows:
        opened = one.opens_at or one.case.opened_at
        made.add_item(
            title=readable(here(one.titles)),
            link=request.build_absolute_uri(reverse("pilots:call", args=[one.case.number])),
            description=readable(here(one.tasks)),
            unique_id=f"tag:{settings.MAIL_HOST},{opened.date()}:{one.case.number}",
            pubdate=opened,
            updateddate=one.case.moved_at or opened,
            author_name=str(one.department or one.programme.agency),
        )
    answer = HttpResponse(
        made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )
    return cached(request, answer, 60)


@require_safe
def calendar(request: HttpRequest, number: str) -> HttpResponse:
    """The last day of a call as a calendar (RFC 5545); a later day moves the entry.

    Raises:
        UnknownCall: there is none, or it is not open yet.
        NotFound: it has no last day.
    """
    found = access.call_for(number)
    if found.closes_at is None:
        raise NotFound
    made = Calendar()
    made.add("prodid", "-//veche//calls//EN")
    made.add("version", "2.0")
    entry = Event()
    entry.add("uid", f"call-{found.case.number}@{settings.MAIL_HOST}")
    entry.add("dtstamp", found.case.moved_at)
    entry.add("sequence", found.case.seq)
    entry.add("dtstart", found.closes_at)
    entry.add("dtend", found.closes_at)
    entry.add("transp", "TRANSPARENT")
    title = here(found.titles)
    entry.add("summary", _("Last day to apply: {title}").format(title=title))
    entry.add("status", "CANCELLED" if found.case.state == "cancelled" else "CONFIRMED")
    entry.add("url", link(reverse("pilots:call", args=[number])))
    made.add_component(entry)
    answer = HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="call-{number}.ics"'
    return answer


@require_POST
@signed_in("")
def follow(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Be told what becomes of a call, or no longer.

    Raises:
        UnknownCall: there is none, or it is not open yet.
    """
    found = access.call_for(number)
    if request.POST.get("do") == "unfollow":
        unfollow_case(by=person, at=clock.now(), case=found.case)
        messages.success(request, _("You are told of it no more."))
    else:
        follow_case(by=person, at=clock.now(), case=found.case)
        messages.success(request, _("You are told what becomes of it."))
    return redirect("pilots:call", number)
