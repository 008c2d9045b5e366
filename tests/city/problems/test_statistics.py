"""The statistics against the same numbers counted by hand."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.test import Client

from tests.city.problems.conftest import Town
from veche import clock
from veche.city.problems import operations
from veche.city.problems.models import Problem
from veche.city.problems.queries.statistics import (
    COUNTS,
    GROUPINGS,
    MEASURES,
    Choice,
    statistics,
    statistics_json,
)

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def whole(town: Town, **choice: str) -> dict[str, int | None]:
    found = statistics(Choice(city=town.city, period="all", **choice), clock.now())  # type: ignore[arg-type]
    return dict(found.total.values)


def test_nothing_reported_is_nothing_counted(town: Town) -> None:
    values = whole(town)
    assert all(values[name] == 0 for name in COUNTS)
    assert values["answer_median"] is None and values["solution_p90"] is None


def test_every_outcome_is_counted_in_its_own_column(town: Town) -> None:
    for state in ("moderation", "work", "check", "confirmed", "unconfirmed", "refused",
                  "rejected", "returned", "withdrawn"):  # fmt: skip
        town.to(state)
    values = whole(town)
    assert values["received"] == 9
    assert [values[n] for n in ("confirmed", "unconfirmed", "refused", "returned")] == [1] * 4
    assert values["answered_in_time"] == 5 and values["answered_late"] == 0
    assert values["moderated_in_time"] == 8
    assert values["moderated_late"] == 1, "the one that waits for two days"


def test_the_outcomes_are_parts_of_what_was_received(town: Town) -> None:
    from veche.city.problems.procedure import PROCEDURE
    from veche.city.problems.queries.outcomes import OUTCOMES

    states = [state for one in OUTCOMES for state in one.states]
    assert sorted(states) == sorted(s.code for s in PROCEDURE.states if not s.record)
    for state in ("moderation", "work", "check", "confirmed", "unconfirmed", "refused",
                  "rejected", "returned", "withdrawn"):  # fmt: skip
        town.to(state)
    case = town.to("work").case
    operations.hand_back(
        by=town.officer, at=clock.now(), case=case, reason="other-office", text="It is not ours."
    )
    values = whole(town)
    assert sum(values[one.name] or 0 for one in OUTCOMES) == values["received"] == 10
    assert values["unfinished"] == 5


def test_late_is_measured_against_the_first_term(town: Town) -> None:
    start = clock.now() - 30 * DAY
    problem = town.to("work", at=start)
    assert whole(town)["late_now"] == 1
    operations.answer(
        by=town.officer, at=start + 20 * DAY, case=problem.case, text="Done after a long time."
    )
    values = whole(town)
    assert (values["late_now"], values["answered_late"]) == (0, 1)
    assert values["answer_median"] == int((20 * DAY).total_seconds())


def test_times_are_those_that_occurred_and_the_solution_is_apart(town: Town) -> None:
    start = town.start - 40 * DAY
    for days in range(1, 11):
        at = start + days * HOUR
        case = town.report(at=at).case
        case = operations.accept(by=town.moderator, at=at, case=case)
        words = "The hole was filled today."
        case = operations.answer(by=town.officer, at=at + days * DAY, case=case, text=words)
        if days <= 2:
            operations.confirm(by=town.resident, at=at + (days + 1) * DAY, case=case)
    values = whole(town)
    assert values["answer_median"] == 5 * 86_400 and values["answer_p90"] == 9 * 86_400
    assert values["solution_median"] == 2 * 86_400 and values["solution_p90"] == 3 * 86_400


def test_imported_records_are_told_apart_and_have_no_times(town: Town) -> None:
    town.to("confirmed")
    problem = town.to("check")
    Problem.objects.filter(pk=problem.pk).update(source="elsewhere", source_id="1")
    found = statistics(Choice(city=town.city, period="all"), clock.now())
    assert found.imported == 1 and found.total.values["received"] == 1
    page = Client().get("/en/problems/statistics/").content.decode()
    assert "1 record of another system lies in this choice" in page


@pytest.mark.parametrize("by", sorted(GROUPINGS))
def test_the_rows_of_a_division_cover_the_whole(town: Town, by: str) -> None:
    town.to("work")
    town.to("confirmed", longitude=49.46, latitude=53.56)
    for then in ["", *sorted(set(GROUPINGS) - {by})]:
        found = statistics(Choice(city=town.city, period="all", by=by, then=then), clock.now())
        assert sum(line.values["received"] or 0 for line in found.lines) == 2
        assert all(len(line.keys) == (2 if then else 1) for line in found.lines)


def test_filters_narrow_what_is_counted(town: Town) -> None:
    town.to("work")
    town.report(category="tree", longitude=49.46, latitude=53.56)
    north = statistics(Choice(city=town.city, district=town.north), clock.now())
    assert north.total.values["received"] == 1
    assert whole(town, category="streets")["received"] == 2
    assert whole(town, category="tree")["received"] == 1
    assert whole(town, office="roads")["received"] == 1
    assert whole(town, office="nobody")["received"] == 0


def test_the_page_says_how_every_number_is_counted(town: Town) -> None:
    town.to("confirmed")
    answer = Client().get("/en/problems/statistics/")
    page = answer.content.decode()
    for _word, sentence in MEASURES.values():
        assert str(sentence).replace("'", "&#x27;") in page
    assert answer.headers["X-Veche-Cache"] == "30"


def test_the_file_has_the_rows_of_the_page_in_seconds(town: Town) -> None:
    town.to("confirmed")
    body = Client().get("/en/problems/statistics.csv?by=district").content.decode("utf-8-sig")
    head, row, total = body.splitlines()
    assert head.startswith("district,district_name,received,") and "answer_median_seconds" in head
    assert row.startswith("south,South,1,") and total.startswith("*,,1,")


@pytest.mark.parametrize(
    "query",
    ["by=%00", "by=office&then=office", "period='", "city=%00&district=..", "category=%00",
     "office=%00'--", "district[]=1", "by=" + "x" * 3000],
)  # fmt: skip
def test_garbage_shows_the_usual_table(town: Town, query: str) -> None:
    town.to("work")
    for address in ("/en/problems/statistics/", "/en/problems/statistics.csv"):
        assert Client().get(f"{address}?{query}").status_code == 200


def test_programs_get_the_same_numbers(town: Town) -> None:
    town.to("confirmed")
    told = json.loads(json.dumps(statistics_json(clock.now())))
    assert told["city"] == "town" and told["total"] == whole(town)
    assert {row["code"] for row in told["by_office"]} == {"roads"}
