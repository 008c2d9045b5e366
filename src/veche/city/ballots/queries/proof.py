"""The log of a vote for who checks it: proofs of ballots, and the files as they are published."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from veche.city.ballots.models import Vote
from veche.city.ballots.queries.standing import Standing, standing
from veche.city.ballots.sequencer_log import vote_folder
from veche.core.journal.folder import Folder


@dataclass(frozen=True)
class Proof:
    """One ballot under a code, and the proof that it stands in the signed log."""

    ballot: Standing
    receipt: str
    """A C2SP tlog-proof with the leaf in it; empty until a checkpoint speaks of it, and in an open
    poll, whose log holds no ballots."""


def log_folder(vote: Vote) -> Folder:
    """The published files of the log of a vote."""
    return Folder(vote_folder(settings.LOG_FOLDER, str(vote.config["vote"])))


def proofs_of(vote: Vote, code: str) -> list[Proof]:
    """The ballots under a code, the latest first, with their proofs; ``code`` in hexadecimal.

    Raises:
        veche.core.journal.tlog.note.WrongNote, OSError: the log cannot be read.
    """
    return [Proof(one, receipt_of(vote, one)) for one in standing(vote, code)]


def receipt_of(vote: Vote, one: Standing) -> str:
    """The proof that one ballot stands in the signed log; empty while there is none.

    Raises:
        veche.core.journal.tlog.note.WrongNote, OSError: the log cannot be read.
    """
    folder = log_folder(vote)
    if not vote.audited or one.place is None:
        return ""
    found = folder.receipt(one.place, one.leaf.text.encode())
    return str(found) if found is not None else ""


def sealed_to(vote: Vote) -> int:
    """How many leaves the published checkpoint of a vote speaks of."""
    told = log_folder(vote).checkpoint()
    return told.size if told is not None else 0
