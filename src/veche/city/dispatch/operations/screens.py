"""Screens in rooms: hung up, looked at, withdrawn."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.models import Screen, ScreenLook
from veche.city.dispatch.queries.screens import digest_of
from veche.core.journal.operations import record
from veche.core.organisations.access import over_city
from veche.core.organisations.queries import holdings
from veche.errors import Invalid, NotAllowed, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

HANGERS = frozenset({"administrator", "dispatcher", "mayor"})
"""Roles that, held over the whole city, hang screens and withdraw them."""
ONE_LOOK = dt.timedelta(minutes=5)
"""A screen that opens the wall again and again within this time has looked once."""
KEPT = dt.timedelta(days=400)
"""For so long it is known when a screen looked."""


class MayNotHangScreens(NotAllowed):
    """Only those who lead the whole city hang screens."""

    code = "may-not-hang-screens"
    sentence = _("Only an administrator, a dispatcher of the whole city or the mayor does this.")


class NamelessScreen(Invalid):
    """A screen must say where it hangs."""

    code = "screen-nameless"
    sentence = _("Say where the screen hangs.")
    field = "name"


class ScreenEnded(Refused):
    """It is withdrawn already."""

    code = "screen-ended"
    sentence = _("This screen is withdrawn already.")


def may_hang(person: Person | None, at: dt.datetime) -> bool:
    """Whether somebody hangs screens; commands (nobody) do."""
    if person is None:
        return True
    return any(one.role in HANGERS and over_city(one) for one in holdings(person, at))


def _check(person: Person | None, at: dt.datetime) -> None:
    if not may_hang(person, at):
        raise MayNotHangScreens


@operation
def hang_screen(
    *, by: Person | None, at: dt.datetime, name: str, inside: bool
) -> tuple[Screen, str]:
    """Give a screen an address of its own; its word is told now and never again.

    Raises:
        MayNotHangScreens: the person does not lead the whole city.
        NamelessScreen: no name was given.
    """
    _check(by, at)
    name = " ".join(name.split())[:80]
    if not name:
        raise NamelessScreen
    word = secrets.token_urlsafe(24)
    made = Screen.objects.create(name=name, digest=digest_of(word), inside=inside, since=at)
    record(
        kind="screen.hang",
        by=by,
        at=at,
        subject=f"screen:{made.pk}",
        public={"name": name, "inside": inside},
    )
    return made, word


@operation
def withdraw_screen(*, by: Person | None, at: dt.datetime, screen: Screen) -> Screen:
    """From now on it shows nothing; what it shows this moment goes within seconds.

    Raises:
        MayNotHangScreens: the person does not lead the whole city.
        ScreenEnded: it is withdrawn.
    """
    _check(by, at)
    kept = Screen.objects.select_for_update().get(pk=screen.pk)
    if kept.until is not None:
        raise ScreenEnded
    kept.until = at
    kept.save(update_fields=["until"])
    record(
        kind="screen.withdraw",
        by=by,
        at=at,
        subject=f"screen:{kept.pk}",
        public={"name": kept.name},
    )
    return kept


@operation
def _look(*, by: Person | None, at: dt.datetime, screen: Screen) -> None:
    ScreenLook.objects.create(screen=screen, at=at)
    ScreenLook.objects.filter(screen=screen, at__lt=at - KEPT).delete()
    record(kind="screen.look", by=by, at=at, subject=f"screen:{screen.pk}")


def look(*, at: dt.datetime, screen: Screen) -> bool:
    """Write down that a screen opened the wall; whether that is a new look."""
    if ScreenLook.objects.filter(screen=screen, at__gt=at - ONE_LOOK).exists():
        return False
    _look(by=None, at=at, screen=screen)
    return True
