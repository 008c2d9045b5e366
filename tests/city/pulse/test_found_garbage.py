"""What other machines may send: none of it stops those who send beside them."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection, transaction

from tests.cast import START, SmallTown, small_town
from tests.city.pulse.world import make_source
from veche.city.pulse.connectors.base import Found, Measured, a_moment
from veche.city.pulse.models import Reading, Refusal, Source, Stream, Thing
from veche.city.pulse.operations.found import take_found
from veche.city.pulse.operations.intake import Taken
from veche.city.pulse.operations.rollups import sum_up


def take(source: Source, *measured: Measured, **refused: tuple[int, str]) -> Taken:
    """Write what was found."""
    found = Found(list(measured), refused)
    return take_found(by=None, at=START, source=source, found=found)


@pytest.mark.parametrize("sign", ["\x00", "\ud800"])
def test_what_no_text_holds_falls_out(town: SmallTown, sign: str) -> None:
    """The character zero and half a pair of characters, wherever they stand."""
    source = make_source()
    odd = Measured(f"a{sign}", "pm25", START, 4.0, unit=f"µg{sign}", name=f"A{sign}")
    plain = Measured("b", "pm25", START, 5.0)
    assert take(source, odd, plain, form=(1, f"x{sign}")).taken == 2
    assert Thing.objects.filter(source=source, code__startswith="a").count() == 1
    assert Refusal.objects.get(source=source, reason="form").count == 1


def test_what_is_too_long_is_refused_alone(town: SmallTown) -> None:
    """A code of a thing is never cut, for two could become one; its name is."""
    source = make_source()
    long = Measured("x" * 81, "pm25", START, 4.0)
    named = Measured("a", "pm25", START, 4.0, name="n" * 300)
    many = Measured("a", "pm25", START, 4.0, nth=40_000)
    found = take(source, long, named, many)
    assert (found.taken, found.refused) == (1, {"form": 2})
    assert len(Thing.objects.get(source=source).name) == 255


@pytest.mark.parametrize(
    "told", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1" * 17]
)
def test_a_moment_centuries_away_is_none(told: object) -> None:
    assert a_moment(told) is None


@pytest.mark.django_db(transaction=True)
def test_two_senders_make_one_thing() -> None:
    """Both bring the first readings of a new thing at once: each is taken, the thing is one."""
    small_town()
    source = make_source("twice")
    outcomes: list[Any] = []

    def send(minute: int) -> None:
        at = START - dt.timedelta(minutes=minute)
        try:
            outcomes.append(take(source, Measured("new", "pm25", at, 1.0)).taken)
        except Exception as fault:  # told by the assertion below
            outcomes.append(fault)
        finally:
            connection.close()

    with transaction.atomic():
        Source.objects.select_for_update(no_key=True).get(pk=source.pk)
        senders = [threading.Thread(target=send, args=(n,)) for n in (1, 2)]
        for one in senders:
            one.start()
        for one in senders:
            one.join(1.0)
    for one in senders:
        one.join(20)
    assert outcomes == [1, 1]
    assert Thing.objects.filter(source=source).count() == 1
    assert Stream.objects.filter(source=source).count() == 1
    assert Reading.objects.count() == 2


def test_numbers_that_cannot_be_summed_are_refused(town: SmallTown) -> None:
    """Two of them would stop the sums of hours and the vital signs of the whole city."""
    source = make_source()
    given = [Measured("a", "pm25", START - n * dt.timedelta(minutes=1), 1.7e308) for n in (1, 2)]
    assert take(source, *given, Measured("a", "pm25", START, 5.0)).refused == {"range": 2}
    assert sum_up(by=None, at=START) == 1
