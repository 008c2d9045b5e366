"""What a message to the public costs: 100,000 residents of one district told in one pass of sets.

The city has half as many people again in its other district, some of them followers of the first,
and thousands have subscribed to it who live there too. Measured is what `tell_alert` takes, from
finding people to the last queued row, then the letters of all of them, then the same for the
cancellation, which must find those who were told. Runs on a database of its own.
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from django.db import connection

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

RESIDENTS = 100_000
OTHERS = 50_000
FOLLOWERS = 8_000
"""Every other one lives there as well."""
AT_MOST = 10.0
PEER = "an e-mail job a resident: hours"
FIRST = 1_000_000
"""Number of the first person, so that all that belongs to them can be reckoned, not looked up."""


def bench(report: Any) -> None:
    """Measure the pass, the letters, and the cancellation."""
    name = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = f"bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        from veche.project.cli import sync

        sync()
        _measure(report)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _copy(table: str, columns: str, rows: Any) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out,
    ):
        for row in rows:
            out.write_row(row)


def _people(town: Any, at: dt.datetime) -> None:
    """The population, written by COPY."""
    early, late = at - dt.timedelta(days=300), at + dt.timedelta(days=300)
    languages = ("ru", "en", "zh-hans")
    numbers = range(FIRST, FIRST + RESIDENTS + OTHERS)
    _copy(
        "people_person",
        "id, password, email, name, language, level, is_active, since",
        (
            (n, "!", f"p{n}@example.org", f"P{n}", languages[n % 3], "resident", True, early)
            for n in numbers
        ),
    )
    _copy(
        "people_residence",
        "person_id, territory_id, how, since, until",
        (
            (n, (town.west if n < FIRST + RESIDENTS else town.east).pk, "counter", early, late)
            for n in numbers
        ),
    )
    # Half of the people were told something before and have a reader; the others get one now.
    told = [n for n in numbers if n % 2]
    _copy(
        "notices_reader",
        "id, person_id, language, mark, ways, bounces, since",
        ((n, n, "en", f"m{n}", "{}", 0, early) for n in told),
    )
    here = [n for n in told if n < FIRST + RESIDENTS][: FOLLOWERS // 2]
    there = [n for n in told if n >= FIRST + RESIDENTS][: FOLLOWERS // 2]
    _copy(
        "notices_subscription",
        "reader_id, territory_id, street, street_name, theme, since",
        ((n, town.west.pk, "", "", "", early) for n in (*here, *there)),
    )
    with connection.cursor() as cursor:
        for table in ("people_person", "notices_reader"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 9000000)")
        cursor.execute("ANALYZE")


def _measure(report: Any) -> None:
    from tests.cast import START, small_town
    from tests.city.dispatch.saying import HOUR, everywhere, published

    from veche.city.dispatch.operations import alerts
    from veche.core.notices.models import Letter, Notice

    town = small_town()
    _people(town, START)
    expected = RESIDENTS + FOLLOWERS // 2
    first = published(town, severity="Severe", urgency="Immediate")
    told, seconds = _tell(first, START)
    report("residents of a district told", told, "people", at_least=expected, at_most=expected)
    report("one pass: told and queued", seconds, "s", at_most=AT_MOST, beside=PEER)
    made, seconds = _write(START)
    report("letters written", made, "letters", at_least=expected, at_most=expected)
    report("all letters written", seconds, "s", at_most=AT_MOST)
    twice = Notice.objects.filter(topic="danger").values("reader").distinct().count()
    report("told twice", told - twice, "people", at_most=0)
    last = alerts.cancel(
        by=town.dispatcher, at=START + HOUR, series=first.series, why=everywhere("Dry again.")
    )
    told, seconds = _tell(last, START + HOUR)
    report("a cancellation: told", told, "people", at_least=expected, at_most=expected)
    report("a cancellation: one pass", seconds, "s", at_most=AT_MOST)
    dropped = Letter.objects.filter(state="dropped").count()
    report("letters that need not go any more", dropped, "letters", at_least=expected)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report("peak memory", memory, "MB", at_most=400)


def _tell(alert: Any, at: dt.datetime) -> tuple[int, float]:
    from tests.city.dispatch.saying import told

    begun = time.monotonic()
    sending = told(alert, at)
    return sending.people, time.monotonic() - begun


def _write(at: dt.datetime) -> tuple[int, float]:
    from veche.core.notices.operations.alerting import alerts_wait, write_alert

    begun, made = time.monotonic(), 0
    for telling, topic in alerts_wait():
        made += write_alert(by=None, at=at, telling=telling, topic=topic)
    return made, time.monotonic() - begun
