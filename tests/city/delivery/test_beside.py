"""What is reported at the same place, and of the same kind, since a promise was made."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import START, SmallTown, small_town
from tests.city.delivery.promises import DAY, make
from veche.city.delivery.models import Promise
from veche.city.delivery.queries.beside import Beside, beside
from veche.city.problems import operations as problems
from veche.core.cases.models import Case, CaseClock
from veche.core.places.queries import atlas

HERE = (49.25, 53.5)
METRE = 1 / 111_320
"""Degrees of latitude."""


@pytest.fixture
def town(db: None) -> SmallTown:
    return small_town()


def reported(town: SmallTown, metres: float, *, days: float = 2, **more: Any) -> Case:
    """A published hole so many metres north of the promise's point."""
    at = START + days * DAY
    case = town.report(at=at, latitude=HERE[1] + metres * METRE, longitude=HERE[0], **more).case
    return problems.accept(by=town.moderator, at=at + dt.timedelta(hours=1), case=case)


def seen(promise: Promise) -> Beside:
    return beside(promise, atlas())


def test_what_lies_within_three_hundred_metres_since_then_is_shown(town: SmallTown) -> None:
    before = reported(town, 20, days=-1)
    promise = make(town, point=HERE)
    near, far = reported(town, 250), reported(town, 350)
    nearest = reported(town, 10, days=3)
    unread = town.report(at=START + 2 * DAY).case
    found = seen(promise)
    assert [one.case for one in found.near] == [nearest, near]
    assert [one.metres for one in found.near] == [10, 250]
    assert found.counts == {"near": 2, "kind": 0}
    assert {before.pk, far.pk, unread.pk}.isdisjoint(one.case.pk for one in found.near)


def test_of_the_same_kind_wherever_in_the_place(town: SmallTown) -> None:
    promise = make(town, theme="pothole")
    hole = reported(town, 9_000)
    lamp = reported(town, 10, category="lamp")
    elsewhere = town.report(at=START + 2 * DAY, longitude=49.75).case
    problems.accept(by=town.moderator, at=START + 3 * DAY, case=elsewhere)
    found = seen(promise)
    assert [one.case for one in found.kind] == [hole]
    assert lamp.pk not in {one.case.pk for one in found.kind}
    assert found.near == []


def test_firms_called_there_by_contract_are_named(town: SmallTown, client: Client) -> None:
    promise = make(town, point=HERE)
    holes = [reported(town, 10), reported(town, 30, by=town.neighbour)]
    assert not seen(promise).firms
    CaseClock.objects.filter(case__in=holes).update(by_contract=True)
    assert seen(promise).firms == [(town.roads, 2)]
    page = client.get(f"/en/promises/{promise.case.number}/").content.decode()
    assert "Roads office (2)" in page


def test_steps_and_promises_are_not_beside_themselves(town: SmallTown) -> None:
    promise = make(town, point=HERE, theme="pothole")
    make(town, at=START + DAY, point=HERE, theme="pothole")
    assert seen(promise).counts == {"near": 0, "kind": 0}


def test_what_is_hidden_is_not_shown(town: SmallTown, client: Client) -> None:
    promise = make(town, point=HERE)
    hole = reported(town, 10)
    Case.objects.filter(pk=hole.pk).update(hidden_at=START + 4 * DAY)
    page = client.get(f"/en/promises/{promise.case.number}/").content.decode()
    assert hole.number not in page


def test_the_page_costs_the_same_with_many_beside_it(town: SmallTown, client: Client) -> None:
    promise = make(town, point=HERE, theme="pothole")
    address, counts = f"/en/promises/{promise.case.number}/", []
    for number in (2, 12):
        for n in range(number):
            reported(town, 20 + n, by=town.neighbour if n % 2 else town.resident)
        client.get(address)
        with CaptureQueriesContext(connection) as made:
            page = client.get(address).content.decode()
        counts.append(len(made))
    assert "14 matters within 300 metres" in page
    assert counts[0] == counts[1]
