"""The city's own rules of incidents: their kinds, and the minutes of their states."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.dispatch import rules
from veche.city.dispatch import words as said
from veche.city.dispatch.forms.kinds import KindForm, TermForm
from veche.city.dispatch.models import IncidentKind, IncidentTerm
from veche.city.dispatch.operations import kinds as operations
from veche.core.organisations.access import check_keeps_rules
from veche.core.organisations.middleware import asker
from veche.errors import Invalid, NotFound
from veche.languages import said as spoken
from veche.look.http import sent, sign_in


class UnknownKind(NotFound):
    """There is no such kind."""

    code = "unknown-incident-kind"
    sentence = _("There is no kind of incident with the code “{asked}”.")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def kinds(request: HttpRequest) -> HttpResponse:
    """All kinds and all minutes; sent, it sets the minutes of a state.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
    """
    person, at = asker(request).person, clock.now()
    if person is None:
        return sign_in(request)
    check_keeps_rules(person, at)
    posted = request.method == "POST"
    form = TermForm(sent(request) if posted else None)
    if posted and form.is_valid():
        operations.set_minutes(by=person, at=at, **form.cleaned_data)
        messages.success(request, gettext("Kept."))
        return redirect("dispatch:kinds")
    own: dict[str, list[IncidentTerm]] = {}
    for row in IncidentTerm.objects.select_related("kind").order_by("kind", "tier", "pk"):
        own.setdefault(row.state, []).append(row)
    context: dict[str, Any] = {
        "kinds": [
            (one, said.TIERS[one.tier], said.SEVERITIES[one.severity])
            for one in sorted(
                IncidentKind.objects.all(), key=lambda k: (k.until is not None, str(k))
            )
        ],
        "terms": [
            (
                word,
                rules.MINUTES[code],
                [(row, said.TIERS.get(row.tier or 0, "")) for row in own.get(code, ())],
            )
            for code, word in said.TERMS.items()
        ],
        "form": form,
    }
    status = 422 if posted else 200
    return render(request, "dispatch/incidents/kinds.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def kind(request: HttpRequest, code: str = "") -> HttpResponse:
    """Add a kind, or change the one of this code.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
        UnknownKind: there is none.
    """
    person, at = asker(request).person, clock.now()
    if person is None:
        return sign_in(request)
    check_keeps_rules(person, at)
    found = IncidentKind.objects.filter(code=code).first() if code else None
    if code and found is None:
        raise UnknownKind(asked=code)
    first: dict[str, Any] = {}
    if found is not None:
        first = {f"name_{language}": word for language, word in found.names.items()}
        first |= {name: getattr(found, name) for name in ("tier", "severity", "category", "public")}
        first["in_use"] = found.until is None
    posted = request.method == "POST"
    form = KindForm(sent(request) if posted else None, new=found is None, initial=first)
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            operations.set_kind(
                by=person,
                at=at,
                code=found.code if found else data["code"],
                names=spoken(data, "name"),
                **{
                    name: data[name]
                    for name in ("tier", "severity", "category", "public", "in_use")
                },
            )
        except Invalid as fault:
            form.add_error(fault.field if fault.field in form.fields else None, str(fault))
        else:
            messages.success(request, gettext("Kept."))
            return redirect("dispatch:kinds")
    context = {"form": form, "kind": found}
    status = 422 if posted else 200
    return render(request, "dispatch/incidents/kind.html", context, status=status)
