"""The one page of an application: for its company, the staff, and after the decision for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from icalendar import Calendar, Event

from veche import clock
from veche.city.pilots import acts_applications as acts
from veche.city.pilots.access.applications import Standing, application_for, is_public
from veche.city.pilots.forms import applications as forms
from veche.city.pilots.models import Paper
from veche.city.pilots.operations.refusals_applications import (
    NotComplete,
    NotTheAgency,
    NotTheFounder,
)
from veche.city.pilots.queries import applications as queries
from veche.city.pilots.queries import writing
from veche.city.pilots.rules.applications import CHOSEN
from veche.city.pilots.words import applications as said
from veche.core.cases.models import Case
from veche.core.cases.operations import Changed, MoveNotPossible, subject
from veche.core.cases.queries import history
from veche.core.desk.adapter import DeskForm
from veche.core.files.documents import document_path
from veche.core.journal.proofs import of_matter
from veche.core.moderation.beside import beside as moderated
from veche.core.moderation.queries import hidden
from veche.core.notices import operations as notices
from veche.core.notices.letters import link
from veche.core.notices.queries import follows
from veche.core.organisations.middleware import asker
from veche.errors import Invalid, NotFound, Refused
from veche.languages import here
from veche.look.fields import LANGUAGE_WORDS, say_refusal
from veche.look.http import sent, sign_in


@never_cache
@require_safe
def application(request: HttpRequest, number: str) -> HttpResponse:
    """Where an application stands, and all that the reader may see of it.

    Raises:
        UnknownApplication: there is none, or not for whoever asks.
    """
    who, at = asker(request), clock.now()
    stand = application_for(number, who.person, at)
    found = stand.application
    events = history(found.case)
    drawn = list(queries.sections(request, stand, at))
    styles = dict.fromkeys(["pilots/applications.css", *(one.style for one in drawn if one.style)])
    context: dict[str, Any] = {
        **_shared(stand),
        "styles": list(styles),
        "now": at,
        "stand": queries.stand_of(found, at),
        "line": queries.line_of(found.case, events),
        "told": queries.told(found.case, events),
        "acts": acts.acts_for(stand, at),
        "open_text": stand.inside or found.case.state in CHOSEN,
        "appeal_until": queries.appeal_until(found, at) if stand.company else None,
        "go_on": writing.address(found, "solution") if found.case.state == "draft" else "",
        "sections": drawn,
        "person": who.person,
        "followed": follows(who.person, found.case),
        "hidden": hidden(found.case),
        "moderation": moderated(found.case, who.person, who.holdings, author=False)
        if is_public(found)
        else None,
        "reason": said.REASONS.get(found.reason_code, ""),
    }
    return render(request, "pilots/applications_application.html", context)


def _shared(stand: Standing) -> dict[str, Any]:
    found = stand.application
    return {
        "application": found,
        "case": found.case,
        "standing": stand,
        "public": is_public(found),
        "language": LANGUAGE_WORDS.get(found.language, found.language),
        "title": found.title or found.case.number,
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """One act: its form, and the step when it is sent.

    Raises:
        UnknownApplication: there is none, or not for whoever asks.
        NotTheFounder: it is not theirs to do.
        veche.core.cases.operations.MoveNotPossible: it cannot be done now.
    """
    which, who, at = acts.BY_CODE[code], asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    stand = application_for(number, who.person, at)
    if not acts.possible(which, stand, at):
        if which.relation not in stand.relations:
            raise NotTheFounder if which.relation == "company" else NotTheAgency
        raise MoveNotPossible(state=queries.case_title(stand.application.case))
    case = stand.application.case
    if request.method != "POST":
        return _act_page(
            request, stand, which, which.form(case=case), _beside(request, stand, code)
        )
    form = which.form(sent(request), case=case)
    beside = _beside(request, stand, code)
    valid = form.is_valid()
    if not all([valid, *(one.is_valid() for one in beside)]):
        return _act_page(request, stand, which, form, beside, status=422)
    step = form.step()
    if beside:
        step["draft"] = _joined(beside)
    if which.move:
        step["seen"] = form.cleaned_data.get("seen")
    try:
        which.run(by=who.person, at=at, application=stand.application, **step)
    except NotComplete as refusal:
        form.add_error(None, str(refusal))
        gaps = writing.in_words(stand.application, refusal.details["gaps"])
        for one in gaps:
            form.add_error(None, one.what)
        return _act_page(request, stand, which, form, beside, status=refusal.status)
    except Invalid as refusal:
        say_refusal(form, refusal)
        return _act_page(request, stand, which, form, beside, status=refusal.status)
    except Refused as refusal:
        if isinstance(refusal, Changed):  # what was typed is sent again with what stands there now
            data = sent(request)
            data["seen"] = str(Case.objects.values_list("seq", flat=True).get(pk=case.pk))
            form = which.form(data, case=case)
        return _act_page(
            request, stand, which, form, beside, refusal=str(refusal), status=refusal.status
        )
    draft = f"{which.code}-{case.number}"  # its words need not wait in the browser any more
    messages.success(request, str(which.done), extra_tags=draft)
    return redirect("pilots:mine" if code == "throw-away" else queries.address(stand.application))


def _beside(request: HttpRequest, stand: Standing, code: str) -> list[forms.StepForm]:
    """With the answer to a question a company may change its words and its answers."""
    if code != "reply":
        return []
    data = sent(request) if request.method == "POST" else None
    files = request.FILES if data is not None else None
    found = stand.application
    return [
        forms.SolutionForm(data, application=found),
        forms.QuestionsForm(
            data, files, application=found, answers=writing.answers(found),
            too_large=request.META.get("veche.too_large", ()),
        ),
    ]  # fmt: skip


def _joined(beside: list[forms.StepForm]) -> Any:
    solution, questions = (one.draft() for one in beside)
    return type(solution)(
        title=solution.title, text=solution.text, readiness=solution.readiness,
        answers=questions.answers, papers=questions.papers, without=questions.without,
    )  # fmt: skip


def _act_page(
    request: HttpRequest,
    stand: Standing,
    which: acts.Act,
    form: DeskForm,
    beside: list[forms.StepForm],
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    found = stand.application
    asked = found.questions.filter(replied_at__isnull=True).order_by("-id").first()
    context = {
        **_shared(stand),
        "act": which,
        "form": form,
        "beside": beside,
        "asked": asked if which.code == "reply" else None,
        "stand": queries.stand_of(found, clock.now()),
        "refusal": refusal,
        "draft": f"{which.code}-{found.case.number}",
        "back": queries.address(found),
    }
    return render(request, "pilots/applications_act.html", context, status=status)


@never_cache
@require_safe
def paper(request: HttpRequest, number: str, paper: int) -> HttpResponseBase:
    """A document that a company sent, to be saved: never shown inside a page, never public.

    Raises:
        UnknownApplication: there is no such application for whoever asks.
        NotFound: it has no such document, or it is not for them.
    """
    stand = application_for(number, asker(request).person, clock.now())
    found = Paper.objects.filter(application=stand.application, pk=paper).first()
    judged = stand.application.case.state in ("review", "panel")
    readers = {"company", "agency", "department", *(("expert", "panellist") if judged else ())}
    if found is None or not stand.relations & readers:
        raise NotFound
    return saved(found.digest, found.name, public=False)


def saved(digest: str, name: str, *, public: bool) -> HttpResponseBase:
    """A document, to be saved and never shown inside a page.

    Raises:
        NotFound: its bytes are not there.
    """
    try:
        data = document_path(digest).open("rb")
    except OSError as error:
        raise NotFound from error
    response = FileResponse(data, content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "public, no-cache" if public else "private, no-store"
    return response


@never_cache
@require_safe
def calendar(request: HttpRequest, number: str) -> HttpResponse:
    """The dates of an application that lie ahead, as a calendar (RFC 5545)."""
    at = clock.now()
    found = application_for(number, asker(request).person, at).application
    made = Calendar()
    made.add("prodid", "-//veche//pilots//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", found.title or number)
    for one in queries.dates_of(found, at):
        entry = Event()
        entry.add("uid", f"{number}-{one.code}@{settings.MAIL_HOST}")
        entry.add("dtstamp", found.case.moved_at or at)
        entry.add("sequence", found.case.seq)
        entry.add("dtstart", one.at)
        entry.add("dtend", one.at)
        entry.add("summary", f"{one.what}: {found.title or number}")
        entry.add("description", here(settings.TOWN_NAMES))
        entry.add("url", link(queries.address(found)))
        made.add_component(entry)
    response = HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="pilot-{number}.ics"'
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """Be told about a pilot."""
    return _following(request, number, notices.follow)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unfollow(request: HttpRequest, number: str) -> HttpResponse:
    """No longer be told about a pilot."""
    return _following(request, number, notices.unfollow)


def _following(request: HttpRequest, number: str, change: Callable[..., None]) -> HttpResponse:
    who, at = asker(request), clock.now()
    stand = application_for(number, who.person, at)
    if who.person is None:
        return sign_in(request)
    if request.method == "POST" and (is_public(stand.application) or stand.company):
        change(by=who.person, at=at, case=stand.application.case)
    return redirect(queries.address(stand.application))


@never_cache
@require_safe
def proof(request: HttpRequest, number: str) -> HttpResponse:
    """Each step's record, its place in the city's log and its receipt."""
    found = application_for(number, asker(request).person, clock.now()).application
    case = found.case
    rows = reversed(queries.told(case, history(case)))
    lines = of_matter(subject(case), case.procedure, ((one.at, one.did) for one in rows))
    context = {
        "number": case.number,
        "back": queries.address(found),
        "lines": lines.lines,
        "others": lines.others,
    }
    return render(request, "journal/proof.html", context)
