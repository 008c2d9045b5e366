"""One vote: what is asked, who may answer, where it stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.ballots import words
from veche.city.ballots.counting.explain import explain, explain_majority
from veche.city.ballots.counting.explain import title as rule_title
from veche.city.ballots.forms.ballot import told
from veche.city.ballots.models import Vote
from veche.city.ballots.packing import OFFERED
from veche.city.ballots.procedure import COUNTED, RUNNING
from veche.city.ballots.queries.outcome import told as told_of
from veche.city.ballots.queries.page import way_of
from veche.city.ballots.queries.right import right_of
from veche.city.ballots.queries.votes import bodies, config_of, public_vote
from veche.city.ballots.rules import RollRule
from veche.city.ballots.views.common import address, cached, shared
from veche.city.ballots.vote.config import Asked, canonical_text
from veche.core.cases.operations import subject
from veche.core.journal.queries import about
from veche.core.organisations.middleware import asker
from veche.core.places.queries import atlas
from veche.languages import LANGUAGES, here
from veche.look import words as written


@require_safe
def vote(request: HttpRequest, number: str) -> HttpResponse:
    """The page of a vote."""
    found, at = public_vote(number), clock.now()
    person = asker(request).person
    right = right_of(number, at=at, person=person.pk) if person else None
    body = found.result or bodies([found]).get(found.pk)
    counted = found.case.state in COUNTED
    context: dict[str, Any] = {
        **shared(found),
        "way": way_of(found, at),
        "state": words.STATES[found.case.state],
        "text": here(found.config.get("text")),
        "questions": [question_told(one) for one in config_of(found).questions],
        "who": who_may(found),
        "grain": words.GRAINS[found.config["grain"]],
        "channels": [words.CHANNELS[way] for way in found.config["channels"]],
        "live_reason": here(found.config["live"].get("reason")),
        "body": body,
        "running": found.case.state in RUNNING,
        "counted": counted,
        "outcome": told_of(config_of(found), body, atlas(), final=True) if counted and body else (),
        "person": person,
        "right": right,
        "refusal": right.refusal() if right is not None and right.refusal is not None else "",
        "receipt": right is not None and right.has_voted and right.code is not None,
        "roll_url": address("votes:roll", number),
        "appeal_url": address("votes:appeal", number),
        "files_url": address("votes:files", number) if found.case.state in OFFERED else "",
        "tally_url": address("votes:tally", number),
        "come_url": address("votes:come", number) if comes(found) else "",
        "manage_url": address("votes:manage", number)
        if asker(request).roles & {"organiser", "commissioner"}
        else "",
        "records": about(subject(found.case)).count(),
        "now": at,
    }
    response = render(request, "ballots/vote.html", context)
    return cached(request, response)


def comes(found: Vote) -> bool:
    """Whether somebody without an account may vote, by showing an e-mail address."""
    return not found.audited and bool(RollRule.read(found.config["roll"]).came)


def question_told(asked: Asked) -> dict[str, Any]:
    """A question as the page of a vote explains it."""
    language = (get_language() or "en").partition("-")[0]
    language = language if language in LANGUAGES else "en"
    return {
        "code": asked.code,
        "title": here(asked.title),
        "text": here(asked.text),
        "told": told(asked),
        "kind": words.KINDS[asked.kind.kind],
        "options": [(here(o.title), here(o.text), o.cost) for o in asked.options],
        "rule": _("yes or no") if asked.majority else rule_title(asked.rule, language),
        "explained": ()
        if asked.majority
        else explain(asked.rule, language, crosses=asked.kind.kind == "single"),
        "majority": explain_majority(asked.majority, language) if asked.majority else (),
    }


def who_may(found: Vote) -> dict[str, Any]:
    """Who stands on the roll of a vote, by its rule."""
    rule = RollRule.read(found.config["roll"])
    place = atlas().by_code.get(rule.territory)
    lines = []
    if rule.by_age and rule.on is not None:
        day = written.day(rule.on, "year")
        if rule.least is not None:
            lines.append(_("%(n)s years old or older on %(day)s") % {"n": rule.least, "day": day})
        if rule.most is not None:
            lines.append(_("%(n)s years old or younger on %(day)s") % {"n": rule.most, "day": day})
    if rule.lists:
        lines.append(_("and only who stands on a list kept by an office"))
    if rule.came:
        lines.append(_("and whoever confirms an e-mail address"))
    return {
        "place": str(place) if place else "",
        "level": words.LEVELS_NEEDED[rule.level],
        "lines": lines,
    }


@require_safe
def config(request: HttpRequest, number: str) -> HttpResponse:
    """The configuration as its digest was taken: canonical JSON."""
    found = public_vote(number)
    return HttpResponse(
        canonical_text(found.config),
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'inline; filename="{number}-config.json"'},
    )
