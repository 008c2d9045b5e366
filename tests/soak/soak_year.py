"""A year of a city in some minutes: what a page and a sweep cost must not grow with the past.

Month by month: the new problems are brought in bulk as they stand on the last day, the offices
answer by operations what is left open of the month before, the timers sweep, and pages are
measured. ``SOAK_DAILY=1500`` takes the load of a city of 800,000 people in full; without it a
tenth. Figures of CPU are those of this process and of its database process together.

Runs on a database of its own beside the one of the home, dropped at the end.
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import veche.town
from veche import clock
from veche.module import load, resolve

DAILY = int(os.environ.get("SOAK_DAILY", "150"))
"""Problems a day; the seed's city has 1,500."""
MONTHS = int(os.environ.get("SOAK_MONTHS", "12"))
PEOPLE = DAILY * 100
"""Accounts; each writes a few times a year."""
DAY = dt.timedelta(days=1)
MONTH = 30 * DAY
TIMES = 8
"""Calls of a page that are measured together."""
LONGEST_SWEEP = 5.0
MANY = 500
"""Matters an office answers at once."""
GROWTH, GRACE = 1.35, 4.0
"""The last third of the year may cost so many times the first third, and so many ms more."""
WORDS = "It was looked at and put right on Tuesday; a photograph lies with the foreman."


def backend_seconds() -> float:
    """CPU seconds of the database process of our connection."""
    connection.ensure_connection()
    assert connection.connection is not None
    pid = connection.connection.info.backend_pid
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu(act: Callable[[], Any], times: int = TIMES) -> float:
    """Milliseconds of CPU of one call, both processes, over some calls."""
    act()
    ours, theirs = time.process_time(), backend_seconds()
    for _time in range(times):
        act()
    return (time.process_time() - ours + backend_seconds() - theirs) / times * 1000


def soak(report: Callable[..., None]) -> None:
    """Live the year, print its table, judge it."""
    name = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = f"soak_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    settings.SECOND_FACTOR = False
    now = clock.now
    try:
        from veche.project.cli import sync

        sync()
        _year(report)
    finally:
        clock.now = now
        connection.creation.destroy_test_db(name, verbosity=0)


class Year:
    """What was measured, month by month."""

    def __init__(self) -> None:
        self.pages: dict[str, list[float]] = {}
        self.sweeps: dict[str, float] = {}
        self.answered: list[float] = []

    def swept(self, name: str, act: Callable[[], Any]) -> Any:
        """Run a sweep; the longest of each name is kept."""
        begun = time.monotonic()
        found = act()
        spent = time.monotonic() - begun
        self.sweeps[name] = max(self.sweeps.get(name, 0.0), spent)
        return found


def _year(report: Callable[..., None]) -> None:
    begun = time.monotonic()
    start = dt.datetime.now(dt.UTC) - MONTHS * MONTH
    for manifest in load():
        if manifest.demo:
            loader: Any = resolve(manifest.demo)
            loader(town=veche.town, at=start, report=lambda _line: None)
    _people(start)
    year = Year()
    print(f"{DAILY} problems a day, {PEOPLE:,} people; CPU in ms, first after a change apart")
    for month in range(1, MONTHS + 1):
        end = start + month * MONTH
        clock.now = lambda at=end: at  # type: ignore[misc]
        loaded = _bring(end)
        _live(year, end - MONTH, end)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        _pages(year, month, end, loaded)
    _judge(report, year)
    report("the whole year took", (time.monotonic() - begun) / 60, "min")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report("peak memory of all of this", peak, "MB", at_most=1500)


def _people(start: dt.datetime) -> None:
    """Accounts, and volunteers among them, as they would have signed up before."""
    from veche.core.notices.operations import subscribing
    from veche.core.people.models import Person

    Person.objects.bulk_create(
        [
            Person(name=f"Resident {n}", email=f"resident-{n}@soak.example", language="en",
                   since=start)
            for n in range(PEOPLE)
        ],
        batch_size=5_000,
    )  # fmt: skip
    for person in Person.objects.filter(email__endswith="@soak.example")[: DAILY * 2]:
        subscribing.subscribe(by=person, at=start, wanted=subscribing.Wanted(theme="pothole"))


def _bring(end: dt.datetime) -> int:
    """The problems of one month as they stand on its last day."""
    from veche.city.problems.bulk import load_history
    from veche.city.problems.demo import _Teller
    from veche.city.problems.models import Category
    from veche.core.people.models import Person
    from veche.town.problems import history

    known = dict(Category.objects.filter(imported=False).values_list("code", "pk"))
    teller = _Teller(end, known)
    people = list(
        Person.objects.filter(email__endswith="@soak.example").values_list("pk", flat=True)
    )

    def lives() -> Iterator[Any]:
        for n, past in enumerate(history(n=DAILY * 30, days=30, end=end, seed=end.toordinal())):
            life = teller.life(past, end)
            if life.author is not None:
                life.author = people[(n * 7919) % len(people)]
            yield life

    # The town's own people move the lives; the authors are changed in their steps too.
    def told() -> Iterator[Any]:
        for life in lives():
            life.steps = [
                step._replace(actor=life.author)
                if step.move in ("report", "confirm", "return", "withdraw") and step.actor
                else step
                for step in life.steps
            ]
            yield life

    return load_history(by=None, at=end, lives=told(), public={"soak": "year"})


def _live(year: Year, since: dt.datetime, end: dt.datetime) -> None:
    """A month of work on what was open at its beginning: answers in many, then the timers."""
    from veche.city.problems.operations.many import answer_many
    from veche.core.cases import operations as cases
    from veche.core.cases.models import Case
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person

    held = Holding.objects.filter(role="officer", until__isnull=True, organisation__isnull=False)
    officers = dict(held.values_list("organisation_id", "person_id"))
    people = Person.objects.in_bulk(set(officers.values()))
    for day in (3, 6, 9):
        at = since + day * DAY
        for office, officer in officers.items():
            rows = dict(
                Case.objects.filter(
                    procedure="problem", organisation_id=office,
                    state__in=("work", "returned"), moved_at__lt=since,
                    opened_at__lt=since,
                )
                .order_by("pk")
                .exclude(pk__endswith="7" if day < 9 else "77")
                .values_list("pk", "seq")[:20_000]
            )  # fmt: skip
            chosen = list(rows.items())
            for first in range(0, len(chosen), MANY):
                some = dict(chosen[first : first + MANY])
                begun = time.monotonic()
                answer_many(by=people[officer], at=at, cases=some, words=dict.fromkeys(some, WORDS))
                if len(some) == MANY:
                    year.answered.append(time.monotonic() - begun)
    # Every three days the timers come: what is due is swept until nothing is left.
    for day in range(3, 31, 3):
        at = since + day * DAY if day < 30 else end
        while year.swept("terms (advance)", lambda at=at: cases.advance(at=at)):
            pass
        year.swept("climbing", lambda at=at: cases.climb(by=None, at=at))
        for manifest in load():
            for path in manifest.timers:
                if path.endswith(":advance") or "people" in path:
                    continue
                act: Any = resolve(path)
                year.swept(path.rpartition(".")[2] if ":" not in path else _named(path),
                           lambda act=act, at=at: act(at=at))  # fmt: skip


def _named(path: str) -> str:
    module, _colon, name = path.partition(":")
    return f"{module.removeprefix('veche.').split('.')[1]}: {name}"


def _pages(year: Year, month: int, at: dt.datetime, loaded: int) -> None:
    """What pages cost today: for visitors, and for an officer of the busiest office."""
    from django.db.models import Count

    from veche.city.problems.queries import lists
    from veche.core.cases.models import Case
    from veche.core.organisations.models import Holding
    from veche.portal import queries

    office = (
        Case.objects.filter(procedure="problem", state__in=("work", "returned"))
        .values_list("organisation_id")
        .annotate(n=Count("pk"))
        .order_by("-n")[0]
    )
    officer = Holding.objects.filter(role="officer", organisation_id=office[0]).latest("pk").person
    number = Case.objects.filter(procedure="problem", state="work").latest("pk").number
    visitor, desk = Client(), Client()
    desk.force_login(officer)

    def page(client: Client, path: str) -> Callable[[], None]:
        def one() -> None:
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)

        return one

    def afresh(act: Callable[[], None]) -> Callable[[], None]:
        def one() -> None:
            lists.forget()
            queries.forget()
            act()

        return one

    measured: dict[str, Callable[[], None]] = {
        "home": page(visitor, "/en/"),
        "list": page(visitor, "/en/problems/"),
        "list afresh": afresh(page(visitor, "/en/problems/")),
        "matter": page(visitor, f"/en/problems/{number}/"),
        "red list": page(visitor, "/en/red-list/"),
        "queue": page(desk, "/en/desk/"),
        "panel": page(desk, f"/en/desk/?open={number}"),
        "mine": page(desk, "/en/problems/mine/"),
    }
    row = {name: cpu(act) for name, act in measured.items()}
    once = {
        "statistics": cpu(page(visitor, "/en/problems/statistics/"), 1),
        "offices": cpu(page(visitor, "/en/offices/"), 1),
    }
    for name, value in (row | once).items():
        year.pages.setdefault(name, []).append(value)
    with CaptureQueriesContext(connection) as asked:
        measured["queue"]()
    total = Case.objects.count()
    open_now = Case.objects.filter(closed_at__isnull=True).count()
    if month == 1:
        print("month " + "".join(f"{n:>12}" for n in ("cases", "open", "of office", *row, *once)))
    print(
        f"{month:>5} {total:>12,}{open_now:>12,}{office[1]:>12,}"
        + "".join(f"{value:>12.1f}" for value in (row | once).values())
        + f"   {len(asked)} queries, {loaded:,} loaded",
        flush=True,
    )


def _judge(report: Callable[..., None], year: Year) -> None:
    third = max(1, MONTHS // 3)
    for name, values in year.pages.items():
        first, last = statistics.median(values[:third]), statistics.median(values[-third:])
        if name in ("statistics", "offices"):  # they count the whole period they are asked for
            report(f"{name}: last months", last, "ms CPU", beside=f"first months {first:.1f}")
            continue
        most = max(first * GROWTH, first + GRACE)
        report(f"{name}: last months", last, "ms CPU", at_most=round(most, 1),
               beside=f"first months {first:.1f}")  # fmt: skip
    for name, spent in sorted(year.sweeps.items()):
        report(f"longest sweep of {name}", spent, "s", at_most=LONGEST_SWEEP)
    if year.answered:
        report(f"answer {MANY} at once, slowest", max(year.answered), "s", at_most=5)
