"""The load of a city, month by month: what is reported, what offices do, what the timers sweep."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection

import veche.town
from tests.demo_database import fit_for_demo
from tests.soak.parts import cost
from veche import clock
from veche.module import load, resolve
from veche.project import home as homes
from veche.town import problems as told

DAY = dt.timedelta(days=1)
MANY = 500
"""Matters an office answers at once."""
FIRST = 600
"""Problems of the year before: the town has stories to tell, but hardly a past."""
PEOPLE_A_PROBLEM = 100
"""Accounts for each problem a day; each writes a few times a year."""
VOLUNTEERS_A_PROBLEM = 2.2
"""The seed's city has 3,300 of them for 1,500 problems a day."""
WORDS = "It was looked at and put right on Tuesday; a photograph lies with the foreman."
EVERY = 3
"""Days between two visits of the timers: a city's come every minute, and find less each time."""


def turn(at: dt.datetime) -> None:
    """It is this moment in the city, for pages and jobs of this process."""
    clock.now = lambda: at


class Sweeps:
    """How long each sweep took, at most, in this month."""

    def __init__(self) -> None:
        self.longest: dict[str, float] = {}

    def run(self, name: str, act: Callable[[], Any]) -> Any:
        """Run a sweep; the longest of each name is kept, in seconds."""
        begun = time.monotonic() - cost.kept_waiting()
        found = act()
        took = time.monotonic() - cost.kept_waiting() - begun
        self.longest[name] = max(self.longest.get(name, 0.0), took)
        return found


def settle(start: dt.datetime, daily: int) -> None:
    """The town with its stories, and its people."""
    history = told.history
    told.history = partial(history, FIRST)
    logs = homes.current().path / "soak" / "demo"
    shutil.rmtree(logs, ignore_errors=True)  # of a database that is no more
    fit_for_demo(logs)
    try:
        for manifest in load():
            if manifest.demo:
                loader: Any = resolve(manifest.demo)
                loader(town=veche.town, at=start, report=lambda _line: None)
    finally:
        told.history = history
    _people(start, daily)


def _people(start: dt.datetime, daily: int) -> None:
    """Accounts, and readers among them, as they would have signed up before."""
    from veche.core.notices.operations import subscribing
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Level, Person, Residence
    from veche.core.places.models import Territory

    made = [
        Person(
            name=f"Resident {n}",
            email=f"resident-{n}@soak.example",
            level=Level.EMAIL,  # others would be deleted after a week
            language="en",
            since=start,
        )
        for n in range(daily * PEOPLE_A_PROBLEM)
    ]
    Person.objects.bulk_create(made, batch_size=5_000)
    homes = list(Territory.objects.filter(kind="neighbourhood", imported=False).order_by("pk"))
    until = start + 10 * 365 * DAY
    Residence.objects.bulk_create(
        [
            Residence(person=person, territory=homes[n % len(homes)], how="letter", since=start,
                      until=until)
            for n, person in enumerate(made)
        ],
        batch_size=5_000,
    )  # fmt: skip
    Holding.objects.bulk_create(
        [
            Holding(person=person, role="volunteer", territory_id=homes[n % len(homes)].district_id,
                    since=start)
            for n, person in enumerate(made[: int(daily * VOLUNTEERS_A_PROBLEM)])
        ]
    )  # fmt: skip
    for person in Person.objects.filter(email__endswith="@soak.example")[: min(daily * 2, 1_000)]:
        subscribing.subscribe(by=person, at=start, wanted=subscribing.Wanted(theme="pothole"))


def bring(end: dt.datetime, daily: int) -> int:
    """The problems of one month as they stand on its last day."""
    from veche.city.problems.bulk import load_history
    from veche.city.problems.demo import _Teller
    from veche.city.problems.models import Category
    from veche.core.people.models import Person

    known = dict(Category.objects.filter(imported=False).values_list("code", "pk"))
    teller = _Teller(end, known)
    of_soak = Person.objects.filter(email__endswith="@soak.example")
    people = list(of_soak.order_by("pk").values_list("pk", flat=True))
    own = ("report", "confirm", "return", "withdraw")

    # The town's own people move the lives; the authors are changed in their steps too.
    def lives() -> Iterator[Any]:
        for n, past in enumerate(told.history(daily * 30, 30, end=end, seed=end.toordinal())):
            life = teller.life(past, end)
            if life.author is not None:
                life.author = people[(n * 7919) % len(people)]
            life.steps = [
                s._replace(actor=life.author) if s.move in own and s.actor else s
                for s in life.steps
            ]
            teller.pictured.clear()
            yield life

    return load_history(by=None, at=end, lives=lives(), public={"soak": "year"})


def live(since: dt.datetime, end: dt.datetime, sweeps: Sweeps) -> None:
    """A month of work on what was open at its beginning: answers in many, then the timers."""
    days = range(EVERY, 31, EVERY)
    for day in days:
        at = since + day * DAY if day < days[-1] else end
        turn(at)
        if day in (3, 6, 9):
            _answer(at, since, sweeps, patience=day < 9)
        _timers(at, sweeps)


def _answer(at: dt.datetime, since: dt.datetime, sweeps: Sweeps, *, patience: bool) -> None:
    """Every office answers what it had at the month's beginning; a few are left to the last."""
    from veche.city.problems.operations.many import answer_many
    from veche.core.cases.models import Case
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person

    held = Holding.objects.filter(role="officer", until__isnull=True, organisation__isnull=False)
    officers = dict(held.values_list("organisation_id", "person_id"))
    people = Person.objects.in_bulk(set(officers.values()))
    for office, officer in officers.items():
        rows = list(
            Case.objects.filter(
                procedure="problem", organisation_id=office,
                state__in=("work", "returned"), moved_at__lt=since, opened_at__lt=since,
            )
            .order_by("pk")
            .exclude(pk__endswith="7" if patience else "77")
            .values_list("pk", "seq")
        )  # fmt: skip
        for first in range(0, len(rows), MANY):
            some = dict(rows[first : first + MANY])
            words = dict.fromkeys(some, WORDS)
            act = partial(answer_many, by=people[officer], at=at, cases=some, words=words)
            whole = len(some) == MANY
            sweeps.run(f"answer {MANY} at once" if whole else "answer fewer at once", act)


def _timers(at: dt.datetime, sweeps: Sweeps) -> None:
    """Every timer of every module, as often as something is left to the next minute."""
    from veche.core.cases import operations as cases

    advanced = "cases: advance"
    while sweeps.run(advanced, partial(cases.advance, at=at)):
        jobs(sweeps)
    for manifest in load():
        for path in manifest.timers:
            if path.endswith(":advance"):
                continue
            act: Any = resolve(path)
            module, _colon, name = path.partition(":")
            sweeps.run(f"{module.split('.')[2]}: {name}", partial(act, at=at))
    jobs(sweeps)


def jobs(sweeps: Sweeps) -> None:
    """What was queued, done one by one as the worker does it."""
    from procrastinate.contrib.django import app

    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM procrastinate_jobs WHERE id = (SELECT min(id)"
                " FROM procrastinate_jobs WHERE status = 'todo') RETURNING task_name, args"
            )
            row = cursor.fetchone()
        if row is None:
            return
        name = row[0]
        arguments = row[1] if isinstance(row[1], dict) else json.loads(row[1])
        sweeps.run(f"job {name.rpartition('.')[2]}", partial(app.tasks[name].func, **arguments))


def publish(at: dt.datetime) -> None:
    """Write everything that is published, with the stranger's check of it."""
    from veche.core.opendata.operations import publish

    with tempfile.TemporaryDirectory() as folder:
        publish(by=None, at=at, folder=Path(folder) / "published")
