"""Pages of facilitators: their calls, the worktable, joining, scores, the shortlist, a measure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.ideas import access
from veche.city.ideas.forms.facilitate import (
    HelpForm,
    JoinForm,
    MeasureForm,
    ReasonForm,
    ScoreForm,
)
from veche.city.ideas.models import Call, Comment, Idea, Score
from veche.city.ideas.operations.merging import combine_many, separate
from veche.city.ideas.operations.scoring import score, shortlist_many
from veche.city.ideas.operations.synthesis import ask_help, synthesise
from veche.city.ideas.procedure import FACILITATOR
from veche.city.ideas.queries import selection as queries
from veche.city.ideas.queries.facilitation import facilitates
from veche.city.ideas.views.common import sent
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound, Refused
from veche.languages import here
from veche.look.words import number as numbered

MOST_COMMENTS = 30
"""Comments offered as sources of a measure."""


@require_safe
@signed_in("")
def mine(request: HttpRequest, person: Person) -> HttpResponse:
    """The calls somebody facilitates or answers, with what waits there."""
    held = asker(request).holdings
    rows = [
        {
            "call": call,
            "title": here(call.titles),
            "facilitates": FACILITATOR in roles,
            "answers": bool(roles - {FACILITATOR}),
            "waiting": waits,
        }
        for call, roles, waits in queries.calls_of(held)
    ]
    return render(request, "ideas/facilitate/mine.html", {"rows": rows})


@require_safe
@signed_in("")
def table(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """The worktable of a call: its ideas, with boxes to pick and what to do with those picked."""
    call = queries.my_call(number, asker(request).holdings, FACILITATOR)
    which = queries.read(request.GET)
    rows, count = queries.table(call, which)
    last = max(1, -(-count // queries.PAGE))
    return render(
        request,
        "ideas/facilitate/table.html",
        {**shared(call), "rows": rows, "count": count, "which": which, **choices(call, which),
         "next": which.page + 1 if which.page < last else 0, "before": which.page - 1},
    )  # fmt: skip


def shared(call: Call) -> dict[str, Any]:
    """What every page about one call shows."""
    return {"call": call, "case": call.case, "title": here(call.titles)}


def choices(call: Call, which: queries.Choice) -> dict[str, Any]:
    """The states and orders of a worktable, each with its address."""
    numbers = queries.numbers(call)
    words = {
        "": gettext("All that wait"),
        "open": gettext("Discussed"),
        "shortlisted": gettext("On the shortlist"),
        "at_vote": gettext("At a vote"),
        "accepted": gettext("Accepted, without a promise"),
        "objected": gettext("Objected to"),
    }
    orders = {
        "supported": gettext("most supported"),
        "newest": gettext("newest"),
        "discussed": gettext("most discussed"),
        "scored": gettext("best scored"),
    }
    return {
        "states": [
            (word, which.parameters(state=code), code == which.state,
             numbers.get(code, 0) if code else sum(numbers.values()))
            for code, word in words.items()
        ],
        "orders": [
            (word, which.parameters(order=code), code == which.order)
            for code, word in orders.items()
        ],
    }  # fmt: skip


def picked(request: HttpRequest, call: Call) -> list[Idea]:
    """The ideas that were picked on a worktable."""
    return queries.picked(call, request.POST.getlist("idea"))


@require_http_methods(["POST"])
@signed_in("")
def join(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Join the picked ideas: which goes on, and why."""
    call = queries.my_call(number, asker(request).holdings, FACILITATOR)
    ideas = picked(request, call)
    if len(ideas) < 2:
        messages.warning(request, gettext("Pick two ideas or more that say the same."))
        return redirect("ideas:worktable", number=number)
    form = JoinForm(
        sent(request) if "send" in request.POST else None, ideas=ideas,
        initial={"into": ideas[0].pk},
    )  # fmt: skip

    def do(data: dict[str, Any]) -> str:
        others = [one.pk for one in ideas if one.pk != data["into"]]
        made = combine_many(
            by=person, at=clock.now(), ideas=others, into=data["into"], reason=data["text"]
        )
        return ngettext(
            "{n} idea was joined. Everybody who supports it was told.",
            "{n} ideas were joined. Everybody who supports them was told.",
            len(made),
        ).format(n=numbered(len(made)))

    context = {**shared(call), "ideas": ideas, "reach": queries.reach(ideas)}
    return carried_out(request, form, do, "ideas/facilitate/join.html", context, number)


@require_http_methods(["POST"])
@signed_in("")
def propose(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Put the picked ideas on the shortlist, with a reason."""
    call = queries.my_call(number, asker(request).holdings, FACILITATOR)
    ideas = picked(request, call)
    if not ideas:
        messages.warning(request, gettext("Pick the ideas first."))
        return redirect("ideas:worktable", number=number)
    form = ReasonForm(sent(request) if "send" in request.POST else None)

    def do(data: dict[str, Any]) -> str:
        moved = shortlist_many(
            by=person, at=clock.now(), ideas=[one.pk for one in ideas], text=data["text"]
        )
        for pk, refusal in moved.refused.items():
            named = next(one.case.number for one in ideas if one.pk == pk)
            messages.warning(request, f"{named}: {refusal}")
        return ngettext(
            "{n} idea is on the shortlist now.",
            "{n} ideas are on the shortlist now.",
            len(moved.cases),
        ).format(n=numbered(len(moved.cases)))

    context = {**shared(call), "ideas": ideas}
    return carried_out(request, form, do, "ideas/facilitate/shortlist.html", context, number)


def carried_out(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[dict[str, Any]], str],
    template: str,
    context: dict[str, Any],
    number: str,
    after: str = "ideas:worktable",
) -> HttpResponse:
    """Show a form, or do what it says and go on to ``after``; a refusal stands above the form."""
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                messages.success(request, do(form.cleaned_data))
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                return redirect(after, number=number)
    return render(request, template, {**context, "form": form}, status=status)


@require_http_methods(["POST"])
@signed_in("")
def measure(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Write a measure out of the picked ideas and the comments that helped most."""
    call = queries.my_call(number, asker(request).holdings, FACILITATOR)
    ideas = picked(request, call)
    if not ideas:
        messages.warning(request, gettext("Pick the ideas first."))
        return redirect("ideas:worktable", number=number)
    comments = list(
        Comment.objects.filter(matter__in=[one.pk for one in ideas], shown=True)
        .select_related("matter")
        .order_by("-likes", "id")[:MOST_COMMENTS]
    )
    form = MeasureForm(
        sent(request) if "send" in request.POST else None, ideas=ideas, comments=comments
    )

    def do(data: dict[str, Any]) -> str:
        made = synthesise(
            by=person,
            at=clock.now(),
            call=call,
            title=data["title"],
            text=data["text"],
            sources=form.sources(),
            language=get_language() or "en",
        )
        return gettext("The measure {number} stands there; those it cites were told.").format(
            number=made.case.number
        )

    context = {**shared(call), "ideas": ideas}
    return carried_out(request, form, do, "ideas/facilitate/measure.html", context, number)


def _mine(request: HttpRequest, number: str) -> Idea:
    """An idea for whoever facilitates it.

    Raises:
        NotFound: there is none, or this person does not.
    """
    who = asker(request)
    one, _how = access.seen_by(number, who.person, who.holdings)
    if not facilitates(one.case, who):
        raise NotFound
    return one


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def scores(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Score an idea, openly."""
    one = _mine(request, number)
    mine = Score.objects.filter(idea=one, expert=person)
    initial: dict[str, Any] = {f"value_{s.criterion}": s.value for s in mine}
    initial |= {f"words_{s.criterion}": s.words for s in mine}
    form = ScoreForm(sent(request) if request.method == "POST" else None, initial=initial)

    def do(_data: dict[str, Any]) -> str:
        values, words = form.given()
        score(by=person, at=clock.now(), case=one.case, values=values, words=words)
        return gettext("Your scores stand on the page of the idea.")

    context = {"idea": one, "case": one.case, "call": one.call}
    return carried_out(
        request, form, do, "ideas/facilitate/score.html", context, number, "ideas:idea"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def ask(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Ask the author and the supporters of an idea something."""
    one = _mine(request, number)
    form = HelpForm(sent(request) if request.method == "POST" else None)

    def do(data: dict[str, Any]) -> str:
        ask_help(by=person, at=clock.now(), case=one.case, text=data["text"])
        return gettext("Your question stands there; whoever follows the idea was told.")

    context = {"idea": one, "case": one.case, "call": one.call}
    return carried_out(
        request, form, do, "ideas/facilitate/ask.html", context, number, "ideas:idea"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def part(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Separate a joined idea again."""
    one = _mine(request, number)
    if one.into is None:
        raise NotFound
    form = ReasonForm(sent(request) if request.method == "POST" else None)

    def do(data: dict[str, Any]) -> str:
        separate(by=person, at=clock.now(), case=one.case, reason=data["text"])
        return gettext("It stands by itself again, with the support it had.")

    context = {"idea": one, "case": one.case, "call": one.call}
    return carried_out(
        request, form, do, "ideas/facilitate/separate.html", context, number, "ideas:idea"
    )
