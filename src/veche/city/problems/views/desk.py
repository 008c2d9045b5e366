"""Every step that moderators, dispatchers and officers make, on a page of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from veche import clock
from veche.city.problems import operations, pending
from veche.city.problems.access import seen_by
from veche.city.problems.desk_forms import FORMS, ActForm
from veche.city.problems.evidence import Taken
from veche.city.problems.models import Problem
from veche.city.problems.procedure import OFFICER, PROCEDURE
from veche.city.problems.queries import desk as desks
from veche.city.problems.queries.matter import stand, steps_of
from veche.core.cases.operations import Changed, MoveNotPossible, in_scope
from veche.core.cases.procedure import Move
from veche.core.desk.guard import after
from veche.core.desk.operations import drop_draft, keep_draft
from veche.core.desk.queries import drafts_of
from veche.core.moderation.procedure import DISPATCHER, MODERATOR
from veche.core.organisations.middleware import Asker, asker
from veche.core.people.models import Person
from veche.errors import Invalid, NotAllowed, Refused

P = ParamSpec("P")
OPERATIONS: dict[str, Callable[..., Any]] = {
    "accept": operations.accept,
    "reject": operations.reject,
    "assign": operations.assign,
    "answer": operations.answer,
    "refuse": operations.refuse,
}
DONE = {
    "accept": _("Published: {number}. It goes to the office that answers for it."),
    "reject": _("Not published: {number}. The author has been told why."),
    "assign": _("Given to the office: {number}. Its term has begun."),
    "answer": _("Answered: {number}. The author checks the result."),
    "refuse": _("Refused: {number}. The author has been told why."),
}
TITLES = {
    "accept": _("Publish"),
    "reject": _("Do not publish"),
    "assign": _("Give to the office"),
    "answer": _("Answer"),
    "refuse": _("Refuse"),
}


class DeskForOthers(NotAllowed):
    """The page is the desk of a role the person does not hold."""

    code = "desk-for-others"
    sentence = _("This page is for {role}. Ask the administrator of your city for the role.")


_HOLDERS = {
    MODERATOR: _("moderators"),
    DISPATCHER: _("dispatchers"),
    OFFICER: _("officers of the offices"),
}


def signed_in(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Visitors are led to the sign-in page and back; nothing of staff is kept in caches."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if asker(request).person is None:
            here = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('people:sign-in')}?{here}")
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return guarded


_DESKS: dict[str, str] = {"moderation": "state=moderation", "routing": "state=routing", "queue": ""}
"""The desks that problems had alone, and the same view of the one desk."""


@require_GET
def moved(request: HttpRequest, code: str) -> HttpResponse:
    """The desk of problems has become a view of the one desk; old addresses lead there."""
    query = "&".join(part for part in (_DESKS[code], request.GET.urlencode()) if part)
    return redirect(reverse("desk:queue") + (f"?{query}" if query else ""))


def _folder(request: HttpRequest, problem: Problem, who: Asker, at: dt.datetime) -> dict[str, Any]:
    """What stands beside a step: the problem, its history, and which steps can be made now."""
    folder = desks.folder(problem, at)
    shown = list(enumerate(folder.pictures, 1))
    moves = PROCEDURE.moves_from(problem.case.state)
    return {
        "folder": folder,
        "problem": problem,
        "stand": stand(problem, at, folder.events),
        "steps": steps_of(folder.events, problem, shown),
        "pictures": shown,
        "forms": {move.name for move in moves if move.name in FORMS and _right(problem, move, who)},
        "now": at,
    }


def _right(problem: Problem, move: Move, who: Asker) -> bool:
    return any(h.role == move.role and in_scope(h, problem.case, move.scope) for h in who.holdings)


# --- steps ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def act(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """A step on a page of its own: the form, the preview of an answer, the step itself."""
    who, at = asker(request), clock.now()
    assert who.person is not None
    problem = seen_by(number, who.person, who.holdings)
    declared = next(m for m in PROCEDURE.moves if m.name == move)
    if declared.role not in who.roles:
        raise DeskForOthers(role=_HOLDERS[declared.role])
    if request.method != "POST":
        if not _right(problem, declared, who):
            raise _held_elsewhere(declared)
        kept = drafts_of(who.person, problem.case).get(move, {})
        start = {"next": request.GET.get("next", "")[:500], **kept}
        form = FORMS[move](problem=problem, initial=start)
        return _act_page(request, problem, move, form, who, at)
    form = FORMS[move](request.POST, problem=problem)
    taken = Taken.of(request) if move == "answer" else Taken()
    status = taken.status
    if taken.refusal is not None:
        form.add_error("photographs", taken.refusal)
    if form.is_valid():
        if "preview" in request.POST:
            return _act_page(request, problem, move, form, who, at, taken=taken, preview=True)
        step = form.step()
        if move == "answer":
            step["photographs"] = taken.photographs
        try:
            OPERATIONS[move](by=who.person, at=at, case=problem.case, **step)
        except (Changed, MoveNotPossible) as refusal:
            _keep(problem, move, form, who.person, at)
            return _changed(request, number, move, form, who, taken, refusal)
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            status = refusal.status
        except NotAllowed:
            _keep(problem, move, form, who.person, at)  # the role ended while they were writing
            raise
        else:
            pending.drop(taken.names)
            if form.words:
                drop_draft(by=who.person, at=at, case=problem.case, move=move)
            messages.success(
                request,
                str(DONE[move]).format(number=number),
                extra_tags=f"{move}-{number}-{problem.case.seq}",
            )
            return redirect(after(request))
    return _act_page(request, problem, move, form, who, at, taken=taken, status=status or 422)


def _held_elsewhere(move: Move) -> NotAllowed:
    """The refusal of a step whose role is held elsewhere only."""
    from veche.core.cases.operations import NoRoleForMove, role_name

    return NoRoleForMove(role=role_name(move.role))


def _keep(problem: Problem, move: str, form: ActForm, person: Person, at: dt.datetime) -> None:
    """What was typed outlives a refusal."""
    if form.words and form.data.get(form.words):
        words = {form.words: str(form.data[form.words])}
        keep_draft(by=person, at=at, case=problem.case, move=move, words=words)


def _changed(
    request: HttpRequest,
    number: str,
    move: str,
    form: ActForm,
    who: Asker,
    taken: Taken,
    refusal: Refused,
) -> HttpResponse:
    """Somebody was faster: what happened meanwhile, and the words, ready to be sent anew."""
    at = clock.now()
    problem = seen_by(number, who.person, who.holdings)
    data = request.POST.copy()
    data["seen"] = str(problem.case.seq)
    seen = form.cleaned_data.get("seen")
    anew = FORMS[move](data, problem=problem)
    return _act_page(
        request,
        problem,
        move,
        anew,
        who,
        at,
        taken=taken,
        status=refusal.status,
        refusal=str(refusal),
        seen=seen if seen is not None else problem.case.seq - 1,
    )


def _act_page(
    request: HttpRequest,
    problem: Problem,
    move: str,
    form: ActForm,
    who: Asker,
    at: dt.datetime,
    *,
    taken: Taken | None = None,
    status: int = 200,
    refusal: str = "",
    seen: int | None = None,
    preview: bool = False,
) -> HttpResponse:
    context = _folder(request, problem, who, at)
    folder: desks.Folder = context["folder"]
    context |= {
        "move": move,
        "move_title": TITLES[move],
        "form": form,
        "possible": move in context["forms"],
        "kept_words": form.data.get(form.words, "") if form.words and form.is_bound else "",
        "kept_pictures": taken.shown() if taken else [],
        "refusal": refusal,
        "preview": preview,
        "back": reverse("desk:queue"),
        "draft": f"{move}-{problem.case.number}-{problem.case.seq}",
    }
    if seen is not None:
        new = folder.since(seen)
        context["meanwhile"] = steps_of(new, problem, context["pictures"])
    return render(request, "problems/desk_act.html", context, status=status)


def step_view(move: str) -> Callable[..., HttpResponse]:
    """The page of one step."""

    def view(request: HttpRequest, number: str) -> HttpResponse:
        return cast(HttpResponse, act(request, number, move))

    view.__doc__ = f"The step “{move}”."
    return view
