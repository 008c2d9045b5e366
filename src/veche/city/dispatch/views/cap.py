"""What other programs read: alerts as CAP 1.2, feeds and lists of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.dispatch import cap as writer
from veche.city.dispatch.alert_access import UnknownAlert, inside
from veche.city.dispatch.alert_contents import Contents
from veche.city.dispatch.models import Alert
from veche.city.dispatch.queries import alerts as queries
from veche.core.cases.terms import city_zone
from veche.core.notices.feeds import EARLY, Atom
from veche.core.organisations.middleware import asker
from veche.core.places.queries import atlas
from veche.languages import here
from veche.look.http import cached
from veche.texts import readable

_FEED = "application/atom+xml; charset=utf-8"
SHORT = 5
"""Seconds for which another visitor is answered with the same feed: an alert is not late by it."""


@require_safe
def xml(request: HttpRequest, identifier: str) -> HttpResponse:
    """An alert as it was published. Of drills and tests those inside alone are told.

    Raises:
        UnknownAlert: there is none, or not for everybody.
    """
    found = queries.by_identifier(identifier)
    if found is None or (found.series.drill and not inside(asker(request).holdings)):
        raise UnknownAlert(asked=identifier)
    answer = HttpResponse(found.xml, content_type=f"{writer.MIME}; charset=utf-8")
    answer["Last-Modified"] = http_date(found.sent.timestamp())
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


class _Feed(Atom):
    """A feed whose entries lead to an alert as CAP first, and to its page."""

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """The link to the alert itself stands before all others: some programs take the first."""
        handler.addQuickElement(
            "link", "", {"rel": "alternate", "type": writer.MIME, "href": item["cap"]}
        )
        super().add_item_elements(handler, item)


@require_safe
def active(request: HttpRequest) -> HttpResponse:
    """What is in force, and what was cancelled before its hours were over."""
    at = clock.now()
    rows = queries.in_force(at, _around(request), cancelled=True)
    return _feed(request, rows, "active")


@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    """Every alert there was, the newest first."""
    return _feed(request, queries.published(), "all")


def _around(request: HttpRequest) -> list[int]:
    place = atlas().by_code.get(request.GET.get("place", ""))
    return queries.around(place) if place is not None else []


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _feed(request: HttpRequest, rows: Sequence[Alert], name: str) -> HttpResponse:
    language, place = _language(request), request.GET.get("place", "")
    chosen = f"?place={place}" if place and atlas().by_code.get(place) else ""
    with translation.override(language):
        title = _("Warnings in force") if name == "active" else _("Messages to the public")
        city = here(settings.TOWN_NAMES)
        made = _Feed(
            title=f"{city}: {title}",
            link=request.build_absolute_uri(reverse("dispatch:alerts") + chosen),
            name=f"cap-{name}{chosen}",
            updated=max((row.sent for row in rows), default=EARLY),
            own=request.build_absolute_uri(reverse(f"cap:{name}") + chosen),
        )
        for row in rows:
            contents = Contents.from_json(row.contents)
            page = reverse("dispatch:alert", args=[row.series.case.number])
            made.add_item(
                title=readable(here(contents.headline)),
                link=request.build_absolute_uri(page),
                description=readable(here(contents.instruction) or here(contents.description)),
                unique_id=f"tag:{settings.MAIL_HOST},{row.sent.date()}:{row.identifier}",
                pubdate=row.sent,
                updateddate=row.sent,
                author_name=city,
                cap=request.build_absolute_uri(reverse("cap:alert", args=[row.identifier])),
            )
        answer = HttpResponse(made.writeString("utf-8"), content_type=_FEED)
    answer["Access-Control-Allow-Origin"] = "*"
    return cached(request, answer, SHORT)


@require_safe
def active_json(request: HttpRequest) -> HttpResponse:
    """The same as a list for programs."""
    return _list(request, queries.in_force(clock.now(), _around(request)))


@require_safe
def everything_json(request: HttpRequest) -> HttpResponse:
    """Every alert there was as a list."""
    return _list(request, queries.published())


def _list(request: HttpRequest, rows: Sequence[Alert]) -> HttpResponse:
    answer = JsonResponse(
        {"alerts": [as_json(row, request) for row in rows]},
        json_dumps_params={"ensure_ascii": False},
    )
    answer["Access-Control-Allow-Origin"] = "*"
    return cached(request, answer, SHORT)


def as_json(row: Alert, request: HttpRequest) -> Mapping[str, Any]:
    """An alert as programs read it: the words of the standard, sentences by language."""
    contents = Contents.from_json(row.contents)
    return {
        "identifier": row.identifier,
        "sender": row.sender,
        "sent": _moment(row.sent),
        "status": row.status,
        "msgType": row.type,
        "references": row.references,
        "category": contents.category,
        "responseType": contents.response,
        "urgency": contents.urgency,
        "severity": contents.severity,
        "certainty": contents.certainty,
        "onset": _moment(contents.onset) if contents.onset else None,
        "expires": _moment(contents.expires),
        "event": contents.event,
        "headline": contents.headline,
        "description": contents.description,
        "instruction": contents.instruction,
        "contact": contents.contact,
        "territories": list(contents.territories),
        "circle": list(contents.circle) if contents.circle else None,
        "sha256": row.digest,
        "cap": request.build_absolute_uri(reverse("cap:alert", args=[row.identifier])),
    }


def _moment(value: dt.datetime) -> str:
    return writer.moment(value, city_zone())
