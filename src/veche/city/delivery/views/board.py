"""The public board: which promises are kept, late or broken, by office and district."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.delivery.queries import board as queries
from veche.city.delivery.views.common import cached
from veche.core.places.queries import atlas

TOLD = ("kept", "late", "broken", "under_way", "acceptance", "unconfirmed", "replaced")
"""The groups in the order of the tables."""
GROUP_WORDS = {
    "kept": _("kept"),
    "late": _("late"),
    "broken": _("broken"),
    "under_way": _("under way"),
    "acceptance": _("judged by residents now"),
    "unconfirmed": _("not confirmed"),
    "replaced": _("replaced"),
}
SHOW_WORDS = {"": _("all promises")} | {
    "kept": _("promises that were kept"),
    "late": _("promises that are late"),
    "broken": _("broken promises"),
    "under_way": _("promises under way"),
    "acceptance": _("promises that residents judge now"),
    "unconfirmed": _("promises that nobody confirmed"),
    "replaced": _("promises that were replaced"),
}


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The board of a choice: sums, by office, by district, and the promises themselves."""
    places, at = atlas(), clock.now()
    which = queries.read_filter(request.GET, places)
    found = queries.board(which, at, places)
    last = max(1, -(-found.matching // queries.PAGE))
    which = replace(which, page=min(which.page, last))
    context: dict[str, Any] = {
        "which": which,
        "board": found,
        "heads": [GROUP_WORDS[name] for name in TOLD],
        "tables": [
            (kind, title, [(one, _cells(line), line) for one, line in lines])
            for kind, title, lines in (
                ("office", _("By office"), found.offices),
                ("place", _("By district"), found.districts),
            )
            if lines
        ],
        "rows": queries.page_of(which, at, places),
        "page": {"number": which.page, "last": last},
        "shows": SHOW_WORDS.items(),
        "districts": queries.districts(),
        "offices": queries.offices_of(found),
        "query": which.parameters(),
        "at": at,
        "most": max((float(line.planned) for _o, line in found.offices), default=0.0),
    }
    return cached(request, render(request, "delivery/board/board.html", context))


def _cells(line: queries.Line) -> list[tuple[object, int]]:
    """The numbers of a row of the tables, each with the head of its column."""
    return [(GROUP_WORDS[name], line.groups[name]) for name in TOLD]
