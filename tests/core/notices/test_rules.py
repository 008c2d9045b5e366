"""Quiet hours, streets, waiting: pure rules."""

from __future__ import annotations

import datetime as dt
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche.core.notices import rules


def test_the_examples_hold() -> None:
    assert doctest.testmod(rules).failed == 0


@pytest.mark.parametrize(
    ("address", "street"),
    [
        ("Bridge Street, 9", "bridge"),
        ("ул. Полевая, 12", "полевая"),
        ("Полевая улица, д. 3А", "полевая"),
        ("улица Полевая 12", "полевая"),
        ("проспект Ленина, 5 к2", "ленина"),
        ("ул. 8 Марта, 1", "8 марта"),
        ("Зелёная ул., 4", "зеленая"),
        ("建设路12号", "建设路"),
        ("12", ""),
        ("", ""),
        ("  ,, ", ""),
    ],
)
def test_a_street_is_found_in_an_address(address: str, street: str) -> None:
    assert rules.street_of(address) == street


@given(st.text(max_size=200))
def test_any_address_has_a_short_street_that_names_itself(address: str) -> None:
    street = rules.street_of(address)
    assert len(street) <= 120
    assert "\x00" not in street


@given(st.times(), st.times(), st.times())
def test_quiet_hours_and_the_others_make_the_day(
    moment: dt.time, begin: dt.time, end: dt.time
) -> None:
    if begin == end:
        assert not rules.is_quiet(moment, begin, end)
    else:
        assert rules.is_quiet(moment, begin, end) != rules.is_quiet(moment, end, begin)


def test_a_circle_reaches_as_far_as_it_says() -> None:
    assert abs(rules.metres((49.0, 53.0), (49.0, 54.0)) - 111_195) < 10
    west, south, east, north = rules.box(49.25, 53.5, 500)
    assert abs(rules.metres((49.25, south), (49.25, north)) - 1000) < 1
    assert abs(rules.metres((west, 53.5), (east, 53.5)) - 1000) < 1


def test_waiting_grows_and_ends() -> None:
    waits = [rules.wait_after(n) for n in range(1, 30)]
    assert waits == sorted(waits) and waits[0] == dt.timedelta(minutes=1)
    assert waits[-1] == dt.timedelta(hours=4)


def test_a_host_is_known_by_its_whole_name() -> None:
    assert rules.host_allowed("web.push.apple.com", ("push.apple.com",))
    assert not rules.host_allowed("evilpush.apple.com.example", ("push.apple.com",))
    assert not rules.host_allowed("notpush.apple.com", ("push.apple.com",))
