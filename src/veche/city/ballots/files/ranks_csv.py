"""One ballot a line, one rank a column: how American cities publish their cast vote records.

The first line names the ranks. A cell holds a name, ``undervote`` (or nothing) for a skipped rank,
``overvote`` for more than one name. Options are taken in the order of their names.
"""

from __future__ import annotations

import csv
from collections import Counter

from veche.city.ballots.counting.ballots import NOBODY, Paper, Papers
from veche.city.ballots.files.text import WrongFile

SKIPPED = ("", "undervote", "skipped")
OVERVOTED = ("overvote",)


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
    if not any(cell.strip() for cell in head):
        raise WrongFile("The first line must name the ranks.", 1)
    rows.pop((), None)
    for row in rows:
        if len(row) != len(head):
            raise WrongFile(
                f"A ballot has {len(row)} ranks, and the first line names {len(head)}: {row!r}."
            )
    words = {cell.strip() for row in rows for cell in row}
    options = tuple(sorted(word for word in words if word.casefold() not in (*SKIPPED, *OVERVOTED)))
    if not options:
        raise WrongFile("No ballot names anybody.")
    ranks: dict[str, tuple[int, ...]] = {name: (place,) for place, name in enumerate(options)}
    for word in words:
        if word.casefold() in SKIPPED:
            ranks[word] = ()
        elif word.casefold() in OVERVOTED:
            ranks[word] = (NOBODY, NOBODY)
    papers: Counter[Paper] = Counter()
    for row, times in rows.items():
        papers[tuple([ranks[cell.strip()] for cell in row])] += times
    found = frozenset(place for place, name in enumerate(options) if name == write_ins)
    return Papers(options, dict(papers), write_ins=found)
