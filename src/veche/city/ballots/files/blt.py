"""The BLT format of OpenSTV and others.

``candidates seats``; then the withdrawn (``-3``), if any; then papers: ``weight 4 1 3 0``, where
``-`` is a skipped rank and ``=`` joins ranks alike; then ``0``; then the names, and a title, in
quotation marks or one a line without; a party may stand behind a quoted name. ``#`` begins a
remark.
"""

from __future__ import annotations

import re
from collections import Counter

from veche.city.ballots.counting.ballots import Paper, Papers
from veche.city.ballots.files.text import WrongFile, whole_number

QUOTED = re.compile(r'"((?:[^"]|"")*)"')


def parse_blt(text: str) -> Papers:
    """The papers of one contest; the withdrawn are left out of it.

    Raises:
        WrongFile: what is wrong, with its line.
    """
    lines = [
        (at, line)
        for at, raw in enumerate(text.splitlines(), start=1)
        if (line := _without_remark(raw).strip().rstrip(", "))
    ]
    if not lines:
        raise WrongFile("The file is empty.")
    at, first = lines[0]
    head = first.split()
    if len(head) != 2:
        raise WrongFile("The first line must be: how many candidates, how many seats.", at)
    number, seats = (whole_number(word, at, "a number", 1) for word in head)
    withdrawn: set[int] = set()
    ranked: Counter[Paper] = Counter()
    place = 1
    ended = False
    for place, (at, line) in enumerate(lines[1:], start=1):
        if line.startswith('"'):
            break
        words = line.split()
        if words == ["0"]:
            ended = True
            place += 1
            break
        if words[0].startswith("-") and words[0] != "-":
            withdrawn.update(_candidate(word.removeprefix("-"), number, at) for word in words)
            continue
        times, paper = _blt_paper(words, number, at)
        ranked[paper] += times
    if not ended:
        raise WrongFile("The papers do not end with a line of 0.", at)
    names = _names([line for _at, line in lines[place:]], number)
    if len(names) < number:
        raise WrongFile(f"The first line says {number} candidates, and {len(names)} are named.")
    return _without(withdrawn, names[:number], dict(ranked), seats, " ".join(names[number:]))


def _names(lines: list[str], number: int) -> list[str]:
    """The candidates and then the title: one a line, or else whatever stands in quotation marks."""
    if len(lines) in (number, number + 1):
        firsts = [(QUOTED.match(line), line) for line in lines]
        found = [match[1] if match else line.strip('"') for match, line in firsts]
    else:
        found = [name for line in lines for name in QUOTED.findall(line)]
    return [name.replace('""', '"').strip() for name in found]


def _without_remark(line: str) -> str:
    """A line without what follows ``#`` outside quotation marks."""
    quoted = False
    for place, letter in enumerate(line):
        if letter == '"':
            quoted = not quoted
        elif letter == "#" and not quoted:
            return line[:place]
    return line


def _blt_paper(words: list[str], number: int, at: int) -> tuple[int, Paper]:
    words = [word for word in words if not (word.startswith("(") and word.endswith(")"))]
    if len(words) < 2 or words[-1] != "0":
        raise WrongFile("A paper must begin with how many there are and end with 0.", at)
    times = whole_number(words[0], at, "a number of papers")
    ranks: list[tuple[int, ...]] = []
    for word in words[1:-1]:
        if word == "-":
            ranks.append(())
        else:
            ranks.append(tuple(_candidate(one, number, at) for one in word.split("=")))
    return times, tuple(ranks)


def _candidate(word: str, number: int, at: int) -> int:
    one = whole_number(word, at, "the number of a candidate", 1)
    if one > number:
        raise WrongFile(f"There is no candidate {one}.", at)
    return one - 1


def _without(
    withdrawn: set[int], names: list[str], ranked: dict[Paper, int], seats: int, title: str
) -> Papers:
    kept = [one for one in range(len(names)) if one not in withdrawn]
    if len({names[one] for one in kept}) != len(kept):
        raise WrongFile("Two candidates have the same name.")
    if not withdrawn:
        return Papers(tuple(names), ranked, seats=seats, title=title)
    place = {one: at for at, one in enumerate(kept)}
    papers: Counter[Paper] = Counter()
    for paper, times in ranked.items():
        # A rank that held only the withdrawn is gone, not skipped.
        left = [
            tuple(place[one] for one in rank if one in place)
            for rank in paper
            if not rank or any(one in place for one in rank)
        ]
        papers[tuple(left)] += times
    return Papers(tuple(names[one] for one in kept), dict(papers), seats=seats, title=title)
