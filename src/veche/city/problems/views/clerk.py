"""A clerk takes a report by telephone or at a counter: the report's own form, and a slip."""

from __future__ import annotations

import logging
from typing import Any

from django import forms
from django.core.mail import EmailMessage
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from veche import clock
from veche.city.problems import ground as grounds
from veche.city.problems import operations, pending, rules
from veche.city.problems.access import key_digest
from veche.city.problems.forms import ReportForm
from veche.city.problems.models import Category
from veche.city.problems.operations.clerk import NotAClerk, take_report
from veche.city.problems.queries.categories import category, kinds, made_by
from veche.city.problems.queries.near import chosen, nearby
from veche.city.problems.views import report as reports
from veche.city.problems.views.desk import signed_in
from veche.core.moderation import preview as previews
from veche.core.moderation.preview import Preview
from veche.core.organisations.middleware import asker
from veche.core.people.held import secret_in
from veche.core.places.queries import Atlas, atlas
from veche.errors import Invalid

logger = logging.getLogger(__name__)
SLIP = "problems-slip"
"""Where the number and the secret of what was taken last wait for their slip."""


class TakeForm(ReportForm):
    """The form of a report, with how it came and how to tell whoever asked."""

    channel = forms.ChoiceField(
        label=_("How it came"),
        choices=[
            ("telephone", _("By telephone")),
            ("counter", _("At the counter")),
            ("letter", _("In a letter on paper")),
        ],
    )
    email = forms.EmailField(
        label=_("E-mail of the person, if they want the link sent"),
        required=False,
        help_text=_("It is used once and not kept. Without it, print the slip or read the number."),
    )
    consent = forms.BooleanField(
        label=_("I have told the person that everybody can read these words, and they agree."),
        error_messages={
            "required": _(
                "Tell the person that everybody can read the words, and tick that they agree."
            )
        },
    )


def _clerk(request: HttpRequest) -> None:
    if "clerk" not in asker(request).roles:
        raise NotAClerk


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def take(request: HttpRequest) -> HttpResponse:
    """The form; sent, it becomes a problem and leads to the slip."""
    _clerk(request)
    sent = request.method == "POST"
    places, known = atlas(), kinds(active=True, imported=False, questions=sent)
    if not sent:
        form = TakeForm(initial={}, kinds=known, places=places, kind=None)
        return _page(request, form, places, None)
    data = request.POST.copy()
    reports._clear(data)
    kind = category(data.get("category", ""))
    kept, faults = reports._photographs(request, data)
    reports._moved_pin(data, places)
    hiding = previews.pressed(data)
    if hiding:
        previews.carry_out(data, reports._public_fields(kind))
    form = TakeForm(data, request.FILES, kinds=known, places=places, kind=kind)
    step = data.get("do", "")
    if step in reports._STEPS or step.startswith("forget:") or "point.x" in data:
        form._errors = ErrorDict()  # type: ignore[attr-defined]  # not sent yet
        return _page(request, form, places, kind, kept)
    status = 200 if form.is_valid() else 422
    for code, sentence in faults:
        form.add_error("photographs", sentence)
        status = code
    urgent = rules.urgent(kind.urgent_words, data.get("text", "")) if kind else None
    if urgent is not None and not data.get("not_urgent"):
        status = 422
    if status != 200:
        return _page(request, form, places, kind, kept, urgent=urgent or "", status=status)
    preview = reports._preview(form, kind)
    if hiding or not preview.looked(data):
        # What tells a private person is looked at once before everybody reads it.
        return _page(request, form, places, kind, kept, preview=preview)
    return _send(request, form, places, kind, kept)


def _send(
    request: HttpRequest,
    form: TakeForm,
    places: Atlas,
    kind: Category | None,
    kept: list[str],
) -> HttpResponse:
    who, point = asker(request).person, form.point()
    assert who is not None and point is not None
    data = form.cleaned_data
    secret = secret_in(str(form.data.get("key", "")))
    try:
        problem = take_report(
            by=who,
            at=clock.now(),
            channel=data["channel"],
            consent=data["consent"],
            author_key=key_digest(secret),
            submission=data["submission"],
            category=data["category"],
            text=data["text"],
            longitude=point[0],
            latitude=point[1],
            address=data["address"],
            answers=form.answers(),
            photographs=reports._kept(kept),
            not_urgent=bool(data.get("not_urgent")),
            object_id=chosen(form.data),
            side=str(form.data.get("side", "")),
        )
    except operations.AlreadyReported:
        number = made_by(data["submission"])
        if not number:
            return _page(request, form, places, kind, kept, status=409)
        request.session[SLIP] = {"number": number, "key": secret, "mail": ""}
        return redirect("problems:taken")
    except Invalid as refusal:
        name = {"point": "neighbourhood", "photograph": "photographs"}.get(
            refusal.field, refusal.field
        )
        form.add_error(name if name in form.fields else None, str(refusal))
        return _page(request, form, places, kind, kept, status=refusal.status)
    pending.drop(kept)
    number = problem.case.number
    mail = _mailed(request, data["email"], number, secret) if data["email"] else ""
    request.session[SLIP] = {"number": number, "key": secret, "mail": mail}
    return HttpResponseRedirect(reverse("problems:taken"))


def _link(request: HttpRequest, number: str, secret: str) -> str:
    """The address with which whoever asked follows their problem and checks the answer."""
    return request.build_absolute_uri(reverse("problems:matter", args=[number])) + f"?key={secret}"


def _mailed(request: HttpRequest, email: str, number: str, secret: str) -> str:
    """Send the link; ``sent`` or ``failed``. The address is not kept."""
    text = gettext(
        "A clerk has taken your report {number}.\n\nFollow it and check the answer here:\n{link}"
        "\n\nKeep this link for yourself: whoever has it can answer for you."
    ).format(number=number, link=_link(request, number, secret))
    try:
        EmailMessage(
            subject=gettext("Your report {number}").format(number=number), body=text, to=[email]
        ).send()
    except OSError:
        logger.exception("the link to %s could not be mailed", number)
        return "failed"
    return "sent"


@require_GET
@signed_in
def taken(request: HttpRequest) -> HttpResponse:
    """The slip of what was taken last: the number and the link, for paper."""
    _clerk(request)
    slip = request.session.get(SLIP)
    if not isinstance(slip, dict):
        return redirect("problems:take")
    number, key = str(slip.get("number", "")), str(slip.get("key", ""))
    context = {
        "number": number,
        "link": _link(request, number, key),
        "mail": slip.get("mail", ""),
    }
    return render(request, "problems/slip.html", context)


def _page(
    request: HttpRequest,
    form: TakeForm,
    places: Atlas,
    kind: Category | None,
    kept: list[str] | None = None,
    *,
    urgent: str = "",
    preview: Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    home = places.home()
    values: Any = form.data if form.is_bound else form.initial
    lon, lat = values.get("longitude") or "", values.get("latitude") or ""
    context = {
        "form": form,
        "kind": kind,
        "kept": kept or [],
        "home": home,
        "lon": lon,
        "lat": lat,
        "here": reports._where(lon, lat, home, places),
        "drawn": str(values.get("neighbourhood") or ""),
        "side": grounds.PICTURE_SIDE,
        "key": secret_in(str(values.get("key", ""))),
        "urgent": urgent,
        "preview": preview,
        "emergency": reports.EMERGENCY_NUMBER,
        "signed_in": asker(request).person,
        "near": nearby(values, kind, places, clock.now().date()),
    }
    return render(request, "problems/take.html", context, status=status)
