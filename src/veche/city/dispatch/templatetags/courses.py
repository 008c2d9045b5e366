"""Lengths of time to the minute, and the bars of an incident's course."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from veche.look import words

if TYPE_CHECKING:
    from veche.city.dispatch.queries.timeline import Lane, Story

register = template.Library()


@register.filter
def took(value: dt.timedelta | None) -> str:
    """A length of time to the minute: “1 hour 50 minutes”; below a minute in seconds."""
    if value is None:
        return "–"
    seconds = int(value.total_seconds())
    if seconds < 60:
        return _("under a minute") if seconds else words.minutes(0)
    days, seconds = divmod(seconds, 86_400)
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    parts = [words.days(days)] if days else []
    if hours:
        parts.append(words.hours(hours))
    if minutes and not days:
        parts.append(words.minutes(minutes))
    return ("" if (get_language() or "").startswith("zh") else " ").join(parts)


@register.filter
def seconds_took(value: float | None) -> str:
    """The same of a number of seconds."""
    return "–" if value is None else took(dt.timedelta(seconds=value))


_UNKNOWN = SafeString('<span class="quiet">–</span>')


def _place(story: Story, at: dt.datetime) -> float:
    whole = max(story.whole.total_seconds(), 1.0)
    return min(100.0, max(0.0, 100 * (at - story.begins).total_seconds() / whole))


@register.simple_tag
def lane_bar(lane: Lane, story: Story) -> SafeString:
    """The stretches of a case on the axis of its incident; a tick where a term passed."""
    bars = format_html_join(
        "",
        '<rect class="how-{}" x="{}%" y="4" width="{}%" height="20"><title>{}</title></rect>',
        (
            (
                one.how,
                f"{_place(story, one.begins):.2f}",
                f"{max(0.35, _place(story, one.ends) - _place(story, one.begins)):.2f}",
                f"{one.title}: {took(one.took)}",
            )
            for one in lane.stretches
        ),
    )
    ticks = format_html_join(
        "",
        '<line class="late-tick" x1="{0}%" x2="{0}%" y1="0" y2="28"/>',
        ((f"{_place(story, term.due_at):.2f}",) for term in lane.late),
    )
    return format_html('<svg class="course-bar" aria-hidden="true">{}{}</svg>', bars, ticks)


@register.simple_tag
def axis(story: Story) -> SafeString:
    """The time above the bars: both ends and the middle."""
    return format_html(
        '<svg class="course-axis" aria-hidden="true">{}</svg>',
        format_html_join(
            "",
            '<line x1="{0}%" x2="{0}%" y1="16" y2="24"/><text x="{0}%" y="12" class="at-{1}">{2}'
            "</text>",
            (
                (f"{n * 50}", ("begin", "middle", "end")[n], took(story.whole * n / 2))
                for n in range(3)
            ),
        ),
    )


@register.simple_tag
def marks(story: Story) -> SafeString:
    """The milestones as numbered points on the axis."""
    there = [one for one in story.milestones if one.at is not None]
    return format_html(
        '<svg class="course-marks" aria-hidden="true">{}</svg>',
        format_html_join(
            "",
            '<line x1="{0}%" x2="{0}%" y1="{1}" y2="48"/><circle cx="{0}%" cy="{1}" r="9"/>'
            '<text x="{0}%" y="{2}">{3}</text>',
            (
                (f"{_place(story, one.at):.2f}", 12 + n % 2 * 20, 16.5 + n % 2 * 20, n + 1)
                for n, one in enumerate(there)
                if one.at is not None
            ),
        ),
    )


@register.simple_tag
def measured(value: Any, kind: str, column: str = "") -> SafeString:
    """A number of a figure in words: a share in per cent with its two parts, a time, a count."""
    if value is None:
        return _UNKNOWN
    if kind == "share":
        above, below = value
        if not below:
            return _UNKNOWN
        return format_html(
            '{} <small class="quiet">{}/{}</small>',
            words.percent(above / below),
            words.number(above),
            words.number(below),
        )
    if kind == "mean":
        above, below = value
        if isinstance(above, list):
            above = above[0] / above[1]
        return SafeString(words.number(above / below, 0)) if below else SafeString("–")
    if isinstance(value, list):
        value = value[0] / value[1]
        return SafeString(words.number(value, 0))
    if column.endswith("_seconds"):
        return SafeString(seconds_took(value))
    return SafeString(words.number(value))
