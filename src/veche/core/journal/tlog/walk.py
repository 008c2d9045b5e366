"""Walking a whole log: does everything that is published lead to the signed checkpoint?

Every fault is told in a sentence that names what is wrong and where. Nothing is trusted but the
keys; where no key was given, those that lie beside the log are used, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from veche.core.journal.tlog.marks import Marks
from veche.core.journal.tlog.merkle import EMPTY, Frontier, Hash, leaf_hash, whole
from veche.core.journal.tlog.note import Checkpoint, Note, Verify, WrongNote
from veche.core.journal.tlog.policy import Policy
from veche.core.journal.tlog.report import Fetch, LogReport, check_signatures, trusted_keys
from veche.core.journal.tlog.tiles import (
    HASH,
    HEIGHT,
    WIDTH,
    WrongTile,
    all_entries,
    hashes_of,
    tile_path,
)


def walk_log(
    fetch: Fetch,
    *,
    verify: Verify | None,
    policy: Policy | None = None,
    older: Sequence[bytes] = (),
    receipts: Sequence[bytes] = (),
    progress: Callable[[str], None] = lambda _text: None,
) -> LogReport:
    """Check a whole log.

    ``verify`` checks Ed25519 signatures (None: they cannot be checked here, which is said);
    ``policy`` names the keys one trusts; ``older`` are checkpoints kept from earlier, ``receipts``
    receipts of this log. Nothing is raised for what a log may hold: faults are in the report.
    """
    report = LogReport()
    try:
        note = Note.read(fetch("checkpoint"))
        told = Checkpoint.read(note.text)
    except OSError:
        report.tell("There is no checkpoint: this is not a log, or it was never signed.")
        return report
    except WrongNote as fault:
        report.tell(f"The checkpoint cannot be read: {fault}")
        return report
    report.origin, report.size = told.origin, told.size
    keys = trusted_keys(fetch, policy, report)
    check_signatures(note, told, keys, policy, verify, report)
    marks = Marks(keys, verify, told, report)
    for data in older:
        marks.add_older(data)
    for data in receipts:
        marks.add_receipt(data)
    _Walk(fetch, told, report, marks, progress).run()
    marks.judge()
    _count_erased(fetch, report)
    return report


# --- entries and tiles ------------------------------------------------------------------------


class _Walk:
    """All entries and all tiles of a log, once, with little in memory."""

    def __init__(
        self,
        fetch: Fetch,
        told: Checkpoint,
        report: LogReport,
        marks: Marks,
        progress: Callable[[str], None],
    ) -> None:
        self.fetch = fetch
        self.told = told
        self.report = report
        self.marks = marks
        self.progress = progress
        self.frontier = Frontier()
        self.above: list[list[Hash]] = []
        self.last: Hash = b""

    def run(self) -> None:
        """Walk; faults go to the report."""
        size = self.told.size
        self.marks.grown(0, lambda: EMPTY)
        for begin in range(0, size, WIDTH):
            width = min(WIDTH, size - begin)
            leaves = self._leaves(begin // WIDTH, width)
            if leaves is None:
                return
            self._append(begin, leaves)
            self.report.entries += width
            if not begin % (WIDTH * 64):
                self.progress(f"{begin:,} of {size:,} entries")
        self._last_tiles()
        if self.frontier.root() != self.told.root:
            self.report.tell(
                "The entries lead to another root than the one the checkpoint signs: they were"
                " changed after it was signed, or the checkpoint is of another log."
            )

    def _append(self, begin: int, leaves: list[Hash]) -> None:
        marks, frontier = self.marks, self.frontier
        tile = whole(leaves) if len(leaves) == WIDTH else None
        if marks.within(begin, len(leaves)):
            for place, leaf in enumerate(leaves, start=begin):
                marks.at(place, leaf)
                frontier.append(leaf)
                marks.grown(place + 1, frontier.root)
        elif tile is not None:
            frontier.join(tile, HEIGHT)
        else:
            frontier.extend(leaves)
        if tile is not None:
            self._up(0, tile)

    def _file(self, path: str) -> bytes | None:
        try:
            return self.fetch(path)
        except OSError:
            self.report.tell(f"The file {path} is missing.")
            return None

    def _leaves(self, index: int, width: int) -> list[Hash] | None:
        """The leaf hashes of one bundle, compared with those of its tile."""
        data = self._file(tile_path("entries", index, width))
        tile = self._file(tile_path(0, index, width))
        if data is None or tile is None:
            return None
        try:
            signed = hashes_of(tile, width)
        except WrongTile as fault:
            self.report.tell(f"Tile {index} at level 0: {fault}.")
            return None
        try:
            entries = all_entries(data)
        except WrongTile as fault:
            self.report.tell(f"Bundle {index}: {fault}.")
            return None
        found = [leaf_hash(entry) for entry in entries]
        if found != signed:
            for sentence in differences(index * WIDTH, signed, found, self.last):
                self.report.tell(sentence)
        self.last = signed[-1]
        return signed

    def _up(self, level: int, hash_: Hash) -> None:
        """A whole tile gives one hash to the level above; whole tiles there are compared."""
        if level == len(self.above):
            self.above.append([])
        row = self.above[level]
        row.append(hash_)
        if len(row) % WIDTH:
            return
        self._compare(level + 1, len(row) // WIDTH - 1, row[-WIDTH:])
        self._up(level + 1, whole(row[-WIDTH:]))

    def _last_tiles(self) -> None:
        for level, row in enumerate(self.above):
            width = len(row) % WIDTH
            if width:
                self._compare(level + 1, len(row) // WIDTH, row[-width:])

    def _compare(self, level: int, index: int, hashes: list[Hash]) -> None:
        data = self._file(tile_path(level, index, len(hashes)))
        if data is not None and data != b"".join(hashes):
            at = next(
                (n for n, one in enumerate(hashes) if data[n * HASH : (n + 1) * HASH] != one),
                len(hashes),
            )
            self.report.tell(
                f"Tile {index} at level {level} is not what the tiles below it give, from its hash"
                f" {at} on."
            )


def differences(begin: int, signed: Sequence[Hash], found: Sequence[Hash], last: Hash) -> list[str]:
    """What was done to a bundle: each entry that was changed, dropped, doubled, inserted, moved."""
    told: list[str] = []
    a = b = 0
    if sorted(signed) == sorted(found):
        moved = [begin + n for n in range(len(signed)) if signed[n] != found[n]]
        places = ", ".join(f"{one:,}" for one in moved[:8])
        return [f"Entries were reordered: those at {places} are not in their places."]
    known = set(signed)
    while a < len(signed) or b < len(found):
        if a < len(signed) and b < len(found) and signed[a] == found[b]:
            last = signed[a]
            a, b = a + 1, b + 1
            continue
        place = begin + a
        here = found[b] if b < len(found) else None
        # What is missing here may stand right after, and what stands here may belong right after.
        drops = a + 1 < len(signed) and here == signed[a + 1]
        if here is None or (drops and not (b + 1 < len(found) and found[b + 1] == signed[a])):
            told.append(f"Entry {place:,} was dropped.")
            a += 1
        elif a >= len(signed) or (b + 1 < len(found) and found[b + 1] == signed[a]):
            if here == last or here in known:
                told.append(f"An entry was doubled: it stands again before place {place:,}.")
            else:
                told.append(f"An entry was inserted before place {place:,}.")
            b += 1
        else:
            told.append(f"Entry {place:,} was changed: it is not what was sealed.")
            last = signed[a]
            a, b = a + 1, b + 1
    return told


def _count_erased(fetch: Fetch, report: LogReport) -> None:
    """How many entries speak of what was erased: their digest stays, nobody can open it."""
    try:
        lines = fetch("erased.txt").decode("ascii").split()
    except OSError:
        return
    except UnicodeDecodeError:
        report.tell("The list of erased entries cannot be read.")
        return
    places = [int(line) for line in lines if re.fullmatch(r"[0-9]{1,19}", line)]
    if len(places) != len(lines) or any(place >= report.size for place in places):
        report.tell("The list of erased entries names places that the log does not have.")
    report.erased = len(set(places))
