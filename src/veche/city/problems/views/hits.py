"""The rows of the list. Fifty of them are on every page, so they are written here, not in a
template: a tenth of the work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from veche.city.problems.models import Problem
from veche.city.problems.procedure import OPEN, UNANSWERED
from veche.core.places.queries import Atlas
from veche.look import words
from veche.look.templatetags.look import state as state_tag


@dataclass(frozen=True, slots=True)
class Hit:
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


def rows(problems: Sequence[Problem], at: dt.datetime, places: Atlas) -> list[Hit]:
    """The rows of these problems, numbered from one."""
    pattern = reverse("problems:matter", args=["-"])
    days: dict[dt.date, str] = {}
    left: dict[tuple[dt.date, bool], str] = {}
    today = timezone.localtime(at).date()
    made = []
    for n, problem in enumerate(problems, 1):
        case, due = problem.case, ""
        late = case.state in UNANSWERED and case.due_at is not None and case.due_at < at
        if case.due_at is not None and case.state in OPEN:
            day = timezone.localtime(case.due_at).date()
            if day == today:
                due = words.left(at, case.due_at)
            else:  # counted in whole days: the same for all that are due on that day
                key = (day, case.due_at < at)
                due = left[key] = left.get(key) or words.left(at, case.due_at)
        opened = timezone.localtime(case.opened_at).date()
        if opened not in days:
            days[opened] = words.day(opened, "short" if opened.year == today.year else "short year")
        place = places.by_id.get(case.territory_id)
        parts = (str(place) if place else "", problem.address)
        made.append(
            Hit(
                n=n,
                number=case.number,
                title=problem.title,
                url=pattern.replace("/-/", f"/{case.number}/"),
                where=", ".join(part for part in parts if part),
                state="late" if late else case.state,
                late=late,
                due=due,
                opened=case.opened_at,
                day=days[opened],
                lon=problem.longitude,
                lat=problem.latitude,
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
