"""The live count: written by the sequencer for every vote whose sums have changed.

Turnout is told every second. A count that takes long (rankings by hundreds of thousands) is made
anew only as often as it takes a tenth of the time; between, the turnout stands beside the last one.
With it goes the course of the turnout: how many had voted by the end of each hour.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from veche.city.ballots import sequencer_sql as sql
from veche.city.ballots.vote.config import VoteConfig, read_config
from veche.city.ballots.vote.result import LEAST_PEOPLE, tally
from veche.core.journal.signing import Connection

SHARE = 10.0
"""A count that took a second is not made again for so many."""


@dataclass
class _Standing:
    """What is known of one live vote."""

    config: VoteConfig
    roll: Mapping[str, int]
    again: float = 0.0
    """When it may be added up again, on the monotonic clock."""
    count_again: float = 0.0
    """When the questions may be counted again."""
    questions: list[Any] = field(default_factory=list)
    counted: int = 0
    """Of how many ballots the questions tell."""


class Live:
    """Tallies of the votes that change."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._changed: dict[int, None] = {}
        self._known: dict[int, _Standing] = {}

    def begin(self) -> None:
        """Every vote that is not counted yet may have changed meanwhile."""
        self._known.clear()
        with self.connection.transaction():
            rows = self.connection.execute(sql.LIVE).fetchall()
        self._changed = {int(row[0]): None for row in rows}

    def changed(self, vote: int, *, roll: bool = False) -> None:
        """The sums of a vote have changed; with ``roll`` also who may vote."""
        self._changed[vote] = None
        if roll:
            self._known.pop(vote, None)

    def tell(self, *, at_once: bool = False) -> None:
        """Count what has changed and may be counted again; ``at_once`` all of it."""
        now = time.monotonic()
        if at_once:
            for one in self._known.values():
                one.again = one.count_again = 0.0
        for vote in list(self._changed):
            known = self._known.get(vote)
            if known is not None and now < known.again:
                continue
            if self._tell(vote):
                del self._changed[vote]

    def _tell(self, vote: int) -> bool:
        """Tell one vote; whether its questions were counted too."""
        begun = time.monotonic()
        with self.connection.transaction():
            known = self._known.get(vote) or self._read(vote)
            whole = begun >= known.count_again
            rows = self.connection.execute(sql.SUMS if whole else sql.TURNOUT, [vote]).fetchall()
            body = tally(known.config, rows, known.roll, questions=whole)
            if whole:
                known.questions, known.counted = body["questions"], body["turnout"]["number"]
            body |= {"questions": known.questions, "counted": known.counted}
            self.connection.execute(sql.TELL, [vote, json.dumps(body, ensure_ascii=False)])
            ways = body["turnout"]["channels"]
            hour = {"vote": vote, "number": ways["web"] + ways["kiosk"], "least": LEAST_PEOPLE}
            self.connection.execute(sql.HOUR, hour)
        ended = time.monotonic()
        if whole:
            known.count_again = ended + SHARE * (ended - begun)
        else:
            known.again = ended + SHARE * (ended - begun)
        self._known[vote] = known
        return whole

    def _read(self, vote: int) -> _Standing:
        row = self.connection.execute(sql.CONFIG, [vote]).fetchone()
        assert row is not None
        roll = self.connection.execute(sql.ROLL, [vote]).fetchall()
        return _Standing(read_config(json.loads(row[0])), dict(roll))
