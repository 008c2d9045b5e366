"""The catalogue of a large city: 67 departments, 210 systems, 1,150 applications, all simulated.

Every system has its own cadence; half an hour goes by in minutes: systems tell, fall silent and
come back by chance. After every minute the catalogue is asked for, and each line of it is held
against what a plain loop over the same story says. On a database of its own, dropped at the end.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.bench.bench_problems import cpu
from tests.cast import small_town

from veche import clock
from veche.city.ballots.load import scratch
from veche.city.pulse.models import Alarm, Source, SourceTurn
from veche.city.pulse.operations import freshness
from veche.city.pulse.operations.sources import NewSource, connect_sources
from veche.core.organisations.models import Organisation
from veche.project.measure import Report

DEPARTMENTS, SYSTEMS, APPLICATIONS = 67, 210, 1_150
MINUTES = 30
VISITS = 30
CADENCES = (60, 120, 300, 600, 900)


def bench(report: Report) -> None:
    """Connect, live an hour, look at every minute; one row each."""
    with scratch(f"bench_{os.getpid()}"):
        small_town()
        at = clock.now().replace(microsecond=0)
        begun = time.monotonic()
        made = _connect(at - dt.timedelta(days=1))
        report("connect 210 systems with 1,150 applications", time.monotonic() - begun, "s")
        wrong, slowest, turned = _hour(made, at)
        report("lines that were not true, of 6,300", wrong, "", at_most=0)
        report("slowest minute of turning, with alarms", slowest * 1000, "ms", at_most=2_000)
        report("turns in half an hour", turned)
        report("alarms open or to be seen", Alarm.objects.filter(closed_at__isnull=True).count())
        _pages(report)


def _connect(at: dt.datetime) -> list[Source]:
    rng = random.Random(210)
    offices = Organisation.objects.bulk_create(
        [
            Organisation(
                code=f"dep-{n}",
                kind=Organisation.Kind.DEPARTMENT,
                names={"en": f"Department {n}", "ru": f"Служба {n}", "zh": f"部门{n}"},
            )
            for n in range(DEPARTMENTS)
        ]
    )
    programs: list[list[tuple[str, dict[str, str]]]] = [[] for _n in range(SYSTEMS)]
    for n in range(APPLICATIONS):
        names = {"en": f"Application {n}", "ru": f"Приложение {n}", "zh": f"应用{n}"}
        programs[n % SYSTEMS if n < SYSTEMS else rng.randrange(SYSTEMS)].append((f"app-{n}", names))
    rows = []
    for n in range(SYSTEMS):
        cadence = rng.choice(CADENCES)
        rows.append(
            NewSource(
                code=f"system-{n:03}",
                names={"en": f"System {n}", "ru": f"Система {n}", "zh": f"系统{n}"},
                owner=offices[n if n < DEPARTMENTS else rng.randrange(DEPARTMENTS)],
                purpose="To know how things are.",
                cadence=cadence,
                fresh_for=cadence * 3,
                public=rng.random() < 0.5,
                applications=programs[n],
            )
        )
    return connect_sources(by=None, at=at, rows=rows)


def _hour(made: list[Source], at: dt.datetime) -> tuple[int, float, int]:
    """Minutes go by: which lines were wrong, the slowest turning, and how many turns."""
    rng = random.Random(30)
    silent = dict.fromkeys((one.pk for one in made), False)
    seen: dict[int, dt.datetime] = {}
    wrong, slowest = 0, 0.0
    client = Client()
    real = clock.now
    try:
        for minute in range(MINUTES):
            now = at + dt.timedelta(minutes=minute)
            clock.now = lambda now=now: now  # type: ignore[misc]
            for one in made:
                if rng.random() < 0.02:
                    silent[one.pk] = not silent[one.pk]
                if not silent[one.pk] and minute * 60 % one.cadence == 0:
                    seen[one.pk] = now - dt.timedelta(seconds=rng.randrange(30))
            rows = [Source(pk=pk, seen_at=moment) for pk, moment in seen.items()]
            Source.objects.bulk_update(rows, ["seen_at"])
            if minute % 3 == 0:  # the timer is late two minutes of three: the page must not be
                begun = time.monotonic()
                freshness.sweep(at=now)
                slowest = max(slowest, time.monotonic() - begun)
            answer = client.get("/en/pulse/sources.csv", headers={"cookie": f"x={minute}"})
            told = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
            states = {row["code"]: row["state"] for row in told}
            wrong += sum(states.get(one.code) != _truth(one, seen, now) for one in made)
    finally:
        clock.now = real
    return wrong, slowest, SourceTurn.objects.exclude(state="new").count()


def _truth(one: Source, seen: dict[int, dt.datetime], now: dt.datetime) -> str:
    """Silent or not by the plain rule."""
    moment = seen.get(one.pk)
    if moment is None:
        return "new"
    return "fresh" if (now - moment).total_seconds() <= one.fresh_for else "stale"


def _pages(report: Report) -> None:
    client = Client()
    for name, path, most in (
        ("the catalogue", "/en/pulse/sources/", 40),
        ("one office by name", "/en/pulse/sources/?q=System+1&owner=dep-3", 40),
        ("all as a table", "/en/pulse/sources.csv", 40),
        ("one system", "/en/pulse/sources/system-001/", 40),
    ):
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
            queries = len(asked)  # the next request forgets them
        took = cpu(VISITS, lambda _n, path=path: client.get(path))  # type: ignore[misc]
        report(f"{name}: CPU", took, "ms", at_most=most, beside=f"{queries} queries")
        report(f"{name}: queries", queries, "", at_most=12)
