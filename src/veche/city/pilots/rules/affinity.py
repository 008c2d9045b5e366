"""How near an expert is to an application: a number from 0 to 1, reckoned in the open.

``0.5 · technologies + 0.2 · goals + 0.3 · words``: the share of the technologies that the
application or its call names which the expert knows; the same of the development goals, where a
target of the same goal counts half; and how alike the expert's own words are to the title and the
text (the cosine of their word counts, each word weighted by how rare it is, and cut to its first
six letters, so that cases and plurals meet: a rough stem that serves Russian and English; Chinese
is cut into pairs of characters). Where an application names no technology or no goal, the
weight of that part goes to the others.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

WEIGHTS: Mapping[str, float] = {"technologies": 0.5, "targets": 0.2, "words": 0.3}
STEM = 6
SHORTEST = 3
"""Shorter words are left out: they are prepositions more often than knowledge."""
_WORD = re.compile(r"[^\W\d_]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]+")


@dataclass(frozen=True)
class Knows:
    """What an expert knows, or what an application is about."""

    technologies: frozenset[str]
    targets: frozenset[str]
    """Codes such as ``11.7``; of a goal itself, such as ``11``."""
    text: str


def stems(text: str) -> Counter[str]:
    """The words of a text, cut to their beginnings, and how often each stands there."""
    found: Counter[str] = Counter()
    for run in _CHINESE.findall(text):
        found.update(run[i : i + 2] for i in range(max(len(run) - 1, 1)))
    for word in _WORD.findall(_CHINESE.sub(" ", text.casefold())):
        if len(word) >= SHORTEST:
            found[word[:STEM]] += 1
    return found


def shared(wanted: Collection[str], known: Collection[str]) -> float:
    """The share of what is wanted that is known."""
    return len(set(wanted) & set(known)) / len(set(wanted)) if wanted else 0.0


def goals(wanted: Collection[str], known: Collection[str]) -> float:
    """The share of the targets wanted that are known; another one of the same goal counts half."""
    if not wanted:
        return 0.0
    of_goal = {one.split(".")[0] for one in known}
    counted = sum(
        1.0 if one in known else 0.5 if one.split(".")[0] in of_goal else 0.0 for one in set(wanted)
    )
    return counted / len(set(wanted))


def affinities(experts: Sequence[Knows], works: Sequence[Knows]) -> list[list[float]]:
    """How near each expert (row) is to each application (column), to four decimals."""
    of_experts = [stems(one.text) for one in experts]
    of_works = [stems(one.text) for one in works]
    texts = [*of_experts, *of_works]
    # A word that stands everywhere tells nothing: log((1 + n) / (1 + in how many)).
    spread = Counter(word for one in texts for word in one)
    rare = {word: math.log((1 + len(texts)) / (1 + count)) for word, count in spread.items()}
    left = [_weighed(one, rare) for one in of_experts]
    right = [_weighed(one, rare) for one in of_works]
    return [
        [
            round(_near(expert, work, _cosine(words, said)), 4)
            for work, said in zip(works, right, strict=True)
        ]
        for expert, words in zip(experts, left, strict=True)
    ]


def _near(expert: Knows, work: Knows, words: float) -> float:
    parts = {"words": words}
    if work.technologies:
        parts["technologies"] = shared(work.technologies, expert.technologies)
    if work.targets:
        parts["targets"] = goals(work.targets, expert.targets)
    total = sum(WEIGHTS[name] for name in parts)
    return sum(WEIGHTS[name] * value for name, value in parts.items()) / total


def _weighed(words: Counter[str], rare: Mapping[str, float]) -> dict[str, float]:
    """Word counts weighted by rareness, of length one."""
    row = {word: (1 + math.log(n)) * rare[word] for word, n in words.items() if rare[word] > 0}
    length = math.sqrt(sum(value * value for value in row.values()))
    return {word: value / length for word, value in row.items()} if length else {}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(value * other.get(word, 0.0) for word, value in one.items())
