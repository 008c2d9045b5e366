"""The methodology of a trial: its newest version, all versions, and how it is written."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.pilots.access.agreements import is_party, methodologies_for, standing_for
from veche.city.pilots.access.applications import Standing
from veche.city.pilots.forms.agreements import IndicatorSet, MethodologyForm, written
from veche.city.pilots.models import Methodology
from veche.city.pilots.operations import methodologies
from veche.city.pilots.operations.methodologies import PartLength
from veche.city.pilots.operations.refusals_agreements import (
    FIELDS,
    NotAWriter,
    NotNow,
    UnknownAgreement,
    WrittenMeanwhile,
    WrongMethodology,
)
from veche.city.pilots.procedure import PILOT
from veche.city.pilots.queries import agreements as queries
from veche.city.pilots.queries import methodologies as versions
from veche.city.pilots.rules import methodologies as rules
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Refused
from veche.look.fields import say_refusal
from veche.look.http import sent
from veche.tables import csv_whole


@never_cache
@require_safe
def methodology(request: HttpRequest, number: str) -> HttpResponse:
    """One version, what is different from the one before, and the list of versions.

    Raises:
        UnknownApplication: it is not shown to whoever asks.
        UnknownAgreement: nothing of it is written yet, or not for whoever asks.
    """
    stand = standing_for(number, asker(request).person, clock.now())
    found = methodologies_for(stand)
    writes = _writes(stand)
    if not found and not writes:
        raise UnknownAgreement
    shown = next((one for one in found if str(one.version) == request.GET.get("version")), None)
    if shown is None:
        shown = found[0] if found else None
    context = _context(stand, found, shown)
    return render(request, "pilots/agreements_methodology.html", {**context, "writes": writes})


def _writes(stand: Standing) -> bool:
    state = stand.application.case.state
    return state == "methodology" and bool(stand.relations & {"company", "agency"})


def _context(
    stand: Standing, found: list[Methodology], shown: Methodology | None
) -> dict[str, Any]:
    before = next((one for one in found if shown and one.version < shown.version), None)
    case = stand.application.case
    return {
        "application": stand.application,
        "case": case,
        "stand": stand,
        "versions": found,
        "shown": shown,
        "newest": bool(found) and shown is found[0],
        "before": before,
        "lines": queries.lines(shown) if shown else [],
        "changes": queries.told_changes(before, shown) if shown and before else [],
        "digest": queries.digest_of(shown) if shown else "",
        "approves": stand.agency and case.state == "methodology" and bool(found),
        "insider": is_party(stand),
    }


@require_safe
def indicators(request: HttpRequest, number: str) -> HttpResponseBase:
    """The indicators of all versions as a table.

    Raises:
        UnknownApplication: it is not shown to whoever asks.
    """
    stand = standing_for(number, asker(request).person, clock.now())
    return csv_whole(f"indicators-{number}", queries.cells(methodologies_for(stand)))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def write(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Write a version.

    Raises:
        UnknownApplication: it is not shown to whoever asks.
        NotAWriter: they neither act for the company nor run the programme.
        NotNow: it is not being written now.
    """
    at = clock.now()
    stand = standing_for(number, person, at)
    application = stand.application
    if not stand.relations & {"company", "agency"}:
        raise NotAWriter
    if application.case.state != "methodology":
        raise NotNow(state=PILOT.by_code[application.case.state].title)
    last = versions.newest(application)
    status = 200
    if request.method == "POST":
        data = sent(request)
        data["i-INITIAL_FORMS"] = "0"  # a line that was emptied is taken out, the first ones too
        form, lines = MethodologyForm(data), IndicatorSet(data, prefix="i")
        status = 422
        if "more" in data:
            form, lines, status = _longer(data), _more(data), 200
        elif form.is_valid() & lines.is_valid():
            try:
                made = methodologies.write_methodology(
                    by=person, at=at, application=application, given=form.given(written(lines)),
                    note=form.cleaned_data["note"], seen=form.cleaned_data["seen"],
                )  # fmt: skip
            except Refused as refusal:
                form = _told(form, refusal, data, last)
                status = refusal.status
            else:
                messages.success(
                    request, _("Version {version} is written.").format(version=made.version)
                )
                return redirect("pilots:methodology", number)
    else:
        given = versions.given(last) if last else None
        form = MethodologyForm(initial=MethodologyForm.of(given, last.version if last else 0))
        initial = [vars(one) for one in given.indicators] if given else []
        lines = IndicatorSet(initial=initial, prefix="i")
    context = {
        "application": application,
        "case": application.case,
        "form": form,
        "lines": lines,
        "last": last,
        "full": lines.total_form_count() >= rules.MOST_INDICATORS,
    }
    return render(request, "pilots/agreements_write.html", context, status=status)


def _longer(data: Any) -> MethodologyForm:
    """The form with what was typed, not judged: more lines were asked for."""
    return MethodologyForm(
        initial={name: data.get(name, "") for name in MethodologyForm.base_fields}
    )


def _more(data: Any) -> Any:
    """The lines that were typed, and more below."""
    longer = data.copy()
    asked = str(data.get("i-TOTAL_FORMS", ""))
    count = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    count = min(count, rules.MOST_INDICATORS)
    rows = [
        {
            name: data.get(f"i-{number}-{name}", "")
            for name in ("code", "name", "unit", "measure", "baseline", "direction", "threshold",
                         "by_testers")
        }
        for number in range(count)
    ]  # fmt: skip
    return (
        IndicatorSet(initial=[row for row in rows if any(row.values())], prefix="i")
        if longer
        else None
    )


def _told(
    form: MethodologyForm, refusal: Refused, data: Any, last: Methodology | None
) -> MethodologyForm:
    """The form with the refusal where it belongs; whoever was overtaken goes on from what stands
    now."""
    if isinstance(refusal, WrittenMeanwhile):
        again = data.copy()
        again["seen"] = str(last.version if last else 0)
        form = MethodologyForm(again)
        form.is_valid()
    field = None
    if isinstance(refusal, WrongMethodology):
        field = FIELDS.get(refusal.details["why"])
    elif isinstance(refusal, PartLength) and refusal.details["part"] in form.fields:
        field = refusal.details["part"]
    if field:
        form.add_error(field, str(refusal))
    else:
        say_refusal(form, refusal)
    return form


@require_POST
@signed_in("")
def approve(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """The agency finds the newest version fit to sign.

    Raises:
        UnknownApplication: it is not shown to whoever asks.
        UnknownAgreement: there is no such version.
        NotTheirAgency, NotNewest, NotNow: as the operation says.
    """
    at = clock.now()
    stand = standing_for(number, person, at)
    asked = sent(request).get("version", "")
    found = next((one for one in methodologies_for(stand) if str(one.version) == asked), None)
    if found is None:
        raise UnknownAgreement
    methodologies.approve(by=person, at=at, methodology=found)
    messages.success(request, _("The methodology is approved. Now the agreement is drawn up."))
    return redirect("pilots:agreement", number)
