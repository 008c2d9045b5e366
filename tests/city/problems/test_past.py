"""The past costs nothing: a page reads as many rows of an old city as of a young one.

What each page reads is counted by PostgreSQL itself, row by row, in this test's own transaction:
first with some months of a past, then with one four times as long. A scan over all cases, or an
index that leads through all of them, shows at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests import database
from tests.city.problems.conftest import Town
from veche import clock, kept
from veche.city.problems.models import Problem
from veche.city.problems.queries import lists, rows
from veche.core.cases.models import Case
from veche.core.cases.operations import climb
from veche.module import load, resolve
from veche.portal import queries as home

DAY = dt.timedelta(days=1)
ENDED = ("confirmed", "unconfirmed", "refused", "rejected")
OPEN = ("moderation", "work", "returned", "check")
ALIVE, PAST, MORE = 400, 4_000, 12_000
"""Open matters; ended ones of the months before; ended ones of the years before those."""
ROOM = 1.05
"""So many times the rows may be read: where a term lies on a border, a row more or less."""
COUNTED = 800
"""So many of the newest are counted in a list of what has ended (100,000 outside this test)."""


def copies(model: Problem, number: int, first: dt.timedelta, last: dt.timedelta) -> None:
    """So many copies of a problem with all its steps, opened between two ages."""
    names = {}
    for table in ("cases_case", "problems_problem", "cases_caseevent", "cases_caseclock",
                  "cases_assignment"):  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} LIMIT 0")
            names[table] = [column.name for column in cursor.description]
    values: list[Any] = [clock.now() - first, last - first, number, number, model.pk]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "CREATE TEMP TABLE copied ON COMMIT DROP AS SELECT n,"
            " (SELECT max(id) FROM cases_case) + n AS id,"
            " (%s - %s * (n / %s::float) - c.opened_at) AS shift"
            " FROM cases_case c, generate_series(1, %s) n WHERE c.id = %s",
            values,
        )
        for table, columns in names.items():
            key = "id" if table == "cases_case" else "case_id"
            given = [_copied(table, name) for name in columns]
            wanted = [name for name in columns if name != "id" or table == "cases_case"]
            shown = [g for g, name in zip(given, columns, strict=True) if name in wanted]
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(wanted)}) SELECT {', '.join(shown)}"
                f" FROM {table} t, copied k WHERE t.{key} = %s",
                [model.pk],
            )
        cursor.execute("DROP TABLE copied")
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('cases_case', 'id'),"
            " (SELECT max(id) FROM cases_case))"
        )
        cursor.execute("SET LOCAL session_replication_role = origin")


def _copied(table: str, name: str) -> str:
    """What a column of a copy holds."""
    if name == ("id" if table == "cases_case" else "case_id"):
        return "k.id"
    if (table, name) == ("cases_case", "number"):
        return "'C-' || k.id"
    if name in ("longitude", "latitude"):  # all over the town
        return f"t.{name} + (k.n * {37 if name == 'latitude' else 61} %% 1000) / 13000.0 - 0.01"
    if name == "submission":
        return "NULL"
    moments = ("_at", "since", "until", "at")
    if name != "recorded_at" and (name.endswith("_at") or name in moments):
        return f"t.{name} + k.shift"
    return f"t.{name}"


def read_by(act: Callable[[], Any]) -> dict[str, int]:
    """How many rows of each table are read, by the database's own count."""

    def counted() -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)"
                " FROM pg_stat_xact_user_tables WHERE relname ~ '^(cases|problems)_'"
            )
            return dict(cursor.fetchall())

    before = counted()
    act()
    return {
        name: n - before.get(name, 0) for name, n in counted().items() if n - before.get(name, 0)
    }


@pytest.fixture
def aged(town: Town, monkeypatch: pytest.MonkeyPatch) -> list[Problem]:
    """One problem in every state, of which copies can be made."""
    monkeypatch.setattr(lists, "COUNTED", COUNTED)
    monkeypatch.setattr(rows, "COUNTED", COUNTED)
    monkeypatch.setattr(rows, "FEW", COUNTED // 4)
    return [town.to(state, at=town.start) for state in (*OPEN, *ENDED)]


def pages(town: Town) -> dict[str, Callable[[], Any]]:
    """The pages whose cost must not grow."""
    number = Case.objects.filter(state="work").latest("opened_at").number
    visitor, desk, person = Client(), Client(), Client()
    desk.force_login(town.officer)
    person.force_login(town.neighbour)

    def page(client: Client, path: str) -> Callable[[], Any]:
        def one() -> None:
            lists.forget()
            home.forget()
            kept.forget()
            answer = client.get("/en/" + path)
            assert answer.status_code == 200, (path, answer.status_code)

        return one

    near = "category=pothole&longitude=49.42&latitude=53.52"
    paths = {
        "": visitor,
        "problems/": visitor,
        "problems/?place=north": visitor,
        "problems/?category=pothole": visitor,
        "problems/?state=late&order=due": visitor,
        "problems/?order=due": visitor,
        "problems/?state=all": visitor,
        "problems/?state=confirmed&page=2": visitor,
        "problems/feed.atom": visitor,
        f"problems/{number}/": visitor,
        f"problems/report/near/?{near}": visitor,
        "problems/statistics/": visitor,
        "problems/statistics/?period=30": visitor,
        "offices/": visitor,
        "red-list/": visitor,
        "red-list.atom": visitor,
        "desk/": desk,
        "desk/?due=late": desk,
        "desk/?taken=me": desk,
        f"desk/?open={number}": desk,
        "problems/mine/": person,
        "me/": person,
    }
    found = {path: page(client, path) for path, client in paths.items()}
    for manifest in load():
        for timer in manifest.timers:
            if not timer.endswith(":advance"):  # it reads what is due, by an index of its own
                sweep: Any = resolve(timer)
                found[timer] = partial(sweep, at=clock.now())
    return found


def test_pages_read_no_more_of_an_old_city_than_of_a_young_one(
    town: Town, aged: list[Problem], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = clock.now()
    monkeypatch.setattr(clock, "now", lambda: at)
    by_state = {problem.case.state: problem for problem in aged}
    for state in OPEN:
        copies(by_state[state], ALIVE // len(OPEN), DAY, 20 * DAY)
    for state in ENDED:
        copies(by_state[state], 300 // len(ENDED), 2 * DAY, 85 * DAY)
        copies(by_state[state], PAST // len(ENDED), 95 * DAY, 200 * DAY)
    climb(by=None, at=clock.now())
    for name, sweep in pages(town).items():
        if ":" in name:  # what they have to do at first is done
            for _minute in range(3):
                sweep()
    first = measured(town)
    for state in ENDED:
        copies(by_state[state], MORE // len(ENDED), 201 * DAY, 1000 * DAY)
    then = measured(town)
    grown = {
        path: (sum(read.values()), sum(then[path].values()), then[path])
        for path, read in first.items()
        if sum(then[path].values()) > sum(read.values()) * ROOM + 20
    }
    assert not grown, "\n".join(f"{path}: {told}" for path, told in grown.items())


def measured(town: Town) -> dict[str, dict[str, int]]:
    """What every page reads; the planner knows the tables as they stand."""
    database.analyze()
    found = {}
    for path, act in pages(town).items():
        act()
        found[path] = read_by(act)
    return found
