"""The picture of a result: what was before, where the threshold is, what was reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from veche.look.words import number

if TYPE_CHECKING:
    from veche.city.pilots.queries.evaluations import Judged

register = template.Library()


@register.simple_tag
def reached(one: Judged) -> SafeString:
    """A bar from zero to what was reached, a line at the threshold, a ring at what was before.

    The numbers stand in words beside it, so whoever listens to the page is told those.
    """
    at = one.drawn
    parts = [SafeString('<line class="res-axis" x1="0" x2="100%" y1="22" y2="22"/>')]
    if at.value is not None:
        left, right = sorted((at.zero, at.value))
        parts.append(
            format_html(
                '<rect class="res-{}" x="{}%" y="12" width="{}%" height="10"/>',
                one.state, f"{left:.2f}", f"{max(0.6, right - left):.2f}",
            )
        )  # fmt: skip
    if at.baseline is not None:
        parts.append(
            format_html('<circle class="res-before" cx="{}%" cy="17" r="5"/>', f"{at.baseline:.2f}")
        )
    parts.append(
        format_html(
            '<line class="res-line" x1="{0}%" x2="{0}%" y1="3" y2="28"/>', f"{at.threshold:.2f}"
        )
    )
    title = _("{name}: threshold {line}").format(
        name=one.indicator.name, line=plain(one.indicator.threshold)
    )
    return format_html(
        '<svg class="res" height="30" role="img" aria-label="{}" focusable="false">{}</svg>',
        title, mark_safe("".join(parts)),
    )  # fmt: skip


@register.filter
def plain(value: float | None) -> str:
    """A measured number with at most three digits after the point, none where there are none."""
    if value is None:
        return "—"
    short = round(value, 3)
    if short == int(short):
        return number(int(short))
    return number(short, len(f"{short:.3f}".rstrip("0").partition(".")[2]))


@register.filter
def word_of(code: str, words: dict[str, str]) -> str:
    """The word of a code."""
    return str(words.get(code, code))
