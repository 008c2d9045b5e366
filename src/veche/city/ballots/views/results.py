"""The count as it stands, and the result: a sentence, a picture, a table, the rule, the files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.ballots import words
from veche.city.ballots.live import live_pass
from veche.city.ballots.models import Vote
from veche.city.ballots.packing import OFFERED
from veche.city.ballots.procedure import BEFORE, COUNTED, RUNNING
from veche.city.ballots.queries.outcome import (
    Turnout,
    place_name,
    told,
    turnout,
    turnout_sentence,
)
from veche.city.ballots.queries.page import way_of
from veche.city.ballots.queries.right import right_of
from veche.city.ballots.queries.turnout import course_of, course_points, course_shown
from veche.city.ballots.queries.votes import bodies, config_of, public_vote
from veche.city.ballots.views.common import address, cached, shared
from veche.city.ballots.views.vote import question_told
from veche.city.ballots.vote.config import WAYS, canonical_text
from veche.city.ballots.vote.result import LEAST_PEOPLE
from veche.core.organisations.middleware import asker
from veche.core.places.ground import ground, rings_of
from veche.core.places.queries import Atlas, atlas
from veche.errors import NotFound
from veche.languages import here
from veche.look.plan import SHARES, Outline, Plan
from veche.look.words import percent
from veche.tables import csv_whole


class NothingCounted(NotFound):
    """There is no count of this vote yet."""

    code = "nothing-counted"


def body_of(vote: Vote) -> dict[str, Any] | None:
    """The outcome, or the count as it stands; None before there is any."""
    return vote.result or bodies([vote]).get(vote.pk)


def sees(request: HttpRequest, vote: Vote) -> bool:
    """Whether the reader may see what was chosen so far, not only how many voted."""
    live = config_of(vote).live
    if live == "live" or vote.case.state in COUNTED:
        return True
    person = asker(request).person
    if live == "turnout" or person is None:
        return False
    right = right_of(vote.case.number, at=clock.now(), person=person.pk)
    return right.has_voted


def live_address(vote: Vote, may_see: bool) -> str:
    """Where the count of a running vote streams from; empty for one that does not run."""
    if vote.case.state not in RUNNING:
        return ""
    way = f"/votes/{vote.case.number}/live"
    if may_see and config_of(vote).live == "after-own-vote":
        way += f"?pass={live_pass(vote.pk)}"
    return way


@require_safe
def result(request: HttpRequest, number: str) -> HttpResponse:
    """The page of the count, and of the result once there is one."""
    vote, at, places = public_vote(number), clock.now(), atlas()
    body, open_to_me = body_of(vote), sees(request, vote)
    final = vote.case.state in COUNTED
    context: dict[str, Any] = {
        **shared(vote),
        "way": way_of(vote, at),
        "state": words.STATES[vote.case.state],
        "body": body,
        "final": final,
        "certified": vote.case.state in ("certified", "archived"),
        "running": vote.case.state in RUNNING,
        "before": vote.case.state in BEFORE,
        "sees": open_to_me,
        "live_reason": here(vote.config["live"].get("reason")),
        "rules": {one.code: question_told(one) for one in config_of(vote).questions},
        "live_url": live_address(vote, open_to_me),
        "files_url": address("votes:files", number) if vote.case.state in OFFERED else "",
        "appeal_url": address("votes:appeal", number),
        "now": at,
    }
    if body is not None:
        rows = turnout(body, places)
        found = told(config_of(vote), body, places, final=final) if open_to_me else []
        context |= {
            "told": [(one, context["rules"][one.asked.code]) for one in found],
            "turnout_sentence": turnout_sentence(body),
            "turnout": rows if len(rows) > 1 else [],
            "ways": [
                (words.CHANNELS[way], body["turnout"]["channels"][way])
                for way in WAYS
                if way in vote.config["channels"] or body["turnout"]["channels"][way]
            ],
            "map": turnout_map(vote, rows, places) if len(rows) > 1 else None,
            "course": course_of(vote, at),
            "least": LEAST_PEOPLE,
        }
    return cached(request, render(request, "ballots/result.html", context))


def turnout_map(vote: Vote, rows: Sequence[Turnout], places: Atlas) -> Plan | None:
    """The turnout of each place, the darker the greater; None where there are no outlines."""
    city = places.home()
    found = [(places.by_code[row.code], row) for row in rows if row.code in places.by_code]
    found = [(place, row) for place, row in found if place.outline and place.pk != place.city_id]
    if city is None or not found:
        return None
    most = max(row.share for _place, row in found)
    outlines = [one for one in ground(city, places).outlines if one.kind == "city"]
    for place, row in found:
        rings = rings_of(place.outline)
        outlines.append(
            Outline("", rings, SHARES[min(3, int(4 * row.share / most)) if most else 0])
        )
        outlines.append(Outline(f"{place}\n{percent(row.share)}", rings, "district"))
    return Plan(
        bounds=vote.case.territory.bounds,
        outlines=outlines,
        title=_("Map: turnout by district; the table beside it says the same"),
        ratio="4x3",
    )


@require_safe
def result_json(request: HttpRequest, number: str) -> HttpResponse:
    """The announced result as its digest was taken.

    Raises:
        NothingCounted: it is not announced yet.
    """
    vote = public_vote(number)
    if vote.result is None or vote.case.state not in COUNTED:
        raise NothingCounted
    return HttpResponse(
        canonical_text(vote.result),
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'inline; filename="{number}-result.json"'},
    )


HEAD = ("question", "place", "option", "title", "number", "round", "chosen")


@require_safe
def result_csv(request: HttpRequest, number: str) -> HttpResponseBase:
    """The result as a table: every option of every question, in every round and every place.

    Raises:
        NothingCounted: there is no count, or it is not shown yet.
    """
    vote = public_vote(number)
    body = body_of(vote)
    if body is None or not sees(request, vote):
        raise NothingCounted
    return csv_whole(f"{number}-result", list(_cells(vote, body, atlas())))


def _cells(vote: Vote, body: Mapping[str, Any], places: Atlas) -> Iterator[Sequence[object]]:
    yield HEAD
    for one in body["questions"]:
        asked = config_of(vote).question(one["code"])
        titles = {option.code: here(option.title) for option in asked.options}
        won = set(one["count"]["winners"])
        for place, step in enumerate(one["count"]["rounds"], start=1):
            for code, value in step["tally"].items():
                yield asked.code, "", code, titles[code], value, place, int(code in won)
        for place_code, standing in one["territories"].items():
            for code, value in standing.items():
                name = place_name(place_code, places)
                yield asked.code, name, code, titles[code], value, "", int(code in won)


@require_safe
def turnout_csv(request: HttpRequest, number: str) -> HttpResponseBase:
    """The course of the turnout as a table: how many had voted by the end of each hour.

    Raises:
        NothingCounted: it is not shown yet, or too few have voted.
    """
    vote = public_vote(number)
    points = course_points(vote, clock.now()) if course_shown(vote) else []
    if not points:
        raise NothingCounted
    rows = [
        (one.until.astimezone(dt.UTC).isoformat(timespec="seconds"), one.number, one.more)
        for one in points
    ]
    return csv_whole(f"{number}-turnout", [("until", "voted", "more"), *rows])


@require_safe
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """The signed certificate.

    Raises:
        NothingCounted: the vote is not certified.
    """
    vote = public_vote(number)
    if not vote.certificate:
        raise NothingCounted
    return HttpResponse(vote.certificate, content_type="text/plain; charset=utf-8")
