"""Two officers at one matter at the same moment, in real transactions."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import Client

from tests.cast import SmallTown, small_town
from veche import clock
from veche.city.problems import operations
from veche.core.cases.queries import history
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person


@pytest.fixture
def town(transactional_db: None) -> Iterator[SmallTown]:
    from veche.project.cli import sync

    sync()
    yield small_town()
    sync()


def test_one_answers_and_the_other_is_told_with_the_words_kept(town: SmallTown) -> None:
    now = clock.now()
    colleague = add_person(by=None, at=now, name="Colleague", email="colleague@example.org")
    appoint(by=None, at=now, person=colleague, role="officer", organisation=town.roads)
    problem = town.report(at=now)
    case = operations.accept(by=town.moderator, at=now, case=problem.case)
    gate = threading.Barrier(2)
    got: dict[str, tuple[int, str]] = {}

    def answer(person: Person) -> None:
        try:
            client = Client()
            client.force_login(person)
            words = f"It was filled by the crew of {person.name}."
            gate.wait(10)
            response = client.post(
                f"/en/problems/{case.number}/answer/", {"seen": case.seq, "text": words}
            )
            got[person.name] = (response.status_code, response.content.decode())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=answer, args=(p,)) for p in (town.officer, colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(status for status, _page in got.values()) == [302, 409]
    loser = next(name for name, (status, _page) in got.items() if status == 409)
    winner = next(name for name in got if name != loser)
    page = got[loser][1]
    assert f"by the crew of {loser}" in page and f"by the crew of {winner}" in page
    assert [event.move for event in history(case)].count("answer") == 1
