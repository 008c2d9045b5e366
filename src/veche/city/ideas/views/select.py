"""Pages of the office that chooses: the table, one answer to many, a vote, a promise, objecting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.ideas import access
from veche.city.ideas.choosing import REFUSED
from veche.city.ideas.forms.facilitate import JoinForm
from veche.city.ideas.forms.select import AnswerForm, ObjectForm, PromiseForm, VoteForm
from veche.city.ideas.models import Call, Idea
from veche.city.ideas.operations.course import close_call
from veche.city.ideas.operations.promising import promise_ideas
from veche.city.ideas.operations.selection import answer_ideas, join, object_to
from veche.city.ideas.operations.voting import put_to_vote
from veche.city.ideas.procedure import HEAD, OFFICER
from veche.city.ideas.queries import selection as queries
from veche.city.ideas.views.common import sent
from veche.city.ideas.views.facilitate import carried_out, choices, picked, shared
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound, Refused
from veche.look.words import number as numbered

SHOWN = 20
"""Of the ideas an answer goes to, those whose titles are shown."""


@require_safe
@signed_in("")
def table(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """The ideas of a call that wait for the office, the shortlist first."""
    call = queries.my_call(number, asker(request).holdings, OFFICER, HEAD)
    which = queries.read(request.GET, usual="shortlisted")
    rows, count = queries.table(call, which)
    chosen = queries.outcomes([one.pk for one in rows if one.case.state == "at_vote"])
    last = max(1, -(-count // queries.PAGE))
    return render(
        request,
        "ideas/select/table.html",
        {**shared(call), "rows": [(one, chosen.get(one.pk)) for one in rows], "count": count,
         "which": which, **choices(call, which), "waiting": sum(queries.numbers(call).values()),
         "next": which.page + 1 if which.page < last else 0, "before": which.page - 1},
    )  # fmt: skip


def _picked(request: HttpRequest, number: str, *states: str) -> tuple[Call, list[Idea]]:
    """The call and the picked ideas of it that stand in one of these states."""
    call = queries.my_call(number, asker(request).holdings, OFFICER)
    ideas = picked(request, call)
    return call, [one for one in ideas if one.case.state in states]


def _none(request: HttpRequest, number: str, words: str = "") -> HttpResponse:
    messages.warning(request, words or gettext("Pick the ideas first."))
    return redirect("ideas:choose", number=number)


@require_POST
@signed_in("")
def answer(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """One answer to all that were picked; first it is shown to how many it goes."""
    call, ideas = _picked(request, number, "open", "shortlisted", "at_vote")
    if not ideas:
        return _none(request, number)
    form = AnswerForm(sent(request) if "send" in request.POST else None)

    def do(data: dict[str, Any]) -> str:
        reply, refused = answer_ideas(
            by=person,
            at=clock.now(),
            ideas={one.pk: one.case.seq for one in ideas},
            outcome=data["outcome"],
            text=data["text"],
            reason=data["reason"],
        )
        for pk, why in refused.items():
            named = next(one.case.number for one in ideas if one.pk == pk)
            messages.warning(request, f"{named}: {why}")
        many = len(ideas) - len(refused)
        words = (
            ngettext("{n} idea was not taken up.", "{n} ideas were not taken up.", many)
            if reply.outcome == REFUSED
            else ngettext("{n} idea was accepted.", "{n} ideas were accepted.", many)
        )
        return words.format(n=numbered(many))

    context = {**shared(call), "ideas": ideas, "shown": ideas[:SHOWN],
               "more": len(ideas) - SHOWN, "reach": queries.reach(ideas)}  # fmt: skip
    return carried_out(
        request, form, do, "ideas/select/answer.html", context, number, "ideas:choose"
    )


@require_POST
@signed_in("")
def combine(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """The office joins the picked ideas to one of them."""
    call, ideas = _picked(request, number, "open", "shortlisted")
    if len(ideas) < 2:
        return _none(request, number, gettext("Pick two ideas or more that say the same."))
    form = JoinForm(
        sent(request) if "send" in request.POST else None, ideas=ideas,
        initial={"into": ideas[0].pk},
    )  # fmt: skip

    def do(data: dict[str, Any]) -> str:
        others = [one.pk for one in ideas if one.pk != data["into"]]
        join(by=person, at=clock.now(), ideas=others, into=data["into"], text=data["text"])
        return ngettext(
            "{n} idea was joined. Everybody who supports it was told.",
            "{n} ideas were joined. Everybody who supports them was told.",
            len(others),
        ).format(n=numbered(len(others)))

    context = {**shared(call), "ideas": ideas, "reach": queries.reach(ideas), "office": True}
    return carried_out(
        request, form, do, "ideas/facilitate/join.html", context, number, "ideas:choose"
    )


@require_POST
@signed_in("")
def vote(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Put the picked ideas of the shortlist to a vote."""
    call, ideas = _picked(request, number, "shortlisted")
    if not ideas:
        return _none(request, number, gettext("Pick ideas that are on the shortlist."))
    now = clock.now()
    form = VoteForm(
        sent(request) if "send" in request.POST else None, many=len(ideas), now=now,
        initial={f"title_{code}": words for code, words in call.titles.items()},
    )  # fmt: skip

    def do(_data: dict[str, Any]) -> str:
        reply = put_to_vote(
            by=person, at=clock.now(), ideas=[one.pk for one in ideas], **form.given()
        )
        assert reply.vote is not None
        return gettext("The vote {number} is drafted: an organiser announces it.").format(
            number=reply.vote.case.number
        )

    context = {**shared(call), "ideas": ideas, "reach": queries.reach(ideas)}
    return carried_out(request, form, do, "ideas/select/vote.html", context, number, "ideas:choose")


@require_POST
@signed_in("")
def promise(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Make one promise of the picked ideas that were accepted."""
    call, ideas = _picked(request, number, "accepted")
    if not ideas:
        return _none(request, number, gettext("Pick ideas that were accepted."))
    initial = {"title": ideas[0].title, "text": ideas[0].text}
    form = PromiseForm(sent(request) if "send" in request.POST else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            made = promise_ideas(
                by=person, at=clock.now(), ideas=[one.pk for one in ideas], **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            url = reverse("delivery:promise", args=[made.case.number])
            link = format_html('<a href="{}">{}</a>', url, made.case.number)
            words = gettext("The promise stands: {link}. Write its steps next.")
            messages.success(request, format_html(words, link=link))
            return redirect("ideas:choose", number=number)
    context = {**shared(call), "ideas": ideas, "form": form, "reach": queries.reach(ideas)}
    status = 422 if form.is_bound else 200
    return render(request, "ideas/select/promise.html", context, status=status)


@require_POST
@signed_in("")
def close(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """The office has answered everything."""
    call = queries.my_call(number, asker(request).holdings, OFFICER)
    try:
        close_call(by=person, at=clock.now(), case=call.case)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("ideas:choose", number=number)
    messages.success(request, gettext("Every author has an answer: the call is closed."))
    return redirect("ideas:call", number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def objection(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """The author objects to a refusal.

    Raises:
        NotFound: it is not theirs, or was not refused.
    """
    who = asker(request)
    one, _how = access.seen_by(number, who.person, who.holdings)
    if not access.is_author(one, person) or one.case.state != "refused":
        raise NotFound
    form = ObjectForm(sent(request) if request.method == "POST" else None)

    def do(data: dict[str, Any]) -> str:
        object_to(by=person, at=clock.now(), case=one.case, text=data["text"])
        return gettext("The head of the office decides within ten working days.")

    context = {"idea": one, "case": one.case, "call": one.call}
    return carried_out(request, form, do, "ideas/select/object.html", context, number, "ideas:idea")
