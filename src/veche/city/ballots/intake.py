"""Casting from a page: the same judgement and the same writing as at the native door."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DatabaseError, connection

from veche.city.ballots import door_words, keys
from veche.city.ballots.counting.kinds import WrongBallot
from veche.city.ballots.door_known import FIND_PLACE, FIND_VOTE, Known, KnownVote
from veche.city.ballots.models import PromiseKey
from veche.city.ballots.operations.promises import publish_promise_key
from veche.city.ballots.queries.right import VoteOver
from veche.city.ballots.tokens import BallotToken, WrongToken, read_token
from veche.city.ballots.vote.choice import LONGEST_CHOICE
from veche.city.ballots.vote.promise import promise_all
from veche.core.journal.tlog.merkle import leaf_hash

T = TypeVar("T")
logger = logging.getLogger(__name__)
KNOWN = Known()
"""What this process knows of votes."""

_CAST = (
    "SELECT outcome, city_now() FROM ballots_cast(ARRAY[%s]::bigint[], ARRAY[%s]::bigint[],"
    " ARRAY[%s]::bytea[], ARRAY[%s]::smallint[], ARRAY[%s]::bigint[], ARRAY[%s], ARRAY[%s],"
    " ARRAY[%s]::bytea[], ARRAY[%s]::timestamptz[])"
)


@dataclass(frozen=True)
class Taken:
    """A ballot that was taken and will be counted."""

    token: BallotToken
    number: str
    """The vote's."""
    choice: str
    """As it is spelled in the log."""
    leaf: str
    """The leaf as the log will hold it; of an open poll, what the promise speaks of."""
    leaf_hash: str
    """Its hash, in hexadecimal."""
    promise: str
    """The signed word for it (`veche.city.ballots.vote.promise`)."""

    @property
    def code(self) -> str:
        """The voter's code in hexadecimal: theirs to see."""
        return self.token.code.hex()


def read_ballot(text: str | bytes) -> BallotToken:
    """The ballot that was handed out as this text.

    Raises:
        door_words.WrongToken: it was not handed out here, or was changed.
    """
    try:
        return read_token(text, keys.token_key())
    except WrongToken as fault:
        raise door_words.WrongToken from fault


def known_vote(vote: int) -> KnownVote:
    """The vote with its frozen configuration.

    Raises:
        VoteOver: there is no such vote, or it was not announced.
    """
    found = KNOWN.vote(vote)
    if found is not None:
        return found
    row = _one(FIND_VOTE, vote)
    if row is None:
        raise VoteOver
    return KNOWN.learn(vote, row)


def place_code(territory: int) -> str:
    """The code of a territory, as a leaf names it."""
    found = KNOWN.places.get(territory)
    if found is None:
        row = _one(FIND_PLACE, territory)
        assert row is not None
        found = KNOWN.places[territory] = str(row[0])
    return found


def _one(query: str, number: int) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(query, [number])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def judge(token: BallotToken, choice: Mapping[str, Any] | str | bytes) -> str:
    """The one spelling of a choice on this ballot.

    Raises:
        door_words.RefusedChoice: it does not keep to what is asked; the sentence says how.
        door_words.TooLongBallot: no ballot is so long.
        VoteOver: the vote is not there.
    """
    text = choice if isinstance(choice, (str, bytes)) else json.dumps(choice)
    if len(text) > LONGEST_CHOICE:
        raise door_words.TooLongBallot
    try:
        return known_vote(token.vote).spelled(text)
    except WrongBallot as fault:
        raise door_words.RefusedChoice(why=door_words.why(fault)) from fault


def cast_here(
    token: BallotToken | str, choice: Mapping[str, Any] | str | bytes, *, key: bytes | None = None
) -> Taken:
    """Cast a ballot. The same sent again is the same ballot and gives the same answer.

    ``key`` (16 bytes) is what the sender calls this sending; without one, the choice itself.

    Raises:
        door_words.WrongToken: the ballot was not handed out here, or was changed.
        door_words.RefusedChoice, door_words.TooLongBallot: it cannot be counted so.
        veche.errors.Refused: it was not taken (`door_words.OUTCOMES`); the sentence says why.
    """
    if isinstance(token, str):
        token = read_ballot(token)
    spelled = judge(token, choice)
    known = known_vote(token.vote)
    sent = key or key_of(spelled)
    with connection.cursor() as cursor:
        cursor.execute(
            _CAST,
            [
                token.vote, token.entry, token.code, token.revision, token.territory,
                token.channel, spelled, sent, token.until,
            ],
        )  # fmt: skip
        outcome, at = cursor.fetchone()
    if outcome != "taken":
        raise door_words.OUTCOMES[outcome]
    leaf = known.leaf(token, place_code(token.territory), spelled)
    hashed = leaf_hash(leaf)
    signer = keys.own_signer()
    tell_key(str(signer.key), at)
    [promise] = promise_all([(known.number, hashed)], at, signer.key, signer.private.sign)
    return Taken(token, known.number, spelled, leaf.decode(), hashed.hex(), promise)


def key_of(choice: str) -> bytes:
    """What a sending is called that has no name of its own."""
    return hashlib.sha256(choice.encode()).digest()[:16]


_told: set[str] = set()


def tell_key(verifier: str, at: dt.datetime) -> None:
    """Publish the key of promises before the first promise of this process is given."""
    if verifier not in _told:
        known = PromiseKey.objects.filter(verifier=verifier).first()
        if known is None:
            publish_promise_key(by=None, at=at, verifier=verifier)
        elif known.withdrawn_at is not None:
            logger.error("Promises are signed by a withdrawn key: veche ballots new-promise-key")
        _told.add(verifier)


def learn(vote: int) -> KnownVote:
    """`known_vote` for who has no connection of their own: a thread of the native door.

    Raises:
        VoteOver: there is no such vote, or it was not announced.
        OSError: the database does not answer.
    """
    return _apart(lambda: known_vote(vote))


def learn_place(territory: int) -> str:
    """`place_code` for a thread of the native door. Raises: OSError."""
    return _apart(lambda: place_code(territory))


def _apart(read: Callable[[], T]) -> T:
    try:
        return read()
    except DatabaseError as fault:
        raise OSError(str(fault)) from fault
    finally:
        connection.close()
