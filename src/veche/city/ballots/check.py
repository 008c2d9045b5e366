"""A published vote, checked and counted again with nothing but its folder.

The log leads to its signed checkpoint, every line of ``ballots.ndjson`` is the leaf at its place,
no code counts twice, nowhere more ballots than people, and the result follows by the frozen rule.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from veche.city.ballots.vote.certificate import (
    PAPERS,
    outcome_of,
    piles_told,
    read_certificate,
)
from veche.city.ballots.vote.config import VoteConfig, WrongConfig, read_config
from veche.city.ballots.vote.leaf_count import (
    BALLOT_COLUMNS,
    LeafCount,
    read_sums,
    sums_csv,
)
from veche.city.ballots.vote.result import (
    LEAST_PEOPLE,
    TOGETHER,
    DiceNeeded,
    Lottery,
    SumRow,
    result_digest,
    result_of,
)
from veche.core.journal.tlog.merkle import leaf_hash, subtree
from veche.core.journal.tlog.note import Checkpoint, Note, WrongNote
from veche.core.journal.tlog.report import read_keys
from veche.core.journal.tlog.signatures import verifier_of_signatures
from veche.core.journal.tlog.tiles import HASH, WIDTH, Reader, WrongTile, all_entries, tile_path
from veche.core.journal.tlog.walk import walk_log

VOTE_FILES = "veche-vote-files/1"
VOTE_FILE = "vote.json"
LOG_HERE = "log/vote"
MOST_TOLD = 30


def check_vote(folder: Path) -> tuple[list[str], str]:
    """Check and count again: the differences in sentences, and what was checked, in words."""
    checked = _VoteCheck(folder)
    try:
        checked.run()
    except OSError as fault:
        checked.tell(f"{fault.filename or folder}: {fault.strerror}.")
    except (WrongConfig, WrongNote, WrongTile) as fault:
        checked.tell(f"The vote cannot be checked: {fault}")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as fault:
        checked.tell(f"The published vote cannot be read: {fault!r}.")
    return checked.told, checked.summary


class _VoteCheck:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []
        self.summary = "No ballot was counted again."

    def tell(self, sentence: str) -> None:
        if len(self.told) < MOST_TOLD:
            self.told.append(sentence)
        elif len(self.told) == MOST_TOLD:
            self.told.append("There are more differences.")

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def fetch(self, name: str) -> bytes:
        return (self.folder / LOG_HERE / name).read_bytes()

    def run(self) -> None:
        about = json.loads(self.text(VOTE_FILE))
        if about["format"] != VOTE_FILES:
            raise ValueError(f"{VOTE_FILE} is not of the format {VOTE_FILES}")
        config = read_config(json.loads(self.text("config.json")))
        report = walk_log(self.fetch, verify=verifier_of_signatures())
        for sentence in report.faults:
            self.tell(f"The log of the vote: {sentence}")
        counting = LeafCount(config, self.tell)
        size = self._leaves(counting, report.size)
        self._head(config, counting)
        self._about(about, config, size, counting)
        rows = counting.rows() if config.audited else self._open_rows(config, counting)
        self._files(config, counting, rows)
        self._roll(counting)
        self._result(config, counting, rows)
        signed = "" if verifier_of_signatures() else "; signatures were not checked"
        number = sum(one[3] for one in rows)
        piles = f"; piles of paper: {len(counting.batches):,}" if counting.batches else ""
        self.summary = (
            f"Vote {config.number}: {size:,} leaves of its log walked{signed};"
            f" {counting.ballots:,} ballots in it{piles}; votes that count: {number:,},"
            f" added up again{self._outcome(config)}."
        )
        if not config.audited:
            self.summary += (
                " This was an open poll: single ballots are not published, and only the addition of"
                " what was published was checked."
            )

    # --- the log and the lines ----------------------------------------------------------------

    def _leaves(self, counting: LeafCount, size: int) -> int:
        """Hold every line against its leaf, and count it; how many were read."""
        with (self.folder / "ballots.ndjson").open("rb") as lines:
            for begin in range(0, size, WIDTH):
                width = min(WIDTH, size - begin)
                tile = self.fetch(tile_path(0, begin // WIDTH, width))
                found = [line.removesuffix(b"\n") for line in islice(lines, width)]
                # The walk has held the entries against this tile: what has its hashes is the same.
                if b"".join(map(leaf_hash, found)) != tile:
                    self._first_other(begin, found, tile)
                    return begin
                for place, line in enumerate(found, start=begin):
                    counting.take(place, line)
            if next(lines, None) is not None:
                self.tell(f"ballots.ndjson goes on after line {size:,}, where the log ends.")
        return size

    def _first_other(self, begin: int, found: list[bytes], tile: bytes) -> None:
        hashes = [tile[n : n + HASH] for n in range(0, len(tile), HASH)]
        at = next(
            (n for n, (a, b) in enumerate(zip(found, hashes, strict=False)) if leaf_hash(a) != b),
            min(len(found), len(hashes)),
        )
        self.tell(
            f"Line {begin + at + 1:,} of ballots.ndjson is not leaf {begin + at:,} of the log: it"
            " was changed, dropped or added. Nothing after it was counted."
        )

    def _head(self, config: VoteConfig, counting: LeafCount) -> None:
        kinds = [one["type"] for one in counting.others[:2]]
        if kinds != ["config", "roll"]:
            self.tell("The log does not begin with the configuration and the roll.")
            return
        first = counting.others[0]
        if "document" in first and first["document"] != config.whole:
            self.tell("config.json is not the configuration that stands in the log.")

    def _about(
        self, about: dict[str, Any], config: VoteConfig, size: int, counting: LeafCount
    ) -> None:
        told = {
            "vote": config.number,
            "title": dict(config.title),
            "level": config.level,
            "config": config.digest,
            "leaves": size,
            "ballots": counting.ballots,
        }
        for name, value in told.items():
            if about[name] != value:
                self.tell(f"{VOTE_FILE} tells of another {name} than the log.")

    # --- what follows -------------------------------------------------------------------------

    def _open_rows(self, config: VoteConfig, counting: LeafCount) -> list[SumRow]:
        rows = read_sums(self.text("sums.csv"))
        places = {place for _choice, place, _way, _number in rows}
        people = {place: sum(one[3] for one in rows if one[1] == place) for place in places}
        if len(places) > 1 and any(number < LEAST_PEOPLE for number in people.values()):
            self.tell(f"sums.csv shows a place with fewer than {LEAST_PEOPLE} people.")
        return rows

    def _files(self, config: VoteConfig, counting: LeafCount, rows: list[SumRow]) -> None:
        """The tables beside the lines say the same as the lines."""
        if config.audited:
            if self.text_raw("sums.csv") != sums_csv(rows):
                self.tell("sums.csv is not what the ballots add up to.")
            self._csv(counting)
        if json.loads(self.text("paper.json")) != counting.batches:
            self.tell("paper.json does not hold the batches of paper that stand in the log.")

    def text_raw(self, name: str) -> str:
        return (self.folder / name).read_bytes().decode("utf-8")

    def _csv(self, counting: LeafCount) -> None:
        with (
            (self.folder / "ballots.ndjson").open("rb") as lines,
            (self.folder / "ballots.csv").open(encoding="utf-8", newline="") as table,
        ):
            if table.readline() != ",".join(BALLOT_COLUMNS) + "\r\n":
                self.tell("ballots.csv does not name its columns.")
                return
            for place, line in enumerate(lines):
                wanted = counting.csv_line(place, line.removesuffix(b"\n"))
                if wanted and table.readline() != wanted:
                    self.tell(f"ballots.csv does not say the same as leaf {place:,} of the log.")
                    return
            if table.readline():
                self.tell("ballots.csv has more rows than there are ballots.")

    def _roll(self, counting: LeafCount) -> None:
        told = next((one for one in counting.others if one["type"] == "roll"), None)
        if told is None:
            return
        digest, number, last = hashlib.sha256(), 0, b""
        with (self.folder / "roll.txt").open("rb") as lines:
            for line in lines:
                digest.update(line)
                number += 1
                if line <= last:
                    self.tell(
                        f"Line {number:,} of roll.txt is there twice, or is not in its order."
                    )
                last = line
        if digest.hexdigest() != told["digest"]:
            self.tell("roll.txt is not the roll whose digest is in the log.")
        if number != told["number"] or number != sum(told["territories"].values()):
            self.tell(f"The roll was frozen with {told['number']:,} people; {number:,} are listed.")
        if json.loads(self.text("roll.json")) != counting.roll_document:
            self.tell("roll.json is not the roll, with its changes, that stands in the log.")

    def _result(self, config: VoteConfig, counting: LeafCount, rows: list[SumRow]) -> None:
        noted = [one for one in counting.others if one["type"] == "result"]
        path = self.folder / "result.json"
        if not path.exists():
            if noted:
                self.tell("The log tells of a result, and result.json is missing.")
            if (self.folder / "certificate.txt").exists():
                self.tell("There is a certificate, and no result that it could be of.")
            return
        if counting.closed_at is None:
            self.tell("There is a result, and the log does not say that the vote was closed.")
        announced = json.loads(self.text("result.json"))
        roll = counting.roll if config.audited else together_roll(counting.roll, rows)
        drawn = announced.get("lottery")
        lottery = None
        if drawn is not None:
            lottery = Lottery(drawn["size"], bytes.fromhex(drawn["root"]), drawn["dice"])
            if lottery.size <= (counting.closed_at or 0):
                self.tell("The lottery was drawn by a checkpoint from before the close.")
            if self._root(lottery.size) != lottery.root:
                self.tell("The lottery was not drawn by a checkpoint of this log.")
        try:
            found = result_of(config, rows, roll, lottery=lottery)
        except DiceNeeded:
            self.tell("A tie was to be drawn, and the result tells of no lottery.")
            return
        self._compare(announced, json.loads(json.dumps(found)))
        if not noted or noted[-1]["result"] != result_digest(announced):
            self.tell("result.json is not the result whose digest is in the log.")
        self._certificate(config, announced, counting)

    def _compare(self, announced: dict[str, Any], found: dict[str, Any]) -> None:
        if announced == found:
            return
        for one, other in zip(announced["questions"], found["questions"], strict=False):
            if one["count"]["winners"] != other["count"]["winners"]:
                self.tell(
                    f"Question {one['code']}: announced as chosen"
                    f" {', '.join(one['count']['winners']) or 'nobody'}, counted again"
                    f" {', '.join(other['count']['winners']) or 'nobody'}."
                )
                return
        for name in sorted({*announced, *found}):
            if announced.get(name) != found.get(name):
                self.tell(f"The result was announced otherwise than counted again, in: {name}.")
                return

    def _root(self, size: int) -> bytes:
        """The root of the log when it had so many leaves."""
        told = Checkpoint.read(Note.read(self.fetch("checkpoint")).text)
        if not 0 < size <= told.size:
            raise ValueError(f"the log never had {size} leaves")
        return subtree(0, size, Reader(self.fetch, told.size).node)

    def _certificate(
        self, config: VoteConfig, announced: dict[str, Any], counting: LeafCount
    ) -> None:
        noted = [one["text"] for one in counting.others if one["type"] == "certified"]
        path = self.folder / "certificate.txt"
        if not path.exists():
            if noted:
                self.tell("The log tells of a certificate, and certificate.txt is missing.")
            return
        if any(one["type"] == "annulled-vote" for one in counting.others):
            self.tell("There is a certificate, and the log says that the vote was annulled.")
        note = Note.read(path.read_bytes())
        if noted != [note.text]:
            self.tell("The certificate is not the one that stands in the log.")
        vote, digest, size, root, result = read_certificate(note.text)
        if vote != config.number or digest != config.digest:
            self.tell("The certificate is of another vote or configuration.")
        if result != result_digest(announced):
            self.tell("The certificate is of another result than result.json.")
        piles = [line for line in note.text.split("\n") if line.startswith(PAPERS)]
        if piles != piles_told(counting.others):
            self.tell(
                "The certificate does not name the piles of paper that were annulled or counted"
                " again by appeals as the log does."
            )
        if self._root(size) != base64.b64decode(root):
            self.tell("The checkpoint of the certificate is not one of this log.")
        verify = verifier_of_signatures()
        keys = [one.key for one in read_keys(self.fetch("keys.txt").decode())]
        if verify is not None and not note.checked(keys, verify):
            self.tell("The certificate is not signed by a key of this log.")

    def _outcome(self, config: VoteConfig) -> str:
        try:
            told = outcome_of(config, json.loads(self.text("result.json")))
        except (OSError, ValueError, KeyError):
            return ""
        return "; " + "; ".join(f"{code}: {what}" for code, what in told.items())


def together_roll(roll: dict[str, int], rows: list[SumRow]) -> dict[str, int]:
    """The roll of an open poll, with the places that were counted together put together."""
    shown = {place for _choice, place, _way, _number in rows}
    if TOGETHER not in shown and (rows or len(roll) < 2):
        return roll
    found: dict[str, int] = {}
    for place, number in roll.items():
        name = place if place in shown else TOGETHER
        found[name] = found.get(name, 0) + number
    return found


def leaf_lines(folder: Path, size: int) -> Iterator[bytes]:
    """The leaves of a log in files, in their order."""
    for begin in range(0, size, WIDTH):
        path = folder / tile_path("entries", begin // WIDTH, min(WIDTH, size - begin))
        yield from all_entries(path.read_bytes())
