"""Tables of votes: the vote, its roll, what was cast, and its log."""

from __future__ import annotations

from veche.city.ballots.models.appeals import InvitationPass, RollRequest, VoteAppeal
from veche.city.ballots.models.casting import Ballot, Sum, Tally, TurnoutHour
from veche.city.ballots.models.log import HeldLeaf, LogEntry, Unpublished, VoteCheckpoint, VoteLog
from veche.city.ballots.models.paper import Batch, Booth, KioskPass, Mark, PutBack, Reading
from veche.city.ballots.models.promise import PromiseKey
from veche.city.ballots.models.roll import Part, RollEntry, Voter
from veche.city.ballots.models.vote import Vote

__all__ = [
    "Ballot",
    "Batch",
    "Booth",
    "HeldLeaf",
    "InvitationPass",
    "KioskPass",
    "LogEntry",
    "Mark",
    "Part",
    "PromiseKey",
    "PutBack",
    "Reading",
    "RollEntry",
    "RollRequest",
    "Sum",
    "Tally",
    "TurnoutHour",
    "Unpublished",
    "Vote",
    "VoteAppeal",
    "VoteCheckpoint",
    "VoteLog",
    "Voter",
]
