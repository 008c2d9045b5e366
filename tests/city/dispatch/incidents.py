"""Incidents that the tests of the whole city plant: an open one, a closed kind, a drill."""

from __future__ import annotations

import datetime as dt

from tests.cast import SmallTown
from veche.city.dispatch.models import IncidentKind
from veche.city.dispatch.operations import incidents
from veche.core.organisations.operations import make_responsible


def planted(
    town: SmallTown,
    at: dt.datetime,
    *,
    said: str = "The cellar is full.",
    secret: str = "A hidden thing",
    rehearsed: str = "Only rehearsed",
    noted: str = "Gas smells in the yard.",
) -> dict[str, str]:
    """One that the roads office deals with and the lighting office helps in, one of a kind that is
    not public, one that is a drill; their numbers by a word for each, and that of the part."""
    flood, closed = (
        IncidentKind.objects.create(
            code=code,
            names={language: code.title() for language in ("en", "ru", "zh")},
            tier=2,
            public=code == "flood",
        )
        for code in ("flood", "closed")
    )
    make_responsible(
        by=None, at=at, organisation=town.roads, theme=flood.theme, territory=town.city
    )
    minute = dt.timedelta(minutes=1)
    one = incidents.report(
        by=town.watch, at=at, kind=flood, territory=town.west, title="Water on Bridge Street",
        text=said, source="call", point=(49.25, 53.5),
    )  # fmt: skip
    incidents.verify(by=town.dispatcher, at=at + minute, incident=one)
    incidents.dispatch(by=town.dispatcher, at=at + 2 * minute, incident=one)
    incidents.accept(by=town.officer, at=at + 3 * minute, incident=one)
    part = incidents.ask_help(
        by=town.officer, at=at + 4 * minute, incident=one, organisation=town.lights,
        text="Switch the street off.",
    )  # fmt: skip
    incidents.note(by=town.officer, at=at + 5 * minute, incident=one, text=noted)
    hidden = incidents.report(
        by=town.watch, at=at, kind=closed, territory=town.west, title=secret, source="officer"
    )
    drill = incidents.report(
        by=town.watch, at=at, kind=flood, territory=town.west, title=rehearsed, source="officer",
        drill=True,
    )  # fmt: skip
    return {
        "an incident": one.case.number,
        "a part of it": part.case.number,
        "a closed kind": hidden.case.number,
        "a drill": drill.case.number,
    }
