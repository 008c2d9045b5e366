"""What one ballot says: checked against the configuration, spelled one way, and counted.

A choice is a mapping from the code of each question to an answer: a list of options for crosses
(in the order of the ballot paper) and for a ranking (first choice first), a mapping from option to
whole points for marks. An empty answer is a blank one; a question that is not named is blank too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from veche.city.ballots.counting.ballots import Paper, Papers
from veche.city.ballots.counting.kinds import WrongBallot
from veche.city.ballots.vote.config import Asked, VoteConfig, canonical_text

LONGEST_CHOICE = 16_384
"""Bytes of a choice that are looked at; the largest honest one is some three kilobytes."""
POINTED = ("score", "cumulative", "distribution")


def spelled(config: VoteConfig, given: object) -> str:
    """The one spelling of a choice.

    Raises:
        WrongBallot: it does not keep to the configuration; the sentence says how.
    """
    if not isinstance(given, Mapping):
        raise WrongBallot("A ballot answers questions by their codes.")
    unknown = set(given) - {asked.code for asked in config.questions}
    if unknown:
        raise WrongBallot("It answers a question that is not asked.")
    answers: dict[str, Any] = {}
    for asked in config.questions:
        answer = given.get(asked.code)
        answers[asked.code] = _spelled_one(asked, answer if answer is not None else [])
    return canonical_text(answers)


def spelled_text(config: VoteConfig, text: str | bytes) -> str:
    """`spelled`, of JSON as it came.

    Raises:
        WrongBallot: it is no JSON, too long, or does not keep to the configuration.
    """
    if len(text) > LONGEST_CHOICE:
        raise WrongBallot("The ballot is too long.")
    try:
        return spelled(config, json.loads(text))
    except (ValueError, RecursionError) as fault:
        if isinstance(fault, WrongBallot):
            raise
        raise WrongBallot("The ballot cannot be read.") from fault


def _spelled_one(asked: Asked, answer: object) -> list[str] | dict[str, int]:
    places = {code: place for place, code in enumerate(asked.codes)}
    number = len(places)
    if asked.kind.kind in POINTED:
        if isinstance(answer, list) and not answer:
            return {}
        if not isinstance(answer, Mapping):
            raise WrongBallot("This question asks for points.")
        marks = {_place(places, code): _points(points) for code, points in answer.items()}
        marks = {place: points for place, points in marks.items() if points}
        asked.kind.check_marks({p: Fraction(v) for p, v in marks.items()}, number)
        return {asked.codes[place]: marks[place] for place in sorted(marks)}
    if not isinstance(answer, list):
        raise WrongBallot("This question asks for a list of options.")
    order = [_place(places, code) for code in answer]
    if asked.kind.kind == "ranked":
        asked.kind.check_order(order, number)
        return [asked.codes[place] for place in order]
    if len(set(order)) != len(order):
        raise WrongBallot("It chooses an option twice.")
    asked.kind.check_marks(dict.fromkeys(order, Fraction(1)), number)
    return [asked.codes[place] for place in sorted(order)]


def _place(places: Mapping[str, int], code: object) -> int:
    if not isinstance(code, str) or code not in places:
        raise WrongBallot("It marks an option that is not on the ballot.")
    return places[code]


def _points(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongBallot("Points are whole numbers.")
    if abs(value) > 2**53:
        raise WrongBallot("So many points are not to be given.")
    return value


def papers_of(asked: Asked, choices: Iterable[tuple[str, int]]) -> Papers:
    """The ballots of one question as the rules count them.

    ``choices`` are pairs of a spelled choice and how many ballots say it.
    """
    ranked: Counter[Paper] = Counter()
    marked: Counter[tuple[tuple[int, Fraction], ...]] = Counter()
    places = {code: place for place, code in enumerate(asked.codes)}
    for text, number in choices:
        answer = json.loads(text).get(asked.code) or []
        if asked.kind.kind == "ranked":
            ranked[tuple((places[code],) for code in answer)] += number
        elif isinstance(answer, dict):
            marked[
                tuple(sorted((places[code], Fraction(points)) for code, points in answer.items()))
            ] += number
        else:
            marked[tuple((places[code], Fraction(1)) for code in answer)] += number
    return Papers(options=asked.codes, ranked=dict(ranked), marked=dict(marked))
