"""Connecting systems, switching them off and on, polling them and looking at what they tell."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.cast import START, SmallTown
from veche.city.pulse import access, sealing
from veche.city.pulse.connectors import base, net
from veche.city.pulse.connectors.base import Fault, problem_words
from veche.city.pulse.models import Look, Reading, Refusal, Source, SourceTurn, Stream, Thing
from veche.city.pulse.operations import looks, polling, sources
from veche.core.journal.models import Record
from veche.core.organisations.queries import holdings
from veche.testing import deliver

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def connect(town: SmallTown, connector: str = "http_poll", **more: Any) -> Source:
    """A source of the roads office that its simulator answers for."""
    values: dict[str, Any] = {"cadence": 300, "fresh_for": 900, "public": False}
    if connector in base.NAMES:
        values["settings"] = {**base.simulator(connector).SETTINGS, "simulated": True}
    return sources.connect_source(
        by=town.steward,
        at=START,
        code=f"roads-{connector}",
        names={"en": "Roads", "ru": "Дороги", "zh": "道路"},
        owner="roads",
        connector=connector,
        **(values | more),
    )


def test_only_a_steward_connects(town: SmallTown) -> None:
    """An officer of the owner is refused."""
    with pytest.raises(access.NotASteward):
        sources.connect_source(
            by=town.officer, at=START, code="x", names={"en": "X"}, owner=town.roads
        )
    made = connect(town)
    assert made.state == Source.State.NEW
    assert Record.objects.filter(kind="pulse.source-connected", actor=town.steward.pk).count() == 1


def test_a_code_is_taken_once(town: SmallTown) -> None:
    """The second of the same code is refused, alone or beside others."""
    connect(town)
    with pytest.raises(sources.SourceExists):
        connect(town)


@pytest.mark.parametrize(("cadence", "fresh_for"), [(0, 10), (60, 59), (-1, 5), (60, 10**9)])
def test_cadences_that_cannot_be(town: SmallTown, cadence: int, fresh_for: int) -> None:
    """The limit of silence is at least the cadence."""
    with pytest.raises(sources.NotATime):
        connect(town, cadence=cadence, fresh_for=fresh_for)


def test_secrets_are_sealed(town: SmallTown) -> None:
    """Neither the table nor the journal holds them in the clear; a change keeps the others."""
    made = connect(town, secrets={"token": "s3cr3t-one", "password": "s3cr3t-two"})
    sources.change_source(
        by=town.steward, at=START, source=made, values={}, secrets={"token": "s3cr3t-new"}
    )
    kept = Source.objects.get(pk=made.pk)
    assert kept.secret
    assert b"s3cr3t" not in bytes(kept.secret)
    assert sealing.opened(kept.secret) == {"token": "s3cr3t-new", "password": "s3cr3t-two"}
    assert "s3cr3t" not in str(list(Record.objects.values_list("public", flat=True)))


def test_another_city_key_opens_nothing(town: SmallTown, settings: Any) -> None:
    """The secrets of a copied database are of no use; polling says so."""
    made = connect(town, secrets={"token": "x"})
    settings.SECRET_KEY = "another"
    with pytest.raises(sealing.SealBroken):
        sealing.opened(made.secret)
    assert polling.poll(made.pk, START) is None
    assert "secrets" in problem_words(Source.objects.get(pk=made.pk).problem)


def test_off_and_on(town: SmallTown) -> None:
    """Off by a person with a reason; on again it is new until something comes."""
    made = connect(town)
    sources.switch_off(by=town.steward, at=START, source=made, why="Moved")
    assert polling.poll(made.pk, START) is None
    with pytest.raises(sources.OffAlready):
        sources.switch_off(by=town.steward, at=START, source=made, why="")
    assert sources.switch_on(by=town.steward, at=START, source=made).state == Source.State.NEW
    states = list(SourceTurn.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["new", "off", "new"]


@pytest.mark.parametrize("name", [one.name for one in base.manifests() if one.way == "poll"])
def test_a_poll_writes_and_a_second_writes_nothing_new(town: SmallTown, name: str) -> None:
    """Things, streams and readings are made; what is told again is known again."""
    made = connect(town, name)
    first = polling.poll(made.pk, START)
    assert first is not None
    assert first.taken > 0
    assert not first.refused
    assert Reading.objects.count() == first.taken
    things, streams = Thing.objects.count(), Stream.objects.count()
    again = polling.poll(made.pk, START)
    assert again is not None
    assert again.taken == 0 or name == "sensorthings"
    assert Reading.objects.count() == first.taken + again.taken
    assert (Thing.objects.count(), Stream.objects.count()) == (things, streams)


def test_what_fails_is_kept_in_words_and_said_once(
    town: SmallTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault stays with the source until a poll goes well; one record each."""
    made = connect(town)

    def broken(name: str, at: dt.datetime) -> base.Fetch:
        def fetch(address: str, headers: object = None, most: int = 0) -> bytes:
            raise Fault(net.NO_SUCH, host="a.example")

        return fetch

    monkeypatch.setattr(base, "simulated", broken)
    for _time in range(3):
        assert polling.poll(made.pk, START) is None
    assert problem_words(Source.objects.get().problem) == "The machine a.example cannot be found."
    assert Record.objects.filter(kind="pulse.source-problem").count() == 1
    monkeypatch.undo()
    assert polling.poll(made.pk, START) is not None
    assert Source.objects.get().problem == ""
    assert Record.objects.filter(kind="pulse.source-problem").count() == 2


def test_a_fault_of_ours_stops_nobody(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a reader stumbles over becomes a sentence."""
    made = connect(town)
    monkeypatch.setattr("veche.city.pulse.connectors.http_poll.read.read", lambda _asked: 1 / 0)
    assert polling.poll(made.pk, START) is None
    assert "ZeroDivisionError" in problem_words(Source.objects.get().problem)


def test_the_turn_comes_with_the_cadence(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> None:
    """Due at once, then not before its cadence; never while it is off, never one that sends, never
    again while it still waits to be asked."""
    monkeypatch.setattr(polling, "poll", lambda *_asked: None)
    made = connect(town)
    connect(town, "webhook")
    assert polling.sweep(at=START) == 1
    assert polling.sweep(at=START + dt.timedelta(seconds=300)) == 0, "it waits"
    assert deliver() >= 1
    assert polling.sweep(at=START + dt.timedelta(seconds=299)) == 0
    assert polling.sweep(at=START + dt.timedelta(seconds=300)) == 1
    sources.switch_off(by=town.steward, at=START, source=made, why="x")
    assert polling.sweep(at=START + HOUR) == 0


def test_a_source_cannot_flood_the_city_with_things(
    town: SmallTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Things above the limit are refused and counted, the others taken."""
    monkeypatch.setattr("veche.city.pulse.operations.found.MOST_THINGS", 2)
    made = connect(town)
    told = polling.poll(made.pk, START)
    assert told is not None
    assert Thing.objects.count() == 2
    assert told.refused["unknown"] > 0
    assert Refusal.objects.get(reason="unknown").count == told.refused["unknown"]


def test_who_reads_what_is_not_public(town: SmallTown) -> None:
    """Stewards, operators and analysts, the owner's officers; nobody else."""
    made = connect(town)

    def may(person: Any) -> bool:
        return access.reads(made, holdings(person, START))

    assert may(town.steward)
    assert may(town.operator)
    assert may(town.officer)
    assert not may(town.light_officer)
    assert not may(town.resident)
    assert not may(None)
    assert access.readable(holdings(town.resident, START)) == frozenset()
    assert access.readable(holdings(town.officer, START)) == frozenset({made.pk})
    assert access.readable(holdings(town.operator, START)) is None


def test_every_look_is_written_down_and_a_renewed_page_is_one(town: SmallTown) -> None:
    """Only of what is not public; the same again within minutes is one look."""
    closed, free = connect(town), connect(town, "webhook", public=True)
    for minutes in (0, 1, 4):
        looks.note_look(
            by=town.operator,
            at=START + dt.timedelta(minutes=minutes),
            sources=[closed.pk, free.pk],
            what="/pulse",
        )
    assert Look.objects.count() == 1
    looks.note_look(by=town.operator, at=START + HOUR, sources=[closed.pk], what="/pulse")
    looks.note_look(by=town.officer, at=START + HOUR, sources=[closed.pk], what="/pulse")
    assert Look.objects.count() == 3
    assert Record.objects.filter(kind="pulse.source-looked").count() == 3


def test_what_was_on_its_way_is_asked_for_again(town: SmallTown) -> None:
    """A reading that reached the other system after we had asked it lies before our asking."""
    made = connect(town, "sensorthings")
    assert polling.asked_of(made, START).since is None
    assert polling.poll(made.pk, START) is not None
    newest = max(Reading.objects.values_list("at", flat=True))
    late = START + HOUR
    Source.objects.filter(pk=made.pk).update(seen_at=late)
    made.refresh_from_db()
    since = polling.asked_of(made, late).since
    assert since is not None
    assert since == min(newest, late) - dt.timedelta(seconds=900)
    told = polling.poll(made.pk, START)
    assert told is not None
    assert (told.taken, told.repeated > 0) == (0, True)
