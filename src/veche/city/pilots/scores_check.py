"""The scores of finished calls, computed again from the published marks with the standard library.

Given are ``data/pilot_call_marks.csv`` (a row for every mark, experts by the number drawn for them
in that call), ``data/pilot_call_variances.csv`` (what was found of the experts together) and
``data/pilot_call_scores.csv``. A score ``y`` of application i by expert j is taken as
``a(i) + b(j) + e``, with ``b ~ N(0, s² q)`` and ``e ~ N(0, s²)``. The mixed model equations (C. R.
Henderson, Biometrics 31, 1975) are solved for the published q; then it is tried whether another q
makes the restricted likelihood (H. D. Patterson, R. Thompson, Biometrika 58, 1971) larger.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from operator import mul
from pathlib import Path

LEAST_EXPERTS = 5
"""Where fewer marked, no marks are told by expert."""
SCORE_CLOSE = 3e-6
"""How far a published score may lie from the computed one: they are published to six places."""
WORTH_CLOSE = 1e-5
"""By how much the logarithm of the likelihood may be larger elsewhere."""
LARGEST_RATIO = 1e4
MOST_EXPERTS, MOST_REVIEWS = 2_000, 200_000
MOST_SCORES_TOLD = 30

CallMark = tuple[str, str, str, Fraction, int]
"""Number of the application, number of the expert, criterion, its weight, the mark."""


def check_scores(folder: Path) -> tuple[list[str], str]:
    """Compute the scores again: the differences in sentences, and what was checked, in words."""
    checked = _ScoreCheck()
    try:
        checked.run(folder)
    except OSError as fault:
        checked.tell(f"{fault.filename or folder}: {fault.strerror}.")
    except (ValueError, KeyError, ArithmeticError, csv.Error, TypeError) as fault:
        checked.tell(f"The published scores of pilots cannot be read: {fault!r}.")
    return checked.told[:MOST_SCORES_TOLD], checked.summary


class _ScoreCheck:
    """One run over one folder."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.calls = self.scores = self.means = 0

    def tell(self, sentence: str) -> None:
        """Note a difference."""
        self.told.append(sentence)

    @property
    def summary(self) -> str:
        """What was checked, in words."""
        return (
            f"Scores of pilots: {self.scores} adjusted scores of {self.calls} calls computed again"
            f" from their marks, and that no other variance fits them better; of {self.means} more"
            " applications the mean alone is published. It was not checked that the marks are those"
            " of the experts, nor that the scores which stood at the decision were these."
        )

    def run(self, folder: Path) -> None:
        """Check every call."""
        marks: dict[str, list[CallMark]] = defaultdict(list)
        for row in _csv_rows(folder / "data" / "pilot_call_marks.csv"):
            marks[row["call"]].append(
                (row["number"], row["expert"], row["criterion"], Fraction(row["weight"]),
                 int(row["mark"]))
            )  # fmt: skip
        scores: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
        for row in _csv_rows(folder / "data" / "pilot_call_scores.csv"):
            scores[row["call"]][row["number"]] = row
        seen = set()
        for row in _csv_rows(folder / "data" / "pilot_call_variances.csv"):
            call = row["call"]
            seen.add(call)
            if row["told"] == "true":
                self.calls += 1
                self.check_call(call, row, marks.get(call, []), scores.get(call, {}))
            else:
                self.means += len(scores.get(call, {}))
                if call in marks:
                    self.tell(f"Call {call}: fewer than five experts, and their marks are told.")
                if any(one["adjusted"] for one in scores.get(call, {}).values()):
                    self.tell(f"Call {call}: an adjusted score without the marks it is made of.")
        for call in sorted({*marks, *scores} - seen):
            self.tell(f"Call {call}: marks or scores, and nothing is said of its experts.")

    def check_call(
        self,
        call: str,
        said: dict[str, str],
        marks: Sequence[CallMark],
        published: dict[str, dict[str, str]],
    ) -> None:
        """Compute one call and compare."""
        model = ScoreModel(marks)
        if len(model.experts) < LEAST_EXPERTS:
            self.tell(f"Call {call}: marks by expert of {len(model.experts)}, fewer than five.")
        for name, found in (("experts", len(model.experts)), ("reviews", len(model.rows))):
            if int(said[name]) != found:
                self.tell(f"Call {call}: published {said[name]} {name}, found {found}.")
        if set(published) != set(model.items):
            self.tell(f"Call {call}: the applications with a score are not those with marks.")
            return
        if not 0 <= float(said["ratio"]) <= LARGEST_RATIO * 1.1:
            self.tell(f"Call {call}: the ratio {said['ratio']} cannot be.")
            return
        ratio = float(said["ratio"])
        fit = model.solve(ratio)
        better = model.better(ratio)
        if better is not None:
            self.tell(
                f"Call {call}: the marks are more likely with the ratio {better:.6g} than with the"
                f" published {said['ratio']}."
            )
        self.compare(f"Call {call}: the standard deviation", said["noise"], fit.noise)
        for place, number in enumerate(model.items):
            what = f"Call {call}, application {number}"
            row = published[number]
            self.compare(f"{what}: mean", row["mean"], model.mean[place])
            self.compare(f"{what}: adjusted score", row["adjusted"], fit.adjusted[place])
            self.compare(f"{what}: standard error", row["error"], fit.errors[place])
            self.scores += 1

    def compare(self, what: str, published: str, found: float | None) -> None:
        """Tell two numbers that differ; an empty one is unknown."""
        known = float(published) if published else None
        if known is None or found is None:
            if known is not found:
                self.tell(f"{what}: published {published or 'nothing'}, computed {found}.")
        elif not abs(known - found) <= SCORE_CLOSE:
            self.tell(f"{what}: published {published}, computed {found:.6f}.")


def _csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


class ScoreFit:
    """What follows from the marks for one ratio."""

    def __init__(
        self, adjusted: list[float], errors: list[float | None], noise: float | None
    ) -> None:
        self.adjusted = adjusted
        """Scores with the severity of the experts taken out."""
        self.errors = errors
        """Their standard errors; None: not known."""
        self.noise = noise
        """Standard deviation of the rest; None: not known."""


class ScoreModel:
    """The marks of a call as the equations need them.

    Raises:
        ValueError: too many, or an expert marked a criterion twice, or the weights are nothing.
    """

    def __init__(self, marks: Sequence[CallMark]) -> None:
        given: dict[tuple[str, str], dict[str, tuple[Fraction, int]]] = defaultdict(dict)
        for number, expert, criterion, weight, mark in marks:
            if criterion in given[number, expert] or not 0 <= mark <= 5 or weight < 0:
                raise ValueError(f"a mark of {number} by {expert}")
            given[number, expert][criterion] = (weight, mark)
        self.items = sorted({number for number, _expert in given})
        self.experts = sorted({expert for _number, expert in given})
        if len(self.experts) > MOST_EXPERTS or len(given) > MOST_REVIEWS:
            raise ValueError("more marks than a call can have")
        item = {name: place for place, name in enumerate(self.items)}
        rater = {name: place for place, name in enumerate(self.experts)}
        self.rows = [
            (item[number], rater[expert], float(_weighted(list(one.values()))))
            for (number, expert), one in sorted(given.items())
        ]
        self.readers: list[list[int]] = [[] for _one in self.items]
        sums = [0.0] * len(self.items)
        for i, j, score in self.rows:
            self.readers[i].append(j)
            sums[i] += score
        self.mean = [total / len(self.readers[i]) for i, total in enumerate(sums)]
        # Who read together with whom, once the applications' own scores are taken out.
        size = len(self.experts)
        self.shared = [[0.0] * size for _one in range(size)]
        for readers in self.readers:
            for j in readers:
                self.shared[j][j] += 1.0
                for k in readers:
                    self.shared[j][k] -= 1.0 / len(readers)
        self.right = [0.0] * size
        self.spread = 0.0
        for i, j, score in self.rows:
            within = score - self.mean[i]
            self.right[j] += within
            self.spread += within * within
        self.free = len(self.rows) - len(self.items)

    def solve(self, ratio: float) -> ScoreFit:
        """Adjusted scores and their errors for a ratio."""
        lower = _cholesky(self.shared, ratio)
        half = _forward(lower, self.right)
        severity = [ratio * one for one in _backward(lower, half)]
        rest = max(self.spread - ratio * sum(map(mul, half, half)), 0.0)
        noise2 = rest / self.free if self.free > 0 else None
        adjusted: list[float] = []
        errors: list[float | None] = []
        for i, readers in enumerate(self.readers):
            times = len(readers)
            adjusted.append(self.mean[i] - sum(severity[j] for j in readers) / times)
            if noise2 is None:
                errors.append(None)
                continue
            part = [0.0] * len(self.experts)
            for j in readers:
                part[j] += 1.0 / times
            seen = _forward(lower, part)
            errors.append(math.sqrt(noise2 * (1.0 / times + ratio * sum(map(mul, seen, seen)))))
        return ScoreFit(adjusted, errors, None if noise2 is None else math.sqrt(noise2))

    def worth(self, ratio: float) -> float:
        """The logarithm of the restricted likelihood of a ratio, but for a constant."""
        lower = _cholesky(self.shared, ratio)
        half = _forward(lower, self.right)
        rest = max(self.spread - ratio * sum(map(mul, half, half)), 1e-12 * self.spread)
        size = 2.0 * sum(math.log(row[-1]) for row in lower)
        return -0.5 * (self.free * math.log(rest) + size)

    def better(self, ratio: float) -> float | None:
        """A ratio by which the marks are more likely; None: none was found."""
        if self.free <= 0 or self.spread <= 1e-12:
            return None if ratio == 0 else 0.0
        least = self.worth(ratio) + WORTH_CLOSE
        tried = [0.0, *(10.0 ** (place / 4.0) for place in range(-16, 17))]
        tried += [ratio * 0.98, ratio * 1.02] if ratio > 0 else []
        return next((one for one in tried if self.worth(one) > least), None)


def _weighted(given: Sequence[tuple[Fraction, int]]) -> Fraction:
    return sum((w * m for w, m in given), Fraction(0)) / sum((w for w, _m in given), Fraction(0))


def _cholesky(shared: Sequence[Sequence[float]], ratio: float) -> list[list[float]]:
    """The lower triangle L with L L' = 1 + ratio · shared."""
    lower: list[list[float]] = []
    for j, row in enumerate(shared):
        made: list[float] = []
        for k in range(j):
            other = lower[k]
            made.append((ratio * row[k] - sum(map(mul, made, other))) / other[k])
        made.append(math.sqrt(1.0 + ratio * row[j] - sum(map(mul, made, made))))
        lower.append(made)
    return lower


def _forward(lower: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    found: list[float] = []
    for j, row in enumerate(lower):
        found.append((right[j] - sum(map(mul, row, found))) / row[j])
    return found


def _backward(lower: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    found = list(right)
    for j in range(len(lower) - 1, -1, -1):
        found[j] /= lower[j][j]
        row = lower[j]
        for k in range(j):
            found[k] -= row[k] * found[j]
    return found
