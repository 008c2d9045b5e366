"""Signs and words of modes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from veche.city.dispatch import words_modes as words

if TYPE_CHECKING:
    from veche.city.dispatch.models import ModeRule

register = template.Library()


@register.simple_tag
def mode_sign(level: int) -> SafeString:
    """The level as five bars."""
    return words.sign(level)


@register.filter
def mode_colour(level: int) -> str:
    """The word of a level's colour."""
    return str(words.COLOURS.get(level, level))


@register.filter
def level_mark(level: int) -> str:
    """A level as its number and the word of its colour: “3, orange”."""
    return _("{level}, {colour}").format(level=level, colour=words.COLOURS.get(level, ""))


@register.filter
def tier_rule(rule: ModeRule) -> str:
    """Which tier leads which incidents."""
    return words.tier_rule(rule)


@register.filter
def listed(things: Iterable[object]) -> str:
    """Several words, one after the other."""
    return _(", ").join(str(one) for one in things)


@register.filter
def mode_act(kind: str) -> str:
    """What was done with a mode."""
    return str(words.ACTS.get(kind, kind))


@register.filter
def done_as(role: str) -> str:
    """As what somebody did it."""
    return str(words.ROLES.get(role, role))


@register.filter
def power_word(code: str) -> str:
    """A power of the commander in words."""
    return str(words.POWERS.get(code, code))


@register.filter
def command_act(kind: str) -> str:
    """What was done about a command."""
    return str(words.COMMAND_ACTS.get(kind, kind))


@register.filter
def acted(what: str) -> str:
    """What was done for the mayor; the role of who was seconded."""
    from veche.core.organisations.roles import role_word

    return str(words.ACTED[what] if what in words.ACTED else role_word(what) if what else "")


@register.filter
def role_name(role: str) -> str:
    """The word of a role."""
    from veche.core.organisations.roles import role_word

    return str(role_word(role))
