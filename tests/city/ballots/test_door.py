"""The native door: what it takes, what it refuses and how, and that nothing is said too early."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
from collections.abc import Coroutine
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.city.ballots.doors import Answer, ask
from tests.city.ballots.votes import CLOSES, DAY, Voting, question, voting
from veche.city.ballots import door_writer, intake, keys
from veche.city.ballots.door import Door, build
from veche.city.ballots.door_writer import Away, Sending, Writer
from veche.city.ballots.models import Ballot, PromiseKey, Vote, Voter
from veche.city.ballots.operations import course
from veche.city.ballots.queries import right
from veche.city.ballots.tokens import BallotToken
from veche.city.ballots.vote.promise import Promise
from veche.core.journal.tlog.keys import verify
from veche.core.journal.tlog.merkle import leaf_hash
from veche.core.journal.tlog.note import VerifierKey
from veche.project.asgi import Router

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town() -> Voting:
    intake.KNOWN.forget()
    intake._told.clear()
    return voting()


def opened(town: Voting, *questions: dict[str, Any]) -> Vote:
    """A vote that is open by the database's clock."""
    vote = town.opened(*questions)
    Vote.objects.filter(pk=vote.pk).update(closes_at=dt.datetime.now(dt.UTC) + 30 * DAY)
    return vote


def token_of(vote: Vote, voter: int, town: Voting) -> BallotToken:
    """The ballot of one voter."""
    now = dt.datetime.now(dt.UTC)
    return right.hand_out(vote.case.number, at=now, person=town.voters[voter].pk)


def sent(token: BallotToken | str, choice: Any, **more: str) -> bytes:
    """The body of a request."""
    text = token if isinstance(token, str) else token.sign(keys.token_key())
    return json.dumps({"token": text, "choice": choice} | more).encode()


def through(door: Door, *bodies: bytes, headers: dict[str, str] | None = None) -> list[Answer]:
    """What the door answers to all of them at once."""
    router = Router(door, 1, native={"cast": lambda _path: door})

    async def all_of() -> list[Answer]:
        try:
            asked: list[Coroutine[Any, Any, Answer]] = [
                ask(router, "/cast", method="POST", body=body, headers=headers) for body in bodies
            ]
            return await asyncio.gather(*asked)
        finally:
            await door.end()

    return asyncio.run(all_of())


def test_many_are_written_at_once_and_each_gets_a_promise(town: Voting) -> None:
    vote = opened(town)
    tokens = [token_of(vote, n, town) for n in range(12)]
    door = build()
    answers = through(door, *(sent(t, {"lamps": ["abc"[n % 3]]}) for n, t in enumerate(tokens)))
    assert {a.status for a in answers} == {200}
    assert Ballot.objects.filter(vote=vote).count() == 12
    assert door.writer.batches < 12, "one commit carries many"
    known = [VerifierKey.read(one.verifier) for one in PromiseKey.objects.all()]
    for token, answer in zip(tokens, answers, strict=True):
        promise = Promise.read(answer.told["promise"].encode())
        assert promise.checked(known, verify)
        assert promise.leaf.hex() == answer.told["ballot"]
        row = Ballot.objects.get(vote=vote, code=token.code)
        leaf = intake.known_vote(vote.pk).leaf(
            token, intake.place_code(token.territory), row.choice
        )
        assert promise.leaf == leaf_hash(leaf)


def test_the_same_again_is_the_same_ballot(town: Voting) -> None:
    vote = opened(town)
    token = token_of(vote, 0, town)
    body = sent(token, {"lamps": ["a"]}, key="first")
    one, two = through(build(), body, body)
    again = through(build(), body)[0]
    assert one.told["ballot"] == two.told["ballot"] == again.told["ballot"]
    [other] = through(build(), sent(token, {"lamps": ["b"]}, key="second"))
    assert (other.status, other.told["code"]) == (409, "ballot-other")
    [named] = through(build(), sent(token, {"lamps": ["a"]}), headers={"idempotency-key": "first"})
    assert named.status == 200
    assert Ballot.objects.count() == 1


def test_what_is_refused_says_why_in_the_readers_language(town: Voting) -> None:
    vote = opened(town, question(), question("order", "ranked"), question("m", "score", points=5))
    token = token_of(vote, 0, town)
    expired = token._replace(until=dt.datetime.now(dt.UTC) - DAY)
    foreign = token.sign(b"another city's key")
    good = {"lamps": ["a"]}
    cases = (
        (sent(expired, good), 409, "ballot-stale"),
        (sent(foreign, good), 403, "ballot-token"),
        (sent(token.sign(keys.token_key())[:-2] + "xx", good), 403, "ballot-token"),
        (sent(token._replace(code=bytes(16)), good), 403, "struck-off"),
        (sent(token, {"lamps": ["z"]}), 422, "ballot-choice"),
        (sent(token, {"order": ["a", "a"]}), 422, "ballot-choice"),
        (sent(token, {"m": {"a": -1}}), 422, "ballot-choice"),
        (sent(token, {"lamps": ["a"] * 9000}), 413, "ballot-too-long"),
        (sent(token, "x" * 10_000_000), 413, "ballot-too-long"),
        (sent(token, good, key="k" * 300), 413, "ballot-too-long"),
        (sent(token, good, key="\ud800"), 400, "ballot-unreadable"),
        (b"{", 400, "ballot-unreadable"),
        (b"[]", 400, "ballot-unreadable"),
        (b"null", 400, "ballot-unreadable"),
        (b"[" * 12_000, 400, "ballot-unreadable"),
        (b'{"token": 1, "choice": {}}', 400, "ballot-unreadable"),
        (b"\xff\xfe", 400, "ballot-unreadable"),
    )
    titles: dict[str, set[str]] = {}
    for language in ("en", "ru-RU,ru;q=0.9", "zh-CN"):
        answers = through(build(), *(c[0] for c in cases), headers={"accept-language": language})
        for (body, status, code), answer in zip(cases, answers, strict=True):
            assert (answer.status, answer.told["code"]) == (status, code), body[:80]
            assert answer.headers[b"content-type"].startswith(b"application/problem+json")
            titles.setdefault(code, set()).add(answer.told["title"])
    assert all(len(said) >= 3 for said in titles.values()), titles
    assert not Ballot.objects.exists()


def test_a_ballot_of_one_place_is_none_of_another(town: Voting) -> None:
    token = token_of(opened(town), 0, town)
    packed = bytearray(base64.urlsafe_b64decode(token.sign(keys.token_key()) + "=="))
    for place in range(1, 52):  # vote, entry, code, revision, territory, channel, term
        changed = packed.copy()
        changed[place] ^= 1
        text = base64.urlsafe_b64encode(changed).decode().rstrip("=")
        [answer] = through(build(), sent(text, {"lamps": ["a"]}))
        assert (answer.status, answer.told["code"]) == (403, "ballot-token"), place
    assert not Ballot.objects.exists()


def test_a_get_is_no_ballot(town: Voting) -> None:
    answer = asyncio.run(ask(build(), "/cast"))
    assert (answer.status, answer.headers[b"allow"]) == (405, b"POST")


def test_nothing_is_taken_after_the_close(town: Voting) -> None:
    vote = opened(town)
    token = token_of(vote, 0, town)
    course.close_in_time(by=None, at=CLOSES, case=vote.case)
    [answer] = through(build(), sent(token, {"lamps": ["a"]}))
    assert (answer.status, answer.told["code"]) == (409, "vote-closed")


def test_a_thousand_windows_and_one_address_lock_nobody_out(town: Voting) -> None:
    vote = opened(town)
    first = token_of(vote, 0, town)
    windows = [sent(first, {"lamps": ["abc"[n % 3]]}, key=f"window {n}") for n in range(1000)]
    honest = [sent(token_of(vote, n, town), {"lamps": ["a"]}) for n in range(1, 12)]
    answers = through(build(), *windows, *honest)
    assert sorted({a.status for a in answers[:1000]}) == [200, 409]
    assert [a.status for a in answers[:1000]].count(200) == 1
    assert {a.status for a in answers[1000:]} == {200}
    assert Ballot.objects.filter(vote=vote).count() == 12


def test_while_the_database_is_away_nothing_is_acknowledged(town: Voting) -> None:
    vote = opened(town)
    body = sent(token_of(vote, 0, town), {"lamps": ["a"]})
    intake.known_vote(vote.pk)
    door = build()
    there = door.writer.database
    door.writer.database = {**there, "host": "/nowhere", "port": "1"}
    intake.place_code(token_of(vote, 0, town).territory)
    [away] = through(door, body)
    assert (away.status, away.told["code"]) == (503, "door-away")
    assert away.headers[b"retry-after"]
    assert not Ballot.objects.exists()
    door.writer.database = there
    [back] = through(door, body)
    assert back.status == 200


def test_a_broken_line_is_made_anew(town: Voting) -> None:
    vote = opened(town)
    door = build()

    async def both() -> list[Answer]:
        found = []
        for n in range(2):
            body = sent(tokens[n], {"lamps": ["a"]})
            found.append(await ask(door, "/cast", method="POST", body=body))
            [line] = door.writer._free
            with psycopg.connect(**door.writer.database, autocommit=True) as other:
                pid = line.connection.info.backend_pid
                other.execute("SELECT pg_terminate_backend(%s)", [pid])
        await door.end()
        return found

    tokens = [token_of(vote, n, town) for n in range(2)]
    assert [answer.status for answer in asyncio.run(both())] == [200, 200]
    assert Ballot.objects.count() == 2


def test_who_comes_when_too_many_wait_is_asked_to_come_again(
    town: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(town)
    writer = Writer({}, most_waiting=2)

    async def never(_batch: Any) -> list[door_writer.Answer]:
        await asyncio.sleep(0.05)
        return [("taken", "")] * len(_batch)

    monkeypatch.setattr(writer, "_batch", never)

    async def crowd() -> list[Any]:
        one = Sending(token, "{}", b"", "", b"")
        return await asyncio.gather(*(writer.write(one) for _n in range(5)), return_exceptions=True)

    now = dt.datetime.now(dt.UTC)
    token = BallotToken(1, 1, bytes(16), 1, 1, "web", now)
    found = asyncio.run(crowd())
    assert [isinstance(one, Away) for one in found] == [False, False, True, True, True]


def test_a_fault_of_the_program_leaves_nobody_without_an_answer(
    town: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    vote = opened(town)
    door = build()
    door.writer.most = 1  # the others wait for the next batch, which never comes

    async def broken(_arrays: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(door.writer, "_ask", broken)
    bodies = [sent(token_of(vote, n, town), {"lamps": ["a"]}) for n in range(3)]
    assert {answer.status for answer in through(door, *bodies)} == {503}


def test_codes_are_erased_and_nothing_is_taken_any_more(town: Voting) -> None:
    vote = opened(town)
    token = token_of(vote, 0, town)
    Voter.objects.filter(vote=vote).delete()
    [answer] = through(build(), sent(token, {"lamps": ["a"]}))
    assert (answer.status, answer.told["code"]) == (403, "struck-off")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ballots_ballot")
        assert cursor.fetchone() == (0,)
