"""PrefLib's files: orders (soc, soi, toc, toi) and categories (cat).

Since 2022 lines that begin with ``#`` describe (``# ALTERNATIVE NAME 1: …``); the others are
``how many: 1,{2,3},4``. In a file of categories the first one is what a voter approves. Before that
a file began with how many alternatives there are, then ``1,name`` for each, then three sums
(voters, votes, different orders), then ``how many,1,{2,3},4``.
"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

from veche.city.ballots.counting.ballots import Paper, Papers
from veche.city.ballots.files.text import WrongFile, whole_number

NAME = re.compile(r"#\s*ALTERNATIVE NAME (\d+):\s*(.*)")
OLD_NAME = re.compile(r"\s*(\d+)\s*,\s*(.*)")
OTHER = re.compile(r"#\s*(TITLE|DATA TYPE|NUMBER ALTERNATIVES):\s*(.*)")
GROUP = re.compile(r"\{([^{}]*)\}|([^,{}]+)")
SHAPE = re.compile(r"\s*(?:\{[^{}]*\}|\d+)(?:\s*,\s*(?:\{[^{}]*\}|\d+))*\s*")


def parse_preflib(text: str) -> Papers:
    """The ballots of one file.

    Raises:
        WrongFile: what is wrong, with its line.
    """
    names: dict[int, str] = {}
    about: dict[str, str] = {}
    rows: list[tuple[int, str]] = []
    for at, line in enumerate(text.splitlines(), start=1):
        if found := NAME.match(line):
            names[int(found[1])] = found[2].strip()
        elif found := OTHER.match(line):
            about[found[1]] = found[2].strip()
        elif line.strip() and not line.startswith("#"):
            rows.append((at, line))
    if not names and rows and rows[0][1].strip().isdecimal():
        names, rows = _before_2022(rows)
    if not names:
        raise WrongFile("No line names an alternative (# ALTERNATIVE NAME 1: …).")
    if len(set(names.values())) != len(names):
        raise WrongFile("Two alternatives have the same name.")
    place = {number: at for at, number in enumerate(sorted(names))}
    ranked: Counter[Paper] = Counter()
    for at, line in rows:
        times, paper = _preflib_paper(line, place, at)
        ranked[paper] += times
    options = tuple(names[number] for number in sorted(names))
    title = about.get("TITLE", "")
    if about.get("DATA TYPE") != "cat":
        return Papers(options, dict(ranked), title=title)
    marked: Counter[tuple[tuple[int, Fraction], ...]] = Counter()
    for paper, times in ranked.items():
        marked[tuple((one, Fraction(1)) for one in sorted(paper[0] if paper else ()))] += times
    return Papers(options, {}, dict(marked), title=title)


def _before_2022(rows: list[tuple[int, str]]) -> tuple[dict[int, str], list[tuple[int, str]]]:
    """The names of a file of the older format, and its ballots as they are written today."""
    at, first = rows[0]
    number = whole_number(first, at, "a number of alternatives", 1)
    names: dict[int, str] = {}
    for at, line in rows[1 : number + 1]:
        if not (found := OLD_NAME.fullmatch(line)):
            raise WrongFile("An alternative is written as its number, a comma, and its name.", at)
        names[int(found[1])] = found[2].strip().strip('"')
    if len(names) != number or len(rows) < number + 2:
        raise WrongFile(f"The first line says {number} alternatives, and {len(names)} are named.")
    at, sums = rows[number + 1]
    voters = whole_number(sums.partition(",")[0], at, "a number of voters")
    ballots = [(at, line.replace(",", ":", 1)) for at, line in rows[number + 2 :]]
    found_voters = sum(
        whole_number(line.partition(":")[0], at, "a number of ballots") for at, line in ballots
    )
    if found_voters != voters:
        raise WrongFile(f"It says {voters} voters, and there are ballots of {found_voters}.", at)
    return names, ballots


def _preflib_paper(line: str, place: dict[int, int], at: int) -> tuple[int, Paper]:
    head, colon, rest = line.partition(":")
    if not colon:
        raise WrongFile("A line of ballots begins with how many there are, and a colon.", at)
    times = whole_number(head, at, "a number of ballots")
    if not rest.strip():
        return times, ()
    if not SHAPE.fullmatch(rest):
        raise WrongFile(f"{rest.strip()!r} is not an order of alternatives.", at)
    ranks = []
    for together, alone in GROUP.findall(rest):
        if alone and not alone.strip():
            continue  # the space after a comma
        group = []
        for word in (alone or together).split(","):
            if not word.strip():
                continue
            number = whole_number(word, at, "the number of an alternative")
            if number not in place:
                raise WrongFile(f"There is no alternative {number}.", at)
            group.append(place[number])
        ranks.append(tuple(group))
    return times, tuple(ranks)
