"""The live wall: one reading for all screens, only what changed is sent, who may listen and how
long; no database is asked here."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from django.core import signing
from django.db import OperationalError

from veche import streams
from veche.portal.wall import hub as hubs
from veche.portal.wall import live, walls
from veche.portal.wall.door import Marks
from veche.portal.wall.hub import Hub
from veche.portal.wall.walls import DRILL, INSIDE, PUBLIC, give_pass, read_pass


class City:
    """What the hub asks instead of a database."""

    def __init__(self) -> None:
        self.mark = 0
        self.withdrawn: frozenset[int] = frozenset()
        self.pieces = {"head": "calm", "map": "a map"}
        self.read: list[tuple[str, tuple[str, ...]]] = []
        self.away = False
        self.asked_in = 0
        self.closed_in: list[int] = []

    def close(self) -> None:
        """Give back what the thread holds."""
        self.closed_in.append(threading.get_ident())

    def marks(self) -> Marks:
        """Whether anything has changed."""
        self.asked_in = threading.get_ident()
        if self.away:
            raise OperationalError("away")
        return Marks((self.mark,), self.withdrawn)

    def make(self, wall: str, languages: Iterable[str]) -> Mapping[str, dict[str, str]]:
        """The pieces in each language."""
        told = tuple(sorted(languages))
        self.read.append((wall, told))
        return {one: {name: f"{one} {text}" for name, text in self.pieces.items()} for one in told}

    def happens(self, **pieces: str) -> None:
        """Something changes."""
        self.mark += 1
        self.pieces |= pieces


class Screen:
    """A screen at the live door."""

    def __init__(self, door: live.Live, query: str, seen: str = "") -> None:
        self.sent: list[bytes] = []
        self.status = 0
        self.gone = asyncio.Event()
        headers = [(b"last-event-id", seen.encode())] if seen else []
        scope: dict[str, Any] = {
            "method": "GET", "path": "/wall/live", "query_string": query.encode(),
            "headers": headers,
        }  # fmt: skip
        self.task = asyncio.ensure_future(door(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message.get("body"):
            self.sent.append(message["body"])

    def events(self, name: str) -> list[Any]:
        """What came under this name."""
        heads = (f"event: {name}\n".encode(), b"data: ")
        return [
            json.loads(body.partition(heads[1])[2])
            for body in self.sent
            if body.startswith(heads[0])
        ]

    async def walls(self, many: int) -> list[dict[str, str]]:
        """The pieces that came, once so many did."""
        async with asyncio.timeout(10):
            while len(self.events("wall")) < many:
                await asyncio.sleep(0.01)
        return self.events("wall")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "EVERY", 0.02)
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)


def test_a_wall_is_read_once_for_all_screens_and_languages() -> None:
    async def story() -> None:
        city = City()
        door = live.Live(Hub(city.marks, city.make, city.close))
        screens = [Screen(door, f"language={one}") for one in ("en", "ru") for _n in range(30)]
        for screen in screens:
            await screen.walls(1)
        city.read.clear()
        city.happens(head="fire")
        for screen in screens:
            first, then = await screen.walls(2)
            assert set(first) == {"head", "map"}
            assert set(then) == {"head"}  # the map is as it was
            assert then["head"].endswith(" fire")
        assert city.read == [("public", ("en", "ru"))]
        for screen in screens:
            screen.gone.set()
        await asyncio.gather(*(screen.task for screen in screens))
        assert door.streams == 0
        await asyncio.sleep(0.1)
        assert door.hub.channels == {}  # nobody watches, nothing is asked
        assert city.closed_in == [city.asked_in]  # nor held: the pool has its connection back
        asked = len(city.read)
        city.happens(head="again")
        await asyncio.sleep(0.1)
        assert len(city.read) == asked

    asyncio.run(story())


def test_who_comes_back_is_sent_what_they_missed_and_nothing_twice() -> None:
    async def story() -> None:
        city = City()
        door = live.Live(Hub(city.marks, city.make, city.close))
        stays = Screen(door, "language=en")
        await stays.walls(1)
        mark = next(iter(door.hub.channels.values())).mark
        back = Screen(door, "language=en", seen=mark)
        await asyncio.sleep(0.15)
        assert back.events("wall") == []
        assert back.events("here")
        city.happens(head="fire")
        city.happens(map="another map")
        old = Screen(door, "language=en", seen="of-long-ago")
        assert set((await old.walls(1))[0]) == {"head", "map"}
        assert {name for one in await back.walls(1) for name in one} == {"head", "map"}
        await door.hub.end()
        for screen in (stays, back, old):
            screen.gone.set()
            await screen.task

    asyncio.run(story())


def test_a_withdrawn_screen_is_ended_and_not_let_in_again() -> None:
    async def story() -> None:
        city = City()
        door = live.Live(Hub(city.marks, city.make, city.close))
        query = f"pass={give_pass(INSIDE, 'en', screen=7)}"
        seven, eight = Screen(door, query), Screen(door, f"pass={give_pass(INSIDE, 'en', 8)}")
        await asyncio.gather(seven.walls(1), eight.walls(1))
        city.withdrawn = frozenset({7})
        await asyncio.wait_for(seven.task, 5)
        assert seven.events("end") == [{}]
        assert not eight.task.done()
        again = Screen(door, query)
        await asyncio.wait_for(again.task, 5)
        assert again.status == 403
        eight.gone.set()
        await eight.task

    asyncio.run(story())


def test_while_the_database_is_away_its_age_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        city = City()
        door = live.Live(Hub(city.marks, city.make, city.close))
        screen = Screen(door, "language=en")
        await screen.walls(1)
        city.away = True
        channel = next(iter(door.hub.channels.values()))
        channel.made_at -= 100
        await asyncio.sleep(0.2)
        assert screen.events("here")[-1]["age"] >= 100
        city.away = False
        city.happens(head="back")
        assert (await screen.walls(2))[-1] == {"head": "en back"}
        screen.gone.set()
        await screen.task

    asyncio.run(story())


def test_a_page_of_somebody_signed_in_is_asked_for_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls, "PERSON_FOR", walls.dt.timedelta(seconds=1))

    async def story() -> None:
        city = City()
        screen = Screen(
            live.Live(Hub(city.marks, city.make, city.close)), f"pass={give_pass(DRILL, 'ru')}"
        )
        await asyncio.wait_for(screen.task, 10)
        assert screen.events("again") == [{}]

    asyncio.run(story())


@pytest.mark.parametrize(
    "told",
    [
        "", "x", "öä", give_pass(INSIDE, "en") + "x", signing.dumps(["inside", "en", 0]),
        signing.dumps(["all", "en", 0], salt="veche.portal.wall"),
        signing.dumps({"a": 1}, salt="veche.portal.wall"),
        signing.dumps(["inside"], salt="veche.portal.wall"),
    ],
    # What is signed holds the moment: two processes would name the tests differently.
    ids=["empty", "short", "letters", "longer", "salt", "audience", "mapping", "no-language"],
)  # fmt: skip
def test_no_other_word_is_a_pass(told: str) -> None:
    assert read_pass(told) is None


def test_a_pass_says_what_it_was_given_for() -> None:
    given = read_pass(give_pass(INSIDE, "zh-hans", 3))
    assert given is not None
    assert (given.wall, given.language, given.screen) == (INSIDE, "zh-hans", 3)
    assert given.seconds == walls.SCREEN_FOR.total_seconds()
    public = read_pass(give_pass(PUBLIC, "en"))
    assert public is not None
    assert public.seconds == 0


def test_a_pass_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    told = give_pass(INSIDE, "en")
    monkeypatch.setattr(walls, "PERSON_FOR", walls.dt.timedelta(seconds=-1))
    assert read_pass(told) is None
    assert read_pass(give_pass(INSIDE, "en", screen=1)) is not None  # a screen's lasts longer


@pytest.mark.parametrize(
    ("query", "status"), [("language=xx", 403), ("pass=no", 403), ("pass=%ff", 403)]
)
def test_nobody_else_is_let_in(query: str, status: int) -> None:
    async def story() -> None:
        city = City()
        screen = Screen(live.Live(Hub(city.marks, city.make, city.close)), query)
        await asyncio.wait_for(screen.task, 5)
        assert screen.status == status

    asyncio.run(story())


def test_open_walls_end_when_the_process_is_asked_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 60)
    monkeypatch.setattr(streams, "_stopping", False)  # and it goes on afterwards

    async def story() -> None:
        city = City()
        door = live.Live(Hub(city.marks, city.make, city.close))
        screens = [Screen(door, "language=en") for _n in range(3)]
        for screen in screens:
            await screen.walls(1)
        assert streams.close_streams() == 3
        async with asyncio.timeout(10):
            await asyncio.gather(*(screen.task for screen in screens))
            late = Screen(door, "language=en")
            await late.task
        assert door.streams == 0
        assert late.status == 200

    asyncio.run(story())
    assert not streams._OPEN
