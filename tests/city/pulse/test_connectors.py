"""Connectors: each reads what its simulator makes, refuses garbage in words and stays bounded."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from veche.city.pulse.connectors import base
from veche.city.pulse.connectors.base import Asked, Fault, a_moment, a_number
from veche.city.pulse.connectors.cap import read as cap
from veche.city.pulse.connectors.http_poll.read import values_of

AT = dt.datetime(2026, 11, 16, 12, 34, tzinfo=dt.UTC)


def asked(name: str, body: bytes | None = None, **more: object) -> Asked:
    """Settings of the simulator, and its answer or another body."""
    fetch = base.simulated(name, AT)
    if body is not None:
        given = body

        def fetch(address: str, headers: object = None, most: int = 0) -> bytes:
            return given

    settings = dict(base.simulator(name).SETTINGS)
    return Asked(settings, {}, AT, fetch, simulated=True, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", base.NAMES)
def test_what_a_simulator_makes_is_read(name: str) -> None:
    """Every reading has a thing, a property, a moment not in the future and a result."""
    found = base.reader(name).read(asked(name))

    assert found.measured
    assert not found.refused
    for one in found.measured:
        assert one.thing
        assert one.property
        assert one.at.tzinfo is not None
        assert one.at <= AT
        assert one.number is not None


@pytest.mark.parametrize("name", base.NAMES)
def test_the_same_moment_is_told_the_same(name: str) -> None:
    """Simulators are for tests and drills: the same moment gives the same readings."""
    assert base.reader(name).read(asked(name)).measured == (
        base.reader(name).read(asked(name)).measured
    )


@pytest.mark.parametrize("name", base.NAMES)
def test_garbage_is_refused_in_words(name: str) -> None:
    """Cut, turned and made-up bytes end in a sentence or in readings, never in another error."""
    good = base.simulator(name).answer("", AT)
    chance = random.Random(7)
    bodies = [
        b"",
        b"\xff\xfe",
        b"<a>",
        b"{",
        b"[]",
        b"{}",
        b"null",
        b"[1]",
        b'[["a"]]',
        b"\x00" * 9,
    ]
    for _time in range(120):
        cut = chance.randrange(len(good) + 1)
        turned = bytearray(good)
        for _place in range(chance.randrange(1, 12)):
            turned[chance.randrange(len(turned))] = chance.randrange(256)
        bodies += [good[:cut], bytes(turned)]
    if name in ("mqtt", "sql"):  # what their simulator's envelope holds is not what a machine sends
        bodies = []
    for body in bodies:
        try:
            found = base.reader(name).read(asked(name, body))
        except Fault as fault:
            assert str(fault)
        else:
            for one in found.measured:
                assert one.at.tzinfo is not None
                assert one.number is None or abs(one.number) < float("inf")


def test_deep_json_is_refused() -> None:
    """A list a hundred thousand deep is no way to stop a worker."""
    deep = b"[" * 100_000
    for name in ("http_poll", "webhook", "alertmanager", "sensorthings", "open311"):
        given = asked(name, deep)
        if name == "http_poll":
            given = Asked({**given.settings, "format": "json"}, {}, AT, given.fetch)
        with pytest.raises(Fault):
            base.reader(name).read(given)


@pytest.mark.parametrize(
    "bomb",
    [
        b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><alert>&c;</alert>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><alert>&b;</alert>',
    ],
)
def test_xml_traps_are_refused(bomb: bytes) -> None:
    """Entities of XML are never followed."""
    with pytest.raises(Fault):
        cap.read(asked("cap", bomb))


def test_an_exercise_is_never_a_warning() -> None:
    """Exercises, tests and drafts go under another name; a cancelled warning is nought."""
    body = base.simulator("cap").answer("", AT).decode()
    for status in ("Exercise", "Test", "Draft", "System"):
        turned = body.replace("<status>Actual</status>", f"<status>{status}</status>")
        assert {one.property for one in cap.read(asked("cap", turned.encode())).measured} == {
            cap.DRILL
        }
    over = body.replace("<msgType>Alert</msgType>", "<msgType>Cancel</msgType>")
    assert {one.number for one in cap.read(asked("cap", over.encode())).measured} == {0.0}


def test_the_token_goes_nowhere_else() -> None:
    """A feed of warnings may lead to other machines; they are not told the token."""
    seen: dict[str, object] = {}
    feed = (
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='https://a.example/1'/></entry>"
        b"<entry><link href='https://b.example/2'/></entry></feed>"
    )

    def fetch(address: str, headers: object = None, most: int = 0) -> bytes:
        seen[address] = headers
        return feed if address.endswith("feed") else b"<x/>"

    given = Asked({"address": "https://a.example/feed"}, {"token": "s3cret"}, AT, fetch)
    assert cap.read(given).heard
    assert seen["https://a.example/1"] == {"Authorization": "Bearer s3cret"}
    assert seen["https://b.example/2"] == {}


def test_lines_of_what_is_measured() -> None:
    """Column, code and unit; a line that is none is named."""
    assert values_of("t = temp °C\n\nrh=hum") == [("t", "temp", "°C"), ("rh", "hum", "")]
    with pytest.raises(Fault, match="nonsense"):
        values_of("nonsense")


def test_a_missing_column_is_named() -> None:
    """A table that is another than was agreed on is refused as a whole."""
    with pytest.raises(Fault, match="measured_at"):
        base.reader("http_poll").read(asked("http_poll", b"station;t\nw-1;4\n"))


@pytest.mark.parametrize(
    ("given", "number"),
    [("1,5", 1.5), (" 2 ", 2.0), ("NaN", None), ("inf", None), (True, None), ("1 200", 1200.0)],
)
def test_numbers_as_people_write_them(given: object, number: float | None) -> None:
    """Commas and spaces are read; what is not finite is none."""
    assert a_number(given) == number


def test_moments_as_systems_write_them() -> None:
    """ISO 8601, seconds and milliseconds."""
    assert a_moment("2026-11-16T12:00:00Z") == a_moment(1794830400) == a_moment("1794830400000")
    assert a_moment("yesterday") is None
    assert a_moment("9" * 40) is None
