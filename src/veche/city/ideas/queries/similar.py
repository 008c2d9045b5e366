"""Ideas that say nearly the same as others, or as what somebody is writing.

The same numbers as `veche.city.ideas.similar.index`, asked in the database: the runs of the words
are looked up from the rarest on, as far as a page can wait, and the best met are compared in full.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.city.ideas.models import Brought, Idea, SimilarLink
from veche.city.ideas.similar.grams import grams, is_unspaced

if TYPE_CHECKING:
    from veche.core.organisations.middleware import Asker

SHOWN = 5
"""Ideas shown to somebody who writes one."""
BESIDE = 3
"""Ideas shown beside one that can be read."""
LEAST_SPACED, LEAST_UNSPACED = 0.22, 0.12
"""Nearness from which on a person would look whether it is the same: in scripts with spaces and
without, where strangers share less."""
FEWEST_RUNS = 12
"""Below so many runs of characters nothing can be said of a text: two words."""
LOOKED_AT = 5_000
"""Entries of the lists of runs that are read for one text, the rarest first …"""
LISTS = 160
"""… of so many runs at most."""
COMPARED = 40
"""Texts that are compared in full."""

_RARITY = """
SELECT (SELECT texts FROM ideas_similarsize), number, texts FROM ideas_similargram
WHERE number = ANY(%s) AND texts > 0
"""
_MET = """
SELECT t.idea_id, t.grams, t.times, t.length
FROM ideas_similar_met(%(numbers)s::int[], %(weights)s::float8[]) met
    JOIN ideas_similartext t ON t.idea_id = met.idea_id
    JOIN ideas_idea i ON i.case_id = t.idea_id AND i.public AND i.into_id IS NULL
WHERE t.length > 0 AND t.idea_id <> %(without)s
ORDER BY met.weight / t.length DESC, t.idea_id LIMIT %(most)s
"""
_OFTEN = [0.0, *(1 + math.log(times) for times in range(1, 256))]


@dataclass(frozen=True)
class Near:
    """An idea that says nearly the same."""

    idea: Idea
    score: float


def signed(number: int) -> int:
    """The number of a run as the database keeps it."""
    return number - (1 << 32) if number >= 1 << 31 else number


def runs(title: str, text: str) -> dict[int, int]:
    """What is compared of an idea: number → times, as the database keeps them."""
    return {signed(number): times for number, times in grams(f"{title} {text}").items()}


def least_near(title: str, text: str) -> float:
    """From which nearness on others are shown beside these words."""
    return LEAST_UNSPACED if is_unspaced(f"{title} {text}") else LEAST_SPACED


def nearest(
    given: Mapping[int, int], most: int = SHOWN, without: int = 0, least: float = 0.0
) -> list[tuple[int, float]]:
    """The public ideas nearest to some runs, best first: (idea, score from 0 to 1)."""
    if len(given) < FEWEST_RUNS:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_RARITY, [list(given)])
        found = cursor.fetchall()
        size = found[0][0] if found else 0
        if not size:
            return []
        known = {number: texts for _size, number, texts in found}
        rarity = {n: 1 + math.log(max(1.0, size / known.get(n, 1))) for n in given}
        weights = {n: _OFTEN[times] * rarity[n] for n, times in given.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        looked: list[int] = []
        read = 0
        for number in sorted(known, key=lambda n: (known[n], n))[:LISTS]:
            read += known[number]
            if read > LOOKED_AT and looked:
                break
            looked.append(number)
        values: dict[str, Any] = {
            "numbers": looked,
            "weights": [weights[n] * rarity[n] for n in looked],
            "without": without,
            "most": COMPARED,
        }
        cursor.execute(_MET, values)
        met = cursor.fetchall()
    products = {n: weight * rarity[n] for n, weight in weights.items()}
    scores = []
    for idea, numbers, times, other in met:
        # The way the times are kept leaves out nothing: one byte for each number.
        product = sum(
            products[number] * _OFTEN[often]
            for number, often in zip(numbers, bytes(times), strict=True)
            if number in products
        )
        score = product / (length * other)
        if score >= least:
            scores.append((idea, min(score, 1.0)))
    scores.sort(key=lambda one: (-one[1], one[0]))
    return scores[:most]


def like_words(title: str, text: str, most: int = SHOWN) -> list[Near]:
    """The public ideas that say nearly the same as these words, best first."""
    found = nearest(runs(title, text), most, least=least_near(title, text))
    ideas = Idea.objects.select_related("case", "call").in_bulk([idea for idea, _score in found])
    return [Near(ideas[idea], score) for idea, score in found if idea in ideas]


_SHOWN = tuple(
    f"other__{one}"
    for one in ("kind", "title", "language", "supporters", "case__number", "case__procedure",
                "case__state")
)  # fmt: skip


def about(idea: Idea, asker: Asker, at: dt.datetime) -> dict[str, Any]:
    """What ``parts/similar.html`` shows of an idea: where it was brought from, what is like it."""
    if not idea.public:
        return {}
    links = (
        SimilarLink.objects.filter(idea=idea, other__public=True, other__into__isnull=True)
        .select_related("other__case")
        .only("score", "across", *_SHOWN)
        .order_by("across", "-score", "other")[: 2 * BESIDE]
    )
    near = [link for link in links if not link.across][:BESIDE]
    return {
        "near": [
            Near(link.other, link.score)
            for link in (*near, *(link for link in links if link.across))
        ],
        # What was brought in has no author here.
        "brought": Brought.objects.filter(pk=idea.pk).first() if not idea.case.author_id else None,
    }
