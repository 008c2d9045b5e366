"""The leaves of a vote's log, added up one by one: what anybody does who counts again.

Standard library only, and sparing: of a ballot is kept its code and one number that stands for all
that ballots have in common, so that a million ballots fit into some hundred megabytes.
"""

from __future__ import annotations

import csv
import io
import json
import re
from binascii import unhexlify
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from veche.city.ballots.counting.kinds import WrongBallot
from veche.city.ballots.vote.choice import spelled
from veche.city.ballots.vote.config import VoteConfig, canonical_text
from veche.city.ballots.vote.leaves import BallotLeaf, read_leaf, roll_after
from veche.city.ballots.vote.result import SumRow

_CODE_AT = b',"code":"'
_LEAF_CODE = re.compile(rb"[0-9a-f]{32}")
BALLOT_COLUMNS = ("place", "code", "revision", "channel", "territory", "counts", "choice")


class LeafCell(NamedTuple):
    """All that a ballot says besides its code."""

    revision: int
    choice: str
    territory: str
    channel: str


class LeafCount:
    """Takes the leaves in their order; ``tell`` hears what is wrong, in sentences."""

    def __init__(self, config: VoteConfig, tell: Callable[[str], None]) -> None:
        self.config = config
        self.tell = tell
        self.ballots = 0
        self.others: list[dict[str, Any]] = []
        """Every leaf that is no ballot."""
        self.cells: list[LeafCell] = []
        self._known: dict[bytes, dict[bytes, int]] = {}
        self._told: dict[int, tuple[str, str]] = {}
        self._counted: dict[bytes, int] = {}
        """Code → its only ballot, as a number of ``cells``."""
        self._several: dict[bytes, list[int]] = {}
        self._annulled: dict[bytes, set[int]] = {}
        self._batches: dict[str, dict[str, Any]] = {}
        self._batches_gone: set[str] = set()
        self._announced = False
        self._upheld: set[str] = set()
        """Appeals by which piles of paper may be annulled or counted again."""
        self.closed_at: int | None = None
        """The place of the leaf that closed the vote."""
        self._roll: dict[str, int] = {}

    def take(self, place: int, line: bytes) -> None:
        """One leaf."""
        cut = line.rfind(_CODE_AT)
        same = self._known.get(line[:cut])
        number = None if same is None else same.get(line[cut + 41 :])
        if number is None:
            if cut < 0 or not line.startswith(b'{"channel":'):
                self._other(place, line)
                return
            number = self._cell(place, line, cut)
        if number is None or _LEAF_CODE.fullmatch(line, cut + 9, cut + 41) is None:
            self.tell(f"Leaf {place:,} is no ballot that can be read.")
            return
        if self.closed_at is not None:
            self.tell(f"Leaf {place:,} is a ballot, and the vote was closed before it.")
        self.ballots += 1
        key = unhexlify(line[cut + 9 : cut + 41])
        before = self._counted.get(key)
        if before is None:
            self._counted[key] = number
        else:
            self._again(place, key, before, number)

    def _cell(self, place: int, line: bytes, cut: int) -> int | None:
        """The number of what this ballot says; what is seen first is read with care."""
        found = self._known.setdefault(line[:cut], {})
        try:
            leaf = read_leaf(line)
        except ValueError:
            return None
        if not isinstance(leaf, BallotLeaf) or leaf.text.encode() != line:
            return None
        self._judge(place, leaf)
        number = len(self.cells)
        self.cells.append(LeafCell(leaf.revision, leaf.choice, leaf.territory, leaf.channel))
        found[line[cut + 41 :]] = number
        return number

    def _judge(self, place: int, leaf: BallotLeaf) -> None:
        if leaf.vote != self.config.number or leaf.config != self.config.digest:
            self.tell(f"Leaf {place:,} is a ballot of another vote or configuration.")
        if leaf.channel not in self.config.channels:
            self.tell(f"Leaf {place:,} came by a channel this vote does not have.")
        if leaf.territory not in self._roll:
            self.tell(f"Leaf {place:,} is counted in a place that the roll does not have.")
        self._judge_choice(place, leaf.choice)

    def _judge_choice(self, place: int, choice: str) -> None:
        try:
            if spelled(self.config, json.loads(choice)) != choice:
                self.tell(f"Leaf {place:,} does not spell its choice as it must.")
        except (WrongBallot, ValueError) as fault:
            self.tell(f"Leaf {place:,} does not keep to the configuration: {fault}")

    def _again(self, place: int, key: bytes, before: int, number: int) -> None:
        several = self._several.setdefault(key, [before])
        if any(self.cells[one].revision == self.cells[number].revision for one in several):
            self.tell(
                f"Leaf {place:,} is a second ballot of the same code and revision:"
                f" {key.hex()}, {self.cells[number].revision}."
            )
            return
        several.append(number)

    # --- leaves that are no ballots -----------------------------------------------------------

    def _other(self, place: int, line: bytes) -> None:
        try:
            told = read_leaf(line)
        except ValueError:
            self.tell(f"Leaf {place:,} cannot be read.")
            return
        if isinstance(told, BallotLeaf) or canonical_text(told).encode() != line:
            self.tell(f"Leaf {place:,} is not spelled as it must be.")
            return
        if told.get("vote") != self.config.number:
            self.tell(f"Leaf {place:,} is of another vote.")
        try:
            self._heed(place, told)
        except (KeyError, TypeError, ValueError, AttributeError):
            self.tell(f"Leaf {place:,} ({told['type']}) does not hold what it must.")
        self.others.append(told)

    def _heed(self, place: int, told: dict[str, Any]) -> None:
        kind = told["type"]
        if kind == "config" and told["config"] != self.config.digest:
            self.tell("config.json is not the configuration whose digest is in the log.")
        elif kind in ("roll", "roll-change"):
            if kind == "roll" and place > 1:
                self.tell(f"Leaf {place:,} is a second roll.")
            self._roll = roll_after([{"type": "roll", "territories": self._roll}, told])
        elif kind == "closed":
            self.closed_at = place
        elif kind == "paper":
            self._paper(place, told)
        elif kind == "annulled" and "code" in told:
            gone = self._annulled.setdefault(bytes.fromhex(told["code"]), set())
            gone.update(int(one) for one in told["revisions"])
        elif kind == "annulled":
            if self._batches.pop(told["batch"], None) is None:
                self.tell(f"Leaf {place:,} annuls a batch of paper that does not count.")
            self._batches_gone.add(told["batch"])
            self._by_appeal(place, told)
        elif kind == "result":
            self._announced = True
        elif kind == "appeal" and (told["decision"], told.get("ruling")) == ("upheld", "papers"):
            self._upheld.add(told["appeal"])

    def _by_appeal(self, place: int, told: dict[str, Any]) -> None:
        """After the count is announced, paper is touched only as an appeal was decided."""
        if self._announced and told.get("appeal") not in self._upheld:
            self.tell(
                f"Leaf {place:,} is about the batch {told['batch']} after the count was announced,"
                " and no appeal was decided so."
            )

    def _paper(self, place: int, told: dict[str, Any]) -> None:
        self._by_appeal(place, told)
        if "instead" in told and told["instead"] not in self._batches_gone:
            self.tell(
                f"Leaf {place:,} counts the batch {told['batch']} instead of {told['instead']},"
                " which was not annulled."
            )
        if told["batch"] in self._batches:
            self.tell(f"Leaf {place:,} enters the batch {told['batch']} again.")
        numbers = [*told["choices"].values(), told.get("spoilt", 0)]
        if any(type(one) is not int or one < 0 for one in numbers):
            self.tell(
                f"Leaf {place:,}: the batch {told['batch']} counts what is no number of papers."
            )
            return
        scan = told.get("scan", "")
        if scan and any(scan == one.get("scan") for one in self._batches.values()):
            self.tell(f"Leaf {place:,}: the batch {told['batch']} is the scan of another one.")
        said = sum(numbers)
        if said != told["ballots"]:
            self.tell(
                f"Leaf {place:,}: the batch {told['batch']} has {told['ballots']} papers, and its"
                f" choices are {said}."
            )
        if told["territory"] not in self._roll:
            self.tell(f"Leaf {place:,} is counted in a place that the roll does not have.")
        for choice in told["choices"]:
            self._judge_choice(place, choice)
        self._batches[told["batch"]] = told

    # --- the end ------------------------------------------------------------------------------

    @property
    def roll(self) -> dict[str, int]:
        """How many may vote in each place."""
        return dict(self._roll)

    @property
    def roll_document(self) -> dict[str, Any]:
        """What ``roll.json`` holds: the roll as it was frozen, its changes, and as it is now."""
        frozen = next(one for one in self.others if one["type"] == "roll")
        changes = [one for one in self.others if one["type"] == "roll-change"]
        names = ("change", "territory", "line", "reason")
        return {
            "frozen": {name: frozen[name] for name in ("number", "territories", "digest")},
            "changes": [{name: one.get(name, "") for name in names} for one in changes],
            "now": dict(sorted(self._roll.items())),
        }

    @property
    def batches(self) -> list[dict[str, Any]]:
        """The batches of paper that count."""
        return list(self._batches.values())

    def rows(self) -> list[SumRow]:
        """The sums: of each code the highest revision that stands, and all paper that stands."""
        self._settle()
        sums: Counter[tuple[str, str, str]] = Counter()
        for number, times in Counter(self._counted.values()).items():
            if number >= 0:
                one = self.cells[number]
                sums[one.choice, one.territory, one.channel] += times
        for told in self._batches.values():
            for choice, times in told["choices"].items():
                sums[choice, told["territory"], "paper"] += times
        found = [(*key, times) for key, times in sorted(sums.items())]
        self._compare_with_roll(found)
        return found

    def _settle(self) -> None:
        """Of codes with several ballots, or annulled ones, find the one that counts."""
        for key in (*self._several, *self._annulled):
            first = self._counted.get(key)
            if first is None:
                self.tell(f"Ballots of the code {key.hex()} were annulled, and it has none.")
                continue
            gone = self._annulled.get(key, ())
            standing = [
                one
                for one in self._several.get(key, [first])
                if one >= 0 and self.cells[one].revision not in gone
            ]
            self._counted[key] = max(standing, key=lambda one: self.cells[one].revision, default=-1)

    def _compare_with_roll(self, rows: list[SumRow]) -> None:
        people: Counter[str] = Counter()
        for _choice, place, _way, number in rows:
            people[place] += number
        for place, number in sorted(people.items()):
            if number > self._roll.get(place, 0):
                self.tell(
                    f"In {place} {number:,} ballots are counted, and {self._roll.get(place, 0):,}"
                    " people may vote there."
                )

    def csv_line(self, place: int, line: bytes) -> str:
        """The row of a ballot in ``ballots.csv``, after `rows`; empty for another leaf."""
        cut = line.rfind(_CODE_AT)
        same = self._known.get(line[:cut])
        number = None if same is None else same.get(line[cut + 41 :])
        if number is None:
            return ""
        code = line[cut + 9 : cut + 41]
        told = self._told.get(number) or self._tell_cell(number)
        counts = self._counted.get(unhexlify(code)) == number
        return f"{place},{code.decode()}{told[counts]}"

    def _tell_cell(self, number: int) -> tuple[str, str]:
        """The end of a row, where the ballot does not count, and where it does."""
        one = self.cells[number]
        quoted = '"' + one.choice.replace('"', '""') + '"'
        before = f",{one.revision},{one.channel},{one.territory}"
        found = f"{before},no,{quoted}\r\n", f"{before},yes,{quoted}\r\n"
        self._told[number] = found
        return found


def sums_csv(rows: list[SumRow]) -> str:
    """The text of ``sums.csv``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("choice", "territory", "channel", "number"))
    writer.writerows(rows)
    return out.getvalue()


def read_sums(text: str) -> list[SumRow]:
    """The rows of ``sums.csv``.

    Raises:
        ValueError: it is none.
    """
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if not rows or rows[0] != ["choice", "territory", "channel", "number"]:
        raise ValueError("its first line does not name its columns")
    found = []
    for choice, place, way, number in rows[1:]:
        found.append((choice, place, way, int(number)))
    return found
