"""The rows of the list. Fifty of them are on every page, so they are written here, not in a
template: a tenth of the work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from veche.city.problems.models import headline, unsaid
from veche.city.problems.procedure import OPEN, UNANSWERED
from veche.city.problems.queries.categories import Kinds
from veche.city.problems.queries.rows import Row
from veche.core.places.queries import Atlas
from veche.look import words
from veche.look.templatetags.look import state as state_tag


class Hit(NamedTuple):
    """One row."""

    n: int
    number: str
    title: str
    url: str
    where: str
    state: str
    late: bool
    due: str
    opened: dt.datetime
    day: str
    lon: float
    lat: float


def rows(found: Sequence[Row], at: dt.datetime, places: Atlas, known: Kinds) -> list[Hit]:
    """The rows of these problems, numbered from one."""
    before, after = reverse("problems:matter", args=["-"]).rsplit("-", 1)
    # What all rows share is asked for once: the language and the zone of a reader are not free.
    zone = timezone.get_current_timezone()
    today = at.astimezone(zone).date()
    days: dict[dt.date, str] = {}
    left: dict[tuple[dt.date, bool], str] = {}
    names: dict[int, str] = {}
    kind_names: dict[int, str] = {}
    made = []
    for n, row in enumerate(found, 1):
        due, due_at, place = "", row.due_at, row.territory_id
        late = row.state in UNANSWERED and due_at is not None and due_at < at
        if due_at is not None and row.state in OPEN:
            day = due_at.astimezone(zone).date()
            if day == today:
                due = words.left(at, due_at)
            else:  # counted in whole days: the same for all that are due on that day
                key = (day, due_at < at)
                due = left[key] = left.get(key) or words.left(at, due_at)
        opened = row.opened_at.astimezone(zone).date()
        if opened not in days:
            days[opened] = words.day(opened, "short" if opened.year == today.year else "short year")
        if place not in names:
            names[place] = str(places.by_id.get(place, ""))
        title = headline(row.text)
        if not title:
            kind = row.category_id
            if kind not in kind_names:
                kind_names[kind] = str(known.by_id.get(kind, ""))
            title = unsaid(kind_names[kind], row.address)
        made.append(
            Hit(
                n=n,
                number=row.number,
                title=title,
                url=f"{before}{row.number}{after}",
                where=", ".join(part for part in (names[place], row.address) if part),
                state="late" if late else row.state,
                late=late,
                due=due,
                opened=row.opened_at,
                day=days[opened],
                lon=row.longitude,
                lat=row.latitude,
            )
        )
    return made


def html(hits: Sequence[Hit], marked: int) -> SafeString:
    """The rows as list items; the first ``marked`` carry the badge they have on the map."""
    states: dict[str, str] = {}
    parts = []
    for row in hits:
        tone = "" if row.n <= marked else " badge-off"
        if row.late and not tone:
            tone = " badge-late"
        states[row.state] = states.get(row.state) or str(state_tag(row.state))
        parts.append(
            f'<li><span class="badge{tone}">{row.n}</span>'
            f'<a class="row-title" href="{escape(row.url)}">{escape(row.title)}</a>'
            f'<span class="row-meta"><span>{escape(row.where)}</span>'
            f'<span><time datetime="{row.opened.isoformat()}">{escape(row.day)}</time></span>'
            "</span>"
            f'<span class="due num">{escape(row.due)}</span>'
            f'<span class="see">{states[row.state]}</span></li>'
        )
    return SafeString("".join(parts))
