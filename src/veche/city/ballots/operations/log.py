"""Writing into the log of a vote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from veche.city.ballots.models import LogEntry, Vote
from veche.city.ballots.vote.leaves import leaf_text
from veche.operation import OutsideOperation, running


def note_leaf(vote: Vote, kind: str, told: Mapping[str, Any]) -> None:
    """Put a leaf that is no ballot into the log of a vote; the sequencer gives it its place.

    ``told`` is public for ever: no name of a person, nothing that points at one.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
        ValueError: no leaf is of this kind.
    """
    if not running():
        raise OutsideOperation
    LogEntry(vote=vote, body=leaf_text(kind, str(vote.config["vote"]), told)).save(
        force_insert=True
    )
