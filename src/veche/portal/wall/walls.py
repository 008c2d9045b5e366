"""Which walls there are, who sees which, and the pass with which a page listens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.core import signing
from django.utils.translation import gettext_lazy as _

from veche.errors import NotAllowed


class NotForTheStaff(NotAllowed):
    """The inner wall is for whoever watches or leads the city."""

    code = "wall-not-inside"
    sentence = _("Only those who watch the city or lead in it see this wall.")


INSIDERS = frozenset({"dispatcher", "commander", "mayor", "controller", "operator"})
"""Roles whose holders see the inner wall: who is on duty, alarms, drills."""


@dataclass(frozen=True)
class Wall:
    """One of the walls."""

    code: str
    inside: bool
    """Whether it shows what is for the staff: names of those on duty, alarms."""
    drill: bool = False
    """Whether it shows drills, and nothing else; the two are never on one wall."""


PUBLIC = Wall("public", inside=False)
INSIDE = Wall("inside", inside=True)
DRILL = Wall("drill", inside=True, drill=True)
WALLS = {one.code: one for one in (PUBLIC, INSIDE, DRILL)}


def insider(roles: Collection[str]) -> bool:
    """Whether somebody with these roles sees the inner wall."""
    return not INSIDERS.isdisjoint(roles)


_SALT = "veche.portal.wall"
PERSON_FOR = dt.timedelta(minutes=10)
"""So long a page of somebody signed in listens; then it is asked for anew, with the roles held
by then."""
SCREEN_FOR = dt.timedelta(hours=1)
"""So long a page of a screen in a room listens; its withdrawal ends it within seconds."""


@dataclass(frozen=True)
class Pass:
    """What a page shows at the live door."""

    wall: Wall
    language: str
    screen: int = 0
    """The number of the screen in a room; 0: none."""
    seconds: float = 0.0
    """For how long it is still good; 0 for the public wall: for ever."""


def give_pass(wall: Wall, language: str, screen: int = 0) -> str:
    """A pass for a page that was just shown."""
    return signing.dumps([wall.code, language, screen], salt=_SALT, compress=False)


def read_pass(told: str) -> Pass | None:
    """What a pass says; None where it is none of ours, or too old."""
    try:
        code, language, screen = signing.loads(told, salt=_SALT, max_age=SCREEN_FOR)
        wall = WALLS[code]
        if not wall.inside:
            return Pass(wall, language)
        longest = SCREEN_FOR if screen else PERSON_FOR
        signing.loads(told, salt=_SALT, max_age=longest)
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        return None
    return Pass(wall, language, int(screen), longest.total_seconds())
