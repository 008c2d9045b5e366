"""Tags of vital signs: a state with its word and shape, a value with its unit, a small line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from veche.city.pulse import pictures
from veche.city.pulse.models import Indicator
from veche.city.pulse.words import STATES
from veche.languages import here
from veche.look import words

register = template.Library()


@register.simple_tag
def sign_state(code: str) -> SafeString:
    """The state of a vital sign with its word and its shape."""
    word, tone, shape = STATES.get(code, STATES["none"])
    return format_html(
        '<span class="state {}"><svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>'
        "{}</span>",
        tone,
        shape,
        word,
    )


def unit_of(indicator: Indicator) -> str:
    """The unit as it stands behind a number; nothing for a plain count."""
    return here(indicator.unit_names) or ("" if indicator.unit == "1" else indicator.unit)


def said(value: float | None, indicator: Indicator) -> str:
    """A value rounded to the digits that its indicator shows, with its unit."""
    if value is None:
        return "–"
    unit = unit_of(indicator)
    number = words.number(round(value, indicator.digits), indicator.digits)
    if unit and indicator.unit == "1":  # a word no program can decline: it stands before
        return gettext("{unit}: {number}").format(unit=unit, number=number)
    return f"{number}{'' if unit == '%' else ' '}{unit}".strip() if unit else number


@register.filter
def value_of(value: float | None, indicator: Indicator) -> str:
    """See :func:`said`."""
    return said(value, indicator)


@register.simple_tag
def spark(values: Sequence[float | None], tone: str = "") -> SafeString:
    """The course of a day as a small line; what it says stands beside it in words."""
    path = pictures.spark(values)
    if not path:
        return SafeString("")
    return format_html(
        '<svg class="spark {}" viewBox="0 0 1000 100" preserveAspectRatio="none" '
        'aria-hidden="true"><path d="{}"/></svg>',
        tone,
        path,
    )


@register.simple_tag
def gap() -> str:
    """What stands between two sentences: a space, and nothing where none is written (Chinese)."""
    return "" if (get_language() or "").startswith("zh") else " "


@register.filter
def seconds(value: int) -> str:
    """A number of seconds as a length of time in words."""
    return words.span(dt.timedelta(seconds=value))
