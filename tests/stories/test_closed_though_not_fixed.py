"""Closed though not fixed: confirmed by a photograph, and broken again within the month."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.cast import START, SmallTown, small_town

from veche.city.problems import operations as problems
from veche.city.problems.queries.statistics import Choice, statistics
from veche.core.cases.operations import advance
from veche.core.notices.models import Notice

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def test_closed_though_not_fixed(town: SmallTown) -> None:
    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report(at=START).case)
    case = problems.answer(
        by=town.officer, at=START + 3 * DAY, case=case, text="The hole was filled today."
    )
    # The author looks at the photograph only, and confirms.
    case = problems.confirm(by=town.resident, at=START + 4 * DAY, case=case)
    assert case.closed_at == START + 4 * DAY and case.promised_at is None

    # Five days later it is a hole again: no new report, the same problem is opened again.
    case = problems.reopen(
        by=town.resident, at=START + 9 * DAY, case=case, text="It was swept over, not filled."
    )
    case.refresh_from_db()
    assert (case.state, case.closed_at, case.organisation) == ("returned", None, town.roads)
    # The office has four working days, and a promise of its own.
    assert case.promised_at is not None and case.promised_at > START + 9 * DAY
    assert case.first_promised_at == case.promised_at

    # It is counted as returned, and no longer as confirmed.
    whole = statistics(Choice(city=town.city, period="all"), START + 10 * DAY).total.values
    assert (whole["confirmed"], whole["returned"], whole["unfinished"]) == (0, 1, 1)

    case = problems.answer(
        by=town.officer, at=START + 11 * DAY, case=case, text="It was cut out and filled anew."
    )
    case = problems.confirm(by=town.resident, at=START + 12 * DAY, case=case)
    told = list(
        Notice.objects.filter(person=town.resident).order_by("id").values_list("kind", flat=True)
    )
    assert told.count("problems.answered") == 2

    # After a month the door is closed: a new hole is a new report.
    with pytest.raises(problems.TooLate):
        problems.reopen(
            by=town.resident, at=START + 50 * DAY, case=case, text="There is a hole once more."
        )


def test_nobody_checked_and_then_somebody_looked(town: SmallTown) -> None:
    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report(at=START).case)
    case = problems.answer(
        by=town.officer, at=START + 3 * DAY, case=case, text="The hole was filled today."
    )
    advance(at=START + 20 * DAY)
    case.refresh_from_db()
    assert case.state == "unconfirmed"
    case = problems.reopen(
        by=town.resident, at=START + 25 * DAY, case=case, text="I was away: it is not filled."
    )
    assert case.state == "returned"
