"""A rule in plain words, made from its configuration, in three languages."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from veche.city.ballots.counting.majority import Majority
from veche.city.ballots.counting.rule import Rule

LANGUAGES = ("en", "ru", "zh")


@cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((Path(__file__).parent / "explain.toml").read_text(encoding="utf-8"))


def title(rule: Rule, language: str) -> str:
    """The name of a rule.

    Raises:
        ValueError: a language it is not told in.
    """
    return _say("title", rule.rule, language)


def explain(rule: Rule, language: str, *, crosses: bool = False) -> tuple[str, ...]:
    """The sentences that tell a rule: every setting that matters to it is said, and no other.

    ``crosses``: the ballots bear crosses and no ranks, so nothing is said of how ranks are read.

    Raises:
        ValueError: a language it is not told in.
    """
    told = [("ballot", rule.rule), ("count", _count(rule))]
    ranked = rule.rule in ("irv", "stv-scottish", "plurality") and not crosses
    if rule.rule == "plurality" and ranked:
        told.append(("more", "first"))
    if rule.rule == "irv":
        told += [("more", "together" if rule.together else "one"), ("more", "write_ins")]
    if rule.rule == "stv-scottish":
        told.append(("more", "quota"))
    elif rule.seats > 1:
        told.append(("more", "several"))
    if rule.seats > 1 or rule.rule == "stv-scottish":
        told.append(("more", "seats"))
    if ranked:
        told += [("more", f"overvote-{rule.overvote}"), ("more", f"skips-{rule.skips}")]
        told.append(("more", "repeats"))
    if rule.rule == "stv-scottish":
        told.append(("more", "earlier"))
    told += [("more", rule.ties), ("more", "exact")]
    return tuple(_say(part, name, language, seats=rule.seats) for part, name in told)


def explain_majority(rule: Majority, language: str) -> tuple[str, ...]:
    """The sentences that tell when a proposal passes.

    Raises:
        ValueError: a language it is not told in.
    """
    told = [(f"{rule.of}-{'more' if rule.strictly else 'least'}", rule.share)]
    if rule.quorum is not None:
        told.append(("quorum", rule.quorum))
        if rule.everywhere_quorum:
            told.append(("everywhere", rule.quorum))
    if rule.territories is not None:
        told.append(("territories", rule.territories))
    if len(told) > 1:
        told.append(("all", rule.share))
    return tuple(_say("majority", name, language, share=str(share)) for name, share in told)


def _count(rule: Rule) -> str:
    return f"score-{rule.score}" if rule.rule == "score" else rule.rule


def _say(part: str, name: str, language: str, **values: object) -> str:
    if language not in LANGUAGES:
        raise ValueError(f"a rule is told in {', '.join(LANGUAGES)}, not in {language!r}")
    return _words()[part][name][language].format(**values)
