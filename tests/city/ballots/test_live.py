"""The count while it runs: who sees what, that it comes soon, and that it ends."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest

from tests.city.ballots.doors import ask, scope_of
from tests.city.ballots.votes import CLOSES, Voting, voting
from veche.city.ballots import live, live_hub
from veche.city.ballots.live import Counts, build, live_pass
from veche.city.ballots.models import Tally, Vote
from veche.city.ballots.operations import course
from veche.project.asgi import Message

pytestmark = pytest.mark.django_db(transaction=True)
AT = dt.datetime(2026, 11, 17, tzinfo=dt.UTC)


def body(number: int) -> dict[str, Any]:
    """A count of so many ballots."""
    return {"turnout": {"number": number}, "questions": [{"code": "lamps", "votes": number}]}


@pytest.fixture
def town() -> Voting:
    return voting()


def opened(town: Voting, mode: str = "live") -> Vote:
    """An open vote with a count of one."""
    told: dict[str, Any] = {"mode": mode}
    if mode != "live":
        told["reason"] = {"en": "So that nobody follows the crowd."}
    vote = town.opened(live=told)
    Tally.objects.create(vote=vote, at=AT, body=body(1))
    return vote


def path(vote: Vote, what: str = "tally.json") -> str:
    """The address of its count."""
    return f"/votes/{vote.case.number}/{what}"


def once(*asked: tuple[str, dict[str, str]]) -> list[Any]:
    """Answers to requests, one after another."""
    counts = build()

    async def all_of() -> list[Any]:
        try:
            return [await ask(counts, path, headers=headers) for path, headers in asked]
        finally:
            await counts.hub.end()

    return asyncio.run(all_of())


def test_the_count_is_told_with_a_mark(town: Voting) -> None:
    vote = opened(town)
    first, again, other = once(
        (path(vote), {}), (path(vote), {"if-none-match": "?"}), ("/votes/V-999/tally.json", {})
    )
    assert first.told["turnout"]["number"] == 1 and first.told["state"] == "open"
    assert first.told["at"] == "2026-11-17T00:00:00+00:00"
    assert again.body == first.body
    mark = first.headers[b"etag"].decode()
    [same] = once((path(vote), {"if-none-match": mark}))
    assert (same.status, same.body) == (304, b"")
    assert other.status == 404 and other.told["code"] == "no-such-vote"
    draft = town.draft()
    [hidden] = once((f"/votes/{draft.case.number}/tally.json", {}))
    assert hidden.status == 404, "nobody reads a draft"


def test_who_has_not_voted_sees_the_turnout_only(town: Voting) -> None:
    shy, secret, plain = opened(town, "after-own-vote"), opened(town, "turnout"), opened(town)
    for vote, given, seen in (
        (shy, "", []),
        (shy, live_pass(plain.pk), []),
        (shy, "ж", []),
        (shy, live_pass(shy.pk), body(1)["questions"]),
        (secret, "", []),
        (plain, "", body(1)["questions"]),
    ):
        [found] = once((f"{path(vote)}?pass={given}", {}))
        assert found.told["questions"] == seen
        assert found.told["turnout"] == {"number": 1}


class Reader:
    """A page that is open."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.left = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    async def receive(self) -> Message:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def events(self) -> list[tuple[str, Any]]:
        """What has come so far."""
        text = b"".join(m.get("body", b"") for m in self.messages).decode()
        found = []
        for part in text.split("\n\n"):
            lines = dict(line.split(": ", 1) for line in part.split("\n") if ": " in line)
            if "event" in lines:
                found.append((lines["event"], json.loads(lines["data"])))
        return found

    async def until(self, ready: Callable[[list[tuple[str, Any]]], bool]) -> float:
        """Seconds until it has come; at most five."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.timeout(5):
            while not ready(self.events):
                await asyncio.sleep(0.01)
        return loop.time() - began


@asynccontextmanager
async def reading(counts: Counts, where: str, **headers: str) -> AsyncIterator[Reader]:
    """A page that is open for a while."""
    reader = Reader()
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    reader.task = asyncio.ensure_future(
        counts(scope_of(where, "GET", told), reader.receive, reader.send)
    )
    try:
        yield reader
    finally:
        reader.left.set()
        await asyncio.wait_for(reader.task, 5)


def update(counts: Counts, vote: Vote, number: int) -> None:
    """The sequencer counts on."""
    with psycopg.connect(**counts.hub.database, autocommit=True) as other:
        other.execute(
            "UPDATE ballots_tally SET body = %s WHERE vote_id = %s",
            [json.dumps(body(number)), vote.pk],
        )


def test_what_changes_comes_to_all_who_read_and_once(town: Voting) -> None:
    vote = opened(town)

    async def watch() -> None:
        counts = build()
        where = path(vote, "live")
        async with reading(counts, where) as one, reading(counts, where) as two:
            await one.until(lambda told: len(told) == 1)
            await two.until(lambda told: len(told) == 1)
            update(counts, vote, 2)
            for reader in (one, two):
                assert await reader.until(lambda told: len(told) == 2) < 2
                assert [told["turnout"]["number"] for _event, told in reader.events] == [1, 2]
            looks = counts.hub.looks
            await asyncio.sleep(1.2)
            assert 1 <= counts.hub.looks - looks <= 3, "two readers, one look"
            assert len(one.events) == 2, "what is the same is not sent again"
        looks = counts.hub.looks
        await asyncio.sleep(1.2)
        assert counts.hub.looks - looks <= 1, "nobody watches, nothing is asked"
        assert counts.streams == 0
        await counts.hub.end()

    asyncio.run(watch())


def test_who_comes_back_is_sent_what_is_new_only(town: Voting) -> None:
    vote = opened(town)

    async def watch() -> None:
        counts = build()
        where = path(vote, "live")
        async with reading(counts, where) as reader:
            await reader.until(lambda told: len(told) == 1)
        seen = counts.hub.counts[vote.case.number].mark
        async with reading(counts, where, last_event_id=seen) as reader:
            await asyncio.sleep(0.3)
            assert reader.events == []
            update(counts, vote, 3)
            await reader.until(lambda told: len(told) == 1)
        await counts.hub.end()

    asyncio.run(watch())


def test_the_end_is_said_and_who_comes_again_is_sent_away(town: Voting) -> None:
    vote = opened(town)

    async def watch() -> None:
        counts = build()
        where = path(vote, "live")
        async with reading(counts, where) as reader:
            await reader.until(lambda told: len(told) == 1)
            await asyncio.to_thread(end, vote)
            await reader.until(lambda told: bool(told) and told[-1][0] == "end")
            assert reader.messages[-1]["more_body"] is False
        answer = await ask(counts, where, headers={"last-event-id": "anything"})
        assert answer.status == 204, "a browser stays away"
        await counts.hub.end()

    def end(vote: Vote) -> None:
        from django.db import connection

        from veche.core.cases.operations import move_case
        from veche.operation import operation

        @operation
        def announce(*, by: None, at: dt.datetime) -> None:
            move_case(by=by, at=at, case=vote.case, move="announce")

        course.close_in_time(by=None, at=CLOSES, case=vote.case)
        vote.case.refresh_from_db()
        announce(by=None, at=CLOSES)
        connection.close()

    asyncio.run(watch())


def test_a_quiet_line_is_kept_alive(town: Voting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    vote = opened(town)

    async def watch() -> None:
        counts = build()
        async with reading(counts, path(vote, "live")) as reader:
            await asyncio.sleep(0.5)
            assert sum(m.get("body") == b": here\n\n" for m in reader.messages) >= 3
        await counts.hub.end()

    asyncio.run(watch())


def test_while_the_database_is_away_readers_stay_and_newcomers_are_told(
    town: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    vote, other = opened(town), opened(town)
    monkeypatch.setattr(live_hub, "EVERY", 0.05)

    async def watch() -> None:
        counts = build()
        there = counts.hub.database
        async with reading(counts, path(vote, "live")) as reader:
            await reader.until(lambda told: len(told) == 1)
            counts.hub.database = {**there, "host": "/nowhere"}
            await counts.hub._drop()
            answer = await ask(counts, path(other))
            assert (answer.status, answer.told["code"]) == (503, "door-away")
            await asyncio.sleep(0.2)
            counts.hub.database = there
            update(counts, vote, 7)
            await reader.until(lambda told: told[-1][1]["turnout"]["number"] == 7)
        await counts.hub.end()

    asyncio.run(watch())
