"""The desks of moderators, dispatchers and officers, and every step they make."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from veche import clock
from veche.city.problems import operations, pending
from veche.city.problems.access import seen_by
from veche.city.problems.desk_forms import FORMS, ActForm
from veche.city.problems.models import Problem
from veche.city.problems.procedure import DISPATCHER, MODERATOR, OFFICER, PROCEDURE
from veche.city.problems.queries import desk as desks
from veche.city.problems.queries.matter import stand, steps_of
from veche.city.problems.views.common import csv_lines
from veche.city.problems.views.evidence import Taken
from veche.core.cases.operations import Changed, MoveNotPossible, in_scope
from veche.core.cases.procedure import Move
from veche.core.organisations.middleware import Asker, asker
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
LOOK_AGAIN = dt.timedelta(minutes=15)
"""A visit to a desk after this pause is a new look: what moved since the last one is marked."""


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


def _seat(request: HttpRequest, desk: desks.Desk) -> Asker:
    who = asker(request)
    if desk.role not in who.roles:
        raise DeskForOthers(role=_HOLDERS[desk.role])
    return who


@require_GET
@signed_in
def moderation(request: HttpRequest) -> HttpResponse:
    """What waits for a moderator."""
    return _desk(request, desks.DESKS["moderation"])


@require_GET
@signed_in
def routing(request: HttpRequest) -> HttpResponse:
    """What waits for a dispatcher."""
    return _desk(request, desks.DESKS["routing"])


@require_GET
@signed_in
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for an answer of the officer's office."""
    return _desk(request, desks.DESKS["queue"])


def _desk(request: HttpRequest, desk: desks.Desk) -> HttpResponse:
    who, at = _seat(request, desk), clock.now()
    opened = _opened(request, who, at)
    if request.headers.get("HX-Target") == "panel" and opened is not None:
        response = render(request, "problems/desk_panel.html", opened)
        patch_vary_headers(response, ("HX-Target",))
        return response
    listing = desks.listing(
        desk,
        who.holdings,
        view=request.GET.get("view", ""),
        number=request.GET.get("page", ""),
        at=at,
        looked=_last_look(request, desk, at),
    )
    context = {
        "desk": desk,
        "listing": listing,
        "filters": _filters(request.GET),
        "csv": reverse("problems:desk-csv", args=[desk.code]),
        "open_number": opened["folder"].case.number if opened else "",
        **(opened or {}),
    }
    response = render(request, "problems/desk_list.html", context)
    patch_vary_headers(response, ("HX-Target",))
    return response


def _filters(query: QueryDict) -> str:
    """The address of the present view and page, without what is opened."""
    kept = {k: query[k] for k in ("view", "page") if query.get(k)}
    return urlencode(kept)


def _opened(request: HttpRequest, who: Asker, at: dt.datetime) -> dict[str, Any] | None:
    """The problem in the side panel; a number that leads nowhere opens nothing."""
    number = request.GET.get("open", "")[:20].replace("\x00", "")
    if not number:
        return None
    try:
        problem = seen_by(number, who.person, who.holdings)
    except Refused:
        return None
    return _folder(request, problem, who, at)


def _folder(request: HttpRequest, problem: Problem, who: Asker, at: dt.datetime) -> dict[str, Any]:
    """What the panel shows, with a form for every step this person can make now."""
    folder = desks.folder(problem, at)
    back = request.path
    if filters := _filters(request.GET):
        back += f"?{filters}"
    possible = {}
    for move in PROCEDURE.moves_from(problem.case.state):
        if move.name in FORMS and _right(problem, move, who):
            possible[move.name] = FORMS[move.name](
                problem=problem, auto_id=f"id_{move.name}_%s", initial={"next": back}
            )
    shown = list(enumerate(folder.pictures, 1))
    return {
        "folder": folder,
        "problem": problem,
        "stand": stand(problem, at, folder.events),
        "steps": steps_of(folder.events, problem, shown),
        "pictures": shown,
        "forms": possible,
        "now": at,
    }


def _right(problem: Problem, move: Move, who: Asker) -> bool:
    return any(h.role == move.role and in_scope(h, problem.case, move.scope) for h in who.holdings)


def _last_look(request: HttpRequest, desk: desks.Desk, at: dt.datetime) -> dt.datetime | None:
    """When this person looked at the desk before this visit; None at the first one."""
    key = f"looked-{desk.code}"
    stamps = request.session.get(key)
    before = last = None
    if isinstance(stamps, list) and len(stamps) == 2:
        with contextlib.suppress(TypeError, ValueError):
            before, last = (dt.datetime.fromisoformat(s) if s else None for s in stamps)
    if last is None or at - last > LOOK_AGAIN:
        before = last
        request.session[key] = [before.isoformat() if before else "", at.isoformat()]
    return before


@require_GET
@signed_in
def desk_csv(request: HttpRequest, code: str) -> HttpResponseBase:
    """The desk as a table file, with the filters of the page."""
    desk = desks.DESKS[code]
    who, at = _seat(request, desk), clock.now()
    rows = desks.sheet(desk, who.holdings, view=request.GET.get("view", ""), at=at)
    response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}-{at:%Y-%m-%d}.csv"'
    return response


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
        form = FORMS[move](problem=problem, initial={"next": request.GET.get("next", "")[:500]})
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
            return _changed(request, number, move, form, who, taken, refusal)
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            status = refusal.status
        else:
            pending.drop(taken.names)
            messages.success(
                request,
                str(DONE[move]).format(number=number),
                extra_tags=f"{move}-{number}-{problem.case.seq}",
            )
            return redirect(_next(request, move))
    return _act_page(request, problem, move, form, who, at, taken=taken, status=status or 422)


def _held_elsewhere(move: Move) -> NotAllowed:
    """The refusal of a step whose role is held elsewhere only."""
    from veche.core.cases.operations import NoRoleForMove, role_name

    return NoRoleForMove(role=role_name(move.role))


def _next(request: HttpRequest, move: str) -> str:
    """Where to go after the step: back to the desk one came from."""
    wanted = request.POST.get("next", "")
    if (
        wanted.startswith("/")
        and url_has_allowed_host_and_scheme(wanted, None)
        and "\\" not in wanted
        and len(urlsplit(wanted).path) < 200
    ):
        return wanted
    role = next(m.role for m in PROCEDURE.moves if m.name == move)
    return reverse(f"problems:{next(d.code for d in desks.DESKS.values() if d.role == role)}")


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
        "back": _next_of(form, move),
        "draft": f"{move}-{problem.case.number}-{problem.case.seq}",
    }
    if seen is not None:
        new = folder.since(seen)
        context["meanwhile"] = steps_of(new, problem, context["pictures"])
    return render(request, "problems/desk_act.html", context, status=status)


def _next_of(form: ActForm, move: str) -> str:
    role = next(m.role for m in PROCEDURE.moves if m.name == move)
    return reverse(f"problems:{next(d.code for d in desks.DESKS.values() if d.role == role)}")


def step_view(move: str) -> Callable[..., HttpResponse]:
    """The page of one step."""

    def view(request: HttpRequest, number: str) -> HttpResponse:
        return cast(HttpResponse, act(request, number, move))

    view.__doc__ = f"The step “{move}”."
    return view
