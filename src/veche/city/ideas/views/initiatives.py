"""Initiatives: their list, opening one, endorsing it, answering it, and the rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.ideas import access, endorsing, pending
from veche.city.ideas.forms.initiatives import (
    FIRST_POINTS,
    AnswerPointsForm,
    InitiativeForm,
    NeededForm,
)
from veche.city.ideas.models import Idea, Point
from veche.city.ideas.operations import initiatives as operations
from veche.city.ideas.operations import ratings
from veche.city.ideas.operations.refusals import AlreadyWritten
from veche.city.ideas.procedure import OFFICER
from veche.city.ideas.queries import initiatives as queries
from veche.city.ideas.states import shown
from veche.city.ideas.views import idea as pages
from veche.city.ideas.views.common import cached, page_number, sender_of, sent, sign_in
from veche.city.ideas.views.write import photographs_of
from veche.core.cases.operations import NoRoleForMove, in_scope
from veche.core.moderation.preview import Preview, carry_out, pressed
from veche.core.notices.feeds import EARLY, Atom
from veche.core.organisations.access import NotARuleKeeper, keeps_rules
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.organisations.models import Organisation
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import NotFound, Refused
from veche.look import states
from veche.look.fields import say_refusal
from veche.tables import csv_answer
from veche.texts import readable

HEAD = (
    "number", "title", "state", "office", "territory", "endorsements", "needed",
    "written_datetime", "reached_datetime", "answer_due_datetime", "answered_datetime",
)  # fmt: skip
MOST_ROWS, MOST_IN_FEED = 100_000, 50


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The initiatives of a choice."""
    places, at = atlas(), clock.now()
    which = queries.read_choice(request.GET, places)
    found = Paginator(queries.rows(which, at), queries.PAGE)
    page = found.page(page_number(request.GET.get("page", ""), found.num_pages))
    home = places.home()
    context = {
        "which": which,
        "shows": [(code, word) for code, (word, _states) in queries.GROUPS.items()],
        "districts": list(places.children(home)) if home else [],
        "rows": [queries.line(one, at) for one in page],
        "count": found.count,
        "overdue": queries.overdue(at),
        "page": page,
        "query": which.query,
        "needed": [(word, operations.needed_in(kind)) for kind, word in NeededForm.LABELS.items()],
    }
    return cached(request, render(request, "ideas/initiatives/list.html", context))


@require_safe
def csv(request: HttpRequest) -> HttpResponseBase:
    """The initiatives of a choice as a table."""
    which = queries.read_choice(request.GET, atlas())
    return csv_answer("initiatives", _table(which, clock.now()))


def _table(which: queries.Choice, at: dt.datetime) -> Iterator[Sequence[object]]:
    yield HEAD
    for one in queries.rows(which, at)[:MOST_ROWS].iterator(chunk_size=2_000):
        idea, case = one.idea, one.idea.case
        yield (
            case.number, idea.title if case.hidden_at is None else "", case.state,
            one.office.code, case.territory.code, idea.supporters, one.needed,
            _moment(case.opened_at), _moment(one.reached_at),
            _moment(case.promised_at), _moment(one.answered_at),
        )  # fmt: skip


def _moment(value: dt.datetime | None) -> str:
    return value.isoformat(timespec="seconds") if value else ""


@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    """The initiatives of a choice that moved last."""
    which = queries.read_choice(request.GET, atlas())
    rows = list(queries.rows(which, clock.now()).order_by("-idea__case__moved_at")[:MOST_IN_FEED])
    made = Atom(
        title=gettext("Initiatives"),
        link=request.build_absolute_uri(reverse("ideas:initiatives") + which.query),
        name=f"initiatives{which.query}",
        updated=max((row.idea.case.moved_at or EARLY for row in rows), default=EARLY),
        own=request.build_absolute_uri(reverse("ideas:initiatives-feed") + which.query),
    )
    for row in rows:
        case, idea = row.idea.case, row.idea
        if case.hidden_at is not None:
            continue
        word = states.find(shown(case.procedure, case.state)).word
        made.add_item(
            title=readable(f"{word}: {idea.title}"),
            link=request.build_absolute_uri(reverse("ideas:idea", args=[case.number])),
            description=readable(idea.text),
            unique_id=f"tag:{settings.MAIL_HOST},{case.opened_at.date()}:{case.number}",
            pubdate=case.opened_at,
            updateddate=case.moved_at or case.opened_at,
            author_name=str(row.office),
        )
    body = made.writeString("utf-8")
    kind = "application/atom+xml; charset=utf-8"
    return cached(request, HttpResponse(body, content_type=kind), 60)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Open an initiative: looked at before it is sent, nothing typed is lost."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    if request.method != "POST":
        start = {name: request.GET.get(name, "") for name in ("office", "place")}
        return _form(request, InitiativeForm(initial=start), FIRST_POINTS)
    data = sent(request)
    step = data.get("do", "")
    count = page_number(data.get("count", ""), endorsing.MOST_POINTS)
    count = min(endorsing.MOST_POINTS, max(FIRST_POINTS, count) + (step == "more"))
    kept, faults = photographs_of(request, data, person)
    form = InitiativeForm(data, points=count)
    if pressed(data):
        carry_out(data, form.public)
        form = InitiativeForm(data, points=count)
    if step == "more" or step.startswith("forget:"):
        form.not_sent_yet()
        return _form(request, form, count, kept=kept)
    status = 200 if form.is_valid() else 422
    for code, sentence in faults:
        form.add_error("photographs", sentence)
        status = code
    if status != 200:
        return _form(request, form, count, kept=kept, status=status)
    preview = Preview.of(
        {
            name: (form.fields[name].label or "", str(form.cleaned_data.get(name) or ""))
            for name in form.public
        }
    )
    if step == "look" or pressed(data) or not preview.looked(data):
        return _form(request, form, count, kept=kept, preview=preview)
    return _send(request, form, count, kept, person)


def _send(
    request: HttpRequest, form: InitiativeForm, count: int, kept: list[str], person: Person
) -> HttpResponse:
    data = form.cleaned_data
    try:
        made = operations.write_initiative(
            by=person,
            at=clock.now(),
            territory=atlas().by_code[data["place"]],
            office=Organisation.objects.get(code=data["office"]),
            submission=data["submission"],
            title=data["title"],
            text=data["text"],
            points=form.points(),
            language=get_language() or "en",
            photographs=[one for one in map(pending.get, kept) if one is not None],
            sender=sender_of(request),
        )
    except AlreadyWritten as refusal:
        number = str(refusal.details["number"]) or _made_by(form)
        if not number:
            return _form(request, form, count, kept=kept, status=409)
        messages.info(request, gettext("This form was sent before: here is what it made."))
        return HttpResponseRedirect(reverse("ideas:idea", args=[number]))
    except Refused as refusal:
        say_refusal(form, refusal)
        return _form(request, form, count, kept=kept, status=refusal.status)
    pending.drop(kept)
    number = made.idea.case.number
    messages.success(request, gettext("We have it: number %(number)s.") % {"number": number})
    request.session[pages.SENT] = number
    return HttpResponseRedirect(reverse("ideas:idea", args=[number]))


def _made_by(form: InitiativeForm) -> str:
    found = Idea.objects.filter(submission=form.cleaned_data["submission"])
    return found.values_list("case__number", flat=True).first() or ""


def _form(
    request: HttpRequest,
    form: InitiativeForm,
    count: int,
    *,
    kept: Sequence[str] = (),
    preview: Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "count": count,
        "more": count < endorsing.MOST_POINTS,
        "kept": kept,
        "preview": preview,
        "needed": [(word, operations.needed_in(kind)) for kind, word in NeededForm.LABELS.items()],
        "days": endorsing.DAYS_TO_ANSWER,
    }
    return render(request, "ideas/initiatives/write.html", context, status=status)


@never_cache
@require_POST
def endorse(request: HttpRequest, number: str) -> HttpResponse:
    """Endorse it, or no more."""
    one, how = pages.idea_for(request, number)
    person = asker(request).person
    if person is None:
        return sign_in(request)
    if how != access.WORDS or one.kind != Idea.Kind.INITIATIVE:
        raise NotFound
    at = clock.now()
    try:
        if request.POST.get("value") == "0":
            ratings.unrate(by=person, at=at, idea=one.pk)
            messages.success(request, gettext("You endorse it no more."))
        else:
            ratings.rate(by=person, at=at, idea=one.pk, value=1, sender=sender_of(request))
            messages.success(request, gettext("You endorse it. You will be told of every step."))
    except Refused as refusal:
        return pages.page(request, one, how, refusal=str(refusal), status=refusal.status)
    return redirect("ideas:idea", number=number)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def answer(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """The office answers point by point."""
    one, _how = pages.idea_for(request, number)
    held = asker(request).holdings
    if one.kind != Idea.Kind.INITIATIVE:
        raise NotFound
    if not any(h.role == OFFICER and in_scope(h, one.case, "organisation") for h in held):
        raise NoRoleForMove(role=gettext("an officer of this office"))
    points = list(Point.objects.filter(initiative_id=one.pk).order_by("number"))
    posted = request.method == "POST"
    form = AnswerPointsForm(
        sent(request) if posted else None, points=points, initial={"seen": one.case.seq}
    )
    status = 422 if posted else 200
    if posted and form.is_valid():
        try:
            operations.answer_initiative(
                by=person,
                at=clock.now(),
                case=one.case,
                answers=form.answers(),
                seen=form.cleaned_data["seen"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, gettext("Answered. Everybody who endorsed it is told."))
            return redirect("ideas:idea", number=number)
    context = {"idea": one, "case": one.case, "form": form}
    return render(request, "ideas/initiatives/answer.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def rule(request: HttpRequest, person: Person) -> HttpResponse:
    """How many endorsements oblige an office: set for the whole city."""
    if not keeps_rules(person, clock.now()):
        raise NotARuleKeeper
    posted = request.method == "POST"
    start = {kind: operations.needed_in(kind) for kind in NeededForm.LABELS}
    form = NeededForm(request.POST if posted else None, initial=start)
    if posted and form.is_valid():
        for kind, needed in form.cleaned_data.items():
            if needed != start[kind]:
                operations.set_needed(by=person, at=clock.now(), kind=kind, needed=needed)
        messages.success(request, gettext("Set. Initiatives written from now on need so many."))
        return redirect("ideas:initiative-rule")
    return render(
        request, "ideas/initiatives/rule.html", {"form": form}, status=422 if posted else 200
    )
