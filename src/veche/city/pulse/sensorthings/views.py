"""One door for every address of the service: reading here, writing there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from veche import clock
from veche.city.pulse.sensorthings import answers
from veche.errors import Refused

_READS = ("GET", "HEAD")


@csrf_exempt  # a system proves itself by its key; a cookie gives no right to write here
def service(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer one request; every refusal is JSON in English, whoever asks."""
    with translation.override("en"):
        try:
            if request.method in _READS and rest.strip("/") == "api":
                from veche.city.pulse.sensorthings import openapi

                return answers.answered(openapi.document(answers.base_of(request)))
            if request.method in _READS:
                from veche.city.pulse.sensorthings import read_views

                return read_views.read(request, rest, clock.now())
            if request.method == "OPTIONS":
                return _allowed()
            from veche.city.pulse.sensorthings import write_views

            return write_views.write(request, rest, clock.now())
        except Refused as refusal:
            return answers.refused(refusal)


def _allowed() -> HttpResponse:
    """What a page of another site may ask, before it asks."""
    response = HttpResponse(status=204)
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    response["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
    return response
