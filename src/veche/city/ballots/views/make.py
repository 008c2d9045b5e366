"""Making a vote: the list of one's own, the form, the questions, the preview, the announcement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.ballots import drafting, words
from veche.city.ballots.forms import ballot as marks
from veche.city.ballots.forms.make import VoteForm
from veche.city.ballots.forms.question import QuestionForm
from veche.city.ballots.models import Vote
from veche.city.ballots.operations import making
from veche.city.ballots.procedure import ORGANISER
from veche.city.ballots.queries.roll import preview
from veche.city.ballots.queries.staff import due, my_vote, of_mine, reaches
from veche.city.ballots.rules import RollRule
from veche.city.ballots.views import booth
from veche.city.ballots.views.vote import question_told
from veche.city.ballots.vote.config import MOST_QUESTIONS, read_config
from veche.core.organisations.access import covers
from veche.core.organisations.choices import territories
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.organisations.models import PeopleList
from veche.core.people.models import Person
from veche.core.places.models import Territory
from veche.core.places.queries import atlas
from veche.errors import Invalid, NotFound, Refused
from veche.languages import here

_MOST = 200


def _mine(request: HttpRequest, number: str) -> Vote:
    """The draft or vote of this number, for its organiser.

    Raises:
        veche.city.ballots.queries.staff.NotYours: it is not theirs.
    """
    return my_vote(number, asker(request).holdings, ORGANISER)


def _draft(request: HttpRequest, number: str) -> Vote:
    """A vote that can still be changed.

    Raises:
        NotFound: it is announced already, or not theirs.
    """
    found = _mine(request, number)
    if found.case.state != "draft":
        raise NotFound
    return found


@require_safe
@signed_in("")
def made(request: HttpRequest, person: Person) -> HttpResponse:
    """The votes of the places in which somebody organises or decides."""
    who = asker(request)
    if not who.roles & {"organiser", "commissioner"}:
        raise making.NotAnOrganiser
    rows = [
        {
            "vote": one,
            "title": here(one.config["title"]),
            "due": due(one),
            "state": words.STATES.get(one.case.state, "draft"),
            "organises": reaches(who.holdings, one, ORGANISER),
        }
        for one in of_mine(who.holdings)[:_MOST]
    ]
    context = {"rows": rows, "organiser": "organiser" in who.roles}
    return render(request, "ballots/staff/made.html", context)


def _places(request: HttpRequest) -> list[tuple[str, str]]:
    """The territories in which the person organises, as a form offers them."""
    held = [h for h in asker(request).holdings if h.role == ORGANISER]
    known = atlas().by_code
    return [
        (code, title)
        for code, title in territories(city=True)
        if any(covers(h, known.get(code)) for h in held)
    ]


def _place(code: str) -> Territory:
    return atlas().by_code[code]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("organiser", making.NotAnOrganiser)
def new(request: HttpRequest, person: Person) -> HttpResponse:
    """A new vote, blank or by the model of an earlier one."""
    at, source = clock.now(), None
    if request.GET.get("copy"):
        source = my_vote(request.GET["copy"][:40], asker(request).holdings, ORGANISER)
    if request.method == "POST":
        form = VoteForm(request.POST, territories=_places(request), now=at)
        if form.is_valid():
            data = form.cleaned_data
            questions = source.config["questions"] if source else []
            try:
                vote = making.draft_vote(
                    by=person,
                    at=at,
                    territory=_place(data["territory"]),
                    config=drafting.with_general(data, questions),
                )
            except Refused as refusal:
                return _form(request, form, None, refusal)
            messages.success(request, gettext("The draft is kept. Now write its questions."))
            return redirect("votes:draft", number=vote.case.number)
        return _form(request, form, None)
    start: dict[str, Any] = {
        "level": "audited",
        "live": "live",
        "change": True,
        "channels": ["web"],
        "grain": "district",
        "known": "resident",
    }
    if source is not None:
        start = drafting.general(drafting.moved(source.config, at))
    return _form(request, VoteForm(initial=start, territories=_places(request), now=at), None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("organiser", making.NotAnOrganiser)
def change(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Change the whole of a draft: words, times, roll, ways."""
    vote, at = _draft(request, number), clock.now()
    if request.method != "POST":
        start = {**drafting.general(vote.config), "seen": vote.case.seq}
        return _form(request, VoteForm(initial=start, territories=_places(request), now=at), vote)
    form = VoteForm(request.POST, territories=_places(request), now=at)
    if not form.is_valid():
        return _form(request, form, vote)
    document = drafting.with_general(form.cleaned_data, vote.config["questions"])
    return _kept(request, person, vote, form, document) or _form(request, form, vote)


def _kept(
    request: HttpRequest, person: Person, vote: Vote, form: Form, document: Mapping[str, Any]
) -> HttpResponse | None:
    """Write a draft anew and go to its page; None when it was refused, with the reason on the
    form."""
    try:
        making.change_vote(
            by=person, at=clock.now(), case=vote.case, config=document,
            seen=form.cleaned_data.get("seen"),
        )  # fmt: skip
    except Refused as refusal:
        name = refusal.field if isinstance(refusal, Invalid) else ""
        form.add_error(name if name in form.fields else None, str(refusal))
        return None
    messages.success(request, gettext("The draft is kept."))
    return redirect("votes:draft", number=vote.case.number)


def _form(
    request: HttpRequest, form: VoteForm, vote: Vote | None, refusal: Refused | None = None
) -> HttpResponse:
    if refusal is not None:
        form.add_error(None, str(refusal))
    context = {"form": form, "vote": vote, "copy": request.GET.get("copy", "")[:40]}
    status = 422 if form.is_bound else 200
    return render(request, "ballots/staff/vote_form.html", context, status=status)


@require_safe
@signed_in("organiser", making.NotAnOrganiser)
def draft(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """A draft: its questions, what is still missing, how the voter will see it."""
    vote = _mine(request, number)
    if vote.case.state != "draft":
        return redirect("votes:manage", number=number)
    config = read_config(vote.config, draft=True)
    context = {
        **_told(vote),
        "questions": [
            question_told(one) | {"place": n} for n, one in enumerate(config.questions, 1)
        ],
        "full": len(config.questions) >= MOST_QUESTIONS,
        "late": vote.opens_at <= clock.now(),
    }
    return render(request, "ballots/staff/draft.html", context)


def _told(vote: Vote) -> dict[str, Any]:
    """What pages about a draft say of it."""
    config = read_config(vote.config, draft=True)
    rule = RollRule.read(config.roll)
    names = {row.code: str(row) for row in PeopleList.objects.filter(code__in=rule.lists)}
    place = atlas().by_code.get(rule.territory)
    return {
        "vote": vote,
        "case": vote.case,
        "config": config,
        "title": here(config.title),
        "text": here(config.whole.get("text")),
        "rule": rule,
        "place": str(place) if place else rule.territory,
        "known": words.LEVELS_NEEDED[rule.level],
        "lists": [names.get(code, code) for code in rule.lists],
        "channels": [words.CHANNELS[way] for way in config.channels],
        "grain": words.GRAINS[config.grain],
        "live_reason": here(config.whole["live"].get("reason")),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("organiser", making.NotAnOrganiser)
def new_question(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """One more question of a draft."""
    return _edited(request, person, number, 0)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("organiser", making.NotAnOrganiser)
def question(request: HttpRequest, person: Person, number: str, place: int) -> HttpResponse:
    """One question of a draft; ``place`` counts from one."""
    if not place:
        raise NotFound
    return _edited(request, person, number, place)


def _edited(request: HttpRequest, person: Person, number: str, place: int) -> HttpResponse:
    vote = _draft(request, number)
    asked: list[dict[str, Any]] = list(vote.config["questions"])
    if place > len(asked) or (not place and len(asked) >= MOST_QUESTIONS):
        raise NotFound
    before = asked[place - 1] if place else None
    if request.method != "POST":
        start = drafting.question_values(before) if before else {"shape": "single", "least": 1}
        form = QuestionForm(initial={**start, "seen": vote.case.seq})
        return _question(request, vote, form, place)
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _question(request, vote, form, place)
    taken = {one["code"] for one in asked}
    code = before["code"] if before else next(
        f"q{n}" for n in range(1, 10_000) if f"q{n}" not in taken
    )  # fmt: skip
    made_now = drafting.question(form.cleaned_data, code, before)
    asked = [*asked[: place - 1], made_now, *asked[place:]] if place else [*asked, made_now]
    document = {**vote.config, "questions": asked}
    return _kept(request, person, vote, form, document) or _question(request, vote, form, place)


def _question(request: HttpRequest, vote: Vote, form: QuestionForm, place: int) -> HttpResponse:
    context = {
        "form": form,
        "vote": vote,
        "case": vote.case,
        "title": here(vote.config["title"]),
        "place": place,
    }
    status = 422 if form.is_bound else 200
    return render(request, "ballots/staff/question_form.html", context, status=status)


@require_POST
@signed_in("organiser", making.NotAnOrganiser)
def arrange(request: HttpRequest, person: Person, number: str, place: int) -> HttpResponse:
    """Move a question up or down, or take it out."""
    vote = _draft(request, number)
    asked = list(vote.config["questions"])
    if not 1 <= place <= len(asked):
        raise NotFound
    one = asked.pop(place - 1)
    do = request.POST.get("do", "")
    if do in ("up", "down"):
        asked.insert(max(0, place - 2 if do == "up" else place), one)
    elif do != "remove":
        raise NotFound
    making.change_vote(
        by=person, at=clock.now(), case=vote.case, config={**vote.config, "questions": asked}
    )
    return redirect("votes:draft", number=number)


@require_safe
@signed_in("organiser", making.NotAnOrganiser)
def look(request: HttpRequest, person: Person, number: str, place: int) -> HttpResponse:
    """One question of a draft as the voter will see it; nothing can be cast here."""
    vote = _mine(request, number)
    config = read_config(vote.config, draft=True)
    if not 1 <= place <= len(config.questions):
        raise NotFound
    asked = config.questions[place - 1]
    context = {
        "vote": vote,
        "case": vote.case,
        "title": here(config.title),
        "ask": booth.question_shown(asked, marks.empty(asked)),
        "place": place,
        "number": len(config.questions),
    }
    return render(request, "ballots/staff/look.html", context)


@require_POST
@signed_in("organiser", making.NotAnOrganiser)
def drop(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Drop a draft."""
    vote = _draft(request, number)
    making.drop_vote(by=person, at=clock.now(), case=vote.case)
    messages.success(request, gettext("The draft is dropped."))
    return redirect("votes:made")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("organiser", making.NotAnOrganiser)
def publish(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Everything that is frozen when the vote is announced, with the roll as it would be now."""
    vote, at = _mine(request, number), clock.now()
    if vote.case.state != "draft":  # the browser's way back, or another window
        return redirect("votes:manage", number=number)
    refusal = ""
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            making.publish_vote(
                by=person, at=at, case=vote.case, seen=int(seen) if seen.isdecimal() else None
            )
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, gettext("The vote is announced."))
            return HttpResponseRedirect(reverse("votes:manage", args=[number]))
    config = read_config(vote.config, draft=True)
    found = preview(RollRule.read(config.roll), config.grain, at)
    known = atlas().by_id
    context = {
        **_told(vote),
        "questions": [question_told(one) for one in config.questions],
        "roll": found,
        "places": sorted(
            ((str(known[pk]), n) for pk, n in found.places.items() if pk in known),
            key=lambda row: row[0],
        ),
        "refusal": refusal,
        "late": vote.opens_at <= at,
    }
    status = 409 if refusal else 200
    return render(request, "ballots/staff/publish.html", context, status=status)
