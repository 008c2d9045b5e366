"""The door for systems that send events themselves: CloudEvents and Alertmanager."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from veche import clock
from veche.city.pulse.access import source_for
from veche.city.pulse.connectors.base import Fault
from veche.city.pulse.models import Source
from veche.city.pulse.operations import hooks
from veche.city.pulse.sensorthings.access import writer
from veche.errors import Refused

MOST = 1_000_000
"""Bytes of one message."""


@csrf_exempt
def hook(request: HttpRequest, code: str) -> HttpResponse:
    """Take what a system sends with its key; answers in JSON how many readings were taken.

    ``OPTIONS`` is the question of CloudEvents whether we want its events.
    """
    if request.method == "OPTIONS":
        origin = request.headers.get("WebHook-Request-Origin", "")
        told = {"Allow": "POST"} | ({"WebHook-Allowed-Origin": origin[:200]} if origin else {})
        return HttpResponse(status=200, headers=told)
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST, OPTIONS"})
    try:
        holder = writer(request)
        if holder.code != code:
            return _no("not-yours", 403)
        source = source_for(code)
        if source.state == Source.State.OFF:
            return _no("source-off", 403)
        size = request.headers.get("Content-Length", "") or "0"
        if not (size.isascii() and size.isdigit()) or int(size) > MOST:
            return _no("too-large", 413)
        heads = {name.lower(): value for name, value in request.headers.items()}
        taken = hooks.take_message(source, request.body, heads, clock.now())
    except Fault as fault:
        return _no("unreadable", 400, {"why": str(fault)})
    except Refused as refusal:
        return _no(refusal.code, refusal.status, {"why": str(refusal)})
    told_of = {"taken": taken.taken, "repeated": taken.repeated, "refused": taken.refused}
    return JsonResponse(told_of, status=202 if not taken.refused else 207)


def _no(code: str, status: int, more: Mapping[str, str] | None = None) -> JsonResponse:
    answer = JsonResponse({"code": code, **(more or {})}, status=status)
    if status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="veche"'
    return answer
