"""What the desk costs with 10,000 open matters of one office: a view, a panel, 200 closed at once.

Runs on a database of its own beside the one of the home, dropped at the end. Figures of CPU are
those of this process and of its database process together.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import resource
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import veche.town
from veche.module import load, resolve

OPEN = 10_000
PEER = "Signalen: 389 queries, 315 ms"
DAY = dt.timedelta(days=1)


def backend_seconds() -> float:
    """CPU seconds of the database process of our connection."""
    connection.ensure_connection()
    assert connection.connection is not None
    pid = connection.connection.info.backend_pid
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu(times: int, act: Callable[[int], Any]) -> float:
    """Milliseconds of CPU of one call, both processes, over many calls."""
    act(0)
    ours, theirs = time.process_time(), backend_seconds()
    for number in range(1, times + 1):
        act(number)
    spent = time.process_time() - ours + backend_seconds() - theirs
    return spent / times * 1000


def bench(report: Any) -> None:
    """Measure everything, one row each."""
    name = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = f"bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        from veche.project.cli import sync

        sync()
        _measure(report)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _measure(report: Any) -> None:
    at = dt.datetime.now(dt.UTC)
    for manifest in load():
        if manifest.demo:
            loader: Any = resolve(manifest.demo)
            loader(town=veche.town, at=at, report=lambda _line: None)
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person

    officer = Person.objects.get(cast="officer")
    office = Holding.objects.filter(person=officer, role="officer").values_list(
        "organisation_id", flat=True
    )[0]
    _flood(at, office)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _views(report, officer)
    _bulk(report, officer, office)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report("peak memory of all of this", peak, "MB", at_most=500)


def _flood(at: dt.datetime, office: int) -> None:
    """Ten thousand more problems in the work of one office, over forty days."""
    from veche.city.problems.bulk import Life, Terms, load_history
    from veche.city.problems.models import Problem
    from veche.core.organisations.models import Holding

    samples = list(Problem.objects.filter(source="").select_related("case")[:500])
    moderator = Holding.objects.filter(role="moderator", territory__kind="city").first()
    assert moderator is not None
    rng, terms = random.Random(10), Terms()

    def lives() -> Iterator[Life]:
        for number in range(OPEN):
            one = samples[number % len(samples)]
            begun = at - 40 * DAY * rng.random() - dt.timedelta(hours=2)
            life = Life(
                category=one.category_id,
                theme=one.case.theme,
                territory=one.case.territory_id,
                opened_at=begun,
                author=None,
                text=one.text,
                address=one.address,
                longitude=one.longitude,
                latitude=one.latitude,
                answers={},
            )
            life.step("report", begun, terms, public={"category": one.case.theme})
            begun += dt.timedelta(minutes=30)
            life.step("accept", begun, terms, actor=moderator.person_id, holding=moderator.pk)
            life.step("route", begun, terms, office=office)
            yield life

    load_history(by=None, at=at, lives=lives(), public={"bench": "desk"})


def _views(report: Any, officer: Any) -> None:
    settings.SECOND_FACTOR = False  # as in the demo town: what is measured is the desk
    client = Client()
    client.force_login(officer)

    def show(query: str) -> Callable[[int], None]:
        def one(number: int) -> None:
            answer = client.get(f"/en/desk/?{query}", {"page": number + 1} if not query else None)
            assert answer.status_code == 200

        return one

    for name, query in (
        ("all, another page each time", ""),
        ("late", "due=late"),
        ("mine", "taken=me"),
        ("one district, one category", "district=solnechny&theme=pothole"),
        ("words", "q=%D1%8F%D0%BC%D0%B0"),
        ("latest change first", "sort=newest"),
    ):
        show(query)(0)
        with CaptureQueriesContext(connection) as queries:
            show(query)(1)
        report(f"desk of {OPEN:,}: {name}", len(queries), "queries", at_most=10, beside=PEER)
        report(f"desk of {OPEN:,}: {name}", cpu(20, show(query)), "ms CPU", at_most=30, beside=PEER)
    page = client.get("/en/desk/").content.decode()
    number = page.split("open=")[1].split('"')[0].split("#")[0]

    def panel(_number: int) -> None:
        answer = client.get(f"/en/desk/?open={number}", headers={"HX-Target": "panel"})
        assert answer.status_code == 200

    with CaptureQueriesContext(connection) as queries:
        panel(0)
    report("side panel", len(queries), "queries", beside="Signalen, one signal: 17, 48 ms")
    report("side panel", cpu(20, panel), "ms CPU", beside="Signalen, one signal: 17, 48 ms")


def _bulk(report: Any, officer: Any, office: int) -> None:
    from veche.core.cases.models import Case
    from veche.core.desk import operations

    rows = Case.objects.filter(organisation_id=office, state="work").order_by("-pk")
    for size in (200, 2000):
        at = dt.datetime.now(dt.UTC)
        cases = list(rows[:size])
        change = operations.order_bulk(
            by=officer,
            at=at,
            submission=uuid.uuid4(),
            procedure="problem",
            move="answer",
            cases=cases,
            step={},
            words={case.pk: f"{case.number}: done on Tuesday, look at it." for case in cases},
        )
        begun = time.monotonic()
        with CaptureQueriesContext(connection) as queries:
            operations.sweep_bulk(at=change.due_at + dt.timedelta(seconds=1))
        spent = time.monotonic() - begun
        report(f"answer {size} at once", spent, "s", at_most=1 if size == 200 else None)
        report(f"answer {size} at once", len(queries), "queries")
