"""Stewards connect systems: tested before they are saved, keys shown once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.pulse import sealing
from veche.city.pulse.access import STEWARD, NotASteward, source_for
from veche.city.pulse.connectors.base import NAMES, Fault, Manifest, manifest, manifests
from veche.city.pulse.forms.sources import MASK, KeyForm, SourceForm, WhyForm, initial_names
from veche.city.pulse.models import Source, SourceKey
from veche.city.pulse.operations import keys as key_operations
from veche.city.pulse.operations import polling, sources
from veche.city.pulse.queries.diagnostics import diagnostics_of
from veche.city.pulse.source_words import QUALITY
from veche.city.pulse.tasks_polling import poll_source
from veche.core.organisations.guard import signed_in
from veche.core.people.models import Person
from veche.errors import Invalid, NotFound, Refused
from veche.look.http import sent

DOOR = sources.DOOR


def _manifest(name: str) -> Manifest | None:
    """The connector of this name; None for the city's own door.

    Raises:
        NotFound: there is none.
    """
    if name == DOOR:
        return None
    if name not in NAMES:
        raise NotFound
    return manifest(name)


@require_safe
@signed_in(STEWARD, NotASteward)
def ways(request: HttpRequest, person: Person) -> HttpResponse:
    """By what a system can be connected."""
    context = {"ways": [(one, QUALITY[one.quality]) for one in manifests()], "door": DOOR}
    return render(request, "pulse/sources/ways.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(STEWARD, NotASteward)
def connect(request: HttpRequest, person: Person, connector: str) -> HttpResponse:
    """Connect a system: read once first, and saved only when that goes well.

    Raises:
        NotFound: there is no such connector.
    """
    found, posted = _manifest(connector), request.method == "POST"
    usual = {
        "cadence": found.cadence if found else 60,
        "fresh_for": found.fresh_for if found else 300,
        "retention_days": 90,
    }
    form = SourceForm(sent(request) if posted else None, manifest=found, new=True, initial=usual)
    tested: list[Any] = []
    if posted and form.is_valid():
        try:
            tested = _test(form, connector, {})
            if "save" in request.POST:
                made = sources.connect_source(
                    by=person,
                    at=clock.now(),
                    code=form.cleaned_data["code"],
                    owner=form.cleaned_data["owner"],
                    connector=connector,
                    settings=form.settings(),
                    secrets=form.secrets(),
                    schema=_schema(form),
                    **form.known(),
                )
                messages.success(request, gettext("It is connected."))
                return redirect("pulse:source", made.code)
        except Fault as fault:
            form.add_error(None, str(fault))
        except Refused as fault:
            _say(form, fault)
    wrong = posted and bool(form.errors)
    context = {"form": form, "manifest": found, "tested": tested, "well": posted and not wrong}
    return render(request, "pulse/sources/connect.html", context, status=422 if wrong else 200)


def _say(form: SourceForm, fault: Refused) -> None:
    field = fault.field if isinstance(fault, Invalid) and fault.field in form.fields else None
    form.add_error(field, str(fault))


def _schema(form: SourceForm) -> list[dict[str, str]]:
    if form.manifest is None:
        return []
    return list(polling.schema_of(form.manifest, form.settings()))


def _test(form: SourceForm, connector: str, kept: dict[str, str]) -> list[Any]:
    """The first readings that come with these settings.

    Raises:
        Fault: none can be read.
    """
    _schema(form)
    if form.manifest is None or form.manifest.way != "poll":
        return []
    secrets = {**kept, **form.secrets()}
    found = polling.test(connector, form.settings(), secrets, clock.now())
    return list(found.measured[:10])


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(STEWARD, NotASteward)
def settings(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Change what is known of a source, tested before it is saved.

    Raises:
        UnknownSource: there is none.
    """
    source = source_for(code)
    found, posted = _manifest(source.connector), request.method == "POST"
    form = SourceForm(
        sent(request) if posted else None, manifest=found, new=False, initial=_known(source, found)
    )
    if posted and form.is_valid():
        simulated = bool(source.settings.get(polling.SIMULATED))
        more = {polling.SIMULATED: True} if simulated else {}
        try:
            if not simulated:
                _test(form, source.connector, _secrets(source))
            values = {**form.known(), "settings": {**form.settings(), **more}}
            if found is not None:
                values["schema"] = _schema(form)
            sources.change_source(
                by=person, at=clock.now(), source=source, values=values, secrets=form.secrets()
            )
        except Fault as fault:
            form.add_error(None, str(fault))
        except Refused as fault:
            _say(form, fault)
        else:
            messages.success(request, gettext("Kept."))
            return redirect("pulse:source", source.code)
    context = {"form": form, "manifest": found, "source": source}
    return render(request, "pulse/sources/settings.html", context, status=422 if posted else 200)


def _secrets(source: Source) -> dict[str, str]:
    try:
        return sealing.opened(source.secret)
    except sealing.SealBroken:
        return {}


def _known(source: Source, found: Manifest | None) -> dict[str, Any]:
    kept = _secrets(source)
    values: dict[str, Any] = {
        **initial_names(source.names),
        "purpose": source.purpose,
        "ground": source.ground,
        "agreement": source.agreement.code if source.agreement else "",
        "cadence": source.cadence,
        "fresh_for": source.fresh_for,
        "retention_days": source.retention_days,
        "public": source.public,
    }
    for one in found.fields if found else ():
        value = source.settings.get(one.name, "")
        if one.kind == "secret":
            value = MASK if one.name in kept else ""
        values[f"set_{one.name}"] = value
    return values


@require_POST
@signed_in(STEWARD, NotASteward)
def make_key(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Make a key and show it, this once.

    Raises:
        UnknownSource: there is no such source.
    """
    source, form = source_for(code), KeyForm(sent(request))
    if not form.is_valid():
        context = {"source": source, "form": form}
        return render(request, "pulse/sources/key.html", context, status=422)
    key, told = key_operations.make_key(
        by=person, at=clock.now(), source=source, name=form.cleaned_data["name"]
    )
    context = {"source": source, "key": key, "told": told}
    return render(request, "pulse/sources/key.html", context)


@require_POST
@signed_in(STEWARD, NotASteward)
def withdraw_key(request: HttpRequest, person: Person, code: str, pk: int) -> HttpResponse:
    """Take a key out of force.

    Raises:
        NotFound: the source has no such key.
    """
    source = source_for(code)
    key = SourceKey.objects.filter(source=source, pk=pk).first()
    if key is None:
        raise NotFound
    key_operations.withdraw_key(by=person, at=clock.now(), key=key)
    messages.success(request, gettext("The key is good no longer."))
    return redirect("pulse:source", source.code)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(STEWARD, NotASteward)
def off(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Switch a source off, with a reason.

    Raises:
        UnknownSource: there is none.
    """
    source, posted = source_for(code), request.method == "POST"
    form = WhyForm(sent(request) if posted else None)
    if posted and form.is_valid():
        sources.switch_off(by=person, at=clock.now(), source=source, why=form.cleaned_data["why"])
        messages.success(request, gettext("It is off: nothing is taken from it."))
        return redirect("pulse:source", source.code)
    context = {"source": source, "form": form}
    return render(request, "pulse/sources/off.html", context, status=422 if posted else 200)


@require_POST
@signed_in(STEWARD, NotASteward)
def on(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Switch a source on again.

    Raises:
        UnknownSource: there is none.
    """
    source = source_for(code)
    sources.switch_on(by=person, at=clock.now(), source=source)
    messages.success(request, gettext("It is on."))
    return redirect("pulse:source", source.code)


@require_POST
@signed_in(STEWARD, NotASteward)
def poll(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Ask a source now, beside its cadence: the worker does it.

    Raises:
        UnknownSource: there is none.
    """
    source = source_for(code)
    poll_source.defer(source=source.pk)
    messages.success(request, gettext("It is asked now; look again in a moment."))
    return redirect("pulse:source", source.code)


@require_safe
@signed_in(STEWARD, NotASteward)
def diagnostics(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Everything that helps to find a fault, without any secret, as a file.

    Raises:
        UnknownSource: there is none.
    """
    source = source_for(code)
    answer = JsonResponse(
        diagnostics_of(source, clock.now()), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    answer["Content-Disposition"] = f'attachment; filename="{source.code}-diagnostics.json"'
    return answer
