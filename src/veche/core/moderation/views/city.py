"""What a city sets for moderation: read by everybody, set by administrators and head moderators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from veche import clock
from veche.core.moderation import limits, operations, reasons
from veche.core.moderation.access import OnlyItsSetters, sets_rules
from veche.core.moderation.forms_city import SCOPES, USES, LimitForm, ReasonForm
from veche.core.moderation.models import Reason
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Invalid, NotFound
from veche.languages import here


def _may(request: HttpRequest) -> bool:
    return sets_rules(asker(request).person, clock.now())


def _setter(request: HttpRequest) -> Person:
    person = asker(request).person
    if person is None or not _may(request):
        raise OnlyItsSetters
    return person


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Every limit and reason; sent, it sets a limit."""
    form, status = LimitForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        person, status = _setter(request), 422
        if form.is_valid():
            try:
                operations.set_limit(by=person, at=clock.now(), **form.cleaned_data)
            except Invalid as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, gettext("Set. It counts from now on."))
                return redirect("moderation:rules")
    titles = limits.titles()
    context: dict[str, Any] = {
        "limits": [
            {"row": one, "what": titles.get(one.what, one.what), "whose": SCOPES[one.scope]}
            for one in limits.every()
        ],
        "reasons": [
            {
                "row": one,
                "names": here(one.names),
                "sentence": here(one.sentences),
                "uses": [USES[use] for use in one.used_for if use in USES],
            }
            for one in reasons.every()
        ],
        "form": form,
        "may": _may(request),
    }
    return render(request, "moderation/rules.html", context, status=status)


@require_POST
def end_limit(request: HttpRequest) -> HttpResponse:
    """The city's own limit ends: what the program says counts again."""
    person = _setter(request)
    operations.end_limit(
        by=person,
        at=clock.now(),
        what=request.POST.get("what", "")[:40],
        scope=request.POST.get("scope", "")[:12],
    )
    messages.success(request, gettext("Ended. What holds without it counts again."))
    return redirect("moderation:rules")


def _known(code: str) -> Reason:
    for one in reasons.every():
        if one.code == code:
            return one
    raise NotFound


def _initial(one: Reason) -> dict[str, Any]:
    words = {f"name_{code}": one.names.get(code, "") for code in ("en", "ru", "zh")}
    told = {f"told_{code}": one.sentences.get(code, "") for code in ("en", "ru", "zh")}
    return {**words, **told, "used_for": one.used_for, "rule": one.rule}


@require_http_methods(["GET", "HEAD", "POST"])
def reason(request: HttpRequest, code: str = "") -> HttpResponse:
    """Add a reason, or change the words of one."""
    person = _setter(request)
    one = _known(code) if code else None
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        known=one is not None,
        initial=_initial(one) if one is not None else None,
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if one is None:
                    new = form.cleaned_data["code"]
                    operations.add_reason(by=person, at=clock.now(), code=new, **form.step())
                else:
                    operations.set_reason(
                        by=person,
                        at=clock.now(),
                        code=one.code,
                        position=one.position,
                        active=one.active,
                        **form.step(),
                    )
            except Invalid as refusal:
                form.add_error(
                    refusal.field if refusal.field in form.fields else None, str(refusal)
                )
            else:
                messages.success(request, gettext("Set. It counts from now on."))
                return redirect("moderation:rules")
    context = {"form": form, "one": one}
    return render(request, "moderation/reason.html", context, status=status)


@require_POST
def end_reason(request: HttpRequest, code: str) -> HttpResponse:
    """A reason is given no more, or again; past decisions keep its words."""
    person, one = _setter(request), _known(code)
    again = request.POST.get("again") == "1"
    try:
        operations.use_reason(by=person, at=clock.now(), code=one.code, active=again)
    except Invalid as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            gettext("It can be given again.") if again else gettext("It is given no more."),
        )
    return redirect("moderation:rules")
