"""The demo town's agreements, and the systems of others: their simulators answer, nobody is asked.

One agreement ends soon, one has ended with its source, one source has fallen silent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

from veche.city.pulse.connectors import base
from veche.city.pulse.models import Agreement, Source
from veche.city.pulse.operations import freshness, hooks, polling
from veche.city.pulse.operations.agreements import agree, end_agreement
from veche.city.pulse.operations.sources import NewSource, change_source, connect_sources
from veche.core.cases.terms import city_zone
from veche.core.organisations.models import Organisation
from veche.town import exchange

DAY = dt.timedelta(days=1)
SILENT, SILENT_DAYS = "river-garage", 3
"""The source that told something last so many days ago."""


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Make the agreements and connect the systems; read each once.

    Comes after the town's own sensors, so that those hang on their agreements too.
    """
    offices = {one.code: one for one in Organisation.objects.filter(imported=False)}
    made = {one.code: _agree(one, offices, at) for one in exchange.pacts()}
    wanted = exchange.foreign()
    begun = at - 60 * DAY
    connect_sources(by=None, at=begun, rows=[_row(one, offices, made) for one in wanted])
    known = {one.code: one for one in Source.objects.select_related("agreement")}
    for code, name in exchange.attached().items():
        if code in known:
            change_source(by=None, at=at, source=known[code], values={"agreement": made[name]})
    for pact in exchange.pacts():
        if pact.ends is not None and pact.ends < 0:
            end_agreement(by=None, at=at + pact.ends * DAY, agreement=made[pact.code], why="term")
    _hear(known[SILENT], at - SILENT_DAYS * DAY)
    if freshness.waits(at - SILENT_DAYS * DAY):
        freshness.turn_sources(by=None, at=at - SILENT_DAYS * DAY)
    for one in wanted:
        if base.manifest(one.connector).way == "poll":
            polling.poll(known[one.code].pk, at)
        elif one.code != SILENT:
            _hear(known[one.code], at)
    freshness.sweep(at=at)
    report(f"exchange agreements: {len(made)}, systems of others: {len(wanted)}")


def _hear(source: Source, at: dt.datetime) -> None:
    """What a system that sends by itself would have sent."""
    body = base.simulator(source.connector).answer("", at)
    hooks.take_message(source, body, {"content-type": "application/json"}, at)


def _agree(pact: exchange.Pact, offices: dict[str, Organisation], at: dt.datetime) -> Agreement:
    today = at.astimezone(city_zone()).date()
    return agree(
        by=None,
        at=at - pact.begun * DAY,
        code=pact.code,
        names=pact.names,
        giver=offices.get(pact.giver),
        giver_name="" if pact.giver in offices else pact.giver,
        taker=offices[pact.taker],
        purpose=pact.purpose,
        ground=pact.ground,
        fields=pact.fields,
        since=today - pact.begun * DAY,
        until=None if pact.ends is None else today + pact.ends * DAY,
    )


def _row(
    one: exchange.Foreign, offices: dict[str, Organisation], made: dict[str, Agreement]
) -> NewSource:
    known = base.manifest(one.connector)
    settings = {**base.simulator(one.connector).SETTINGS, polling.SIMULATED: True}
    pact = made.get(one.pact)
    return NewSource(
        code=one.code,
        names=one.names,
        owner=offices[one.office],
        connector=one.connector,
        settings=settings,
        purpose=one.purpose,
        ground=pact.ground if pact else "",
        schema=[] if one.pact == "scooters" else polling.schema_of(known, settings),
        cadence=one.cadence,
        fresh_for=one.fresh_for,
        public=one.public,
        agreement=pact,
        applications=one.applications,
    )
