"""The log's files for anybody's client, and the page that says what it proves and what not."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from veche.core.journal import queries
from veche.core.journal.folder import CHECKPOINT, ERASED, KEYS, Folder, withheld

TILE = re.compile(r"([0-9]|[1-5][0-9]|6[0-3]|entries)/(x[0-9]{3}/)*[0-9]{3}(\.p/[1-9][0-9]{0,2})?")
FOREVER = "public, max-age=31536000, immutable"


def _file(path: str, kind: str, cache: str, shelf: str, name: str) -> HttpResponse:
    """A file of the city's log, or of a smaller log that lies within it (that of one vote)."""
    folder = settings.LOG_FOLDER / shelf / name if shelf else settings.LOG_FOLDER
    try:
        data = Folder(folder).fetch(path)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as fault:
        raise Http404 from fault
    return HttpResponse(data, content_type=kind, headers={"Cache-Control": cache})


@require_safe
def checkpoint(request: HttpRequest, shelf: str = "", name: str = "") -> HttpResponse:
    """The signed checkpoint. Raises: Http404 before anything was sealed."""
    return _file(CHECKPOINT, "text/plain; charset=utf-8", "no-cache", shelf, name)


@require_safe
def key_list(request: HttpRequest, shelf: str = "", name: str = "") -> HttpResponse:
    """The keys that sign and signed. Raises: Http404 before anything was sealed."""
    return _file(KEYS, "text/plain; charset=utf-8", "no-cache", shelf, name)


@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """The places of leaves that can no longer be opened. Raises: Http404 while there are none."""
    return _file(ERASED, "text/plain; charset=utf-8", "no-cache", "", "")


@require_safe
def tile(request: HttpRequest, rest: str, shelf: str = "", name: str = "") -> HttpResponse:
    """A tile or a bundle of entries: it never changes. Raises: Http404."""
    if not TILE.fullmatch(rest):
        raise Http404
    if shelf and rest.startswith("entries/") and withheld(settings.LOG_FOLDER / shelf / name):
        raise Http404
    return _file(f"tile/{rest}", "application/octet-stream", FOREVER, shelf, name)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """How long the log is, who signs it, how to check it, and what that does not prove."""
    return render(request, "journal/log.html", {"log": queries.published()})


@require_safe
def receipt(request: HttpRequest, record: int) -> HttpResponse:
    """The receipt of one record, to keep. Raises: NotSealed."""
    return HttpResponse(
        str(queries.receipt(record)),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="veche-{record}.tlog-proof"'},
    )
