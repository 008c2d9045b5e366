"""The rows behind every number of the wall."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from veche.city.pulse.queries.now import Sign
from veche.city.pulse.templatetags.signs import said
from veche.city.pulse.words import LEVELS, STATES
from veche.core.places.models import Territory
from veche.errors import NotFound
from veche.languages import here
from veche.portal.wall import fragments, incidents, words
from veche.portal.wall.incidents import Open
from veche.portal.wall.snapshot import Snapshot


class NoSuchNumber(NotFound):
    """The wall counts no such thing."""

    code = "wall-no-such-number"
    sentence = _("The wall counts no such thing.")


@dataclass(frozen=True)
class Cell:
    """A cell of a table."""

    text: Any
    href: str = ""
    late: bool = False

    @property
    def moment(self) -> bool:
        """Whether it is a moment."""
        return isinstance(self.text, dt.datetime)


@dataclass(frozen=True)
class Rows:
    """A table: its heads, its rows, and the same for a file."""

    what: str
    heads: Sequence[str | Promise]
    rows: Sequence[Sequence[Cell]]
    columns: Sequence[str]
    table: Sequence[Sequence[object]]


def rows(shown: Snapshot, what: str, place: Territory | None) -> Rows:
    """The rows that one number of the wall counts.

    Raises:
        NoSuchNumber: the wall counts no such thing.
    """
    chosen = {
        "incidents": shown.incidents,
        "late": shown.late,
        "pending": shown.pending,
    }.get(what)
    if chosen is not None:
        return _incidents(shown, what, incidents.in_place(chosen, place, shown.places))
    if what == "alarms" and shown.wall.inside:
        return _alarms(shown, place)
    if what == "alerts":
        return _alerts(shown)
    if what == "duty":
        return _duty(shown)
    if what == "signs":
        return _signs(shown, what, shown.signs.attention)
    if what == "silent":
        return _signs(shown, what, shown.signs.silent)
    raise NoSuchNumber


def _time(moment: dt.datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _incidents(shown: Snapshot, what: str, chosen: Sequence[Open]) -> Rows:
    return Rows(
        what,
        (_("Incident"), _("What"), _("Where"), _("How grave"), _("Whose"), _("State"), _("Term")),
        [
            (
                Cell(one.number, fragments.incident_address(one)),
                Cell(f"{one.name}: {one.part}" if one.part else one.name),
                Cell(one.territory),
                Cell(words.SEVERITIES[one.severity][0]),
                Cell(one.office_name or _("the dispatchers")),
                Cell(words.state_word(one.state)),
                Cell(words.clock(one.due_at, shown.at), late=one.late(shown.at)),
            )
            for one in chosen
        ],
        ("incident", "name", "asked_for", "territory", "severity", "tier", "office", "state",
         "reported_time", "due_time", "late", "service", "vulnerable", "people"),
        [
            (
                one.number, one.name, one.part, one.territory.code, one.severity, one.tier,
                one.office_name, one.state, _time(one.reported_at), _time(one.due_at),
                int(one.late(shown.at)), here(one.service or {}), one.vulnerable,
                "" if one.people is None else one.people,
            )
            for one in chosen
        ],
    )  # fmt: skip


def _alarms(shown: Snapshot, place: Territory | None) -> Rows:
    inside = set(shown.places.inside(place)) if place is not None else None
    chosen = [one for one in shown.alarms.rows if inside is None or one.territory.pk in inside]
    return Rows(
        "alarms",
        (_("Alarm"), _("Where"), _("Level"), _("Since"), _("Who knows")),
        [
            (
                Cell(one.name),
                Cell(f"{one.thing} · {one.territory}" if one.thing else one.territory),
                Cell(LEVELS[one.level]),
                Cell(one.first_at),
                Cell(_("nobody has seen it yet") if one.new else _("seen")),
            )
            for one in chosen
        ],
        ("alarm", "name", "territory", "device", "level", "active", "first_time", "last_time",
         "seen"),
        [
            (
                one.pk, one.name, one.territory.code, one.thing, one.level, int(one.active),
                _time(one.first_at), _time(one.last_at), int(not one.new),
            )
            for one in chosen
        ],
    )  # fmt: skip


def _signs(shown: Snapshot, what: str, chosen: Sequence[Sign]) -> Rows:
    return Rows(
        what,
        (_("Sign"), _("Where"), _("State"), _("Value"), _("Newest data")),
        [
            (
                Cell(
                    here(one.indicator.names),
                    reverse("pulse:indicator", args=[one.indicator.code]),
                ),
                Cell(one.territory or "–"),
                Cell(STATES[one.state][0]),
                Cell(said(one.value, one.indicator)),
                Cell(one.data_at),
            )
            for one in chosen
        ],
        ("indicator", "name", "territory", "state", "value", "unit", "since", "data_time"),
        [
            (
                one.indicator.code, here(one.indicator.names),
                one.territory.code if one.territory else "", one.state,
                "" if one.value is None else round(one.value, one.indicator.digits),
                one.indicator.unit, _time(one.since), _time(one.data_at),
            )
            for one in chosen
        ],
    )  # fmt: skip


def _alerts(shown: Snapshot) -> Rows:
    return Rows(
        "alerts",
        (_("Message to the public"), _("How grave"), _("Where"), _("Until")),
        [
            (
                Cell(one.headline, reverse("dispatch:alert", args=[one.number])),
                Cell(words.GRAVITIES[one.severity][0]),
                Cell(", ".join(str(place) for place in one.territories)),
                Cell(one.expires),
            )
            for one in shown.alerts
        ],
        ("alert", "headline", "severity", "territories", "expires_time"),
        [
            (
                one.number, one.headline, one.severity,
                " ".join(place.code for place in one.territories), _time(one.expires),
            )
            for one in shown.alerts
        ],
    )  # fmt: skip


def _duty(shown: Snapshot) -> Rows:
    """Names and their own telephones stand on the inner wall only."""
    inside = shown.wall.inside
    rows: list[tuple[Cell, ...]] = []
    table: list[tuple[object, ...]] = []
    for one in shown.duty:
        names = ", ".join(person.name for person in one.people) if inside else ""
        own = [person.telephone for person in one.people if person.telephone] if inside else []
        telephones = ", ".join(dict.fromkeys([*own, *([one.telephone] if one.telephone else [])]))
        until = one.people[0].until if one.people else None
        there = _("somebody is on duty") if one.people else _("nobody is on duty")
        who = Cell(names or there, late=not one.people)
        rows.append((Cell(one.name), who, Cell(telephones), Cell(until or "–")))
        known = int(bool(one.people))
        table.append((one.name, one.tier or "", known, names, telephones, _time(until)))
    return Rows(
        "duty",
        (_("List"), _("Who"), _("Telephone"), _("Until")),
        rows,
        ("list", "tier", "on_duty", "names", "telephones", "until_time"),
        table,
    )
