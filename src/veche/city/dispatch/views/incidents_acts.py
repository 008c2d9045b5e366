"""The page of one act on an incident, or on a co-handler's part of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.dispatch import access, acts
from veche.city.dispatch.models import Incident, IncidentTask
from veche.city.dispatch.queries import incidents as queries
from veche.city.dispatch.views.incidents import shared
from veche.core.cases.models import Case
from veche.core.cases.operations import Changed, MoveNotPossible
from veche.core.cases.queries import procedure_of
from veche.core.desk.adapter import DeskForm
from veche.core.organisations.middleware import Asker, asker
from veche.core.places.queries import atlas
from veche.errors import Invalid, Refused
from veche.look.http import sent, sign_in


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """One act on an incident: its form, and the step when it is sent.

    Raises:
        UnknownIncident: there is none, or not for whoever asks.
        veche.city.dispatch.access.NotInside: they do not deal with it.
        veche.core.cases.operations.MoveNotPossible: it cannot be done now.
    """
    who = asker(request)
    if who.person is None:
        return sign_in(request)
    found = access.incident_for(number, who.holdings)
    return _act(request, acts.BY_CODE["incident", code], found, found.case, who)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_task(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """One act on what an office was asked for; as for an incident.

    Raises:
        UnknownIncident: there is no such part, or not for whoever asks.
        veche.city.dispatch.access.NotInside: they do not deal with it.
        veche.core.cases.operations.MoveNotPossible: it cannot be done now.
    """
    who = asker(request)
    if who.person is None:
        return sign_in(request)
    part, found = task_for(number, who)
    return _act(request, acts.BY_CODE["incident_task", code], found, part.case, who)


@require_safe
def task(request: HttpRequest, number: str) -> HttpResponse:
    """What an office was asked for stands on the page of its incident."""
    _part, found = task_for(number, asker(request))
    return redirect(f"{queries.address(found)}#part-{number}")


def task_for(number: str, who: Asker) -> tuple[IncidentTask, Incident]:
    """What an office was asked for under this number, and its incident.

    Raises:
        UnknownIncident: there is none, or not for whoever asks.
    """
    rows = IncidentTask.objects.select_related(
        "organisation", "case__territory__district", "case__organisation", "incident__case"
    )
    part = rows.filter(case__number=number).first()
    if part is None:
        raise access.UnknownIncident(asked=number)
    return part, access.incident_for(part.incident.case.number, who.holdings)


def _act(
    request: HttpRequest, which: acts.Act, found: Incident, case: Case, who: Asker
) -> HttpResponse:
    if not acts.may(which, case, found, who.holdings):
        if not access.inside(who.holdings, found):
            raise access.NotInside
        raise MoveNotPossible(state=procedure_of(case).by_code[case.state].title)
    if request.method != "POST":
        return _page(request, found, case, which, which.form(case=case))
    form = which.form(sent(request), case=case)
    if not form.is_valid():
        return _page(request, found, case, which, form, status=422)
    try:
        acts.carry_out(
            which,
            by=who.person,
            at=clock.now(),
            case=case,
            seen=form.cleaned_data.get("seen"),
            step=form.step(),
        )
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _page(request, found, case, which, form, status=refusal.status)
    except Refused as refusal:
        if isinstance(refusal, Changed):  # what was typed is sent again with what stands there now
            data = sent(request)
            data["seen"] = str(Case.objects.values_list("seq", flat=True).get(pk=case.pk))
            form = which.form(data, case=case)
        return _page(request, found, case, which, form, refusal=str(refusal), status=refusal.status)
    messages.success(request, str(which.done))
    return redirect(queries.address(found))


def _page(
    request: HttpRequest,
    found: Incident,
    case: Case,
    which: acts.Act,
    form: DeskForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        **shared(found, clock.now(), atlas()),
        "act": which,
        "form": form,
        "refusal": refusal,
        "draft": f"{which.code}-{case.number}",
        "back": queries.address(found),
    }
    return render(request, "dispatch/incidents/act.html", context, status=status)
