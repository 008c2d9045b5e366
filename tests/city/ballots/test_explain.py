"""A rule in plain words: every setting that matters changes the text, in every language."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest

from veche.city.ballots.counting.explain import LANGUAGES, explain, explain_majority, title
from veche.city.ballots.counting.majority import Majority
from veche.city.ballots.counting.rule import RULES, Rule

CHANGES = {
    "overvote": ("skip", ("irv", "stv-scottish", "plurality")),
    "skips": ("exhaust-after-2", ("irv", "stv-scottish", "plurality")),
    "together": (False, ("irv",)),
    "score": ("mean", ("score",)),
    "ties": ("lottery", RULES),
    "seats": (3, tuple(rule for rule in RULES if rule != "irv")),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", RULES)
def test_every_setting_that_matters_is_told(name: str, language: str) -> None:
    rule = Rule(name)
    told = explain(rule, language)
    assert title(rule, language)
    assert all(told)
    assert not any("{" in sentence for sentence in told)
    for setting, (value, matters) in CHANGES.items():
        if name == "irv" and setting == "seats":
            continue
        other = explain(dataclasses.replace(rule, **{setting: value}), language)
        assert (other != told) == (name in matters), setting


def test_the_settings_of_a_rule_are_all_tried() -> None:
    assert set(CHANGES) | {"rule"} == set(Rule.__dataclass_fields__)


def test_languages_differ_and_others_are_refused() -> None:
    assert len({explain(Rule("irv"), language) for language in LANGUAGES}) == 3
    with pytest.raises(ValueError, match="told in"):
        explain(Rule("irv"), "la")


MAJORITIES = {
    "share": Fraction(2, 3),
    "of": "roll",
    "strictly": False,
    "quorum": Fraction(1, 3),
    "territories": Fraction(1, 2),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_of_a_majority_is_told(language: str) -> None:
    whole = Majority(quorum=Fraction(1, 4), territories=Fraction(3, 4))
    told = explain_majority(whole, language)
    assert "1/2" in told[0]
    assert not any("{" in sentence for sentence in told)
    for setting, value in MAJORITIES.items():
        other = dataclasses.replace(whole, **{setting: value})
        assert explain_majority(other, language) != told, setting
    everywhere = dataclasses.replace(whole, everywhere_quorum=True)
    assert len(explain_majority(everywhere, language)) == len(told) + 1
    assert len(explain_majority(Majority(), language)) == 1
    assert set(MAJORITIES) | {"everywhere_quorum"} == set(Majority.__dataclass_fields__)
