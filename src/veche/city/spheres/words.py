"""The spheres in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

METERS: dict[str, str | Promise] = {
    "cold_water": _("Cold water"),
    "hot_water": _("Hot water"),
    "electricity": _("Electricity"),
    "gas": _("Gas"),
    "heat": _("Heating"),
}
UNITS: dict[str, str | Promise] = {
    "cold_water": _("m³"),
    "hot_water": _("m³"),
    "electricity": _("kWh"),
    "gas": _("m³"),
    "heat": _("Gcal"),
}
DUE: dict[str, str | Promise] = {
    "given": _("This month’s number is given."),
    "soon": _("The next number is to be given between the 15th and the 25th."),
    "now": _("Give this month’s number by the 25th."),
    "late": _("This month’s number is missing. It is taken until the month ends."),
}
VERDICTS: dict[str, str | Promise] = {
    "below": _("It is lower than the last number, {last}. A meter counts upwards."),
    "far": _("That makes {used} {unit}; about {usual} would be usual for this time."),
    "none": _("Nothing was used for two months or more."),
}
MODES: dict[int, str | Promise] = {
    0: _("Tram"),
    1: _("Metro"),
    2: _("Train"),
    3: _("Bus"),
    4: _("Ferry"),
    11: _("Trolleybus"),
}
RIDES: dict[str, str | Promise] = {
    "bus": _("Bus"),
    "tram": _("Tram"),
    "metro": _("Metro"),
    "train": _("Train"),
    "bike": _("Bicycle"),
}
EVENTS: dict[str, str | Promise] = {
    "red-light": _("A red light was passed"),
    "bus-lane": _("Somebody drove in the bus lane"),
    "dumping": _("Rubbish was left where it must not be"),
    "blocked-way": _("The way for fire engines is blocked"),
    "crowd": _("A crowd"),
    "smoke": _("Smoke"),
    "ice": _("Icicles on a roof"),
}
OCCURRENCES: dict[str, str | Promise] = {
    "crash": _("Road accident"),
    "fire": _("Fire"),
    "flood": _("Flooding"),
    "theft": _("Theft of things left outside"),
    "damage": _("Damage to what is the city’s"),
    "fall": _("Something fell"),
    "gas": _("Smell of gas"),
}
STATES: dict[str, str | Promise] = {
    "waits": _("waits for a second person"),
    "created": _("given, not yet fetched"),
    "running": _("being carried out"),
    "completed": _("done"),
    "failed": _("failed"),
    "rejected": _("refused"),
    "timed-out": _("not carried out in time"),
}
EVENT_STATES: dict[str, str | Promise] = {
    "new": _("nobody has looked yet"),
    "confirmed": _("confirmed by a person"),
    "refuted": _("refuted by a person"),
    "lapsed": _("nobody looked in time: it does not count"),
}
ZONE_STATES: dict[str, str | Promise] = {
    "usual": _("as usual"),
    "leak": _("probably a leak"),
    "unknown": _("too few meters were read"),
}


def word(table: dict[str, str | Promise], code: str) -> str:
    """The word of a code; the code itself where it is none of ours."""
    return str(table.get(code, code))


def mode(code: int) -> str:
    """The word of a kind of transport as in GTFS."""
    return str(MODES.get(code, _("Route")))
