"""Failed work on the page of an administrator."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.cast import START, SmallTown, small_town

from veche import clock
from veche.core.jobs.operations import OnlyAdministrators, try_again
from veche.core.jobs.queries import failed_jobs, queue
from veche.core.journal.models import Record
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.core.people.tasks import send_letter
from veche.errors import NotFound

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def town() -> SmallTown:
    with connection.cursor() as cursor:  # what other tests have left
        cursor.execute("DELETE FROM procrastinate_jobs")
    return small_town()


@pytest.fixture
def administrator(town: SmallTown) -> Person:
    person = add_person(by=None, at=START, name="Ada", email="ada@example.org")
    appoint(by=None, at=clock.now() - DAY, person=person, role="administrator")
    return person


def fail(count: int) -> list[int]:
    """Jobs that have failed as often as they may, and no others: giving a role queues some."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    for n in range(count):
        send_letter.defer(prefix="once", email=f"secret{n}@example.org", language="en",
                          words={"code": "471100"})  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed', attempts = 5 RETURNING id")
        return sorted(row[0] for row in cursor.fetchall())


def test_an_administrator_sees_what_failed_and_not_what_it_was_given(
    administrator: Person, client: Client
) -> None:
    numbers = fail(2)
    client.force_login(administrator)
    page = client.get(reverse("jobs:failed")).content.decode()
    assert all(f">{number}<" in page for number in numbers)
    assert "veche.core.people.tasks.send_letter" in page
    assert "secret0" not in page and "471100" not in page
    answer = client.post(reverse("jobs:failed"), {"job": str(numbers[0])}, follow=True)
    assert "1 job is tried again." in answer.content.decode()
    assert [one.id for one in failed_jobs()] == numbers[1:]
    assert (queue().waiting, queue().failed) == (1, 1)
    record = Record.objects.get(kind="jobs.tried-again")
    assert record.public == {"jobs": 1, "names": ["veche.core.people.tasks.send_letter"]}
    client.post(reverse("jobs:failed"))  # all that are left
    assert failed_jobs() == [] and queue().waiting == 2


def test_nobody_else_sees_or_tries(town: SmallTown, client: Client) -> None:
    (number,) = fail(1)
    assert client.get(reverse("jobs:failed")).status_code == 403
    for person in (town.resident, town.officer, town.moderator):
        client.force_login(person)
        assert client.get(reverse("jobs:failed")).status_code == 403
        assert client.post(reverse("jobs:failed"), {"job": number}).status_code == 403
        with pytest.raises(OnlyAdministrators):
            try_again(by=person, at=clock.now(), job=number)
    assert [one.id for one in failed_jobs()] == [number]


def test_only_what_failed_is_tried_again(administrator: Person, client: Client) -> None:
    (number,) = fail(1)
    assert try_again(by=administrator, at=clock.now(), job=number) == 1
    with pytest.raises(NotFound):  # somebody else pressed a moment ago
        try_again(by=administrator, at=clock.now(), job=number)
    client.force_login(administrator)
    for nonsense in ("x", "9" * 30, "-1", "\x00"):
        assert client.post(reverse("jobs:failed"), {"job": nonsense}).status_code == 404


def test_the_administrator_of_a_district_does_not_look_after_the_program(
    town: SmallTown, client: Client
) -> None:
    (number,) = fail(1)
    person = add_person(by=None, at=START, name="Wes", email="wes@example.org")
    appoint(by=None, at=clock.now() - DAY, person=person, role="administrator", territory=town.west)
    client.force_login(person)
    assert client.get(reverse("jobs:failed")).status_code == 403
    with pytest.raises(OnlyAdministrators):
        try_again(by=person, at=clock.now(), job=number)


def test_work_that_is_queued_once_at_a_time_holds_nothing_up(administrator: Person) -> None:
    """The timer failed twice: all can be tried again, and the timer stands in the queue once."""
    (other,) = fail(1)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs"
            " (task_name, queue_name, queueing_lock, status, attempts)"
            " SELECT 'veche.tick', 'default', 'veche.tick', 'failed', 1 FROM generate_series(1, 2)"
        )
    assert try_again(by=administrator, at=clock.now()) == 2
    assert other not in [one.id for one in failed_jobs()]
    assert queue().waiting == 2
