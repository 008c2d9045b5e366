"""The forms by which companies apply: their versions, and the page that makes a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.pilots.access.companies import NotASetter, programme_or_none, runs
from veche.city.pilots.forms.questions import SPARE, FormCodeForm, places, questions_of
from veche.city.pilots.models import Call, FormVersion
from veche.city.pilots.operations.call_refusals import UnknownForm
from veche.city.pilots.operations.forms_of_calls import add_form_version
from veche.city.pilots.queries.calls import latest_forms
from veche.city.pilots.rules.questions import MOST
from veche.city.pilots.words.calls import KINDS
from veche.core.organisations.access import keeps_rules
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Refused
from veche.languages import here
from veche.look.http import sent


def _may(request: HttpRequest, person: Person) -> None:
    if not runs(asker(request).holdings, programme_or_none()) and not keeps_rules(
        person, clock.now()
    ):
        raise NotASetter


@require_safe
@signed_in("")
def listed(request: HttpRequest, person: Person) -> HttpResponse:
    """Every form with its newest version.

    Raises:
        NotASetter: whoever asks runs no programme and sets no rules.
    """
    _may(request, person)
    context = {"forms": [(one, len(one.questions)) for one in latest_forms()]}
    return render(request, "pilots/calls_forms.html", context)


def _version(code: str, number: str) -> FormVersion | None:
    """The version of a form that an address names; the newest where it names none."""
    if "\x00" in code:
        return None
    rows = FormVersion.objects.filter(code=code).order_by("-number")
    if number.isascii() and number.isdigit() and len(number) < 5:
        rows = rows.filter(number=int(number))
    return rows.first()


@require_safe
@signed_in("")
def one(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """A form as companies see it, any version of it.

    Raises:
        NotASetter: whoever asks runs no programme and sets no rules.
        UnknownForm: there is none.
    """
    _may(request, person)
    found = _version(code, request.GET.get("version", ""))
    if found is None:
        raise UnknownForm
    context = {
        "form_version": found,
        "versions": FormVersion.objects.filter(code=code).order_by("-number"),
        "used": Call.objects.filter(form=found, opens_at__isnull=False).select_related("case"),
        "questions": [
            {
                "name": here(q.get("names")), "hint": here(q.get("hints")),
                "kind": KINDS.get(q.get("kind", ""), ""), "needed": q.get("needed"),
                "choices": [here(c.get("names")) for c in q.get("choices") or ()],
            }
            for q in found.questions
        ],
    }  # fmt: skip
    return render(request, "pilots/calls_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def build(request: HttpRequest, person: Person, code: str = "") -> HttpResponse:
    """Make a new version of a form from its newest, or a new form from any version of another.

    Raises:
        NotASetter: whoever asks runs no programme and sets no rules.
        UnknownForm: there is none of this code.
    """
    _may(request, person)
    copied = _version(request.GET.get("from", "")[:40], request.GET.get("version", ""))
    base = _version(code, "") if code else copied
    if code and base is None:
        raise UnknownForm
    known = base.questions if base is not None else []
    data = sent(request) if request.method == "POST" else None
    asked = (data or request.GET).get("places", "")
    count = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0
    count = min(max(count, len(known) + SPARE if data is None else count, 1), MOST)
    form = FormCodeForm(data) if not code else None
    rows = places(data, known, count)
    refusal, status = "", 200
    if data is not None:
        status = 422
        valid = [row.is_valid() for row in rows]
        if all(valid) and (form is None or form.is_valid()):
            try:
                made = add_form_version(
                    by=person,
                    at=clock.now(),
                    code=code or (form.cleaned_data["code"] if form else ""),
                    questions=questions_of(rows),
                    number=_number(data.get("number", "")),
                )
            except Refused as no:
                refusal, status = str(no), no.status
            else:
                messages.success(request, _("Version {number} is kept.").format(number=made.number))
                return redirect("pilots:form", made.code)
    context: dict[str, Any] = {
        "code": code, "form": form, "places": list(enumerate(rows, 1)), "count": count,
        "more": min(count + SPARE, MOST), "refusal": refusal, "filled": len(known),
        "number": (base.number if base is not None else 0) if code else 0,
    }  # fmt: skip
    return render(request, "pilots/calls_form_build.html", context, status=status)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
