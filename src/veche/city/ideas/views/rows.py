"""The rows of a list of ideas. Thirty of them are on every page, so they are written here, not in
a template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from veche.city.ideas.queries.lists import Row
from veche.city.ideas.states import IDEA
from veche.look import words
from veche.look.plan import Mark
from veche.look.templatetags.look import state as state_tag

if TYPE_CHECKING:
    from veche.core.places.queries import Atlas


def supports(count: int) -> str:
    """“12 for it” in the language of the reader."""
    return ngettext("%(n)s for it", "%(n)s for it", count) % {"n": words.number(count)}


def talks(count: int) -> str:
    """“3 comments” in the language of the reader."""
    return ngettext("%(n)s comment", "%(n)s comments", count) % {"n": words.number(count)}


def hits(found: Sequence[Row], places: Atlas, at: dt.datetime) -> SafeString:
    """The rows as list items, numbered from one as their marks on the map."""
    before, after = reverse("ideas:idea", args=["-"]).rsplit("-", 1)
    zone = timezone.get_current_timezone()
    year = at.astimezone(zone).year
    days: dict[dt.date, str] = {}
    states: dict[str, str] = {}
    parts = []
    for n, row in enumerate(found, 1):
        opened = row.published_at.astimezone(zone).date()
        if opened not in days:
            days[opened] = words.day(opened, "short" if opened.year == year else "short year")
        shown = IDEA.get(row.state, row.state)
        states[shown] = states.get(shown) or str(state_tag(shown))
        where = escape(str(places.by_id.get(row.territory, "")))
        talk = f"<span>{escape(talks(row.comments))}</span>" if row.comments else ""
        tone = "" if row.longitude is not None else " badge-off"
        parts.append(
            f'<li><span class="badge{tone}">{n}</span>'
            f'<a class="row-title" href="{before}{escape(row.number)}{after}"><bdi>'
            f"{escape(row.title)}</bdi></a>"
            f'<span class="row-meta"><span>{where}</span>'
            f'<span><time datetime="{row.published_at.isoformat()}">{days[opened]}</time></span>'
            f"{talk}</span>"
            f'<span class="due num">{escape(supports(row.supporters))}</span>'
            f'<span class="see">{states[shown]}</span></li>'
        )
    return SafeString("".join(parts))


def marks(found: Sequence[Row]) -> list[Mark]:
    """The places of the rows on the map, numbered as in the list."""
    before, after = reverse("ideas:idea", args=["-"]).rsplit("-", 1)
    return [
        Mark(
            row.longitude,
            row.latitude,
            label=str(n),
            href=f"{before}{row.number}{after}",
            title=row.title,
        )
        for n, row in enumerate(found, 1)
        if row.longitude is not None and row.latitude is not None
    ]
