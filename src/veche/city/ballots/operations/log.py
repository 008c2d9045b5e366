"""Writing into the log of a vote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from veche.city.ballots.models import HeldLeaf, LogEntry, Vote
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
    LogEntry(vote=vote, body=_body(vote, kind, told)).save(force_insert=True)


@inside
def hold_leaf(vote: Vote, kind: str, told: Mapping[str, Any]) -> None:
    """The same, of what must not be read before the vote closes.

    Raises:
        veche.operation.OutsideOperation, ValueError: as `note_leaf`.
    """
    HeldLeaf(vote=vote, body=_body(vote, kind, told)).save(force_insert=True)


@inside
def release_leaves(vote: Vote) -> int:
    """Put what was held into the log, in an order drawn by lot; returns how many leaves it is.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    held = HeldLeaf.objects.filter(vote=vote).order_by("id")
    found = LogEntry.objects.bulk_create(
        [LogEntry(vote=vote, body=one.body) for one in held], batch_size=2_000
    )
    held.delete()
    return len(found)


def _body(vote: Vote, kind: str, told: Mapping[str, Any]) -> str:
    body = leaf_text(kind, str(vote.config["vote"]), told)
    if len(body.encode()) > LARGEST_ENTRY and "document" in told:
        # A long configuration stands in the log by its digest alone; the document is published.
        short = {name: value for name, value in told.items() if name != "document"}
        body = leaf_text(kind, str(vote.config["vote"]), short)
    if len(body.encode()) > LARGEST_ENTRY:
        raise ValueError(f"a leaf of the kind {kind} is longer than a log takes")
    return body
