"""Tags and filters of the look: icons, states, the procedure line, clocks, fields, maps, words."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.forms.forms import BaseForm
from django.http import QueryDict
from django.template import Context
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from veche import languages
from veche.look import plan as maps
from veche.look import words
from veche.look.context import place
from veche.look.states import find

register = template.Library()


def _of(thing: Any, name: str, default: Any = None) -> Any:
    """A value of a mapping or of an object."""
    if isinstance(thing, Mapping):
        return thing.get(name, default)
    return getattr(thing, name, default)


# Shapes ---------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, title: str = "") -> SafeString:
    """A picture of the sprite, as tall as the letters; with ``title`` it is read aloud."""
    if title:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="#i-{}"/></svg>', title, name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def state(code: str, word: str = "") -> SafeString:
    """The state with its word and its shape; ``word`` replaces the usual word."""
    if word:
        return _state(str(code), str(word))
    return _usual_state(str(code), get_language() or "")


def _state(code: str, word: str = "") -> SafeString:
    found = find(code)
    return format_html(
        '<span class="state {}"><svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>'
        "{}</span>",
        found.tone,
        found.shape,
        word or found.word,
    )


@lru_cache(maxsize=256)
def _usual_state(code: str, language: str) -> SafeString:
    """A list draws the same few states fifty times; the language is part of the key."""
    return _state(code)


@register.filter
def state_sentence(code: str) -> str:
    """The sentence that explains a state."""
    return str(find(str(code)).sentence)


@register.simple_tag
def badge(text: Any, tone: str = "") -> SafeString:
    """A number as it stands on the map: ``tone`` is late, hot or off, or nothing."""
    return format_html('<span class="badge{}">{}</span>', f" badge-{tone}" if tone else "", text)


@register.inclusion_tag("look/parts/line.html")
def procedure_line(steps: Iterable[Any]) -> dict[str, Any]:
    """The procedure as a line: “you are here, next step by …”.

    Each step (object or mapping) has ``label``, ``state`` (done, now, next or end) and may have
    ``by`` (who), ``when`` (words) and ``back`` (a note: the matter came back from here).
    """
    rows = [
        {name: _of(step, name, "") for name in ("label", "state", "by", "when", "back")}
        for step in steps
    ]
    return {"steps": rows, "with_return": any(row["back"] for row in rows)}


@register.simple_tag
def clock_bar(clock: Any) -> SafeString:
    """The term as a bar: its width is the term, the ink what has passed.

    ``clock`` has ``started``, ``due`` and ``now`` (aware moments), and may have ``ended`` (the
    answer was given), ``words`` (instead of ours). Without ``due`` nothing is drawn.
    """
    started, due, now = _of(clock, "started"), _of(clock, "due"), _of(clock, "now")
    if not (started and due and now):
        return SafeString("")
    ended = _of(clock, "ended")
    until = ended or now
    term = max((due - started).total_seconds(), 1.0)
    passed = max((until - started).total_seconds(), 0.0) / term
    late = until > due
    if ended:
        tone = "bad" if late else "good"
    else:
        # The last day of a long term, the last fifth of a short one: a day to moderate is not
        # "soon" from its first minute.
        soon = min(dt.timedelta(days=1), (due - started) / 5)
        tone = "bad" if late else "watch" if due - now <= soon else ""
    text = _of(clock, "words") or (
        gettext("answered in %(time)s") % {"time": words.span(until - started)}
        if ended
        else words.left(now, due)
    )
    tick = SafeString("")
    if late:  # the whole bar is what has passed; the tick stands where the term ended
        place = f"{max(4.0, min(96.0, 100 / passed)):.0f}%"
        tick = format_html('<line class="due" x1="{}" x2="{}" y1="-3" y2="11"/>', place, place)
    return format_html(
        '<span class="clock{}"><span>{}</span><svg aria-hidden="true">'
        '<rect class="track" width="100%" height="8" rx="2"/>'
        '<rect class="run" width="{}%" height="8" rx="2"/>{}</svg></span>',
        f" clock-{tone}" if tone else "",
        text,
        round(min(passed, 1.0) * 100),
        tick,
    )


@register.simple_tag
def plan(view: maps.Plan) -> SafeString:
    """A still map of a :class:`veche.look.plan.Plan`."""
    return SafeString(maps.draw(view))


@register.simple_tag
def bar(value: float, most: float, tone: str = "1") -> SafeString:
    """One bar of a chart from zero; ``tone`` is 1, 2, 3 or quiet."""
    share = 0 if not most else max(0.0, min(100.0, 100 * float(value) / float(most)))
    return format_html(
        '<svg aria-hidden="true"><rect class="bar-track" width="100%" height="16"/>'
        '<rect class="bar-{}" width="{}%" height="16"/></svg>',
        tone,
        f"{share:.1f}",
    )


# Addresses -----------------------------------------------------------------------------------


@register.simple_tag
def page_url(name: str) -> str:
    """The address of a page that stands on every page: looked up once for each language, where
    ``url`` looks it up each time. Empty where this city has no such page."""
    return place(name)


# Words ----------------------------------------------------------------------------------------


@register.filter
def here(names: Mapping[str, str] | None) -> str:
    """A name kept in several languages, in the reader's."""
    return languages.here(names)


@register.filter
def day(value: dt.date | dt.datetime | None, options: str = "") -> str:
    """“3 December”; options: weekday, short, year."""
    return words.day(value, options) if value else ""


@register.filter
def moment(value: dt.datetime | None, options: str = "short") -> str:
    """“3 Dec, 14:32”; options: weekday, short, year, long."""
    return words.moment(value, options) if value else ""


@register.simple_tag
def when(value: dt.date | dt.datetime | None, options: str = "short") -> SafeString:
    """A moment (or a date) with its machine-readable form, in a ``time`` element."""
    if not value:
        return SafeString("")
    text = (
        words.moment(value, options)
        if isinstance(value, dt.datetime)
        else words.day(value, options)
    )
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


@register.filter
def span(value: dt.timedelta | None) -> str:
    """A length of time in words: “4 days”."""
    return "" if value is None else words.span(value)


@register.filter
def days(value: float | Decimal | None) -> str:
    """A count of days, a fraction allowed: “5.2 days”."""
    return "" if value is None else words.days(value)


@register.filter
def num(value: float | Decimal | None, decimals: int | None = None) -> str:
    """A number with the separators of the language."""
    return "" if value is None else words.number(value, decimals)


@register.filter
def percent(share: float | Decimal | None, decimals: int = 0) -> str:
    """A share of one as per cent."""
    return "" if share is None else words.percent(share, decimals)


# Forms ----------------------------------------------------------------------------------------


@register.inclusion_tag("look/parts/field.html")
def field(bound: BoundField, **attributes: Any) -> dict[str, Any]:
    """A field with its label, hint and error, tied together for those who listen to the page.

    Further keyword arguments become attributes of the control: ``rows=6``.
    """
    widget = bound.field.widget
    many = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    own = bound.id_for_label or f"id_{bound.html_name}"
    first = bound.auto_id or own
    told = [f"{first}_hint"] if bound.help_text else []
    if bound.errors:
        told.append(f"{first}_error")
    attrs = {name.replace("_", "-"): value for name, value in attributes.items()}
    if told:
        attrs["aria-describedby"] = " ".join(told)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "field": bound,
        "base": first,
        "described": " ".join(told),
        "kind": "many" if many else "tick" if isinstance(widget, CheckboxInput) else "one",
        "hidden": bound.is_hidden,
        "control": "" if many else bound.as_widget(attrs=attrs),
        "choices": list(bound) if many else [],
    }


@register.inclusion_tag("look/parts/errors.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What is to be corrected, each line leading to its field; nothing when all is well.

    A sentence that stands for several fields says which one it means.
    """
    rows: list[tuple[str, Any, Any]] = []
    said = Counter(str(error) for errors in form.errors.values() for error in errors)
    for name, errors in form.errors.items():
        if name == "__all__" or name not in form.fields:
            rows.extend(("", error, "") for error in errors)
            continue
        bound = form[name]
        target = bound.id_for_label or bound.auto_id
        if isinstance(bound.field.widget, RadioSelect | CheckboxSelectMultiple):
            target = f"{bound.auto_id}_0"
        rows.extend(
            (target, error, bound.label if said[str(error)] > 1 else "") for error in errors
        )
    return {"rows": rows, "count": len(rows)}


# Lists ----------------------------------------------------------------------------------------


def page_numbers(number: int, last: int) -> list[int | None]:
    """The numbers to show, None for a gap: the ends, the present one and its neighbours."""
    wanted = sorted({1, last, *range(max(1, number - 1), min(last, number + 1) + 1)})
    shown: list[int | None] = []
    for one in wanted:
        previous = shown[-1] if shown else 0
        if previous is not None and one - previous == 2:
            shown.append(one - 1)
        elif previous is not None and one - previous > 2:
            shown.append(None)
        shown.append(one)
    return shown


@register.simple_tag(takes_context=True)
def pages(context: Context, page: Any, parameter: str = "page") -> SafeString:
    """The pages of a list; the address keeps its filters. Nothing where there is one page.

    ``page`` has ``number`` and either ``paginator.num_pages`` or ``last``.
    """
    number = int(_of(page, "number", 1))
    last = int(_of(page, "last", 0) or _of(_of(page, "paginator"), "num_pages", 1))
    if last <= 1:
        return SafeString("")
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query.pop(parameter, None)
    kept = f"{query.urlencode()}&" if query else ""
    start = escape(f"?{kept}{parameter}=")
    title, before = escape(gettext("Pages of this list")), escape(gettext("Previous"))
    after = escape(gettext("Next"))
    parts = [f'<nav class="pages" aria-label="{title}">']
    if number > 1:
        parts.append(f'<a href="{start}{number - 1}" rel="prev">{before}</a>')
    for one in page_numbers(number, last):
        current = ' aria-current="page"' if one == number else ""
        parts.append(f'<a href="{start}{one}"{current}>{one}</a>' if one else "<span>…</span>")
    if number < last:
        parts.append(f'<a href="{start}{number + 1}" rel="next">{after}</a>')
    return SafeString("\n".join([*parts, "</nav>"]))


@register.inclusion_tag("look/parts/empty.html")
def empty(title: str = "", text: str = "", href: str = "", action: str = "") -> dict[str, str]:
    """An empty list: why it is empty, and what to do next."""
    return {
        "title": title or gettext("Nothing here yet"),
        "text": text,
        "href": href,
        "action": action,
    }
