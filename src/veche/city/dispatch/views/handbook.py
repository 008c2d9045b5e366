"""The command handbook: read, searched, printed, written, ticked off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.dispatch import access, access_duty
from veche.city.dispatch.forms.handbook import EntryForm
from veche.city.dispatch.models import HandbookEntry, HandbookStep, IncidentKind
from veche.city.dispatch.operations import handbook as operations
from veche.city.dispatch.operations.handbook import Written
from veche.city.dispatch.queries import handbook as queries
from veche.city.dispatch.words_duty import TIERS
from veche.core.organisations.access import check_keeps_rules, keeps_rules
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound, Refused
from veche.languages import here
from veche.look.http import cached, sent
from veche.tables import csv_whole

MOST_ASKED = 100
HEAD = ("kind", "name", "version", "since", "part", "place", "office", "en", "ru", "zh")


class NoEntry(NotFound):
    """The handbook says nothing of this kind, or not to everybody."""

    code = "no-handbook-entry"
    sentence = gettext_lazy("The handbook says nothing of this kind.")


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:MOST_ASKED]


def _staff(request: HttpRequest) -> bool:
    return access_duty.staff(asker(request).holdings)


def _kind(request: HttpRequest, code: str) -> IncidentKind:
    found = IncidentKind.objects.filter(code=code).first()
    if found is None or not (found.public or _staff(request)):
        raise NoEntry
    return found


def shown(kind: IncidentKind, what: HandbookEntry | Written) -> dict[str, Any]:
    """A version as its page shows it, whether it is kept or only being written."""
    if isinstance(what, Written):
        leads, helpers = sorted(what.leads.items()), list(what.helpers)
        steps, services, theme = list(what.steps), list(what.services), what.lead_theme
    else:
        leads = [(one.tier, one.organisation) for one in what.leads.all()]
        helpers = [(one.organisation, one.asked) for one in what.helpers.all()]
        steps = [one.words for one in what.steps.all()]
        services, theme = list(what.services.all()), what.lead_theme
    other = IncidentKind.objects.filter(code=theme.removeprefix("incident:")).first()
    return {
        "kind": kind,
        "steps": steps,
        "leads": [(TIERS[tier], office) for tier, office in leads],
        "theme": other or kind,
        "own_theme": theme == kind.theme,
        "helpers": helpers,
        "services": services,
        "text": what.text,
        "vulnerable": what.vulnerable,
    }


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """The entries in force, those in which words stand."""
    at, staff, asked = clock.now(), _staff(request), _asked(request)
    rows = queries.entries(at, public=not staff, asked=asked)
    writes = keeps_rules(asker(request).person, at)
    without = []
    if writes:
        known = {one.kind_id for one in queries.entries(at, public=False)}
        without = [
            one
            for one in IncidentKind.objects.filter(until__isnull=True).order_by("code")
            if one.pk not in known
        ]
    context = {
        "rows": [(one, shown(one.kind, one)) for one in rows],
        "asked": asked,
        "without": without,
        "writes": writes,
    }
    answer = render(request, "dispatch/handbook/entries.html", context)
    return answer if staff else cached(request, answer)


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The entries of the choice as a table: a row for each step, lead and helper."""
    rows: list[tuple[object, ...]] = [HEAD]
    for one in queries.entries(clock.now(), public=not _staff(request), asked=_asked(request)):
        first = (one.kind.code, here(one.kind.names), one.version,
                 one.since.isoformat(timespec="seconds"))  # fmt: skip
        parts: list[tuple[str, int, str, dict[str, str]]] = [
            *(("lead", lead.tier, lead.organisation.code, {}) for lead in one.leads.all()),
            *(("step", step.place, "", step.words) for step in one.steps.all()),
            *(("helper", h.place, h.organisation.code, h.asked) for h in one.helpers.all()),
        ]
        for part, place, office, words in parts:
            said = [words.get(code, "") for code in ("en", "ru", "zh")]
            rows.append((*first, part, place, office, *said))
    return csv_whole("handbook", rows)


def _page(request: HttpRequest, kind: IncidentKind, found: HandbookEntry) -> HttpResponse:
    versions = queries.versions(kind)
    context = {
        "kind": kind,
        "entry": found,
        "entry_shown": shown(kind, found),
        "versions": versions,
        "writes": keeps_rules(asker(request).person, clock.now()),
    }
    return render(request, "dispatch/handbook/entry.html", context)


@require_safe
def entry(request: HttpRequest, code: str) -> HttpResponse:
    """What the handbook says of a kind now.

    Raises:
        NoEntry: nothing, or nothing to everybody.
    """
    kind = _kind(request, code)
    found = queries.entry(kind, clock.now())
    if found is None:
        raise NoEntry
    return _page(request, kind, found)


@require_safe
def version(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """What the handbook said of a kind in one version.

    Raises:
        NoEntry: there is no such version.
    """
    kind = _kind(request, code)
    found = queries.full().filter(kind=kind, version=version).first()
    if found is None:
        raise NoEntry
    return _page(request, kind, found)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def write(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Write another version, with a look at it before.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person writes none.
        NoEntry: there is no such kind.
    """
    at, posted = clock.now(), request.method == "POST"
    check_keeps_rules(person, at)
    kind = IncidentKind.objects.filter(code=code).first()
    if kind is None:
        raise NoEntry
    found = queries.entry(kind, at)
    data = sent(request) if posted else None
    form = EntryForm(data, kind=kind, initial=EntryForm.first(kind, found))
    preview = None
    if posted and form.is_valid():
        written = form.written()
        if data is not None and data.get("do") == "write":
            try:
                operations.write_entry(
                    by=person, at=clock.now(), kind=kind, written=written,
                    seen=form.cleaned_data["seen"],
                )  # fmt: skip
            except Refused as fault:
                form.add_error(None, str(fault))
            else:
                messages.success(request, _("Written. It counts for incidents from now on."))
                return redirect("dispatch:handbook-entry", code)
        else:
            preview = shown(kind, written)
    context = {"form": form, "kind": kind, "entry": found, "preview": preview}
    status = 422 if posted and preview is None else 200
    return render(request, "dispatch/handbook/write.html", context, status=status)


@require_POST
@signed_in("")
def tick(request: HttpRequest, person: Person, number: str, step: int) -> HttpResponse:
    """Tick off a first step in an incident, or take the tick back.

    Raises:
        veche.city.dispatch.access.UnknownIncident: there is none.
        veche.city.dispatch.operations.handbook.StepOfAnother: the step stands not in its list.
    """
    incident = access.incident_for(number, asker(request).holdings)
    found = HandbookStep.objects.filter(pk=step).first()
    if found is None:
        raise operations.StepOfAnother
    done = sent(request).get("done") != "no"
    operations.tick(by=person, at=clock.now(), incident=incident, step=found, done=done)
    response = redirect("dispatch:incident", number)
    response["Location"] += "#h-first"
    return response
