"""Queued work: done after the commit, never after a rollback, listed when it keeps failing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from veche.core.jobs.operations import try_again
from veche.core.jobs.queries import failed_jobs
from veche.jobs import job
from veche.project import jobs, tasks
from veche.testing import deliver

heard: list[str] = []


@job
def hear(*, word: str) -> None:
    heard.append(word)


@app.task(name="tests.fail")
def fail() -> None:
    raise ValueError("as expected")


@pytest.fixture(autouse=True)
def _silence() -> None:
    heard.clear()


@pytest.mark.django_db
def test_what_was_rolled_back_is_never_done() -> None:
    with connection.cursor() as cursor:  # other tests may have left work behind
        cursor.execute("DELETE FROM procrastinate_jobs")
    with pytest.raises(ValueError, match="stop"), transaction.atomic():
        hear.defer(word="lost")
        raise ValueError("stop")
    hear.defer(word="kept")
    assert deliver() == 1
    assert heard == ["kept"]


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_what_is_queued() -> None:
    hear.defer(word="a")
    hear.defer(word="b")
    jobs.work(wait=False)
    assert sorted(heard) == ["a", "b"]
    assert failed_jobs() == []


@pytest.mark.django_db(transaction=True)
def test_a_job_that_fails_for_good_stays_until_it_is_tried_again() -> None:
    fail.defer()
    jobs.work(wait=False)
    (failed,) = failed_jobs()
    assert failed.name == "tests.fail" and failed.at is not None
    assert try_again(by=None, at=dt.datetime.now(dt.UTC), job=failed.id) == 1
    assert failed_jobs() == []
    jobs.work(wait=False)
    assert [again.id for again in failed_jobs()] == [failed.id]


@pytest.mark.django_db
def test_a_timer_that_fails_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    from veche import module

    called: list[str] = []

    def resolve(path: str) -> Any:
        def timer(*, at: dt.datetime) -> None:
            called.append(path)
            if len(called) == 1:
                raise ValueError("as expected")

        return timer

    first = module.Module("a", "", timers={"a:one": "every minute", "a:two": "every minute"})
    monkeypatch.setattr(module, "load", lambda: [first])
    monkeypatch.setattr(module, "resolve", resolve)
    assert tasks.run_timers() == 1
    assert called == ["a:one", "a:two"]
