"""A crisis: a mode is entered and left on, one person commands for the mayor, and both end by the
moment that was written down."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.cast import START, small_town
from tests.city.pulse.story import page

from veche import clock
from veche.city.dispatch.models import CityMode, CommandAct, IncidentKind
from veche.city.dispatch.operations import command, incidents, modes
from veche.city.dispatch.operations.tiers import OnlyFromAbove
from veche.city.dispatch.queries.modes import mode_at
from veche.core.organisations.operations import make_responsible

pytestmark = pytest.mark.django_db


def hours(n: float) -> dt.datetime:
    """So many hours after the river rose."""
    return START + dt.timedelta(hours=n)


def test_powers_and_modes_end_when_they_were_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    town = small_town()
    held = {"at": START}
    monkeypatch.setattr(clock, "now", lambda: held["at"])
    names = {"en": "Flooding", "ru": "Подтопление", "zh": "内涝"}
    kind = IncidentKind.objects.create(code="flood", names=names, tier=2, severity=3)
    make_responsible(
        by=None, at=hours(-99), organisation=town.roads, theme=kind.theme, territory=town.city
    )
    # Only the mayor enters so grave a mode, and names who commands until tomorrow morning.
    with pytest.raises(modes.ModeIsGrave):
        modes.enter_mode(
            by=town.watch, at=START, territory=town.city, level=4, until=hours(12),
            reason="The river is over its banks.",
        )  # fmt: skip
    modes.enter_mode(
        by=town.mayor, at=START, territory=town.city, level=4, until=hours(12),
        reason="The river is over its banks.",
    )  # fmt: skip
    command.name_commander(
        by=town.mayor, at=hours(0.1), person=town.head, powers=("modes", "tiers", "orders"),
        reason="The head of roads leads everything at the river.", until=hours(10),
    )  # fmt: skip
    one = incidents.report(
        by=town.dispatcher, at=hours(1), kind=kind, territory=town.west, source="call",
        title="Water in the hospital's cellar", vulnerable="patients",
    )  # fmt: skip
    # In such a mode the city leads from the first word on.
    assert (one.mode, one.tier) == (4, 3)
    one = incidents.verify(by=town.dispatcher, at=hours(1.1), incident=one)
    one = incidents.take_up(by=town.head, at=hours(1.3), incident=one)
    assert one.claimed_at == hours(1.3)
    assert CommandAct.objects.filter(kind=CommandAct.Kind.ACTED).exists()

    # Nobody thinks of it any more: the mode is on every page, with its age.
    held["at"] = hours(9)
    assert mode_at(town.city, hours(9)).age(hours(9)) == dt.timedelta(hours=9)
    shown = page("dispatch/mode/")
    assert "The river is over its banks." in shown

    # At ten the powers are over, whoever remembers it or not, …
    other = incidents.report(
        by=town.dispatcher, at=hours(9.5), kind=kind, territory=town.west, source="call",
        title="Water at the school",
    )  # fmt: skip
    other = incidents.verify(by=town.dispatcher, at=hours(9.6), incident=other)
    command.sweep(at=hours(10.02))
    with pytest.raises(OnlyFromAbove):
        incidents.take_up(by=town.head, at=hours(10.1), incident=other)
    # … and at twelve the mode is.
    modes.sweep(at=hours(12.02))
    row = CityMode.objects.get()
    assert row.ended_at is not None and row.ended_at <= hours(12.02)
    assert mode_at(town.city, hours(12.1)).usual
    late = incidents.report(
        by=town.dispatcher, at=hours(12.5), kind=kind, territory=town.west, source="call",
        title="The last cellar",
    )  # fmt: skip
    assert late.mode == 1
