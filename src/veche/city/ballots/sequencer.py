"""The sequencer: gives ballots their places in the log of their vote, and keeps the count.

One at a time (a lock of the database), in the process of the sealer, without Django. What waits is
placed in one transaction: places in a drawn order, the sums, who took part, and the leaves, which
are kept until they are published. The log is signed a few seconds later, so that a checkpoint
speaks of many ballots. Killed anywhere, the next one finds in the database what was placed and what
was signed, and publishes exactly that.
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from psycopg import IntegrityError

from veche.city.ballots import sequencer_sql as sql
from veche.city.ballots.sequencer_batch import PAPER, Cast, Cell, Judged, change, counted, judged
from veche.city.ballots.sequencer_live import Live
from veche.city.ballots.sequencer_log import VoteLogs
from veche.city.ballots.vote.leaves import BallotLeaf, leaf_text
from veche.core.journal.folder import BrokenFolder
from veche.core.journal.signing import Connection, SealerFault, Signing
from veche.core.journal.tlog.note import Note, WrongNote
from veche.core.journal.tlog.tiles import WrongTile

LOCK = 0x7665_6C6F_6732
"""The lock of the database that the sequencer holds for as long as it lives."""
MOST = 10_000
"""Ballots of one vote in one batch."""
PAUSE = 1.0
"""Seconds between looks at what waits."""
AFTER = ("annulled", "closed")
"""Leaves that speak of all ballots taken before them: these are placed first."""


T = TypeVar("T")


@dataclass(frozen=True)
class Placed:
    """What one look did."""

    ballots: int
    entries: int


@dataclass(frozen=True)
class _Log:
    """The log of a vote as it stands in this transaction."""

    vote: int
    size: int
    audited: bool
    config: str
    number: str


class Sequencer:
    """Places the ballots of all votes; the logs lie in folders under ``folder``."""

    def __init__(
        self, connection: Connection, folder: Path, key_folder: Path, *, most: int = MOST
    ) -> None:
        self.connection = connection
        self.signing = Signing(key_folder)
        self.logs = VoteLogs(connection, folder, self.signing)
        self.live = Live(connection)
        self.most = most
        self.broken: dict[int, str] = {}
        """Votes a person must look at; the others go on."""
        self._territories: dict[int, str] = {}
        self._draw = random.SystemRandom()

    def take(self) -> bool:
        """Take the lock and publish what was signed; False: another has it."""
        with self.connection.transaction():
            held = self.connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        if not held or not held[0]:
            return False
        self.logs.begin()
        self.live.begin()
        return True

    def once(self, *, seal: bool = False) -> Placed:
        """Place what waits, at most a batch of each vote; ``seal`` signs at once.

        Raises:
            SealerFault: there is no key to sign with.
        """
        with self.connection.transaction():
            votes = [int(row[0]) for row in self.connection.execute(sql.WAITING)]
        ballots = entries = 0
        for vote in votes:
            found = self._guarded(self._place, vote)
            if found is not None:
                ballots, entries = ballots + found.ballots, entries + found.entries
        self.live.tell()
        for vote in self.logs.due(at_once=seal):
            self._guarded(self.logs.seal, vote)
        return Placed(ballots, entries)

    def all(self) -> Placed:
        """Place and sign everything that waits now."""
        ballots = entries = 0
        while True:
            found = self.once(seal=True)
            ballots, entries = ballots + found.ballots, entries + found.entries
            if not found.ballots and not found.entries:
                self.live.tell(at_once=True)
                return Placed(ballots, entries)

    def _guarded(self, do: Callable[[int], T], vote: int) -> T | None:
        """Do something for one vote; files or sums that do not fit stop this vote only."""
        if vote in self.broken:
            return None
        try:
            return do(vote)
        except (BrokenFolder, WrongNote, WrongTile, VoteFault, IntegrityError) as fault:
            self.broken[vote] = str(fault)
            logging.error("Vote %s is not counted on: %s", vote, fault)
            return None

    # --- one batch ----------------------------------------------------------------------------

    def _place(self, vote: int) -> Placed:
        with self.connection.transaction():
            self.connection.execute(sql.STEADY)
            row = self.connection.execute(sql.LOG, [vote]).fetchone()
            if row is None:
                raise VoteFault("it has ballots and no log")
            log = _Log(vote, row[0], row[2], row[3], row[4])
            entries = self._rows(sql.ENTRIES, [vote, self.most])
            ballots = [_cast(one) for one in self._rows(sql.BALLOTS, [vote, self.most])]
            if len(ballots) >= self.most:
                ballots = self._with_their_others(vote, ballots)
                whole = False
            else:
                whole = True
            cut = next((n for n, one in enumerate(entries) if _kind(one[1]) in AFTER), len(entries))
            before, after = entries[:cut], entries[cut:] if whole else []
            if not (before or ballots or after):
                return Placed(0, 0)
            delta: Counter[Cell] = Counter()
            for number, body in before:
                self._heed(log, number, body, delta)
            leaves = [body for _id, body in before]
            leaves += self._place_ballots(log, log.size + len(before), ballots, delta)
            for number, body in after:
                self._heed(log, number, body, delta)
            begin_after = log.size + len(leaves)
            leaves += [body for _id, body in after]
            self._place_entries(log.size, before, begin_after, after)
            self._add_up(vote, delta)
            if leaves:
                self.connection.execute(sql.GROW, [log.size + len(leaves), vote])
                self.connection.execute(sql.KEEP, [vote, log.size, "\n".join(leaves)])
        if leaves:
            self.logs.wait(vote, urgent=bool(before or after))
        kinds = {_kind(body) for _id, body in (*before, *after)}
        self.live.changed(vote, roll=bool(kinds & {"roll", "roll-change"}))
        return Placed(len(ballots), len(before) + len(after))

    def _rows(self, statement: str, given: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, given).fetchall()

    def _with_their_others(self, vote: int, ballots: list[Cast]) -> list[Cast]:
        """The ballots, and all others that wait under the same codes: they are judged together."""
        codes = [one.code for one in ballots]
        rows = self._rows(sql.MORE_OF_CODES, {"vote": vote, "codes": codes})
        return [_cast(one) for one in rows]

    def _place_ballots(
        self, log: _Log, begin: int, ballots: list[Cast], delta: Counter[Cell]
    ) -> list[str]:
        """Write places in a drawn order; the leaves, with those of what is annulled at once."""
        if not ballots:
            return []
        found = self._judged(log.vote, ballots)
        delta.update(found.delta)
        self._draw.shuffle(ballots)
        gone = {(one.code, one.revision) for one in found.annulled}
        self.connection.execute(
            sql.PLACE,
            [
                [one.code for one in ballots],
                [one.revision for one in ballots],
                list(range(begin, begin + len(ballots))) if log.audited else [0] * len(ballots),
                [(one.code, one.revision) in gone for one in ballots],
                log.vote,
            ],
        )
        parts = list(found.parts.items())
        self._draw.shuffle(parts)
        self.connection.execute(
            sql.TAKE_PART, [[entry for entry, _way in parts], [way for _entry, way in parts]]
        )
        if not log.audited:
            return []
        leaves = [self._leaf(log, one) for one in ballots]
        self._draw.shuffle(found.annulled)
        leaves += [
            leaf_text(
                "annulled",
                log.number,
                {"code": one.code.hex(), "revisions": [one.revision], "reason": "in-person"},
            )
            for one in found.annulled
        ]
        return leaves

    def _judged(self, vote: int, ballots: Sequence[Cast]) -> Judged:
        codes = [one.code for one in ballots]
        standing = [_cast(one) for one in self._rows(sql.STANDING, {"vote": vote, "codes": codes})]
        parts = self._rows(sql.PARTS, [[one.entry for one in ballots if one.entry is not None]])
        return judged(ballots, {one.code: one for one in standing}, dict(parts))

    def _leaf(self, log: _Log, one: Cast) -> str:
        return BallotLeaf(
            vote=log.number,
            config=log.config,
            code=one.code.hex(),
            revision=one.revision,
            channel=one.channel,
            territory=self._territory(one.territory),
            choice=one.choice,
        ).text

    def _territory(self, number: int) -> str:
        if number not in self._territories:
            self._territories = {row[0]: row[1] for row in self._rows(sql.TERRITORIES, [])}
        return self._territories[number]

    def _place_entries(
        self,
        begin: int,
        before: Sequence[tuple[Any, ...]],
        begin_after: int,
        after: Sequence[tuple[Any, ...]],
    ) -> None:
        places = [*range(begin, begin + len(before))]
        places += range(begin_after, begin_after + len(after))
        if places:
            numbers = [one[0] for one in (*before, *after)]
            self.connection.execute(sql.PLACE_ENTRIES, [numbers, places])

    # --- what leaves change -------------------------------------------------------------------

    def _heed(self, log: _Log, entry: int, body: str, delta: Counter[Cell]) -> None:
        """What a leaf that is no ballot changes in the count."""
        told = json.loads(body)
        if told["type"] == "paper":
            self._paper(told, delta, 1)
        elif told["type"] == "annulled" and "code" in told:
            self._annul(log.vote, bytes.fromhex(told["code"]), told["revisions"], delta)
        elif told["type"] == "annulled" and "batch" in told:
            rows = self._rows(sql.PAPER, [log.vote, entry, told["batch"]])
            about = [json.loads(row[0]) for row in rows]
            if [one["type"] for one in about] == ["paper"]:
                self._paper(about[0], delta, -1)
        elif told["type"] == "certified" and "text" in told:
            self.signing.read(self.connection)
            text = str(told["text"])
            signers = self.signing.under(self.logs.name(log.number))
            note = Note(text, tuple(one.sign_text(text) for one in signers))
            self.connection.execute(sql.CERTIFY, [str(note), log.vote])

    def _paper(self, told: dict[str, Any], delta: Counter[Cell], sign: int) -> None:
        place = next(
            (one for one in self._numbered() if self._territories[one] == told["territory"]), None
        )
        if place is None:
            raise VoteFault(f"a batch of paper is of the place {told['territory']!r}")
        for choice, number in told["choices"].items():
            delta[choice, place, PAPER] += sign * number

    def _numbered(self) -> list[int]:
        self._territories = {row[0]: row[1] for row in self._rows(sql.TERRITORIES, [])}
        return list(self._territories)

    def _annul(
        self, vote: int, code: bytes, revisions: Sequence[int], delta: Counter[Cell]
    ) -> None:
        held = [(_cast(one), bool(one[5])) for one in self._rows(sql.OF_CODE, [vote, code])]
        before = counted(held)
        after = counted([(one, gone or one.revision in revisions) for one, gone in held])
        if after is not before:
            change(delta, before, after)
        self.connection.execute(sql.ANNUL, [vote, code, list(revisions)])

    def _add_up(self, vote: int, delta: Counter[Cell]) -> None:
        less = [(cell, -number) for cell, number in delta.items() if number < 0]
        more = [(cell, number) for cell, number in delta.items() if number > 0]
        if less:
            done = self.connection.execute(
                sql.LESS,
                [
                    [choice_digest(cell[0]) for cell, _n in less],
                    [cell[1] for cell, _n in less],
                    [cell[2] for cell, _n in less],
                    [number for _cell, number in less],
                    vote,
                ],
            )
            if done.rowcount != len(less):
                raise VoteFault("what is to be taken out of its count was never in it")
        if more:
            self.connection.execute(
                sql.MORE,
                [
                    vote,
                    [choice_digest(cell[0]) for cell, _n in more],
                    [cell[1] for cell, _n in more],
                    [cell[2] for cell, _n in more],
                    [cell[0] for cell, _n in more],
                    [number for _cell, number in more],
                ],
            )


class VoteFault(Exception):
    """One vote cannot go on without a person; the sentence says why."""


def choice_digest(choice: str) -> bytes:
    """By what a choice is found among the sums: half of its SHA-256."""
    return hashlib.sha256(choice.encode()).digest()[:16]


def _cast(row: Sequence[Any]) -> Cast:
    entry = row[5] if len(row) > 5 and not isinstance(row[5], bool) else None
    return Cast(bytes(row[0]), row[1], row[2], row[3], row[4], entry)


def _kind(body: str) -> str:
    return str(json.loads(body)["type"])


def run(sequencer: Sequencer, going: Callable[[], bool]) -> None:
    """Place until told to end."""
    while going():
        begun = time.monotonic()
        found = sequencer.once()
        if found.ballots < sequencer.most:
            time.sleep(max(0.05, PAUSE - (time.monotonic() - begun)))


__all__ = ["LOCK", "MOST", "PAUSE", "Placed", "SealerFault", "Sequencer", "choice_digest", "run"]
