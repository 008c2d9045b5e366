"""Pages of the opinion map: one statement at a time, the map, the queue of those who read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.ideas.forms.opinion import ReadingForm, StatementForm
from veche.city.ideas.operations import opinion as operations
from veche.city.ideas.operations.ratings import check_takes_part
from veche.city.ideas.opinion.limits import ENOUGH, FEWEST
from veche.city.ideas.queries import opinion as queries
from veche.city.ideas.queries import opinion_files as files
from veche.city.ideas.queries.opinion_page import picture_of
from veche.city.ideas.views.common import cached, sent, sign_in
from veche.core.moderation import reasons
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Invalid, NotFound, Refused
from veche.tables import csv_answer

VALUES = {"agree": 1, "disagree": -1, "pass": 0}


def _talked(request: HttpRequest, number: str) -> queries.Talked:
    who = asker(request)
    return queries.talked_about(number, who.person, who.holdings)


@never_cache
@require_safe
def statements(request: HttpRequest, number: str) -> HttpResponse:
    """One statement at a time, how far one is, and what one has written and said."""
    return _page(request, _talked(request, number))


def _page(
    request: HttpRequest,
    talked: queries.Talked,
    form: StatementForm | None = None,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    person, case = asker(request).person, talked.case
    progress = queries.progress(case, person)
    mine = progress.participant
    asked = _number(request.GET.get("statement", ""))
    one = queries.shown_statement(case, asked) if asked is not None else None
    why_not: Refused | None = None
    try:
        check_takes_part(talked.call, person, clock.now())
    except Refused as found:
        why_not = found
    context: dict[str, Any] = {
        "talked": talked,
        "case": case,
        "statement": one or queries.next_statement(case, mine),
        "again": queries.said_to(one, mine) if one is not None else None,
        "progress": progress,
        "said": queries.said_by(case, mine),
        "written": [
            (row, reasons.words_of(row.reason)) for row in queries.written_by(case, person)
        ],
        "form": form or StatementForm(),
        "why_not": why_not,
        "visitor": person is None,
        "most_rejections": operations.MOST_REJECTIONS,
        "just": request.GET.get("just", ""),
        "refusal": refusal,
        "reading": ReadingForm()
        if queries.reads_statements(asker(request).holdings, case)
        else None,
    }
    return render(request, "ideas/opinion.html", context, status=status)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@require_POST
def say(request: HttpRequest, number: str) -> HttpResponse:
    """Somebody agrees, disagrees or passes."""
    talked = _talked(request, number)
    person = asker(request).person
    if person is None:
        return sign_in_to(request, number)
    asked = _number(request.POST.get("statement", ""))
    one = queries.shown_statement(talked.case, -1 if asked is None else asked)
    if one is None:
        raise NotFound
    word = request.POST.get("say", "")
    try:
        operations.say(by=person, at=clock.now(), statement=one.pk, value=VALUES.get(word, 9))
    except Refused as refusal:
        return _page(request, talked, refusal=str(refusal), status=refusal.status)
    return HttpResponseRedirect(f"{reverse('ideas:opinion', args=[number])}?just={word}#say")


def sign_in_to(request: HttpRequest, number: str) -> HttpResponseRedirect:
    """To the sign-in page, and from there to the statements."""
    answer = sign_in(request)
    page = reverse("ideas:opinion", args=[number])
    return HttpResponseRedirect(f"{answer['Location'].partition('?')[0]}?next={page}")


@require_POST
def add(request: HttpRequest, number: str) -> HttpResponse:
    """A new statement; a facilitator or moderator reads it first."""
    talked = _talked(request, number)
    person = asker(request).person
    if person is None:
        return sign_in_to(request, number)
    form = StatementForm(sent(request))
    if not form.is_valid():
        return _page(request, talked, form, status=422)
    try:
        operations.add_statement(
            by=person, at=clock.now(), case=talked.case, text=form.cleaned_data["text"]
        )
    except Refused as refusal:
        form.add_error("text" if isinstance(refusal, Invalid) else None, str(refusal))
        return _page(request, talked, form, status=refusal.status)
    messages.success(
        request, gettext("We have it. It is read within 24 hours, then everybody can vote on it.")
    )
    return redirect(f"{reverse('ideas:opinion', args=[number])}#mine")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def reword(request: HttpRequest, person: Person, number: str, statement: int) -> HttpResponse:
    """The author changes a statement nobody has voted on, or sends a rejected one again."""
    talked = _talked(request, number)
    one = queries.written_by(talked.case, person).filter(number=statement).first()
    if one is None:
        raise NotFound
    posted = request.method == "POST"
    form = StatementForm(sent(request) if posted else None, initial={"text": one.text})
    status = 200
    if posted:
        status = 422
        if form.is_valid():
            try:
                operations.reword_statement(
                    by=person, at=clock.now(), statement=one.pk, text=form.cleaned_data["text"]
                )
            except Refused as refusal:
                form.add_error("text" if isinstance(refusal, Invalid) else None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, gettext("It is read again within 24 hours."))
                return redirect(f"{reverse('ideas:opinion', args=[number])}#mine")
    context = {
        "talked": talked,
        "case": talked.case,
        "statement": one,
        "form": form,
        "reason": reasons.words_of(one.reason),
    }
    return render(request, "ideas/opinion_reword.html", context, status=status)


@require_safe
def opinion_map(request: HttpRequest, number: str) -> HttpResponse:
    """The map: groups, what each says, what all agree with, what divides."""
    talked = _talked(request, number)
    case = talked.case
    kept = queries.kept_map(case)
    mine = queries.participant_of(case, asker(request).person)
    rows = queries.shown_statements(case)
    picture = picture_of(kept, rows, mine) if kept is not None else None
    context = {
        "talked": talked,
        "case": case,
        "kept": kept,
        "picture": picture,
        "statements": len(rows),
        "files": files.NAMES if picture is not None and files.given_out(kept) else (),
        "enough": ENOUGH,
        "fewest": FEWEST,
    }
    return cached(request, render(request, "ideas/opinion_map.html", context))


@require_safe
def file(request: HttpRequest, number: str, part: str) -> HttpResponseBase:
    """One file of the conversation, as Polis writes it."""
    talked = _talked(request, number)
    kept = queries.kept_map(talked.case)
    page = request.build_absolute_uri(reverse("ideas:opinion-map", args=[number]))
    return csv_answer(part, files.rows(part, talked, kept, page))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("facilitator")
def waiting(request: HttpRequest, person: Person) -> HttpResponse:
    """What waits to be read, the oldest first; each is shown or rejected with a reason."""
    held = asker(request).holdings
    if not {one.role for one in held} & set(queries.READERS):
        raise operations.NotAReader
    chosen = _number(request.POST.get("statement", ""))
    form = ReadingForm(sent(request)) if request.method == "POST" else ReadingForm()
    status, refusal = 200, ""
    if request.method == "POST" and chosen is not None:
        status = 422
        if form.is_valid():
            try:
                operations.read_statement(
                    by=person,
                    at=clock.now(),
                    held=held,
                    statement=chosen,
                    reason=form.cleaned_data["reason"] if form.rejects else "",
                    words=form.cleaned_data["words"] if form.rejects else "",
                    meta=form.cleaned_data["meta"],
                )
            except Refused as fault:
                status, refusal = fault.status, str(fault)
            else:
                done = gettext("Rejected; its author is told why.")
                shown = gettext("Everybody can vote on it now.")
                messages.success(request, done if form.rejects else shown)
                return redirect("ideas:opinion-waiting")
    rows = queries.waiting(held, person)
    titles = queries.titles_of([one.matter_id for one in rows])
    context = {
        "rows": [
            {
                "statement": one,
                "title": titles.get(one.matter_id, one.matter.number),
                "due": one.at + operations.TERM,
                "form": form if one.pk == chosen else ReadingForm(auto_id=f"id_%s_{one.pk}"),
            }
            for one in rows
        ],
        "refusal": refusal,
        "now": clock.now(),
    }
    return render(request, "ideas/opinion_waiting.html", context, status=status)


@require_POST
@signed_in("")
def take_away(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """A reader takes a statement that is shown out of the map, with a reason."""
    talked = _talked(request, number)
    asked = _number(request.POST.get("statement", ""))
    one = queries.shown_statement(talked.case, -1 if asked is None else asked)
    if one is None:
        raise NotFound
    data = sent(request)
    data["do"] = "reject"
    form = ReadingForm(data)
    if not form.is_valid():
        return _page(request, talked, refusal=gettext("Choose a reason."), status=422)
    operations.read_statement(
        by=person,
        at=clock.now(),
        held=asker(request).holdings,
        statement=one.pk,
        reason=form.cleaned_data["reason"],
        words=form.cleaned_data["words"],
    )
    messages.success(request, gettext("Rejected; its author is told why."))
    return redirect("ideas:opinion", number=number)
