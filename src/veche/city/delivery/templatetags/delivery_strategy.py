"""Small pictures of the strategy: money, the way to a target, a term among others."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

Number = float | int | Decimal


def _part(value: Number, whole: Number) -> float:
    """``value`` in per cent of ``whole``, between 0 and 100."""
    return max(0.0, min(100.0, 100 * float(value) / float(whole))) if whole else 0.0


@register.simple_tag
def money_bar(planned: Number, spent: Number, most: Number) -> SafeString:
    """What was planned as a bar from zero, what was spent within it; ``most`` is the whole width.

    Money beyond the plan stands out in another tone.
    """
    top = max(float(most), float(spent), float(planned))
    inside, over = min(float(spent), float(planned)), max(0.0, float(spent) - float(planned))
    return format_html(
        '<svg class="money" aria-hidden="true"><rect class="bar-track" width="100%" height="16"/>'
        '<rect class="money-plan" width="{}%" height="16"/>'
        '<rect class="money-spent" width="{}%" height="16"/>'
        '<rect class="money-over" x="{}%" width="{}%" height="16"/></svg>',
        *(f"{_part(value, top):.1f}" for value in (planned, inside, planned, over)),
    )


@register.simple_tag
def way_bar(done: float | None, time: float | None) -> SafeString:
    """How far an indicator came from its baseline to its target; a tick where the time stands.

    Both are shares of one; nothing measured yet leaves the track empty.
    """
    tick = SafeString("")
    if time is not None:
        place = f"{_part(time, 1):.1f}"
        tick = format_html('<line class="way-now" x1="{}%" x2="{}%" y1="0" y2="16"/>', place, place)
    return format_html(
        '<svg class="way" aria-hidden="true">'
        '<rect class="bar-track" y="4" width="100%" height="8"/>'
        '<rect class="way-done" y="4" width="{}%" height="8"/>{}</svg>',
        f"{_part(done or 0, 1):.1f}",
        tick,
    )


@register.simple_tag
def term_bar(left: float, width: float, kind: str, now: float | None = None) -> SafeString:
    """A term on a line of years: where it begins and how long it is, in per cent of the line.

    ``kind`` is goal, task or measure; ``now`` is the place of today, if it is on the line.
    """
    tick = SafeString("")
    if now is not None:
        tick = format_html(
            '<line class="way-now" x1="{0}%" x2="{0}%" y1="0" y2="18"/>', f"{now:.2f}"
        )
    return format_html(
        '<svg class="term" aria-hidden="true"><rect class="term-{}" x="{}%" y="4" width="{}%" '
        'height="10" rx="2"/>{}</svg>',
        kind,
        f"{left:.2f}",
        f"{max(width, 0.4):.2f}",
        tick,
    )
