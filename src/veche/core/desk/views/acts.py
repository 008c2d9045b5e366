"""One step on one matter: the form, the step, who works on it, what was typed so far."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from veche import clock
from veche.core.cases.models import Case, CaseEvent
from veche.core.cases.operations import Changed, MoveNotPossible, NoRoleForMove, role_name
from veche.core.cases.queries import history, procedure_of
from veche.core.desk import operations, queries
from veche.core.desk.adapter import DeskAction, DeskForm, actions_for, desk_of
from veche.core.desk.guard import after, staff_only
from veche.core.desk.views.queue import folder
from veche.core.organisations.middleware import Asker, asker
from veche.core.people.models import Person
from veche.errors import Invalid, NotFound, Refused


def _found(request: HttpRequest, number: str) -> tuple[Asker, Person, Case]:
    """Who asks and the case, if they may see it.

    Raises:
        NotFound: there is none, or they may not.
    """
    who = asker(request)
    assert who.person is not None
    case = queries.case_at_desk(number, who.person)
    desk = desk_of(case.procedure) if case else None
    if case is None or desk is None:
        raise NotFound
    desk.panel(request, case)  # refuses whoever may not see it
    return who, who.person, case


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def act(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """A step on a page of its own."""
    who, person, case = _found(request, number)
    desk = desk_of(case.procedure)
    action = desk.action(move) if desk else None
    if action is None or action.run is None:
        raise NotFound
    back = after(request)
    if request.method != "POST":
        _may(case, move, who)
        kept = queries.drafts_of(person, case).get(move, {})
        form = action.form(case=case, initial={"next": request.GET.get("next", "")[:500], **kept})
        return _page(request, case, action, form, who, person, back)
    at = clock.now()
    form = action.form(request.POST, case=case)
    if not form.is_valid():
        return _page(request, case, action, form, who, person, back, status=422)
    try:
        action.run(by=person, at=at, case=case, seen=form.cleaned_data.get("seen"), **form.step())
    except (Changed, MoveNotPossible) as refusal:
        _keep(person, case, action, form)
        return _changed(request, number, action, form, who, person, back, refusal)
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _page(request, case, action, form, who, person, back, status=refusal.status)
    except Refused:
        _keep(person, case, action, form)
        raise
    operations.drop_draft(by=person, at=at, case=case, move=move)
    said = str(action.done) or str(action.title) + ": {number}"
    messages.success(request, said.format(number=number), extra_tags=f"{move}-{number}-{case.seq}")
    return redirect(back)


def _may(case: Case, move: str, who: Asker) -> None:
    """Refuse whoever cannot make the step now.

    Raises:
        MoveNotPossible, NoRoleForMove: as the operation would.
    """
    procedure = procedure_of(case)
    declared = procedure.move(move, case.state)
    if declared is None:
        raise MoveNotPossible(state=procedure.by_code[case.state].title)
    if all(action.move != move for action in actions_for(case, who.holdings)):
        raise NoRoleForMove(role=role_name(declared.role))


def _keep(person: Person, case: Case, action: DeskAction, form: DeskForm) -> None:
    """What was typed outlives a refusal."""
    if action.form.words and form.data.get(action.form.words):
        operations.keep_draft(
            by=person,
            at=clock.now(),
            case=case,
            move=action.move,
            words={action.form.words: str(form.data[action.form.words])},
        )


def _changed(
    request: HttpRequest,
    number: str,
    action: DeskAction,
    form: DeskForm,
    who: Asker,
    person: Person,
    back: str,
    refusal: Refused,
) -> HttpResponse:
    """Somebody was faster: what happened meanwhile, and the words, ready to be sent anew."""
    case = queries.case_at_desk(number, person)
    if case is None:
        raise NotFound
    seen = form.cleaned_data.get("seen")
    data = request.POST.copy()
    data["seen"] = str(case.seq)
    anew = action.form(data, case=case)
    since = seen if seen is not None else case.seq - 1
    return _page(
        request,
        case,
        action,
        anew,
        who,
        person,
        back,
        status=refusal.status,
        refusal=str(refusal),
        meanwhile=[event for event in history(case) if event.seq > since],
    )


def _page(
    request: HttpRequest,
    case: Case,
    action: DeskAction,
    form: DeskForm,
    who: Asker,
    person: Person,
    back: str,
    *,
    status: int = 200,
    refusal: str = "",
    meanwhile: list[CaseEvent] | None = None,
) -> HttpResponse:
    titles = {m.name: m.title for m in procedure_of(case).moves}
    found = queries.opened(case.number, person)
    assert found is not None  # cases are never deleted
    context: dict[str, Any] = {
        **folder(request, case, found[1], who, back),
        "action": action,
        "form": form,
        "possible": any(one.move == action.move for one in actions_for(case, who.holdings)),
        "refusal": refusal,
        "meanwhile": [(event, titles.get(event.move, event.move)) for event in meanwhile or []],
        "kept_words": form.data.get(action.form.words, "") if action.form.words else "",
        "back": back,
    }
    return render(request, "desk/act.html", context, status=status)


@require_POST
@staff_only
def take(request: HttpRequest, number: str) -> HttpResponse:
    """Work on a matter oneself, or over a colleague when the page asked so."""
    _who, person, case = _found(request, number)
    if not actions_for(case, _who.holdings):
        raise NoRoleForMove(role=role_name("officer"))
    operations.take(by=person, at=clock.now(), case=case, over=request.POST.get("over") == "1")
    return redirect(_opened(request, number))


@require_POST
@staff_only
def release(request: HttpRequest, number: str) -> HttpResponse:
    """Give a matter back to the office."""
    _who, person, case = _found(request, number)
    operations.release(by=person, at=clock.now(), case=case)
    return redirect(_opened(request, number))


def _opened(request: HttpRequest, number: str) -> str:
    """Back to the queue with the matter open still."""
    back = after(request, reverse("desk:queue"))
    return f"{back}{'&' if '?' in back else '?'}open={number}"


@require_POST
@staff_only
def draft(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Keep what was typed; sent by the page while one types, and by a button without scripts."""
    _who, person, case = _found(request, number)
    desk = desk_of(case.procedure)
    if desk is None or (desk.action(move) is None):
        raise NotFound
    words = {
        name: value
        for name, value in request.POST.dict().items()
        if name not in ("csrfmiddlewaretoken", "seen", "next", "kept", "preview", "draft")
        and isinstance(value, str)
    }
    operations.keep_draft(by=person, at=clock.now(), case=case, move=move, words=words)
    if request.headers.get("X-Draft"):
        return HttpResponse(status=204)
    return redirect(_opened(request, number))
