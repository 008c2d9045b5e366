"""A bulk load's cases are written once, by the check of their events, and not without it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.cast import START, SmallTown, small_town

from veche.core.cases.models import Case

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def town() -> SmallTown:
    return small_town()


@contextmanager
def refused(words: str) -> Iterator[None]:
    with pytest.raises(DatabaseError, match=words), transaction.atomic():
        yield


def sql(statement: str, values: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_birth")
        return int(cursor.fetchone()[0])


def birth(town: SmallTown, pk: int, **more: Any) -> int:
    like = Case.objects.get(pk=town.report().case.pk)
    row = {
        "id": pk, "number": f"2026-{pk}", "procedure": like.procedure, "theme": like.theme,
        "territory_id": like.territory_id, "author_id": like.author_id, "opened_at": START, **more,
    }  # fmt: skip
    sql(
        f"INSERT INTO cases_birth ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})",
        list(row.values()),
    )
    return pk


def events(*rows: tuple[int, int, str, str, str, int | None]) -> None:
    """All in one statement: case, seq, move, source, target, actor."""
    sql(
        "INSERT INTO cases_caseevent (case_id, seq, move, source, target, actor_id, at, public)"
        " VALUES " + ", ".join(["(%s, %s, %s, %s, %s, %s, %s, '{}')"] * len(rows)),
        [value for row in rows for value in (*row, START + HOUR)],
    )


def test_it_is_written_where_its_last_event_left_it(town: SmallTown) -> None:
    due = START + 9 * HOUR
    pk = birth(town, 900_001, due_at=due, promised_at=due, first_promised_at=due)
    assert not Case.objects.filter(pk=pk).exists()
    author = town.resident.pk
    events(
        (pk, 1, "report", "", "moderation", author), (pk, 2, "pass", "moderation", "routing", None)
    )
    case = Case.objects.get(pk=pk)
    assert (case.state, case.seq, case.moved_at) == ("routing", 2, START + HOUR)
    assert (case.due_at, case.promised_at, case.first_promised_at) == (due, due, due)
    assert (case.closed_at, case.blocking, waiting()) == (None, True, 0)


def test_one_that_ends_at_once_is_closed(town: SmallTown) -> None:
    pk, author = birth(town, 900_001), town.resident.pk
    events(
        (pk, 1, "report", "", "moderation", author),
        (pk, 2, "withdraw", "moderation", "dropped", author),
    )
    assert Case.objects.get(pk=pk).closed_at == START + HOUR


@pytest.mark.parametrize(
    ("move", "target", "seq", "words"),
    [
        ("accept", "routing", 1, "no such move"),
        ("report", "routing", 1, "no such move"),
        ("report", "moderation", 2, "a step is missing"),
        ("record_open", "record_open", 1, "only an import"),
    ],
)
def test_an_illegal_first_step_gives_no_birth(
    town: SmallTown, move: str, target: str, seq: int, words: str
) -> None:
    pk = birth(town, 900_001)
    with refused(words):
        events((pk, seq, move, "", target, town.resident.pk))
    assert not Case.objects.filter(pk=pk).exists()


def test_it_is_not_born_before_it_was_opened_nor_to_somebody_else(town: SmallTown) -> None:
    pk = birth(town, 900_001, opened_at=START + 2 * HOUR)
    with refused("earlier than the step before"):
        events((pk, 1, "report", "", "moderation", town.resident.pk))
    pk = birth(town, 900_002)
    with refused("only its author"):
        events((pk, 1, "report", "", "moderation", town.neighbour.pk))


def test_births_and_moves_go_in_one_statement(town: SmallTown) -> None:
    old = town.report().case
    pk, idle = birth(town, 900_001), birth(town, 900_002)
    events(
        (pk, 1, "report", "", "moderation", town.resident.pk),
        (old.pk, 2, "pass", "moderation", "routing", None),
    )
    assert Case.objects.get(pk=old.pk).state == "routing"
    assert Case.objects.get(pk=pk).state == "moderation"
    # What nothing has happened to waits on, and is no case.
    assert waiting() == 1 and not Case.objects.filter(pk=idle).exists()


def test_a_case_is_not_born_again(town: SmallTown) -> None:
    old = town.report().case
    birth(town, old.pk)
    with refused("duplicate key"):
        events((old.pk, 2, "pass", "moderation", "routing", None))


def test_nobody_inserts_a_case_that_has_moved(town: SmallTown) -> None:
    town.report()
    with refused("begins before its first move"):
        sql(
            "INSERT INTO cases_case (number, procedure, theme, territory_id, blocking, opened_at,"
            " state, seq) SELECT 'x', procedure, theme, territory_id, true, opened_at, 'work', 3"
            " FROM cases_case LIMIT 1"
        )


@pytest.mark.parametrize("column", ["case_id", "organisation_id"])
def test_an_assignment_names_what_exists(town: SmallTown, column: str) -> None:
    given = {"case_id": town.report().case.pk, "organisation_id": town.roads.pk, column: 900_009}
    with refused("that does not exist"):
        sql(
            "INSERT INTO cases_assignment (case_id, organisation_id, since) VALUES (%s, %s, now())",
            list(given.values()),
        )


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM organisations_organisation", "never deleted"),
        ("UPDATE organisations_organisation SET id = id + 1000000", "keeps its number"),
        ("UPDATE cases_case SET id = id + 1000000", "keeps its number"),
        ("UPDATE cases_assignment SET case_id = 900009", "does not exist"),
    ],
)
def test_what_assignments_name_stays(town: SmallTown, statement: str, words: str) -> None:
    case = town.report().case
    sql("INSERT INTO cases_assignment (case_id, organisation_id, since) VALUES (%s, %s, now())",
        [case.pk, town.roads.pk])  # fmt: skip
    with refused(words):
        sql(statement)
