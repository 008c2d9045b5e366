"""What the door knows of a vote without asking: its frozen configuration, read once a process.

No Django: the native door and the pages share it.
"""

from __future__ import annotations

import contextlib
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from veche.city.ballots.tokens import BallotToken
from veche.city.ballots.vote.choice import spelled, spelled_text
from veche.city.ballots.vote.config import VoteConfig, read_config

FIND_VOTE = (
    "SELECT c.number, b.digest, b.config::text FROM ballots_vote b"
    " JOIN cases_case c ON c.id = b.case_id WHERE b.case_id = %s AND b.digest <> ''"
)
FIND_PLACE = "SELECT code FROM places_territory WHERE id = %s"
MOST_VOTES = 64
"""Configurations that are remembered; the least used is forgotten."""
_SHORT, _MANY = 256, 1024


@dataclass
class KnownVote:
    """A vote whose configuration can no longer change."""

    number: str
    digest: str
    config: VoteConfig
    _spelled: dict[str | bytes, str] = field(default_factory=dict)

    def spelled(self, given: str | bytes) -> str:
        """The one spelling of a choice as it came. Most ballots say what others said before.

        Raises:
            veche.city.ballots.counting.kinds.WrongBallot: it does not keep to the configuration.
        """
        found = self._spelled.get(given)
        if found is None:
            found = spelled_text(self.config, given)
            if len(given) <= _SHORT and len(self._spelled) < _MANY:
                self._spelled[given] = found
        return found

    def spelled_of(self, given: object) -> str:
        """`spelled`, of what was read from JSON already, or of JSON within JSON.

        Raises:
            veche.city.ballots.counting.kinds.WrongBallot: it does not keep to the configuration.
        """
        if isinstance(given, str):
            return self.spelled(given)
        name = repr(given)
        found = self._spelled.get(name)
        if found is None:
            found = spelled(self.config, given)
            if len(name) <= _SHORT and len(self._spelled) < _MANY:
                self._spelled[name] = found
        return found

    def leaf(self, token: BallotToken, territory: str, choice: str) -> bytes:
        """The ballot's leaf (`vote.leaves.BallotLeaf.text`), put together from what is spelled.

        None of the parts holds a letter that JSON would spell otherwise.
        """
        return (
            f'{{"channel":"{token.channel}","choice":{choice},"code":"{token.code.hex()}",'
            f'"config":"{self.digest}","revision":{token.revision},"territory":"{territory}",'
            f'"type":"ballot","vote":"{self.number}"}}'
        ).encode()


class Known:
    """The votes and places one process has met."""

    def __init__(self) -> None:
        self.votes: OrderedDict[int, KnownVote] = OrderedDict()
        self.places: dict[int, str] = {}

    def vote(self, number: int) -> KnownVote | None:
        """The vote, if it was met."""
        found = self.votes.get(number)
        if found is not None:
            with contextlib.suppress(KeyError):  # forgotten just now, by a thread that learns
                self.votes.move_to_end(number)
        return found

    def learn(self, vote: int, row: tuple[Any, ...]) -> KnownVote:
        """Keep the row that ``FIND_VOTE`` gave."""
        number, digest, document = row
        known = KnownVote(number, digest, read_config(json.loads(document)))
        self.votes[vote] = known
        while len(self.votes) > MOST_VOTES:
            self.votes.popitem(last=False)
        return known

    def forget(self) -> None:
        """Know nothing; for tests."""
        self.votes.clear()
        self.places.clear()
