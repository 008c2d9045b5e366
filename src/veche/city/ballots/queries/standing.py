"""What stands under a code: the ballots that were cast with it, and which of them counts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from veche.city.ballots.models import Ballot, Vote
from veche.city.ballots.vote.leaves import BallotLeaf
from veche.core.journal.tlog.merkle import leaf_hash

_CODE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Standing:
    """One ballot under a code."""

    leaf: BallotLeaf
    place: int | None
    """Where it stands in the log, from zero; None until the next count."""
    annulled: bool
    counts: bool
    """Whether it is the one that is counted."""

    @property
    def hash(self) -> str:
        """The hash of its leaf, in hexadecimal."""
        return leaf_hash(self.leaf.text.encode()).hex()


def code_in(text: str) -> str:
    """A code as it was typed, without what stands between its letters; empty when it is none."""
    plain = re.sub(r"[\s\-–—:·]", "", text.lower())
    return plain if _CODE.fullmatch(plain) else ""


def grouped(code: str) -> str:
    """A code in groups of four, as it is read out."""
    return " ".join(code[n : n + 4] for n in range(0, len(code), 4))


def last_choice(vote: int, code: bytes) -> str:
    """What the last ballot under a code says, as it is spelled; empty where nothing was cast."""
    rows = Ballot.objects.filter(vote_id=vote, code=code).order_by("-revision")
    return rows.values_list("choice", flat=True).first() or ""


def standing(vote: Vote, code: str) -> list[Standing]:
    """The ballots under a code, the latest first; none where nobody voted with it."""
    if not _CODE.fullmatch(code):
        return []
    rows = list(
        Ballot.objects.filter(vote=vote, code=bytes.fromhex(code))
        .select_related("territory")
        .order_by("-revision")
    )
    last = next((row.revision for row in rows if not row.annulled), None)
    return [
        Standing(
            leaf=BallotLeaf(
                vote=str(vote.config["vote"]),
                config=vote.digest,
                code=code,
                revision=row.revision,
                channel=row.channel,
                territory=row.territory.code,
                choice=row.choice,
            ),
            place=row.place,
            annulled=row.annulled,
            counts=row.revision == last,
        )
        for row in rows
    ]
