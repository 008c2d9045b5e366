"""The words of shut-offs, calls and crews."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.functional import Promise as Text
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from veche.city.dispatch.rules_housing import houses_in_words
from veche.core.notices.words import say
from veche.look import words as look

if TYPE_CHECKING:
    from veche.city.dispatch.models import ShutOff

Words = Mapping[str, str | Text]

SERVICES: Words = {
    "cold-water": gettext_lazy("Cold water"),
    "hot-water": gettext_lazy("Hot water"),
    "heating": gettext_lazy("Heating"),
    "power": gettext_lazy("Electricity"),
    "gas": gettext_lazy("Gas"),
    "sewer": gettext_lazy("Sewer"),
    "lift": gettext_lazy("Lift"),
}
OUTCOMES: Words = {
    "incident": gettext_lazy("A new incident: open it"),
    "added": gettext_lazy("It tells of an incident that is open"),
    "known": gettext_lazy("It is a shut-off that is known: I told until when"),
    "advice": gettext_lazy("Advice was enough"),
    "passed": gettext_lazy("Passed on to another service"),
}
DID: Words = {
    "announce": gettext_lazy("Announced."),
    "meet": gettext_lazy("Written down: it came without notice."),
    "begin": gettext_lazy("It began."),
    "postpone_end": gettext_lazy("A later end was told."),
    "prolong": gettext_lazy("A later end was told."),
    "call_off": gettext_lazy("It was called off."),
    "restore": gettext_lazy("It is restored."),
}
NOTICES: Mapping[str, str] = {
    "shut_off.announced": gettext_noop("Shut-off {number} is announced where you live or follow."),
    "shut_off.met": gettext_noop("Shut-off {number} has come without notice."),
    "shut_off.prolonged": gettext_noop("Shut-off {number} ends later than was told."),
    "shut_off.restored": gettext_noop("Shut-off {number} is over."),
    "shut_off.called-off": gettext_noop("Shut-off {number} does not take place."),
}


def where(shut_off: ShutOff, place: object) -> str:
    """Street and houses, or the whole place, in words."""
    if not shut_off.street:
        return _("{place}: all houses").format(place=place)
    if not shut_off.houses:
        return _("{street}: all houses").format(street=shut_off.street)
    houses = houses_in_words(shut_off.houses)
    return _("{street}, {houses}").format(street=shut_off.street, houses=houses)


def title(shut_off: ShutOff, place: object) -> str:
    """What, where and until when: the title of a letter."""
    until = look.moment(shut_off.ends_at, "short weekday")
    return _("{service}: {where}, until {until}").format(
        service=SERVICES[shut_off.service], where=where(shut_off, place), until=until
    )


def give_words() -> None:
    """Give the notices of shut-offs their sentences; called when the program starts."""
    for kind, sentence in NOTICES.items():
        say(kind, sentence)
