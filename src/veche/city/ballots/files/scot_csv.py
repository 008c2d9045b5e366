"""The format in which Scottish councils' votes are collected.

The first line is ``candidates,seats``; then ``how many,first,second,…`` for each order of
preference; then ``"Candidate 1","Name","Party"`` for each; then the ward.
"""

from __future__ import annotations

import csv
from collections import Counter

from veche.city.ballots.counting.ballots import Paper, Papers
from veche.city.ballots.files.text import WrongFile, whole_number


def parse_scot(text: str) -> Papers:
    """The papers of one ward.

    Raises:
        WrongFile: what is wrong, with its line.
    """
    lines = csv.reader(text.splitlines())
    head = next(lines, [])
    cells = [cell for cell in head if cell.strip()]
    if len(cells) != 2:
        raise WrongFile("The first line must be: how many candidates, how many seats.", 1)
    number, seats = (whole_number(cell, 1, "a number", 1) for cell in cells)
    ranked: Counter[Paper] = Counter()
    names: list[str] = []
    title = ""
    try:
        for at, row in enumerate(lines, start=2):
            if not any(cell.strip() for cell in row):
                continue
            if row[0].strip().isdigit() and not names:
                times, paper = _scot_paper(row, number, at)
                ranked[paper] += times
            elif len(names) < number:
                if len(row) < 2 or not row[1].strip():
                    raise WrongFile("A candidate has no name.", at)
                names.append(row[1].strip())
            else:
                title = row[0].strip()
    except csv.Error as fault:
        raise WrongFile(f"It is not CSV: {fault}.") from fault
    if len(names) != number:
        raise WrongFile(f"The first line says {number} candidates, and {len(names)} are named.")
    if len(set(names)) != number:
        raise WrongFile("Two candidates have the same name.")
    return Papers(tuple(names), dict(ranked), seats=seats, title=title)


def _scot_paper(row: list[str], number: int, at: int) -> tuple[int, Paper]:
    while row and not row[-1].strip():
        row = row[:-1]
    ranks: list[tuple[int, ...]] = []
    for cell in row[1:]:
        if not cell.strip():
            ranks.append(())
            continue
        one = whole_number(cell, at, "the number of a candidate", 1)
        if one > number:
            raise WrongFile(f"There is no candidate {one}.", at)
        ranks.append((one - 1,))
    return whole_number(row[0], at, "a number of papers"), tuple(ranks)
