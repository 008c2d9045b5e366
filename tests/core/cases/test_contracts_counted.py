"""Whether the terms of contracts were kept is published, call by call, and can be recomputed."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.cast import START, SmallTown
from tests.core.cases.test_contracts import DAY, HOUR, accepted, called, lamp, town  # noqa: F401

from veche import clock
from veche.city.problems import operations as problems
from veche.core.cases.models import Case
from veche.core.opendata import queries as opendata
from veche.figures import compute

pytestmark = pytest.mark.django_db


def rows(at: dt.datetime) -> list[dict[str, str]]:
    table = b"".join(opendata.csv_lines(opendata.dataset("contracts"), at)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(table)))


def figure(at: dt.datetime) -> dict[str, Any]:
    """The figure of all calls, by the name of the measure."""
    from veche.core.cases.datasets_contracts import CONTRACT_FIGURES, CONTRACTS

    with connection.cursor() as cursor:
        (found,) = compute(cursor, CONTRACT_FIGURES[0], CONTRACTS, at)
    names = [measure.name for measure in CONTRACT_FIGURES[0].measures]
    return dict(zip(names, found["values"], strict=True))


def answered(town: SmallTown, case: Case, at: dt.datetime) -> Case:  # noqa: F811
    return problems.answer(
        by=town.neighbour, at=at, case=case, text="The lamp was changed and burns again."
    )


def test_one_is_kept_one_is_late_and_one_runs(town: SmallTown) -> None:  # noqa: F811
    called(town)
    thing = lamp(town)
    first, second, _third = (accepted(town, thing) for _n in range(3))
    answered(town, first, START + 2 * DAY)
    answered(town, second, START + 4 * DAY)
    told = rows(START + 4 * DAY)
    assert [(one["office"], one["term"]) for one in told] == [
        ("firm", "kept"), ("firm", "late"), ("firm", "late"),
    ]  # fmt: skip
    assert told[0]["late"] == "0" and told[2]["late"] == ""
    due = dt.datetime.fromisoformat(told[1]["due_datetime"])
    assert int(told[1]["late"]) == int((START + 4 * DAY - due).total_seconds()) > 0
    assert [one["term"] for one in rows(START + 2 * DAY)][2] == "running"
    counted = figure(START + 4 * DAY)
    assert [counted[name] for name in ("calls", "kept", "late", "running")] == [3, 1, 2, 0]
    assert counted["kept_share"] == [1, 3]


def test_what_has_no_contract_is_no_call(town: SmallTown) -> None:  # noqa: F811
    accepted(town, lamp(town))
    assert rows(START + 9 * DAY) == []


def test_a_question_to_the_author_makes_no_second_call(town: SmallTown) -> None:  # noqa: F811
    called(town)
    case = accepted(town, lamp(town))
    case = problems.ask_author(
        by=town.neighbour, at=START + DAY, case=case, text="Which of the two lamps is it?"
    )
    case = problems.reply(
        by=town.resident, at=START + 8 * DAY, case=case, text="The one by the school gate."
    )
    answered(town, case, START + 9 * DAY)
    (told,) = rows(START + 10 * DAY)
    assert (told["term"], told["ended_by"]) == ("kept", "answer"), "the pause is not theirs"


def test_returned_by_the_author_it_is_a_call_of_its_own(town: SmallTown) -> None:  # noqa: F811
    called(town)
    case = answered(town, accepted(town, lamp(town)), START + DAY)
    case = problems.send_back(
        by=town.resident, at=START + DAY + HOUR, case=case, text="It is as dark as it was."
    )
    answered(town, case, START + 30 * DAY)
    assert [one["term"] for one in rows(START + 31 * DAY)] == ["kept", "late"]


def test_given_back_in_time_it_is_neither_kept_nor_late(town: SmallTown) -> None:  # noqa: F811
    called(town)
    case = accepted(town, lamp(town))
    problems.hand_back(
        by=town.neighbour, at=START + DAY, case=case, reason="private-owner",
        text="This lamp stands in the yard of a school.",
    )  # fmt: skip
    (told,) = rows(START + 10 * DAY)
    assert told["term"] == "given_away"
    assert figure(START + 10 * DAY)["kept_share"] is None


def test_the_page_of_the_firm_says_what_is_published(town: SmallTown) -> None:  # noqa: F811
    from veche.core.cases.datasets_contracts import contracts_of

    firm = called(town)
    thing = lamp(town)
    first, second, _third = (accepted(town, thing) for _n in range(3))
    answered(town, first, START + 2 * DAY)
    answered(town, second, START + 4 * DAY)
    at = START + 4 * DAY
    published = figure(at)
    told = contracts_of(firm.pk, at)
    assert [told[name] for name in ("calls", "kept", "late", "given_away", "running")] == [
        published[name] for name in ("calls", "kept", "late", "given_away", "running")
    ]
    assert told["kept_share"] == pytest.approx(1 / 3)
    assert told["late_median"] == published["late_median"]
    assert contracts_of(town.roads.pk, at) == {}
    clock.now, now = (lambda: at), clock.now
    try:
        page = Client().get(f"/en/offices/{firm.code}/").content.decode()
        assert "33% of the terms of its contracts were kept." in page
        assert 'id="h-contracts"' not in Client().get("/en/offices/roads/").content.decode()
    finally:
        clock.now = now
