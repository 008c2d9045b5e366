"""Writing to the public: begun, looked at as everybody will see it, published, taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from veche import clock
from veche.city.dispatch import alert_contents as said
from veche.city.dispatch.alert_access import NotAWriter, series_for, writes
from veche.city.dispatch.alert_contents import Contents
from veche.city.dispatch.forms.alerts import AlertForm, CancelForm, empty, initial
from veche.city.dispatch.models import AlertDraft, Incident
from veche.city.dispatch.operations import alerts as operations
from veche.city.dispatch.queries import alerts as queries
from veche.core.notices.operations.alerting import reach
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import Invalid, Refused
from veche.languages import here
from veche.look.fields import LANGUAGE_WORDS
from veche.look.http import sent
from veche.look.words import moment

_TAGS = {"en": "en", "ru": "ru", "zh": "zh-Hans"}
_DJANGO = {"en": "en", "ru": "ru", "zh": "zh-hans"}


def _add(form: Any, fault: Refused) -> None:
    field = getattr(fault, "field", "")
    form.add_error(field if field in form.fields else None, str(fault))


def _incident(asked: str) -> Incident | None:
    if not asked or "\x00" in asked or len(asked) > 20:
        return None
    rows = Incident.objects.select_related("kind", "case__territory")
    return rows.filter(case__number=asked).first()


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def new(request: HttpRequest, person: Person) -> HttpResponse:
    """Begin a message; from an incident it begins with the words of its kind.

    Raises:
        NotAWriter: they are no dispatcher.
    """
    if not writes(asker(request).holdings):
        raise NotAWriter
    at = clock.now()
    incident = _incident(request.GET.get("incident", ""))
    drill = incident is not None and incident.drill
    status = 200
    if request.method == "POST":
        form, status = AlertForm(sent(request), drill=drill), 422
        if form.is_valid():
            try:
                made = operations.begin_alert(
                    by=person,
                    at=at,
                    contents=form.contents(),
                    status=form.cleaned_data["status"],
                    incident=incident,
                    submission=form.cleaned_data["submission"],
                )
            except Refused as fault:
                _add(form, fault)
                status = fault.status
            else:
                return redirect("dispatch:alert-draft", number=made.series.case.number)
    else:
        first = queries.first_words(incident, at) if incident is not None else None
        values = empty(at)
        if first is not None:
            values |= initial(first)
        elif incident is not None:
            values |= {"territories": [incident.case.territory.code]}
        form = AlertForm(initial=values, drill=drill)
    context = {"form": form, "incident": incident, "begun": False}
    return render(request, "dispatch/alerts/write.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def draft(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """What is being written: as everybody will see it, and the form to change it.

    Raises:
        UnknownAlert, NotAWriter.
    """
    who = asker(request)
    series = series_for(number, who.holdings)
    if not writes(who.holdings, series.case.territory):
        raise NotAWriter
    found = queries.open_draft(series)
    if found is None:
        if series.alerts.exists():
            return redirect("dispatch:alert", number=number)
        messages.info(request, _("Nothing is being written under this number any more."))
        return redirect("dispatch:alerts")
    status, form = 200, None
    if request.method == "POST":
        answer, form, status = _done(request, person, found)
        if answer is not None:
            return answer
    contents = Contents.from_json(found.contents)
    way = queries.rule_of(contents.severity, contents.urgency)
    places = [atlas().by_code[code] for code in contents.territories if code in atlas().by_code]
    context = {
        "form": form or AlertForm(initial=initial(contents), begun=True),
        "changed": form is not None,
        "draft": found,
        "series": series,
        "number": number,
        "begun": True,
        "incident": series.incident,
        "previews": _previews(contents),
        "way": way,
        "own": found.by_id == person.pk,
        "reach": None if series.drill else reach([one.pk for one in places], at=clock.now()),
        "update": series.alerts.exists(),
    }
    return render(request, "dispatch/alerts/write.html", context, status=status)


def _previews(contents: Contents) -> list[dict[str, Any]]:
    """What everybody sees on a telephone, in each language."""
    found = []
    for code, tag in _TAGS.items():
        with translation.override(_DJANGO[code]):
            found.append(
                {
                    "code": tag,
                    "language": LANGUAGE_WORDS[code],
                    "headline": contents.headline[code],
                    "event": contents.event[code],
                    "severity": str(said.SEVERITY_WORDS[contents.severity]),
                    "response": str(said.RESPONSE_WORDS[contents.response]),
                    "instruction": contents.instruction.get(code, ""),
                    "description": contents.description.get(code, ""),
                    "until": moment(contents.expires),
                    "until_word": _("In force until"),
                    "places": ", ".join(
                        here(one.names)
                        for name in contents.territories
                        if (one := atlas().by_code.get(name)) is not None
                    ),
                    "contact": contents.contact,
                }
            )
    return found


def _done(
    request: HttpRequest, person: Person, found: AlertDraft
) -> tuple[HttpResponse | None, AlertForm | None, int]:
    """Do what a button of the draft's page asks for."""
    number, at, form = found.series.case.number, clock.now(), None
    does = request.POST.get("do", "write")
    acts: dict[str, Callable[[], object]] = {
        "ask": lambda: operations.ask_second(by=person, at=at, draft=found),
        "publish": lambda: operations.publish(by=person, at=at, draft=found),
        "drop": lambda: operations.drop(by=person, at=at, draft=found),
        "decline": lambda: operations.decline(
            by=person, at=at, draft=found, reason=sent(request).get("reason", "")
        ),
    }
    try:
        if does in acts:
            acts[does]()
        else:
            form = AlertForm(sent(request), begun=True)
            if not form.is_valid():
                return None, form, 422
            operations.rewrite(by=person, at=at, draft=found, contents=form.contents())
    except Invalid as fault:
        if form is None:
            messages.error(request, str(fault))
            return redirect("dispatch:alert-draft", number=number), None, 302
        _add(form, fault)
        return None, form, fault.status
    except Refused as fault:
        messages.error(request, str(fault))
        return redirect("dispatch:alert-draft", number=number), None, 302
    told = {
        "ask": _("The other dispatchers of this place are asked to read and publish it."),
        "publish": _("Published. The people of its places are being told."),
        "drop": _("Thrown away."),
        "decline": _("Sent back to its writer."),
    }
    messages.success(request, told.get(does, _("Written down. This is what everybody will see.")))
    after = {"publish": "dispatch:alert", "drop": "dispatch:alerts"}.get(does)
    if after == "dispatch:alerts":
        return redirect(after), None, 302
    return redirect(after or "dispatch:alert-draft", number=number), None, 302


@require_POST
@signed_in("")
def put_right(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Begin to put right what is in force.

    Raises:
        UnknownAlert, NotInForce, NoRoleForMove.
    """
    series = series_for(number, asker(request).holdings)
    operations.begin_update(by=person, at=clock.now(), series=series)
    return redirect("dispatch:alert-draft", number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def cancel(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Take back what is in force, with a reason everybody reads.

    Raises:
        UnknownAlert, NotAWriter.
    """
    who = asker(request)
    series = series_for(number, who.holdings)
    if not writes(who.holdings, series.case.territory):
        raise NotAWriter
    status, form = 200, CancelForm()
    if request.method == "POST":
        form, status = CancelForm(sent(request)), 422
        if form.is_valid():
            try:
                operations.cancel(by=person, at=clock.now(), series=series, why=form.why())
            except Refused as fault:
                _add(form, fault)
                status = fault.status
            else:
                messages.success(request, _("Taken back. Whoever was told is told so."))
                return redirect("dispatch:alert", number=number)
    context = {"form": form, "number": number, "series": series}
    return render(request, "dispatch/alerts/cancel.html", context, status=status)
