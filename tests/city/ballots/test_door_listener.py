"""The door as a process of its own: a real socket, and whoever may come to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest

from tests.city.ballots.doors import Answer
from tests.city.ballots.test_door import opened, sent, token_of
from tests.city.ballots.votes import Voting, voting
from veche import listening
from veche.city.ballots import door as doors
from veche.city.ballots import door_writer, intake
from veche.city.ballots.door import Door, build
from veche.city.ballots.door_writer import Answer as Written
from veche.city.ballots.load import request
from veche.city.ballots.models import Ballot
from veche.listening import Listener

pytestmark = pytest.mark.django_db(transaction=True)
Talk = Callable[["House"], Coroutine[Any, Any, Any]]


@pytest.fixture
def town() -> Voting:
    intake.KNOWN.forget()
    intake._told.clear()
    return voting()


class House:
    """A listener with the door behind it, and lines to it."""

    def __init__(self, door: Door, listener: Listener, port: int) -> None:
        self.door, self.listener, self.port = door, listener, port

    async def line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def say(self, *parts: bytes, answers: int = 1) -> list[Answer]:
        """Send these bytes on one connection; so many answers."""
        reader, writer = await self.line()
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.005 if len(parts) > 1 else 0)
        found = [await answer_of(reader) for _n in range(answers)]
        writer.close()
        return found


async def answer_of(reader: asyncio.StreamReader) -> Answer:
    """The next answer on a line."""
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    first, *lines = head[:-4].split(b"\r\n")
    headers = dict(line.split(b": ", 1) for line in lines)
    body = await reader.readexactly(int(headers[b"content-length"]))
    return Answer(int(first.split(b" ", 2)[1]), headers, body)


def visited(talk: Talk, **more: Any) -> Any:
    """What comes of a talk with a door of its own."""

    async def visit() -> Any:
        door = build()
        listener = Listener({b"/cast": door.hear}, longest=doors.LARGEST, **more)
        port = await listener.begin(host="127.0.0.1", port=0)
        try:
            return await talk(House(door, listener, port))
        finally:
            await listener.end(0.2)
            await door.end()

    return asyncio.run(visit())


def test_ballots_are_taken_one_after_another_and_at_once(town: Voting) -> None:
    vote = opened(town)
    bodies = [sent(token_of(vote, n, town), {"lamps": ["a"]}) for n in range(6)]
    one, *piped = [request("/cast", body, "X: y") for body in bodies]
    half = len(one) // 2
    chunked = (
        b"POST /cast HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
        + b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n"
        % (9, bodies[0][:9], len(bodies[0]) - 9, bodies[0][9:])
    )

    async def talk(house: House) -> list[list[Answer]]:
        return await asyncio.gather(
            house.say(one[:half], one[half:]),
            house.say(b"".join(piped), answers=5),
            house.say(chunked),
            house.say(*(chunked[n : n + 40] for n in range(0, len(chunked), 40))),
        )

    first, others, again, slowly = visited(talk)
    assert {a.status for a in (*first, *others, *again, *slowly)} == {200}
    assert Ballot.objects.filter(vote=vote).count() == 6
    assert first[0].told["ballot"] == again[0].told["ballot"] == slowly[0].told["ballot"]
    assert first[0].headers[b"cache-control"] == b"no-store" and first[0].headers[b"date"]
    # What was asked first is answered first.
    known = intake.known_vote(vote.pk)
    for body, answer in zip(bodies[1:], others, strict=True):
        token = intake.read_ballot(json.loads(body)["token"])
        leaf = known.leaf(token, intake.place_code(token.territory), '{"lamps":["a"]}')
        assert answer.told["ballot"] == intake.leaf_hash(leaf).hex()


def test_what_is_no_ballot_is_refused_in_words(town: Voting) -> None:
    token = token_of(opened(town), 0, town)
    good = request("/cast", sent(token, {"lamps": ["z"]}), "accept-language: ru")
    head = b"POST /cast HTTP/1.1\r\nhost: x\r\naccept-language: zh\r\n"
    cases = (
        (good, 422, "ballot-choice"),
        (request("/cast", b"{"), 400, "ballot-unreadable"),
        (request("/cast?a=b", b"{"), 400, "ballot-unreadable"),
        (request("/other", b"{}"), 404, "not-found"),
        (b"GET /cast HTTP/1.1\r\nhost: x\r\n\r\n", 405, "request-method"),
        (b"\x16\x03\x01 no http at all\r\n\r\n", 400, "request-unreadable"),
        (b"CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n", 404, "not-found"),
        (head + b"\r\n", 411, "request-length"),
        (head + b"content-length: -1\r\n\r\n", 400, "request-unreadable"),
        (head + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}", 400, ""),
        (head + b"content-length: 9999999\r\n\r\n" + b"x" * 9_999_999, 413, "ballot-too-long"),
        (head + b"transfer-encoding: chunked\r\n\r\n" + b"no\r\n" * 9, 400, ""),
        (head + b"transfer-encoding: chunked\r\n\r\n9999\r\n" + b"x" * 99_999, 413, ""),
        (head + b"transfer-encoding: chunked\r\n\r\n0\r\nt: " + b"x" * 2_000_000, 413, ""),
        (head.replace(b"1.1", b"1.0") + b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400, ""),
        (head + b"a: " + b"x" * 20_000 + b"\r\n\r\n", 431, "request-head"),
        (head + b"a: " + b"x" * 999_999, 431, "request-head"),
        (b"POST /" + b"x" * 20_000, 431, "request-head"),
    )

    async def talk(house: House) -> list[list[Answer]]:
        said = [await house.say(case[0]) for case in cases]
        reader, writer = await house.line()
        writer.write(b"HEAD /cast HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b"\r\n\r\n"), "a head has no body"
        writer.close()
        said += [await house.say(b"GET /healthz HTTP/1.0\r\n\r\n")]
        # After a refusal of one's own doing the line goes on.
        both = await house.say(good + good, answers=2)
        assert [one.status for one in both] == [422, 422]
        return said

    *refused, [healthy] = visited(talk)
    assert (healthy.status, healthy.body, healthy.headers[b"connection"]) == (
        200,
        b"ok\n",
        b"close",
    )
    for (body, status, code), [answer] in zip(cases, refused, strict=True):
        assert answer.status == status, body[:80]
        assert answer.told["code"] == code or not code, body[:80]
        assert answer.told["title"] and answer.told["status"] == status
        assert answer.headers[b"content-type"].startswith(b"application/problem+json")
        if body.startswith(head):
            assert answer.headers[b"content-language"] in (b"zh-hans", b"en"), body[:80]
    assert refused[4][0].headers[b"allow"] == b"POST"
    assert refused[0][0].headers[b"content-language"] == b"ru"
    assert not Ballot.objects.exists()


def test_who_is_too_slow_is_let_go_and_holds_up_nobody(
    town: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PATIENCE", 3)
    monkeypatch.setattr(listening, "IDLE", 6)
    vote = opened(town)
    good = request("/cast", sent(token_of(vote, 0, town), {"lamps": ["a"]}))

    async def talk(house: House) -> None:
        idle, lying = await house.line()
        slow, drip = await house.line()
        for byte in range(8):
            drip.write(good[byte : byte + 1])
            await asyncio.sleep(0.02)
        [taken] = await house.say(good)
        assert taken.status == 200
        answer = await answer_of(slow)
        assert (answer.status, answer.told["code"]) == (408, "request-slow")
        assert await slow.read() == b"" and await idle.read() == b""
        for writer in (lying, drip):
            writer.close()

    visited(talk, tick=0.03)


def test_more_lines_than_there_may_be_are_asked_to_come_again(town: Voting) -> None:
    async def talk(house: House) -> None:
        _reader, writer = await house.line()
        await asyncio.sleep(0.02)
        reader, other = await house.line()
        answer = await answer_of(reader)
        assert (answer.status, answer.told["code"]) == (503, "door-full")
        assert answer.headers[b"retry-after"]
        for one in (writer, other):
            one.close()

    visited(talk, most_lines=1)


def test_what_is_being_written_when_it_stops_is_answered_and_nothing_else_is_taken(
    town: Voting,
) -> None:
    vote = opened(town)
    one, two = (request("/cast", sent(token_of(vote, n, town), {"lamps": ["a"]})) for n in range(2))

    async def talk(house: House) -> tuple[Answer, bytes]:
        writing, go_on = asyncio.Event(), asyncio.Event()
        batch = house.door.writer._batch

        async def held(given: Any) -> list[Written]:
            writing.set()
            await go_on.wait()
            return await batch(given)

        house.door.writer._batch = held  # type: ignore[method-assign]
        reader, writer = await house.line()
        idle, lying = await house.line()
        writer.write(one)
        await writing.wait()
        ending = asyncio.ensure_future(house.listener.end(5))
        assert await idle.read() == b"", "who asks for nothing is let go at once"
        writer.write(two)
        await asyncio.sleep(0.02)
        with pytest.raises(OSError):
            await house.line()
        go_on.set()
        answer = await answer_of(reader)
        rest = await reader.read()
        await ending
        for open_one in (writer, lying):
            open_one.close()
        return answer, rest

    answer, rest = visited(talk)
    assert (answer.status, rest) == (200, b"")
    assert Ballot.objects.count() == 1


def test_who_goes_before_the_answer_has_voted_all_the_same(town: Voting) -> None:
    vote = opened(town)
    good = request("/cast", sent(token_of(vote, 0, town), {"lamps": ["a"]}))

    async def talk(house: House) -> None:
        _reader, writer = await house.line()
        writer.write(good)
        await writer.drain()
        writer.close()
        [again] = await house.say(good)
        assert again.status == 200

    visited(talk)
    assert Ballot.objects.count() == 1


def test_who_never_fetches_answers_is_not_read_from(
    town: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PATIENCE", 2)
    flood = request("/other", b"{}") * 4_000

    async def talk(house: House) -> None:
        _reader, writer = await house.line()
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        for _n in range(40):
            writer.write(flood)
        until = asyncio.get_running_loop().time() + 8
        while house.listener.lines or not house.listener.ticks:
            await asyncio.sleep(0.02)
            assert asyncio.get_running_loop().time() < until, "it is let go"
            assert all(len(line.waiting) < 4_000 for line in house.listener.lines)
        writer.close()

    visited(talk, tick=0.03)


def test_who_leaves_answers_lying_is_cut_off_in_the_end() -> None:
    listener = Listener({}, longest=9)
    line = listening.Line(listener)
    line.transport = transport = Mock()
    line.look()
    listener.ticks = listening.IDLE + 1
    line.look()
    assert transport.close.called and not transport.abort.called
    listener.ticks += listening.PATIENCE
    line.look()
    assert transport.abort.called, "closing waits for what nobody fetches"


def test_who_is_gone_before_a_refusal_disturbs_nothing() -> None:
    line = listening.Line(Listener({}, longest=9))
    line.transport = transport = Mock()
    transport.is_closing.return_value = False
    transport.write_eof.side_effect = OSError
    line.data_received(b"no http at all\r\n\r\n")
    assert transport.write.called and transport.abort.called


def test_a_fault_of_the_program_is_answered_and_the_line_goes_on(
    town: Voting, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    vote = opened(town)
    good = request("/cast", sent(token_of(vote, 0, town), {"lamps": ["a"]}))

    written = "what somebody wrote"

    def faulty(_asked: object) -> None:
        raise KeyError(written)

    async def talk(house: House) -> list[Answer]:
        house.listener.doors[b"/faulty"] = faulty
        with monkeypatch.context() as patch:
            patch.setattr(doors, "learn", faulty)
            found = await house.say(request("/faulty", b"{}") + good, answers=2)
        return found + await house.say(good)

    *faults, taken = visited(talk)
    assert [(one.status, one.told["code"]) for one in faults] == [(500, "door-fault")] * 2
    assert taken.status == 200
    assert "KeyError" in caplog.text and written not in caplog.text


def test_what_was_given_up_is_not_written_later(
    town: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_writer, "PATIENCE", 0.2)
    vote = opened(town)
    good = request("/cast", sent(token_of(vote, 0, town), {"lamps": ["a"]}))
    waits = "SELECT FROM pg_stat_activity WHERE wait_event = 'advisory' AND query LIKE %s"

    async def talk(house: House) -> int:
        with psycopg.connect(**house.door.writer.database, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(ballots_lock(%s))", [vote.pk])
            [away] = await house.say(good)
            until = asyncio.get_running_loop().time() + 3
            while other.execute(waits, ["%ballots_cast%"]).rowcount:
                await asyncio.sleep(0.05)
                assert asyncio.get_running_loop().time() < until, "it still waits to be written"
        return away.status

    assert visited(talk) == 503
    assert not Ballot.objects.exists()
