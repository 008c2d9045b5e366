"""Those who listen to the journal: one job for an operation, none where nobody listens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.cast import START

from veche import module
from veche.core.journal import listening, tasks
from veche.core.journal.models import Record
from veche.core.journal.operations import record, record_many
from veche.operation import operation
from veche.testing import deliver

pytestmark = pytest.mark.django_db

HEARD: list[tuple[str, list[str]]] = []


def hear(*, records: Sequence[Record], at: dt.datetime) -> None:
    """The listener of these tests."""
    HEARD.append(("one", [f"{r.kind} {r.subject}" for r in records]))


def hear_too(*, records: Sequence[Record], at: dt.datetime) -> None:
    """Another one."""
    HEARD.append(("two", [f"{r.kind} {r.subject}" for r in records]))


@operation
def write(*, by: None, at: dt.datetime, kinds: Sequence[str]) -> None:
    """An operation that leaves these records."""
    for kind in kinds:
        record(kind=kind, by=by, at=at, subject="this")


@operation
def write_around(*, by: None, at: dt.datetime, kinds: Sequence[str]) -> None:
    """An operation that calls another."""
    write(by=by, at=at, kinds=kinds)
    record_many(kind="a.many", by=by, at=at, about=[("p", {}), ("q", {})])


@pytest.fixture(autouse=True)
def _heard(monkeypatch: pytest.MonkeyPatch) -> None:
    HEARD.clear()
    paths = (f"{__name__}:hear", f"{__name__}:hear_too")
    found = {"a.done": paths, "a.many": paths[:1]}
    for place in (listening, tasks):
        monkeypatch.setattr(place, "listeners", lambda: found)


def _jobs(call: Callable[..., None], *kinds: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        call(by=None, at=START, kinds=kinds)
    return sum("procrastinate" in one["sql"] for one in seen.captured_queries)


def test_an_operation_nobody_listens_to_queues_nothing() -> None:
    assert _jobs(write, "a.quiet") == 0
    assert deliver() == 0 and HEARD == []


def test_one_job_tells_every_listener_what_it_hears() -> None:
    assert _jobs(write_around, "a.done", "a.quiet", "a.done") == 1
    assert deliver() == 1
    assert HEARD == [
        ("one", ["a.done this", "a.done this", "a.many p", "a.many q"]),
        ("two", ["a.done this", "a.done this"]),
    ]


def test_what_is_rolled_back_is_not_told() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        write(by=None, at=START, kinds=["a.done"])
        raise RuntimeError
    assert deliver() == 0 and HEARD == []


def test_very_many_records_go_in_several_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "MOST", 2)
    write(by=None, at=START, kinds=["a.done"] * 5)
    assert deliver() == 3
    assert [len(its) for name, its in HEARD if name == "one"] == [2, 2, 1]


def test_every_kind_that_is_listened_to_is_written_by_a_module() -> None:
    written = {kind for one in module.load() for kind in one.journal_writes}
    assert set(module.listeners()) <= written
    for paths in module.listeners().values():
        assert all(callable(module.resolve(path)) for path in paths)
