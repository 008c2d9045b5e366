"""The ballot, one question a screen: the same for a browser at home, a personal link and a kiosk.

Whoever shows a ballot makes a :class:`Booth`: who may vote in what, by which channel, and at which
addresses its screens stand. Until it is cast, what was chosen waits in the voter's browser only.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language

from veche import clock
from veche.city.ballots import keys, sheet
from veche.city.ballots.door_words import OtherBallot, RefusedChoice, StaleBallot, WrongToken
from veche.city.ballots.forms import ballot as marks
from veche.city.ballots.intake import Taken, cast_here, known_vote, read_ballot
from veche.city.ballots.models import Vote
from veche.city.ballots.queries.right import NotOnTheRoll, Right, is_of
from veche.city.ballots.queries.standing import last_choice
from veche.city.ballots.queries.votes import config_of
from veche.city.ballots.views.common import address
from veche.city.ballots.vote.assurance import assurance
from veche.city.ballots.vote.config import Asked, VoteConfig
from veche.errors import Refused
from veche.languages import here

SHEET, RECEIPT = "sheet", "receipt"
WEB = "web"


@dataclass(frozen=True)
class Booth:
    """Where somebody fills in a ballot."""

    vote: Vote
    right: Right
    question: Callable[[int], str]
    """Address of the screen of a question, counted from one."""
    review: str
    cast: str
    leave: str
    """The way out without voting."""
    base: str = "look/base.html"
    """The page the screens stand on; a kiosk has its own."""

    @property
    def config(self) -> VoteConfig:
        """What is asked."""
        return config_of(self.vote)

    def sheet_name(self, purpose: str = SHEET) -> str:
        """The name under which this voter's sheet waits in the browser."""
        return sheet.name_of(purpose, self.vote.pk, self.right.code or b"")


def answers_of(request: HttpRequest, booth: Booth) -> dict[str, marks.Answer]:
    """What was chosen so far, by question; who changes a vote begins with what they cast."""
    kept = sheet.read(request, booth.sheet_name()).get("answers")
    if kept is None:
        kept = _cast_before(booth)
    return {
        asked.code: marks.clean(asked, kept.get(asked.code)) for asked in booth.config.questions
    }


def _cast_before(booth: Booth) -> dict[str, Any]:
    """What was cast before on the web; a kiosk, where others look on, shows nothing of it."""
    right = booth.right
    if right.channel != WEB or right.voted_by != WEB or right.code is None:
        return {}
    choice = last_choice(right.vote, right.code)
    return json.loads(choice) if choice else {}


def question_shown(
    asked: Asked, answer: marks.Answer, faults: Sequence[str] = ()
) -> dict[str, Any]:
    """What ``ballots/parts/question.html`` needs: a preview shows the same as the ballot."""
    rows = marks.rows(asked, answer)
    if asked.kind.kind == "ranked":
        ranked = sorted((row for row in rows if row.rank), key=lambda row: row.rank)
        others = [row for row in rows if not row.rank]
    else:
        ranked, others = [], rows
    return {
        "kind": asked.kind.kind,
        "title": here(asked.title),
        "text": here(asked.text),
        "told": marks.told(asked),
        "ranked": ranked,
        "rows": others,
        "order": ",".join(row.code for row in ranked),
        "next_rank": len(ranked) + 1,
        "most": asked.kind.most,
        "top": int(asked.kind.points or 0),
        "step": marks.step_of(asked),
        "purse": marks.purse(asked, answer),
        "blank": not answer,
        "faults": list(faults),
    }


def question(request: HttpRequest, booth: Booth, place: int) -> HttpResponse:
    """One question: shown, or taken from its form and kept."""
    if booth.right.refusal is not None:
        return refused(request, booth, booth.right.refusal())
    questions = booth.config.questions
    place = min(max(1, place), len(questions))
    asked = questions[place - 1]
    kept = answers_of(request, booth)
    if request.method != "POST":
        at = sheet.read(request, booth.sheet_name()).get("at", "")
        return _screen(request, booth, place, kept[asked.code], at=at)
    answer, unread = read(asked, request.POST)
    do = request.POST.get("do", "next")
    there = ""
    if ":" in do:  # a button beside an option: the same screen again, at the same option
        answer = marks.pressed(asked, answer, do)
        there, way = do, f"{booth.question(place)}#o-{do.partition(':')[2]}"
    elif do == "back":
        way = booth.question(place - 1) if place > 1 else booth.leave
    elif do == "count":
        way = booth.question(place)
    else:
        way = booth.question(place + 1) if place < len(questions) else booth.review
    kept[asked.code] = answer
    faults = [*unread, *marks.faults(asked, answer)]
    if faults and do == "next":
        response = _screen(request, booth, place, answer, faults)
        response.status_code = 422
    else:
        response = HttpResponseRedirect(way)
    _keep(request, response, booth, kept, there)
    return response


def read(asked: Asked, data: QueryDict) -> tuple[marks.Answer, list[str]]:
    """What a form says of one question."""
    return marks.read_answer(asked, data)


def _keep(
    request: HttpRequest,
    response: HttpResponse,
    booth: Booth,
    answers: dict[str, marks.Answer],
    at: str = "",
) -> None:
    body = {"answers": {code: answer for code, answer in answers.items() if answer}, "at": at}
    sheet.write(request, response, booth.sheet_name(), body)


def _screen(
    request: HttpRequest,
    booth: Booth,
    place: int,
    answer: marks.Answer,
    faults: Sequence[str] = (),
    at: str = "",
) -> HttpResponse:
    questions = booth.config.questions
    context = {
        **_common(request, booth),
        "ask": question_shown(questions[place - 1], answer, faults),
        "place": place,
        "last": place == len(questions),
        "again": booth.right.channel == WEB and booth.right.voted_by == WEB,
        "at": at,
        "bars": progress(place, len(questions)),
    }
    return render(request, "ballots/question.html", context)


def progress(place: int, number: int) -> list[dict[str, str]]:
    """The bar over a ballot: a part for each question, and where the voter is."""
    width = 100 / number
    return [
        {
            "x": f"{width * n:.2f}%",
            "width": f"{width * 0.94:.2f}%",
            "tone": "on" if n + 1 < place else "at" if n + 1 == place else "",
        }
        for n in range(number)
    ]


def _common(request: HttpRequest, booth: Booth) -> dict[str, Any]:
    return {
        "base": booth.base,
        "booth": booth,
        "vote": booth.vote,
        "title": here(booth.config.title),
        "number": len(booth.config.questions),
        "config": booth.config,
        "assurance": assurance(booth.config.level, get_language() or "en"),
    }


def review(request: HttpRequest, booth: Booth) -> HttpResponse:
    """Everything that was chosen, and the button that casts it."""
    if booth.right.refusal is not None:
        return refused(request, booth, booth.right.refusal())
    if booth.right.has_voted and "answers" not in sheet.read(request, booth.sheet_name()):
        # The browser's way back after casting: one click here would cast a blank over the vote.
        return HttpResponseRedirect(booth.question(1))
    return _review(request, booth, answers_of(request, booth))


def _review(
    request: HttpRequest,
    booth: Booth,
    answers: dict[str, Any],
    refusal: Refused | None = None,
) -> HttpResponse:
    lines = []
    for place, asked in enumerate(booth.config.questions, start=1):
        answer = marks.clean(asked, answers.get(asked.code))
        lines.append(
            {
                "place": place,
                "title": here(asked.title),
                "words": marks.in_words(asked, answer),
                "faults": marks.faults(asked, answer),
                "url": booth.question(place),
            }
        )
    at = clock.now()
    context = {
        **_common(request, booth),
        "lines": lines,
        "ready": not any(line["faults"] for line in lines),
        "all_blank": not any(line["words"] for line in lines),
        "token": booth.right.token(at).sign(keys.token_key()),
        "key": secrets.token_hex(16),
        "choice": json.dumps(answers, sort_keys=True, ensure_ascii=False),
        "refusal": refusal,
        "bars": progress(len(lines) + 1, len(lines)),
    }
    return render(
        request, "ballots/review.html", context, status=refusal.status if refusal else 200
    )


def key_in(form: Mapping[str, str]) -> bytes | None:
    """What a form calls its sending; None where it has no name for it."""
    try:
        key = bytes.fromhex(form.get("key", "")[:32])
    except ValueError:
        return None
    return key if len(key) == 16 else None


def cast(
    request: HttpRequest,
    number: str,
    done: str,
    anew: Callable[[], Booth],
    person: int | None = None,
) -> HttpResponse:
    """Take the ballot that was reviewed, and lead to ``done``; ``anew`` makes the booth again where
    something is to be shown. ``person`` is whose ballot it must be, where somebody is signed in.

    The form holds all that is needed: what was reviewed is what is cast, whatever another window
    did meanwhile, and the same form sent twice is one ballot.
    """
    data = request.POST
    choice = data.get("choice", "")
    try:
        token = read_ballot(data.get("token", "")[:400])
        if known_vote(token.vote).number != number:
            raise WrongToken
        if person is not None and not is_of(token.entry, person):
            raise WrongToken  # whoever signed in since in this browser is somebody else
        found = cast_here(token, choice, key=key_in(data))
    except Refused as refusal:
        return _not_taken(request, anew(), choice, refusal)
    return taken(request, done, found)


def taken(request: HttpRequest, done: str, taken: Taken) -> HttpResponse:
    """The way to the receipt; what it shows waits in the voter's browser."""
    body = {
        "code": taken.code,
        "revision": taken.token.revision,
        "leaf": taken.leaf,
        "promise": taken.promise,
    }
    vote, code = taken.token.vote, taken.token.code
    response = HttpResponseRedirect(done)
    response.status_code = 303
    sheet.write(request, response, sheet.name_of(RECEIPT, vote, code), body)
    sheet.drop(request, response, sheet.name_of(SHEET, vote, code))
    return response


def _not_taken(request: HttpRequest, booth: Booth, choice: str, refusal: Refused) -> HttpResponse:
    """Say why, and keep what was chosen."""
    try:
        given = json.loads(choice[:100_000])
    except ValueError:
        given = {}
    answers = {
        asked.code: marks.clean(asked, given.get(asked.code) if isinstance(given, dict) else None)
        for asked in booth.config.questions
    }
    again = isinstance(refusal, OtherBallot | StaleBallot | RefusedChoice | WrongToken)
    if again and booth.right.may:
        response = _review(request, booth, answers, refusal)
    else:
        why = booth.right.refusal() if again and booth.right.refusal else refusal
        response = refused(request, booth, why, answers)
    _keep(request, response, booth, answers)
    return response


def refused(
    request: HttpRequest,
    booth: Booth,
    refusal: Refused,
    answers: dict[str, marks.Answer] | None = None,
) -> HttpResponse:
    """Why nobody can vote here now, with what was chosen if anything was."""
    lines = [
        {"title": here(asked.title), "words": marks.in_words(asked, answers[asked.code])}
        for asked in booth.config.questions
        if answers and answers.get(asked.code)
    ]
    roll = address("votes:roll", booth.vote.case.number)
    context = {
        **_common(request, booth),
        "refusal": refusal,
        "lines": lines,
        "roll_url": roll if isinstance(refusal, NotOnTheRoll) else "",
    }
    return render(request, "ballots/refused.html", context, status=refusal.status)
