"""The rows of the queue and the words above it. They are on every page, so they are written here,
not in a template: a tenth of the work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from html import escape

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from veche.core.desk.queries import Row, View
from veche.look import words
from veche.look.templatetags.look import clock_bar
from veche.look.templatetags.look import state as state_tag


def html(rows: Sequence[Row], query: str, page: int, opened: str) -> SafeString:
    """The rows as table rows; each opens in the side panel, with and without scripts."""
    kept = (f"{query}&" if query else "") + (f"page={page}&" if page > 1 else "")
    before = f"?{escape(kept)}open="
    new, nobody = escape(gettext("new")), escape(gettext("taken by nobody"))
    goes = gettext("changes at {when}")
    states: dict[str, str] = {}
    clocks: dict[tuple[object, object], str] = {}
    zone = timezone.get_current_timezone()
    parts = []
    for row in rows:
        number, line, shown = escape(row.number), row.line, row.shown_state
        if shown not in states:
            states[shown] = state_tag(shown)
        said = (
            escape(line.place),
            escape(line.theme),
            f"<b>{escape(goes.format(when=words.moment(row.goes)))}</b>" if row.goes else "",
        )
        mark = f'<span class="new-mark">{new}</span> ' if row.new else ""
        at = mark + " · ".join(filter(None, said))
        title = escape(line.title)
        is_open = row.number == opened
        parts.append(
            f"<tr{' class=' + chr(34) + 'is-open is-at' + chr(34) if is_open else ''}>"
            f'<td class="q-pick"><label for="p-{number}"><span class="unseen">{number}: {title}'
            f'</span><input type="checkbox" name="number" value="{number}" id="p-{number}"></label>'
            f'</td><td class="q-clock">{_clock(row, clocks, zone)}</td><th scope="row">'
            f'<a class="q-title" href="{before}{number}#panel" hx-get="{before}{number}"'
            f' hx-target="#panel" hx-swap="outerHTML" hx-push-url="true"'
            f"{' aria-current=' + chr(34) + 'true' + chr(34) if is_open else ''}>{title}</a>"
            f'<span class="q-sub">{at}</span></th><td class="q-who"><span>{escape(row.district)}'
            f"</span><span>{escape(row.taken) or nobody}</span></td>"
            f'<td class="q-state">{states[shown]}</td></tr>'
        )
    return SafeString("\n".join(parts))


def views(found: Iterable[View], desk: str) -> SafeString:
    """The words above the queue; ``desk`` is its address."""
    parts = []
    for view in found:
        query = f"?{escape(view.query)}" if view.query else ""
        current = ' aria-current="page"' if view.current else ""
        count = ""
        if view.count is not None:
            bad = " bad" if view.hot and view.count else ""
            count = f' <span class="num{bad}">{escape(words.number(view.count))}</span>'
        parts.append(f'<a href="{desk}{query}"{current}>{escape(str(view.title))}{count}</a>')
    return SafeString("".join(parts))


def _clock(row: Row, known: dict[tuple[object, object], str], zone: dt.tzinfo) -> str:
    """The clock bar; those that began and end on the same days look the same."""
    due, began = row.due, row.started
    if (
        due is None
        or began is None
        or due.astimezone(zone).date() == row.now.astimezone(zone).date()
    ):
        return clock_bar(row)
    key = (due, began.astimezone(zone).date())
    if key not in known:
        known[key] = clock_bar(row)
    return known[key]


def options(pairs: Iterable[tuple[str, object]], chosen: str) -> SafeString:
    """The choices of a filter."""
    return SafeString(
        "".join(
            f'<option value="{escape(str(code))}"{" selected" if code == chosen else ""}>'
            f"{escape(str(word))}</option>"
            for code, word in pairs
        )
    )
