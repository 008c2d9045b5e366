"""The native door: ``POST /cast`` takes a ballot without sign-in, cookies or Django's stack.

Whoever holds a ballot token may cast it: the page that handed it out has asked who they are. What
comes within one turn of the database is written by one statement and answered after its commit, so
that nothing is acknowledged that could be lost, and one commit carries many ballots.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from veche.city.ballots import door_words, keys
from veche.city.ballots.counting.kinds import WrongBallot
from veche.city.ballots.door_known import KnownVote
from veche.city.ballots.door_writer import Answer, Away, Sending, Writer
from veche.city.ballots.intake import KNOWN, key_of, learn, learn_place
from veche.city.ballots.tokens import BallotToken, WrongToken, read_token
from veche.city.ballots.vote.choice import LONGEST_CHOICE
from veche.core.journal.tlog.merkle import leaf_hash
from veche.errors import Refused
from veche.listening_asked import Asked
from veche.native import Receive, Scope, Send, TooLong, answer, body_of, refuse

LARGEST = LONGEST_CHOICE + 4096
"""Bytes of a request: the choice, the token, the key."""
LONGEST_KEY = 200


class Door:
    """The door of one web process."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.key = keys.token_key()
        self._learning: dict[int, asyncio.Task[KnownVote]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of the web server."""
        if scope["method"] != "POST":
            await answer(send, 405, b"{}\n", more=((b"allow", b"POST"),))
            return
        try:
            body = await body_of(receive, LARGEST)
            found = await self.cast(*_read(body, scope["headers"]))
        except TooLong:
            await refuse(scope, send, door_words.TooLongBallot())
        except Refused as refused:
            await refuse(scope, send, refused)
        else:
            await answer(send, 200, found)

    def hear(self, asked: Asked) -> None:
        """Answer one request of a listener of its own: now, or when its ballot is written."""
        try:
            if asked.body is None:
                raise door_words.TooLongBallot
            token, choice, key = _read(asked.body, asked.headers)
            ballot = self._ballot(token)
            known = self._known(ballot)
            if known is None:
                self._later(asked, token, choice, key)
                return
            sending = _sending(ballot, known, choice, key)
            self.writer.put(sending, functools.partial(_tell, asked, sending))
        except Away:
            asked.refuse(door_words.DoorAway())
        except Refused as refused:
            asked.refuse(refused)

    def _later(self, asked: Asked, *told: Any) -> None:
        """Answer when what is not known yet was read."""

        async def cast() -> None:
            try:
                asked.take(await self.cast(*told))
            except Refused as refused:
                asked.refuse(refused)
            except Exception as fault:
                asked.fail(fault)

        task = asyncio.get_running_loop().create_task(cast())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def cast(self, token: str, choice: object, key: str) -> bytes:
        """Take one ballot; the answer as JSON: the ballot's hash and the promise.

        Raises:
            Refused: it was not taken; the sentence says why.
        """
        ballot = self._ballot(token)
        known = self._known(ballot) or await self._learn(ballot)
        sending = _sending(ballot, known, choice, key)
        try:
            return _answer(sending, *await self.writer.write(sending))
        except Away as fault:
            raise door_words.DoorAway from fault

    def _ballot(self, token: str) -> BallotToken:
        try:
            return read_token(token, self.key)
        except WrongToken as fault:
            raise door_words.WrongToken from fault

    def _known(self, ballot: BallotToken) -> KnownVote | None:
        """The ballot's vote, where it and the place were met before."""
        return KNOWN.vote(ballot.vote) if ballot.territory in KNOWN.places else None

    async def _learn(self, ballot: BallotToken) -> KnownVote:
        """Read what is not known yet; however many wait for it, it is asked for once."""
        running = self._learning.get(ballot.vote)
        if running is None:
            running = asyncio.ensure_future(asyncio.to_thread(learn, ballot.vote))
            self._learning[ballot.vote] = running
            running.add_done_callback(lambda _done: self._learning.pop(ballot.vote, None))
        try:
            known = await asyncio.shield(running)
            if ballot.territory not in KNOWN.places:
                await asyncio.to_thread(learn_place, ballot.territory)
        except OSError as fault:
            raise door_words.DoorAway from fault
        return known

    async def end(self) -> None:
        """Let the connection go; for tests and measurements."""
        await self.writer.end()


def _sending(ballot: BallotToken, known: KnownVote, choice: object, key: str) -> Sending:
    """What is written of a ballot, judged by its vote.

    Raises:
        door_words.RefusedChoice: it does not keep to what is asked.
    """
    try:
        spelled = known.spelled_of(choice)
    except WrongBallot as fault:
        raise door_words.RefusedChoice(why=door_words.why(fault)) from fault
    leaf = leaf_hash(known.leaf(ballot, KNOWN.places[ballot.territory], spelled))
    named = hashlib.sha256(key.encode()).digest()[:16] if key else key_of(spelled)
    return Sending(ballot, spelled, named, known.number, leaf)


def _answer(sending: Sending, outcome: str, promise: str) -> bytes:
    """What is told of a ballot that the database has judged.

    Raises:
        Refused: it was not taken.
    """
    if outcome != "taken":
        raise door_words.OUTCOMES[outcome]
    # Neither a hash nor a promise holds a letter that JSON would spell otherwise but one.
    told = promise.replace("\n", "\\n")
    return f'{{"ballot":"{sending.leaf.hex()}","promise":"{told}"}}\n'.encode()


def _tell(asked: Asked, sending: Sending, found: Answer | Away) -> None:
    """Answer a request whose ballot was written, or could not be."""
    if isinstance(found, Away):
        asked.refuse(door_words.DoorAway())
        return
    try:
        body = _answer(sending, *found)
    except Refused as refused:
        asked.refuse(refused)
    else:
        asked.take(body)


def _read(body: bytes, headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, object, str]:
    """Token, choice and key of a request.

    Raises:
        door_words.BrokenSending: it is no JSON object with a token and a choice.
        door_words.TooLongBallot: the key is longer than it can be.
    """
    try:
        told = json.loads(body.decode())
        token, choice, key = told["token"], told["choice"], told.get("key", "")
        if isinstance(key, str):
            key.encode()  # JSON can hold halves of letters, which nothing else can
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise door_words.BrokenSending from fault
    if not key:
        for name, value in headers:
            if name == b"idempotency-key":
                key = value.decode("latin-1")
    if not isinstance(token, str) or not isinstance(key, str):
        raise door_words.BrokenSending
    if len(key) > LONGEST_KEY:
        raise door_words.TooLongBallot
    return token, choice, key


def build() -> Door:
    """The door of this process, over this program's database."""
    from django.db import connection

    return Door(Writer(database_of(connection.settings_dict), told=learn_key))


def database_of(told: dict[str, Any]) -> dict[str, Any]:
    """How to reach, without Django, the database it is set to."""
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
    found = {ours: told[theirs] for theirs, ours in names.items() if told.get(theirs)}
    if told.get("PORT"):
        found["port"] = told["PORT"]
    own = ("pool", "server_side_binding", "isolation_level", "assume_role")
    return found | {k: v for k, v in told.get("OPTIONS", {}).items() if k not in own}


def learn_key(at: Any) -> None:
    """Publish this process's key of promises, from a thread of its own. Raises: OSError."""
    from django.db import DatabaseError, connection

    from veche.city.ballots.intake import tell_key

    try:
        tell_key(str(keys.own_verifier()), at)
    except DatabaseError as fault:
        raise OSError(str(fault)) from fault
    finally:
        connection.close()
