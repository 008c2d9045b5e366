"""The leaves of a vote's log: what each holds, in its one spelling (canonical JSON).

A ballot's leaf holds no time, no person and no finer territory than the configuration allows.
Everything else that touches the outcome is a leaf too: the configuration, the roll, its changes,
suspensions, batches of paper, annulments, decisions of appeals, the close, the result.

Three of them change the count, and what they tell is fixed:

- ``paper``: ``batch`` (its number), ``territory``, ``ballots``, ``choices`` (spelled choice →
  number of ballots that say so), ``scan`` (SHA-256); of a pile that is counted again as an appeal
  was decided also ``instead`` (that pile) and ``appeal`` (the number of the appeal);
- ``annulled``: ``reason``, and either ``code`` with ``revisions`` (those of that code count no
  longer), or ``batch`` (that batch of paper); ``appeal``, where one was decided so;
- ``roll-change``: ``change`` (``added``, ``came``, ``struck``), ``territory``, ``line`` (the
  salted line of the roll).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from veche.city.ballots.vote.config import canonical_text

BALLOT = "ballot"
KINDS_OF_LEAF = {
    "config": "The configuration was frozen.",
    "roll": "The roll was frozen: how many may vote where, and the digest of the list.",
    "roll-change": "Somebody was added to the roll or struck from it.",
    BALLOT: "A ballot was cast.",
    "paper": "A batch of paper ballots was entered twice and agreed.",
    "annulled": "Ballots were annulled: they count no longer.",
    "put-back": "Somebody marked off for paper by mistake could vote anew.",
    "suspended": "The vote was suspended by a named person.",
    "resumed": "The vote went on.",
    "closed": "The vote was closed.",
    "result": "The count was announced.",
    "appeal": "An appeal was decided.",
    "certified": "The result was certified.",
    "annulled-vote": "The whole vote was annulled.",
}
"""Every kind of leaf, and what it says."""


@dataclass(frozen=True)
class BallotLeaf:
    """One cast ballot as everybody may read it.

    ``code`` is the voter's code in hexadecimal, ``revision`` counts the ballots of that code from
    one, ``territory`` the code of the place it is counted in, ``choice`` its spelled choice.
    """

    vote: str
    config: str
    """SHA-256 of the configuration, in hexadecimal."""
    code: str
    revision: int
    channel: str
    territory: str
    choice: str

    @property
    def text(self) -> str:
        """The leaf as it stands in the log."""
        # The names stand in their sorted order, and a spelled choice is canonical already.
        return (
            f'{{"channel":{canonical_text(self.channel)},"choice":{self.choice},"code":"{self.code}",'
            f'"config":"{self.config}","revision":{self.revision},'
            f'"territory":{canonical_text(self.territory)},"type":"{BALLOT}",'
            f'"vote":{canonical_text(self.vote)}}}'
        )


def leaf_text(kind: str, vote: str, told: Mapping[str, Any]) -> str:
    """A leaf that is no ballot.

    Raises:
        ValueError: no leaf is of this kind.
    """
    if kind not in KINDS_OF_LEAF or kind == BALLOT:
        raise ValueError(f"no leaf of a log is a {kind!r}")
    return canonical_text({"type": kind, "vote": vote, **told})


def read_leaf(text: str | bytes) -> BallotLeaf | dict[str, Any]:
    """A leaf as it stands in the log: a ballot, or the mapping of anything else.

    Raises:
        ValueError: it is no leaf of a vote.
    """
    told = json.loads(text)
    if not isinstance(told, dict) or told.get("type") not in KINDS_OF_LEAF:
        raise ValueError("no leaf of a vote")
    if told["type"] != BALLOT:
        return told
    names = ("vote", "config", "code", "channel", "territory")
    if any(not isinstance(told.get(name), str) for name in names):
        raise ValueError("a ballot that is not whole")
    if not isinstance(told.get("revision"), int) or not isinstance(told.get("choice"), dict):
        raise ValueError("a ballot that is not whole")
    return BallotLeaf(
        **{name: told[name] for name in names},
        revision=told["revision"],
        choice=canonical_text(told["choice"]),
    )


def roll_after(leaves: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many may vote in each place: the roll as it was frozen, and every change of it since.

    ``leaves`` are those of a log in their order; what is about something else is passed over.
    """
    found: dict[str, int] = {}
    for told in leaves:
        if told["type"] == "roll":
            found = dict(told["territories"])
        elif told["type"] == "roll-change":
            place = told["territory"]
            found[place] = found.get(place, 0) + (-1 if told["change"] == "struck" else 1)
    return found
