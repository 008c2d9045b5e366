"""Writing into the log of a vote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from veche.city.ballots.models import LogEntry, Vote
from veche.city.ballots.vote.leaves import leaf_text
from veche.core.journal.tlog.tiles import LARGEST_ENTRY
from veche.operation import inside


@inside
def note_leaf(vote: Vote, kind: str, told: Mapping[str, Any]) -> None:
    """Put a leaf that is no ballot into the log of a vote; the sequencer gives it its place.

    ``told`` is public for ever: no name of a person, nothing that points at one.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
        ValueError: no leaf is of this kind, or it is too long for a log.
    """
    body = leaf_text(kind, str(vote.config["vote"]), told)
    if len(body.encode()) > LARGEST_ENTRY and "document" in told:
        # A long configuration stands in the log by its digest alone; the document is published.
        short = {name: value for name, value in told.items() if name != "document"}
        body = leaf_text(kind, str(vote.config["vote"]), short)
    if len(body.encode()) > LARGEST_ENTRY:
        raise ValueError(f"a leaf of the kind {kind} is longer than a log takes")
    LogEntry(vote=vote, body=body).save(force_insert=True)
