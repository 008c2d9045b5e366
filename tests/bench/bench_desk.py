"""What the desk costs with 10,000 open matters of one office: views, a panel, 200 closed at once;
how a view grows with what lies there; a search by words.

Runs on a database of its own beside the one of the home, dropped at the end. Figures of CPU are
those of this process and of its database process together.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import resource
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.demo_database import fit_for_demo

import veche.town
from veche.module import load, resolve

OPEN = 10_000
GROWTH = (1_000, OPEN, 50_000)
"""Open matters of the office at which views are measured."""
FOLLOWERS = 3
"""Of each matter that is answered at once."""
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
        with tempfile.TemporaryDirectory() as folder:
            fit_for_demo(Path(folder))
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
    settings.SECOND_FACTOR = False  # as in the demo town: what is measured is the desk
    lying = 0
    for size in GROWTH:
        _flood(at, office, size - lying)
        _work(at, officer, office)
        lying = size
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        if size == OPEN:
            _views(report, officer)
            _panel(report, officer)
            _public(report)
        else:
            client = Client()
            client.force_login(officer)
            for name, query in (("all", ""), ("late", "due=late"), ("words", f"q={quote('яма')}")):
                show = _shown(client, query)
                report(f"desk of {size:,}: {name}", cpu(20, show), "ms CPU")
    _bulk(report, officer, office)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report("peak memory of all of this", peak, "MB", at_most=500)


def _flood(at: dt.datetime, office: int, more: int) -> None:
    """So many more problems in the work of one office, over forty days."""
    from veche.city.problems.bulk import Life, Terms, load_history
    from veche.city.problems.models import Problem
    from veche.core.organisations.models import Holding

    samples = list(Problem.objects.filter(source="").select_related("case")[:500])
    moderator = Holding.objects.filter(role="moderator", territory__kind="city").first()
    assert moderator is not None
    rng, terms = random.Random(more), Terms()

    def lives() -> Iterator[Life]:
        for number in range(more):
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


def _work(at: dt.datetime, officer: Any, office: int) -> None:
    """A third of it is taken by somebody, a fifth of that by this officer, who looked at others."""
    from veche.core.desk.models import Look, Seat, Taking
    from veche.core.people.models import Person

    colleagues = [*Person.objects.exclude(pk=officer.pk).order_by("pk")[:4], officer]
    rows = _lying(office).values_list("pk", "seq")
    Taking.objects.bulk_create(
        [
            Taking(case_id=pk, person=colleagues[pk % 5], since=at)
            for pk, _seq in rows
            if pk % 3 == 0
        ],
        ignore_conflicts=True,
    )
    Seat.objects.update_or_create(person=officer, defaults={"looked_at": at - 3 * DAY})
    Look.objects.bulk_create(
        [Look(case_id=pk, person=officer, seq=seq, at=at) for pk, seq in rows if pk % 20 == 0],
        ignore_conflicts=True,
    )


def _lying(office: int) -> Any:
    from veche.core.cases.models import Case

    return Case.objects.filter(organisation_id=office, state="work")


def _shown(client: Client, query: str) -> Callable[[int], None]:
    """What shows a view; without filters another page each time."""

    def show(number: int) -> None:
        answer = client.get(f"/en/desk/?{query}", {"page": number + 1} if not query else None)
        assert answer.status_code == 200

    return show


def _views(report: Any, officer: Any) -> None:
    client = Client()
    client.force_login(officer)
    for name, query in (
        ("all, another page each time", ""),
        ("late", "due=late"),
        ("today", "due=today"),
        ("mine", "taken=me"),
        ("taken by nobody", "taken=nobody"),
        ("new since I looked", "new=1"),
        ("one district, one category", "district=solnechny&theme=pothole"),
        ("a word", f"q={quote('яма')}"),
        ("a Chinese word of two characters", f"q={quote('路灯')}"),
        ("latest change first", "sort=newest"),
    ):
        show = _shown(client, query)
        show(0)
        with CaptureQueriesContext(connection) as queries:
            show(1)
        report(f"desk of {OPEN:,}: {name}", len(queries), "queries", at_most=10, beside=PEER)
        report(f"desk of {OPEN:,}: {name}", cpu(20, show), "ms CPU", at_most=30, beside=PEER)
    short = _shown(client, f"q={quote('яр')}")
    report(f"desk of {OPEN:,}: two letters, every text is read", cpu(5, short), "ms CPU")


def _panel(report: Any, officer: Any) -> None:
    client = Client()
    client.force_login(officer)
    page = client.get("/en/desk/").content.decode()
    numbers = [part.split('"')[0].split("#")[0] for part in page.split("open=")[1:]]

    def panel(place: int) -> None:
        answer = client.get(f"/en/desk/?open={numbers[place]}", headers={"HX-Target": "panel"})
        assert answer.status_code == 200

    beside = "Signalen, one signal: 17, 48 ms"
    panel(2)
    for name, place in (("opened for the first time", 0), ("opened again", 0)):
        with CaptureQueriesContext(connection) as queries:
            panel(place)
        report(f"side panel, {name}", len(queries), "queries", at_most=10, beside=beside)
    spent = cpu(20, lambda _number: panel(0))
    report("side panel", spent, "ms CPU", at_most=30, beside=beside)


def _public(report: Any) -> None:
    """The public list searched by words, counted afresh each time."""
    from veche.city.problems.queries import lists

    client = Client()
    for name, text in (
        ("a word", "яма"),
        ("a Chinese word of two characters", "路灯"),
        ("two letters, every text is read", "яр"),
    ):

        def show(_number: int, text: str = text) -> None:
            lists.forget()
            assert client.get("/en/problems/", {"q": text, "state": "all"}).status_code == 200

        most = 60 if "read" not in name else None
        report(f"list of problems: {name}", cpu(10, show), "ms CPU", at_most=most)


def _bulk(report: Any, officer: Any, office: int) -> None:
    """Two hundred answered at once, each with followers who are told."""
    from veche.core.desk import operations
    from veche.core.notices.models import Following
    from veche.core.notices.operations import follow
    from veche.core.people.models import Person

    rows = _lying(office).order_by("-pk")
    at = dt.datetime.now(dt.UTC)
    for person in Person.objects.order_by("pk")[100 : 100 + FOLLOWERS]:
        follow(by=person, at=at, case=rows[2200])
    readers = Following.objects.filter(case=rows[2200]).values_list("reader", "person")
    Following.objects.bulk_create(
        [
            Following(case=case, reader_id=reader, person_id=person, since=at)
            for case in rows[:2200]
            for reader, person in readers
        ],
        ignore_conflicts=True,
    )
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
