"""Subscribing to an area, a street, a circle, a theme or a matter, and ending it."""

from __future__ import annotations

from typing import Any

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.core.cases.models import Case
from veche.core.notices import matters, operations, queries
from veche.core.notices.forms import SubscribeForm
from veche.core.notices.operations import Wanted
from veche.core.notices.operations.subscribing import TooManyAsked
from veche.core.notices.views.common import linked, sign_in, token_of
from veche.core.organisations.middleware import asker
from veche.core.places.queries import atlas
from veche.errors import NotFound, Refused

_LIMITS = {"subscribe": "10/h/ip"}
"""How often one network address may have a letter sent to somebody without an account."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscriptions(request: HttpRequest) -> HttpResponse:
    """What the reader hears of; each can be ended here."""
    person, reader = asker(request).person, linked(request)
    if reader is None:
        if person is None:
            return sign_in(request)
        reader = queries.reader_of(person)
    if request.method == "POST":
        at = clock.now()
        for name, end in (("subscription", operations.unsubscribe), ("case", None)):
            asked = request.POST.get(name, "")
            if reader is None or not (asked.isascii() and asked.isdigit() and len(asked) < 18):
                continue
            if end is not None:
                end(by=person, at=at, reader=reader, subscription=int(asked))
            else:
                operations.unfollow_as(by=person, at=at, reader=reader, case=int(asked))
        return HttpResponseRedirect(request.get_full_path())
    context = {
        "rows": queries.subscriptions(reader),
        "followed": queries.matters_of(reader),
        "token": token_of(request),
    }
    return render(request, "notices/subscriptions.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """The form, filled in from the address; sent, it subscribes or asks an address to confirm."""
    person, places = asker(request).person, atlas()
    if request.method != "POST":
        asked = {name: request.GET[name][:200] for name in SubscribeForm.base_fields if name in
                 request.GET and "\x00" not in request.GET[name]}  # fmt: skip
        if asked.get("longitude") and asked.get("latitude"):
            asked.setdefault("radius", "500")
        form = SubscribeForm(initial=asked, places=places, needs_email=person is None)
        return _page(request, form, asked.get("case", ""), bool(asked.get("radius")))
    form = SubscribeForm(request.POST, places=places, needs_email=person is None)
    number = request.POST.get("case", "")[:20]
    if not form.is_valid():
        return _page(request, form, number, bool(request.POST.get("radius")), 422)
    data, at = form.cleaned_data, clock.now()
    try:
        wanted = _wanted(data, places)
        if person is None:
            # Counted for the network address: nobody has us write to strangers by the thousand.
            if not ratelimit.consume(
                request, app="veche.notices", action="subscribe", config=_LIMITS
            ):
                raise TooManyAsked
            operations.ask_by_mail(
                by=None,
                at=at,
                email=data["email"],
                language=get_language() or "en",
                wanted=wanted,
            )
            return render(request, "notices/asked.html", {"email": data["email"]})
        if wanted.case:
            operations.follow(by=person, at=at, case=_case(wanted.case))
        else:
            operations.subscribe(by=person, at=at, wanted=wanted)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, number, bool(data.get("radius")), refusal.status)
    messages.success(request, gettext("You will be told. Here is everything you hear of."))
    return HttpResponseRedirect(reverse("notices:subscriptions"))


def _case(number: str) -> Case:
    """A matter that everybody may read.

    Raises:
        NotFound: there is none.
    """
    case = Case.objects.filter(number=number).first()
    if case is None:
        raise NotFound
    matter = matters.find([(case.pk, case.procedure)]).get(case.pk)
    if matter is None or not matter.public:
        raise NotFound
    return case


def _wanted(data: dict[str, Any], places: Any) -> Wanted:
    if data.get("case"):
        return Wanted(case=_case(data["case"]).number)
    place = places.by_code.get(data.get("place") or "")
    circle = None not in (data.get("longitude"), data.get("latitude"), data.get("radius"))
    if circle:
        return Wanted(
            longitude=data["longitude"],
            latitude=data["latitude"],
            radius=data["radius"],
            theme=data["theme"],
        )
    street = data.get("street") or ""
    if street and place is not None:
        place = places.by_id.get(place.city_id or place.pk, place)
    return Wanted(
        territory=place.pk if place is not None else None, street=street, theme=data["theme"]
    )


def _page(
    request: HttpRequest, form: SubscribeForm, number: str, circle: bool, status: int = 200
) -> HttpResponse:
    matter = None
    if number and "\x00" not in number:
        try:
            case = _case(number)
        except NotFound:
            number = ""
        else:
            matter = matters.find([(case.pk, case.procedure)]).get(case.pk)
    context = {"form": form, "matter": matter, "circle": circle}
    return render(request, "notices/subscribe.html", context, status=status)
