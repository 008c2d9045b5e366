"""Counting that takes long is done seldom; quick counting is never kept."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator

import pytest

from veche import kept

AT = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


class Wall:
    """A clock that counting moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.counted = 0

    def monotonic(self) -> float:
        return self.now

    def count(self, seconds: float) -> int:
        self.now += seconds
        self.counted += 1
        return self.counted


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wall]:
    made = Wall()
    monkeypatch.setattr(kept, "time", made)
    kept.forget()
    yield made
    kept.forget()


def test_what_is_quick_is_counted_every_time(wall: Wall) -> None:
    for expected in (1, 2, 3):
        assert kept.kept(("quick",), AT, lambda: wall.count(0.1)).value == expected


def test_what_takes_long_is_kept_for_a_hundred_times_as_long(wall: Wall) -> None:
    later = AT + dt.timedelta(minutes=1)
    assert kept.kept(("slow",), AT, lambda: wall.count(2.0)).value == 1
    wall.now += 199
    found = kept.kept(("slow",), later, lambda: wall.count(2.0))
    assert (found.value, found.at) == (1, AT)
    assert kept.kept(("another",), AT, lambda: wall.count(0.0)).value == 2
    wall.now += 2
    found = kept.kept(("slow",), later, lambda: wall.count(2.0))
    assert (found.value, found.at) == (3, later)


def test_what_is_large_is_kept_however_quick(wall: Wall) -> None:
    def ask() -> int:
        return kept.kept(("large",), AT, lambda: wall.count(0.1), large=lambda n: n > 0).value

    assert (ask(), ask()) == (1, 1)
    wall.now += kept.LARGE
    assert ask() == 2


def test_nothing_is_kept_for_longer_than_ten_minutes(wall: Wall) -> None:
    kept.kept(("slow",), AT, lambda: wall.count(60.0))
    wall.now += kept.LONGEST
    assert kept.kept(("slow",), AT, lambda: wall.count(60.0)).value == 2


def test_a_clock_that_was_turned_leaves_it_behind(wall: Wall) -> None:
    kept.kept(("slow",), AT, lambda: wall.count(5.0))
    assert kept.kept(("slow",), AT + dt.timedelta(days=8), lambda: wall.count(5.0)).value == 2


def test_a_fault_is_raised_and_not_kept(wall: Wall) -> None:
    def fails() -> int:
        wall.now += 5
        raise ValueError

    with pytest.raises(ValueError):
        kept.kept(("slow",), AT, fails)
    assert kept.kept(("slow",), AT, lambda: wall.count(5.0)).value == 1


def test_who_asks_for_the_same_waits_for_who_counts(wall: Wall) -> None:
    begun, go = threading.Event(), threading.Event()
    values: list[int] = []

    def slow() -> int:
        begun.set()
        go.wait(10)
        return wall.count(5.0)

    def ask() -> None:
        values.append(kept.kept(("slow",), AT, slow).value)

    both = [threading.Thread(target=ask) for _ in range(2)]
    both[0].start()
    assert begun.wait(10)
    both[1].start()
    go.set()
    for one in both:
        one.join(10)
    assert values == [1, 1] and wall.counted == 1
