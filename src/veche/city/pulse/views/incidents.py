"""An incident made of an alarm and whatever came near it."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from veche import clock
from veche.city.dispatch.models import Incident, IncidentKind
from veche.city.pulse.operations.handling import HandedOnAlready, make_situation
from veche.city.pulse.operations.incidents import NoKind, make_incident
from veche.core.organisations.guard import signed_in
from veche.core.people.models import Person
from veche.errors import Invalid
from veche.look.http import sent


@require_POST
@signed_in("")
def make(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Make an incident of the situation of an alarm; then its page.

    Raises:
        veche.city.pulse.access.NotAnOperator: the person does not watch its place.
        veche.errors.NotFound: there is no such alarm.
    """
    data, at = sent(request), clock.now()
    kind = IncidentKind.objects.filter(code=data.get("kind", ""), until=None).first()
    people = data.get("people", "")
    vulnerable = data.get("vulnerable", "")
    try:
        with transaction.atomic():
            situation = make_situation(by=person, at=at, alarm=pk)
            made = make_incident(
                by=person, at=at, situation=situation.pk, kind=kind,
                title=data.get("title", "").strip()[:160], text=data.get("text", "").strip()[:4000],
                vulnerable=vulnerable if vulnerable in Incident.Vulnerable.values else "",
                people=int(people) if people.isascii() and people.isdigit() and len(people) < 8
                else None,
            )  # fmt: skip
    except (HandedOnAlready, Invalid, NoKind) as fault:
        messages.error(request, str(fault))
        return redirect(reverse("pulse:alarm", args=[pk]))
    messages.success(request, _("Incident %(number)s is open.") % {"number": made.case.number})
    return redirect(reverse("dispatch:incident", args=[made.case.number]))
