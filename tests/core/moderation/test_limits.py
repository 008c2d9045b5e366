"""Limits: who may write how much, until when, counted without making others wait."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory

from veche.core.journal.operations import record
from veche.core.moderation import limits
from veche.core.moderation.limits import Cap, TooMany, network_address, place_key, spend
from veche.core.moderation.models import Limit, Spent
from veche.core.people.models import Person
from veche.operation import OutsideOperation, operation

START = dt.datetime(2026, 11, 16, 6, 0, tzinfo=dt.UTC)


@operation
def act(*, by: Person | None, at: dt.datetime, keys: dict[str, str]) -> None:
    spend(by=by, at=at, what="test", keys=keys)
    record(kind="test.act", by=by, at=at, subject="test")


@pytest.mark.django_db
def test_a_person_is_refused_until_the_first_act_is_a_day_old() -> None:
    Limit.objects.create(what="test", scope="person", most=3)
    for hour in range(3):
        act(by=None, at=START + dt.timedelta(hours=hour), keys={"person": "a"})
    with pytest.raises(TooMany) as refusal:
        act(by=None, at=START + dt.timedelta(hours=5), keys={"person": "a"})
    assert refusal.value.details["until"] == START + dt.timedelta(days=1)
    assert "3" in str(refusal.value) and "17 Nov" in str(refusal.value)
    act(by=None, at=START + dt.timedelta(hours=5), keys={"person": "b"})
    act(by=None, at=START + dt.timedelta(days=1, seconds=1), keys={"person": "a"})


@pytest.mark.django_db
def test_what_is_refused_counts_nothing() -> None:
    Limit.objects.create(what="test", scope="person", most=1)
    act(by=None, at=START, keys={"person": "a", "place": "1:1"})
    count = Spent.objects.count()
    with pytest.raises(TooMany):
        act(by=None, at=START, keys={"person": "a", "place": "2:2"})
    assert Spent.objects.count() == count


@pytest.mark.django_db
def test_every_scope_counts_by_itself_and_the_latest_end_is_told() -> None:
    Limit.objects.create(what="test", scope="person", most=1, seconds=3600)
    Limit.objects.create(what="test", scope="address", most=1, seconds=7200)
    act(by=None, at=START, keys={"person": "a", "address": "192.0.2.1"})
    with pytest.raises(TooMany) as refusal:
        act(by=None, at=START, keys={"person": "a", "address": "192.0.2.1"})
    assert refusal.value.details["scope"] == "address"
    assert refusal.value.details["until"] == START + dt.timedelta(hours=2)


@pytest.mark.django_db
def test_the_key_cannot_be_read_back(settings: Any) -> None:
    act(by=None, at=START, keys={"address": "192.0.2.1"})
    first = bytes(Spent.objects.get().key)
    assert b"192" not in first and len(first) == 16
    settings.SECRET_KEY = "another"
    assert limits.digest("test:address", "192.0.2.1") != first


@pytest.mark.django_db
def test_nothing_is_spent_outside_an_operation() -> None:
    with pytest.raises(OutsideOperation):
        spend(by=None, at=START, what="test", keys={"person": "a"})


@pytest.mark.django_db
def test_the_rows_of_a_city_win_over_the_modules_own() -> None:
    assert limits.caps("anything")["person"] == limits.DEFAULTS["", "person"]
    Limit.objects.create(what="", scope="person", most=7)
    assert limits.caps("anything")["person"] == Cap(7)
    Limit.objects.create(what="anything", scope="person", most=5, seconds=60)
    assert limits.caps("anything")["person"] == Cap(5, 60)


def test_addresses_and_places() -> None:
    ask = RequestFactory()
    assert network_address(ask.get("/", REMOTE_ADDR="192.0.2.7")) == "192.0.2.7"
    one = network_address(ask.get("/", REMOTE_ADDR="2001:db8::1"))
    assert one == network_address(ask.get("/", REMOTE_ADDR="2001:db8::ffff")) == "2001:db8::/64"
    assert network_address(ask.get("/", REMOTE_ADDR="::ffff:192.0.2.7")) == "192.0.2.7"
    assert place_key(49.2501, 53.5001) == place_key(49.2509, 53.5009)
    assert place_key(49.2501, 53.5001) != place_key(49.2601, 53.5001)


@pytest.mark.django_db(transaction=True)
def test_sending_faster_passes_no_limit() -> None:
    """Twelve at the same moment, five are taken."""
    Limit.objects.create(what="test", scope="person", most=5)
    outcomes: list[bool] = []
    start = threading.Barrier(12)

    def one() -> None:
        start.wait()
        try:
            act(by=None, at=START, keys={"person": "a", "place": "1:1"})
            outcomes.append(True)
        except TooMany:
            outcomes.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(True) == 5
