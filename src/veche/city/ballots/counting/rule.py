"""A rule as configuration: what is written down before a vote, and how it is applied after."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from veche.city.ballots.counting.ballots import Papers
from veche.city.ballots.counting.irv import count_irv
from veche.city.ballots.counting.record import Count
from veche.city.ballots.counting.schulze import count_schulze
from veche.city.ballots.counting.stv import count_stv
from veche.city.ballots.counting.sums import all_ranked, count_sums, first_choices
from veche.city.ballots.counting.ties import Order, declared, drawn

RULES = ("plurality", "approval", "score", "irv", "stv-scottish", "schulze")
OVERVOTE = ("exhaust", "skip")
SKIPS = ("allow", "exhaust-after-2")
TIES = ("declared", "lottery")
MEANS = ("sum", "mean")


class WrongRule(ValueError):
    """A configuration that cannot be counted by; the sentence says why."""


@dataclass(frozen=True)
class Rule:
    """How a contest is counted.

    ``overvote`` and ``skips`` say how ranked papers are read (``ballots.preferences``),
    ``together`` whether a runoff leaves out at once all who cannot win, ``score`` whether points
    are summed or averaged, ``ties`` whether the declared order or a lottery breaks a tie.
    """

    rule: str
    seats: int = 1
    overvote: str = "exhaust"
    skips: str = "allow"
    together: bool = True
    score: str = "sum"
    ties: str = "declared"

    def __post_init__(self) -> None:
        for name, value, known in (
            ("rule", self.rule, RULES),
            ("overvote", self.overvote, OVERVOTE),
            ("skips", self.skips, SKIPS),
            ("score", self.score, MEANS),
            ("ties", self.ties, TIES),
        ):
            if value not in known:
                raise WrongRule(f"{name} is one of {', '.join(known)}, not {value!r}.")
        if isinstance(self.seats, bool) or not isinstance(self.seats, int) or self.seats < 1:
            raise WrongRule("The number of seats is a whole number from one up.")
        if self.rule == "irv" and self.seats != 1:
            raise WrongRule("An instant runoff elects one. For several seats take stv-scottish.")

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> Rule:
        """The rule of a configuration as JSON holds it.

        Raises:
            WrongRule: an unknown word or a value that is not possible.
        """
        known = set(cls.__dataclass_fields__)
        if unknown := sorted(set(config) - known):
            raise WrongRule(f"A rule has no {', '.join(unknown)}.")
        if "rule" not in config:
            raise WrongRule("The configuration names no rule.")
        return cls(**config)

    def canonical(self) -> str:
        """The configuration as canonical JSON (RFC 8785): sorted names, no spaces."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))


def count(
    rule: Rule,
    papers: Papers,
    *,
    order: tuple[int, ...] | None = None,
    seed: bytes | None = None,
) -> Count:
    """Count by a rule.

    ``order`` is the declared order of ties (of the ballot paper, when not given); ``seed`` that of
    the lottery (``ties.seed``).

    Raises:
        WrongRule: the ballots are not of the kind the rule counts, or the lottery has no seed.
    """
    by = _tie_order(rule, papers, order, seed)
    if rule.rule == "irv":
        return count_irv(
            _ranked(rule, papers),
            order=by,
            overvote=rule.overvote,
            skips=rule.skips,
            together=rule.together,
        )
    if rule.rule == "stv-scottish":
        return count_stv(
            _ranked(rule, papers), rule.seats, order=by, overvote=rule.overvote, skips=rule.skips
        )
    if rule.rule == "schulze":
        return count_schulze(_ranked(rule, papers), rule.seats, order=by)
    if rule.rule == "plurality":
        marked = (
            first_choices(papers, overvote=rule.overvote, skips=rule.skips)
            if papers.ranked
            else _single(_crosses(rule, papers))
        )
        return count_sums("plurality", marked, rule.seats, order=by)
    if rule.rule == "approval":
        marked = all_ranked(papers) if papers.ranked else _crosses(rule, papers)
        return count_sums("approval", marked, rule.seats, order=by)
    if papers.ranked:
        raise WrongRule("Points cannot be counted from ranked ballots.")
    return count_sums("score", papers, rule.seats, order=by, mean=rule.score == "mean")


def _tie_order(
    rule: Rule, papers: Papers, order: tuple[int, ...] | None, seed: bytes | None
) -> Order:
    if rule.ties == "declared":
        return declared(len(papers.options), order)
    if seed is None:
        raise WrongRule("A lottery needs its seed: the final checkpoint and the dice.")
    return drawn(papers.options, seed)


def _ranked(rule: Rule, papers: Papers) -> Papers:
    if papers.marked and not papers.ranked:
        raise WrongRule(f"{rule.rule} counts ranked ballots, and these bear marks.")
    return papers


def _crosses(rule: Rule, papers: Papers) -> Papers:
    """Marks as crosses.

    Raises:
        WrongRule: a mark is worth something else than one.
    """
    if any(mark != 1 for marks in papers.marked for _option, mark in marks):
        raise WrongRule(f"{rule.rule} counts crosses, and these ballots bear points.")
    return papers


def _single(papers: Papers) -> Papers:
    """Ballots with more than one cross count for nobody under plurality."""
    kept: dict[Any, int] = {}
    for marks, times in papers.marked.items():
        key = marks if len(marks) == 1 else ()
        kept[key] = kept.get(key, 0) + times
    return Papers(papers.options, {}, kept, papers.write_ins, papers.seats, papers.title)
