"""One ballot a line, one rank a column: how American cities publish their cast vote records.

The first line names the ranks. A cell holds a name, ``undervote`` (or ``skipped``, or nothing) for
a skipped rank, ``overvote`` for more than one name. Empty cells at the end may be left out, as
table programs do. Columns that tell of the ballot (its number, precinct, batch) are passed over; a
column ``count`` says how many such ballots there are. Options are taken in the order of their
names.
"""

from __future__ import annotations

import csv
from collections import Counter

from veche.city.ballots.counting.ballots import NOBODY, Paper, Papers
from veche.city.ballots.files.text import WrongFile, whole_number

SKIPPED = frozenset(("", "undervote", "undervotes", "skipped", "skippedrank", "blank"))
OVERVOTED = frozenset(("overvote", "overvotes", "overvoted"))
TIMES = frozenset(("count", "ballots", "times"))
PASSED_OVER = frozenset(
    (
        "id", "ballot", "ballotid", "ballotstyle", "ballottype", "batch", "batchid",
        "castvoterecord", "countinggroup", "cvr", "cvrnumber", "district", "imprintedid",
        "precinct", "precinctid", "precinctportion", "recordid", "tabulator", "tabulatorid",
        "tabulatornum", "territory", "voter", "voterid", "ward",
    )
)  # fmt: skip
"""Names of columns that hold no rank, without what is no letter."""


def parse_ranks(text: str, *, write_ins: str = "UWI") -> Papers:
    """The ballots of one contest; ``write_ins`` is what stands for names nobody declared.

    Raises:
        WrongFile: what is wrong, with its line.
    """
    reader = csv.reader(text.splitlines(keepends=True))
    try:
        head = next(reader, [])
        rows = Counter(map(tuple, reader))
    except csv.Error as fault:
        raise WrongFile(f"It is not CSV: {fault}.", reader.line_num) from fault
    while head and not head[-1].strip():
        head.pop()
    if not head:
        raise WrongFile("The first line must name the ranks.", 1)
    small = ["".join(filter(str.isalpha, cell.casefold())) for cell in head]
    times_at = next((place for place, name in enumerate(small) if name in TIMES), None)
    columns = [
        place
        for place, name in enumerate(small)
        if name not in TIMES and name not in PASSED_OVER and (place or head[0].strip())
    ]
    if not columns:
        raise WrongFile("No column holds a rank.", 1)
    ballots: Counter[tuple[str, ...]] = Counter()
    for row, times in rows.items():
        if not any(cell.strip() for cell in row) and len(row) < len(head):
            continue  # an empty line
        if any(cell.strip() for cell in row[len(head) :]):
            raise WrongFile(
                f"A ballot has {len(row)} ranks, and the first line names {len(head)}: {row!r}."
            )
        whole = (*row, *[""] * (len(head) - len(row)))
        if times_at is not None:
            times *= whole_number(whole[times_at], None, "a number of ballots")
        ballots[tuple([whole[place].strip() for place in columns])] += times
    return _papers(ballots, write_ins)


def _papers(ballots: Counter[tuple[str, ...]], write_ins: str) -> Papers:
    """The papers of rows of words."""
    words = {word for row in ballots for word in row}
    plain = {word: "".join(filter(str.isalpha, word.casefold())) for word in words}
    skipped = {
        word for word in words if word in ("", "-") or (plain[word] and plain[word] in SKIPPED)
    }
    overvoted = {word for word in words if plain[word] in OVERVOTED}
    options = tuple(sorted(words - skipped - overvoted))
    if not options:
        raise WrongFile("No ballot names anybody.")
    ranks: dict[str, tuple[int, ...]] = {name: (place,) for place, name in enumerate(options)}
    ranks |= dict.fromkeys(skipped, ()) | dict.fromkeys(overvoted, (NOBODY, NOBODY))
    papers: Counter[Paper] = Counter()
    for row, times in ballots.items():
        papers[tuple([ranks[word] for word in row])] += times
    found = frozenset(place for place, name in enumerate(options) if name == write_ins)
    return Papers(options, dict(papers), write_ins=found)
