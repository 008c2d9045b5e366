"""The calls of the programme by the CommonGrants protocol; read only, for everybody."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from veche.city.pilots import commongrants as protocol

LONGEST = 20_000
"""Bytes of a search that are read."""


def _answer(body: dict[str, Any], status: int = 200) -> JsonResponse:
    answer = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def _wrong(sentence: str, status: int = 400) -> JsonResponse:
    return _answer({"status": status, "message": sentence, "errors": [sentence]}, status)


def _page(number: object, size: object) -> tuple[int, int] | None:
    try:
        page, wanted = int(str(number)), int(str(size))
    except ValueError:
        return None
    return (page, min(wanted, protocol.MOST)) if 1 <= page < 10**6 and wanted >= 1 else None


@require_safe
def listed(request: HttpRequest) -> JsonResponse:
    """All calls that everybody may read, in pages."""
    asked = _page(request.GET.get("page", 1), request.GET.get("pageSize", 10))
    if asked is None:
        return _wrong("page and pageSize are whole numbers from 1")
    rows = [protocol.opportunity(one) for one in protocol.published()]
    return _answer(protocol.page(rows, *asked))


@require_safe
def one(request: HttpRequest, asked: uuid.UUID) -> JsonResponse:
    """One call."""
    found = protocol.one(asked)
    if found is None:
        return _wrong("there is no such opportunity", 404)
    return _answer({"status": 200, "message": "Success", "data": protocol.opportunity(found)})


@csrf_exempt  # nothing is written, and whoever asks is no browser
@require_POST
def search(request: HttpRequest) -> JsonResponse:
    """The calls that a search asks for."""
    try:
        given = json.loads(request.body[:LONGEST] or b"{}")
        # What is asked is told back: half a letter (a lone surrogate) or no number cannot be.
        json.dumps(given, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return _wrong("the search is no JSON")
    if not isinstance(given, dict):
        return _wrong("the search is no JSON object")
    wanted = given.get("pagination") or {}
    if not isinstance(wanted, dict):
        return _wrong("pagination is an object")
    asked = _page(wanted.get("page", 1), wanted.get("pageSize", 10))
    if asked is None:
        return _wrong("page and pageSize are whole numbers from 1")
    rows, understood = protocol.search(given, protocol.published())
    return _answer(protocol.page(rows, *asked) | understood)
