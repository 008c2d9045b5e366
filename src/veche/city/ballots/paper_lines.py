"""Ballots of paper as a clerk types them: one line for each paper, in the order of the pile.

A line holds the numbers of the options as they are printed, separated by spaces; for points, the
points of every option in turn. Several questions are separated by a stroke. A hyphen is a question
left blank, ``x`` a spoilt paper::

    2          the second option
    3 1 2      three, then one, then two
    1 / - / 2  three questions, the second left blank
    x          spoilt
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from veche.city.ballots.counting.kinds import WrongBallot
from veche.city.ballots.vote.choice import POINTED, spelled
from veche.city.ballots.vote.config import Asked, VoteConfig

SPOILT = "spoilt"
"""What stands for a paper from which nobody can tell what its voter wanted."""
MOST_PAPERS = 500
"""Papers of one batch; a larger pile is entered as several."""
_BLANK, _SPOILT = ("-", "–", "—", "0"), ("x", "х", "×")


@dataclass(frozen=True)
class Fault:
    """A line that cannot be read: its number from one, and why."""

    line: int
    why: str


def read_lines(config: VoteConfig, text: str) -> tuple[list[str], list[Fault]]:
    """What each paper says, spelled as ballots are; and the lines that cannot be read."""
    papers: list[str] = []
    faults: list[Fault] = []
    lines = text.strip("\n\r ").splitlines()
    for number, line in enumerate(lines[:MOST_PAPERS], 1):
        try:
            papers.append(read_line(config, line))
        except WrongBallot as fault:
            faults.append(Fault(number, str(fault)))
    if len(lines) > MOST_PAPERS:
        faults.append(Fault(MOST_PAPERS + 1, f"No more than {MOST_PAPERS} papers to a batch."))
    return papers, faults


def read_line(config: VoteConfig, line: str) -> str:
    """What one paper says, spelled as ballots are, or `SPOILT`.

    Raises:
        WrongBallot: it cannot be read, or such a ballot cannot be; the sentence says how.
    """
    line = line.strip().lower()
    if line in _SPOILT:
        return SPOILT
    if not line:
        raise WrongBallot("The line is empty; a blank paper is a hyphen.")
    parts = [part.strip() for part in line.split("/")]
    if len(parts) != len(config.questions):
        raise WrongBallot(f"There are {len(config.questions)} questions, and {len(parts)} answers.")
    return spelled(
        config,
        {
            asked.code: _answer(asked, part)
            for asked, part in zip(config.questions, parts, strict=True)
        },
    )


def _answer(asked: Asked, part: str) -> list[str] | dict[str, int]:
    if asked.kind.kind in POINTED:
        return _points(asked, part)
    if part in _BLANK:
        return []
    codes = asked.codes
    chosen = []
    for number in _numbers(part):
        if not 1 <= number <= len(codes):
            raise WrongBallot(f"There is no option {number}.")
        chosen.append(codes[number - 1])
    return chosen


def _points(asked: Asked, part: str) -> dict[str, int]:
    if part in _BLANK[:3]:
        return {}
    given = _numbers(part)
    if len(given) != len(asked.codes):
        raise WrongBallot(f"There are {len(asked.codes)} options, and points for {len(given)}.")
    return dict(zip(asked.codes, given, strict=True))


def _numbers(part: str) -> list[int]:
    words = re.split(r"[\s,;]+", part.strip())
    if not all(re.fullmatch(r"[0-9]{1,9}", word) for word in words):
        raise WrongBallot("A line holds numbers, a hyphen, or x.")
    return [int(word) for word in words]


def write_line(config: VoteConfig, paper: str) -> str:
    """A paper as it would be typed."""
    if paper == SPOILT:
        return "x"
    answers = json.loads(paper)
    return " / ".join(_written(asked, answers.get(asked.code)) for asked in config.questions)


def _written(asked: Asked, answer: list[str] | dict[str, int] | None) -> str:
    if not answer:
        return "-"
    if isinstance(answer, dict):
        return " ".join(str(answer.get(code, 0)) for code in asked.codes)
    return " ".join(str(asked.codes.index(code) + 1) for code in answer)


def counted(papers: Sequence[str]) -> tuple[dict[str, int], int]:
    """How many papers say what, and how many are spoilt and say nothing."""
    found = Counter(paper for paper in papers if paper != SPOILT)
    return dict(sorted(found.items())), len(papers) - found.total()


def totals(config: VoteConfig, papers: Sequence[str]) -> list[dict[str, Any]]:
    """For each question: how many papers mark each option (or the points of each), how many left
    it blank, how many are spoilt."""
    found = []
    for asked in config.questions:
        options = dict.fromkeys(asked.codes, 0)
        blank = 0
        for paper in papers:
            if paper == SPOILT:
                continue
            answer = json.loads(paper).get(asked.code)
            if not answer:
                blank += 1
            elif isinstance(answer, dict):
                for code, points in answer.items():
                    options[code] += points
            elif asked.kind.kind == "ranked":
                options[answer[0]] += 1
            else:
                for code in answer:
                    options[code] += 1
        found.append({"asked": asked, "options": options, "blank": blank})
    return found
