"""How the service answers, and how it says no: JSON, never a page."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from veche.city.pulse.sensorthings.entities import ROOT
from veche.errors import Invalid, NotFound, Refused


class NotThere(NotFound):
    """No such entity, set or property, or nobody may know of it."""

    code = "sensorthings-not-there"
    sentence = _("There is nothing at this address: {what}.")


class BadQuery(Invalid):
    """The address or its options cannot be understood."""

    code = "sensorthings-query"
    status = 400
    sentence = _("This cannot be understood: {what}.")


class TooMuch(Invalid):
    """What is asked for would cost too much."""

    code = "sensorthings-too-much"
    status = 400
    sentence = _("This asks for too much at once: {what}.")


def base_of(request: HttpRequest) -> str:
    """The address of the service, as the client sees it."""
    return f"{request.scheme}://{request.get_host()}{ROOT}"


def answered(document: Any, status: int = 200) -> HttpResponse:
    """JSON."""
    response = HttpResponse(
        json.dumps(document, ensure_ascii=False, separators=(",", ":")),
        content_type="application/json; charset=utf-8",
        status=status,
    )
    response["Access-Control-Allow-Origin"] = "*"
    return response


def refused(refusal: Refused) -> HttpResponse:
    """The refusal as the standard's clients read it: ``code``, ``type`` and ``message``."""
    return answered(
        {"code": refusal.status, "type": refusal.code, "message": str(refusal)}, refusal.status
    )
