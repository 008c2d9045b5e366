"""One ballot a line, without ranks.

Either a column ``choice`` (or ``vote``, ``option``) with the name chosen, or several with ``;``
between; or one column for each option with its mark (1 for a cross, points, a part of a sum;
nothing or 0 for none). A column ``ballots`` (or ``count``) says how many such ballots there are;
``voter``, ``ballot``, ``id`` and ``territory`` are passed over.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from veche.city.ballots.counting.ballots import Papers
from veche.city.ballots.files.text import WrongFile, whole_number

CHOICE = ("choice", "choices", "vote", "votes", "option", "options")
VOTES_TIMES = ("ballots", "count")
VOTES_PASSED_OVER = ("voter", "voter_id", "ballot", "ballot_id", "id", "territory")

MARK = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15}|/[0-9]{1,15})?|-?\.[0-9]{1,15}")
"""A mark as it is written: whole, with a point, or a fraction."""

Row = tuple[tuple[int, Fraction], ...]


def parse_votes(text: str) -> Papers:
    """The ballots of one question.

    Raises:
        WrongFile: what is wrong, with its line.
    """
    reader = csv.reader(text.splitlines(keepends=True))
    try:
        head = [cell.strip() for cell in next(reader, [])]
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as fault:
        raise WrongFile(f"It is not CSV: {fault}.", reader.line_num) from fault
    if not any(head):
        raise WrongFile("The first line must name the columns.", 1)
    for at, row in rows:
        if len(row) != len(head):
            raise WrongFile(f"It has {len(row)} cells, and the first line {len(head)}.", at)
    small = [name.casefold() for name in head]
    times = next((place for place, name in enumerate(small) if name in VOTES_TIMES), None)
    columns = [
        place
        for place, name in enumerate(small)
        if name and name not in (*VOTES_TIMES, *VOTES_PASSED_OVER)
    ]
    if not columns:
        raise WrongFile("No column holds a choice.", 1)
    if len(columns) == 1 and small[columns[0]] in CHOICE:
        return _named(rows, columns[0], times)
    names = tuple(head[place] for place in columns)
    if len(set(names)) != len(names):
        raise WrongFile("Two columns have the same name.", 1)
    marked: Counter[Row] = Counter()
    for at, row in rows:
        marks = tuple(
            (option, mark)
            for option, place in enumerate(columns)
            if (mark := _mark(row[place], at))
        )
        marked[marks] += _times(row, times, at)
    return Papers(names, {}, dict(marked))


def _named(rows: list[tuple[int, list[str]]], column: int, times: int | None) -> Papers:
    chosen: Counter[tuple[str, ...]] = Counter()
    for at, row in rows:
        names = tuple(sorted(set(_vote_names(row[column]))))
        chosen[names] += _times(row, times, at)
    options = tuple(sorted({name for names in chosen for name in names}))
    if not options:
        raise WrongFile("No ballot names anything.")
    place = {name: at for at, name in enumerate(options)}
    return Papers(
        options,
        {},
        {
            tuple((place[name], Fraction(1)) for name in names): number
            for names, number in chosen.items()
        },
    )


def _vote_names(cell: str) -> Iterator[str]:
    for word in cell.split(";"):
        if word.strip():
            yield word.strip()


def _times(row: list[str], column: int | None, at: int) -> int:
    return 1 if column is None else whole_number(row[column], at, "a number of ballots")


def _mark(cell: str, at: int) -> Fraction:
    word = cell.strip()
    if not word:
        return Fraction(0)
    # Not whatever Fraction reads: "1e999999999" would be computed for hours.
    if not MARK.fullmatch(word):
        raise WrongFile(f"{word[:40]!r} is not a mark.", at)
    try:
        mark = Fraction(word)
    except ZeroDivisionError:
        raise WrongFile(f"{word!r} is not a mark.", at) from None
    if mark < 0:
        raise WrongFile("A mark cannot be below nothing.", at)
    return mark
