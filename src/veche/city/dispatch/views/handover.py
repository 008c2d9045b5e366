"""Handing a shift on: written by who leaves, taken over by who comes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.dispatch import access_duty as access
from veche.city.dispatch.forms.duty import HandOverForm
from veche.city.dispatch.models import DutyTurn
from veche.city.dispatch.operations import handover as operations
from veche.city.dispatch.operations.duty import NotYourTurn
from veche.city.dispatch.procedure import INCIDENT
from veche.city.dispatch.queries import duty as queries
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound, Refused
from veche.look.http import sent

STATES = {one.code: one.title for one in INCIDENT.states}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def write(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Write down what is open at the end of my turn.

    Raises:
        NotFound: there is no such turn.
        NotYourTurn: it is somebody else's.
    """
    posted = request.method == "POST"
    rows = DutyTurn.objects.select_related("list__territory", "list__organisation")
    turn = rows.filter(pk=pk).first()
    if turn is None:
        raise NotFound
    if turn.person_id != person.pk:
        raise NotYourTurn
    open_ones = list(queries.open_incidents(turn.list)[:200])
    form = HandOverForm(sent(request) if posted else None, incidents=open_ones)
    if posted and form.is_valid():
        try:
            made = operations.write_hand_over(
                by=person,
                at=clock.now(),
                turn=turn,
                text=form.cleaned_data["text"],
                notes=form.notes,
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("Handed over. The next shift takes it over by a step."))
            return redirect("dispatch:handover", made.pk)
    context = {
        "form": form,
        "turn": turn,
        "duty": turn.list,
        "rows": [(one, field, STATES.get(one.case.state, "")) for one, field in form.rows],
        "at": clock.now(),
    }
    return render(
        request, "dispatch/duty/handover_write.html", context, status=422 if posted else 200
    )


@require_safe
@signed_in("")
def one(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """A shift that was handed over, with what was open.

    Raises:
        NotStaff: a resident.
        veche.city.dispatch.queries.duty.UnknownHandOver: there is none.
    """
    at = clock.now()
    access.check_staff(person, at)
    found = queries.hand_over(pk)
    lines = [(line, STATES.get(line.state, line.state)) for line in found.lines.all()]
    mine = any(one.pk == found.pk for one in queries.to_take_over(person, at))
    context = {
        "found": found,
        "duty": found.list,
        "lines": lines,
        "takes": found.taken_at is None
        and (mine or access.keeps(asker(request).holdings, found.list)),
        "at": at,
    }
    return render(request, "dispatch/duty/handover.html", context)


@require_POST
@signed_in("")
def take(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Take a shift over.

    Raises:
        veche.city.dispatch.queries.duty.UnknownHandOver: there is none.
        veche.city.dispatch.operations.handover.TakenOver: somebody has it.
        veche.city.dispatch.operations.handover.NotTheNext: the person is not on duty on it.
    """
    found = queries.hand_over(pk)
    operations.take_over(by=person, at=clock.now(), hand_over=found)
    messages.success(request, _("Taken over: what is open is yours now."))
    return redirect("dispatch:handover", pk)
