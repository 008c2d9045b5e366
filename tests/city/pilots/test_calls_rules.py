"""Identifiers, questions, windows and the rank of demand: no database."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import pytest

from veche.city.pilots.rules import calls, demand, identifiers, questions
from veche.city.pilots.rules.demand import Counted, Offered, Wanted

AT = dt.datetime(2026, 11, 16, 6, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("scheme", "number", "fault"),
    [
        ("RU-INN", "7707083893", ""),
        ("RU-INN", "7707083892", "check"),
        ("RU-INN", "500100732259", ""),
        ("RU-INN", "500100732258", "check"),
        ("RU-INN", "77070838", "check"),
        ("CN-USCC", "91350100M000100Y43", ""),
        ("CN-USCC", "91350100M000100Y44", "check"),
        ("CN-USCC", "91350100I000100Y43", "check"),  # I is none of its letters
        ("XI-LEI", "5493001KJTIIGC8Y1R12", ""),
        ("XI-LEI", "5493001KJTIIGC8Y1R13", "check"),
        ("GB-COH", "09506232", ""),
        ("inn", "7707083893", "scheme"),
        ("GB-COH", "<b>", "identifier"),
        ("GB-COH", "", "identifier"),
        ("GB-COH", "9" * 41, "identifier"),
    ],
)
def test_a_slip_in_a_number_is_found(scheme: str, number: str, fault: str) -> None:
    assert identifiers.fault(scheme, identifiers.tidy(number, scheme)) == fault


def test_swapped_neighbours_and_odd_spaces_in_a_taxpayer_number() -> None:
    good = "7707083893"
    swapped = [good[:n] + good[n + 1] + good[n] + good[n + 2 :] for n in range(9)]
    assert [identifiers.is_inn(one) for one in swapped] == [one == good for one in swapped]
    assert identifiers.tidy(" 7707 083\u2013893-", "RU-INN") == good
    assert identifiers.tidy("hrb 12-34", "DE-CR") == "HRB12-34"


def test_questions_are_checked_and_choices_come_back_as_typed() -> None:
    typed = "Yes | Да | 是\nPerhaps\n\n| Нет |"
    choices = questions.choices_from(typed)
    assert [one["code"] for one in choices] == ["c1", "c2", "c3"]
    assert choices[0]["names"] == {"en": "Yes", "ru": "Да", "zh": "是"}
    assert choices[1]["names"] == dict.fromkeys(("en", "ru", "zh"), "Perhaps")
    assert choices[2]["names"] == {"ru": "Нет"}
    again = questions.choices_from(questions.choices_as_text(choices))
    assert again == choices

    def one(**more: object) -> dict[str, object]:
        return {"code": "a", "kind": "text", "names": {"en": "Why?"}, **more}

    assert questions.fault([one(), one(code="b", kind="choice", choices=choices)]) is None
    for wrong, said in (
        (one(kind="poem"), "kind"),
        (one(code="A b"), "code"),
        (one(names={"en": "  "}), "name"),
        (one(names={"en": "x" * 241}), "long"),
        (one(kind="choice", choices=choices[:1]), "choices"),
        (one(choices=choices), "choices"),
    ):
        assert questions.fault([wrong]) == (1, said)
    assert questions.fault([one(), one()]) == (2, "twice")
    assert questions.fault([one(code=f"q{n}") for n in range(31)]) == (31, "many")


def test_a_window_is_long_enough_and_not_over() -> None:
    def fault(days: float | None, standing: bool = False) -> str:
        closes = None if days is None else AT + dt.timedelta(days=days)
        return calls.window_fault(AT, closes, AT, standing)

    assert fault(7) == fault(200) == fault(None, standing=True) == ""
    assert (fault(6.9), fault(201), fault(-1), fault(None)) == ("short", "long", "past", "missing")
    assert fault(30, standing=True) == "standing"
    assert calls.shares([Decimal(3), Decimal(1)]) == [0.75, 0.25]
    assert calls.unwritten({n: {"en": "x"} for n in range(5)} | {5: {"en": ""}}) == [5]


def test_demand_is_ranked_by_the_formula_that_the_page_tells() -> None:
    worst = Counted("roads", 1, problems=16, unresolved=8, returned=4, late=4, days=10, ideas=1,
                    supporters=9)  # fmt: skip
    half = Counted("roads", 2, problems=4, unresolved=2, returned=1, late=1)
    signs = Counted("air", 1, days=5)
    nothing = Counted("air", 2)
    rows = demand.scored([nothing, signs, half, worst])
    assert [row.counted for row in rows] == [worst, half, signs]
    assert demand.pressure(worst) == pytest.approx(math.sqrt(16) * 2)
    assert rows[0].score == pytest.approx(100)
    # Half the pressure of the worst: the square root halves what is four times as many.
    assert rows[1].score == rows[1].problems == pytest.approx(30)
    assert rows[2].score == pytest.approx(10)
    for row in rows:
        assert row.score == pytest.approx(row.problems + row.indicator + row.ideas)
    assert sum(demand.WEIGHTS.values()) == pytest.approx(1)
    assert demand.scored([]) == demand.scored([nothing]) == []


def test_a_solution_meets_demand_by_technology_and_target() -> None:
    offered = Offered(1, frozenset({1}), frozenset({7}))
    both = Wanted(80, frozenset({1}), frozenset({7}))
    one = Wanted(40, frozenset({1}), frozenset({8}))
    none = Wanted(90, frozenset({2}), frozenset())
    assert [demand.fits(offered, row) for row in (both, one, none)] == [1, 0.5, 0]
    assert demand.met(offered, [both, one, none]) == pytest.approx(100)
