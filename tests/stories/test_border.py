"""The border of two districts: whose hole is it, when the pin stands on the line?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.cast import START, SmallTown, small_town

from veche.city.problems import operations as problems
from veche.city.problems.models import Problem
from veche.core.cases.models import Case
from veche.core.cases.queries import history
from veche.core.notices.models import Notice
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import add_organisation, appoint, make_responsible
from veche.core.people.models import Person
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ON_THE_LINE = 49.4999
"""Seven metres west of the border."""


@pytest.fixture
def town() -> SmallTown:
    made = small_town()
    east, office = _eastern(made)
    make_responsible(by=None, at=START, organisation=office, theme="pothole", territory=made.east)
    assert east.pk
    return made


def _eastern(town: SmallTown) -> tuple[Person, Organisation]:
    """The roads office of the east, and its officer."""
    office = add_organisation(
        by=None, at=START, code="east-roads", kind=Organisation.Kind.DEPARTMENT,
        names={"en": "Eastern roads"},
    )  # fmt: skip
    officer = add_person(by=None, at=START, name="Eastern", email="eastern@example.org")
    appoint(by=None, at=START, person=officer, role="officer", organisation=office)
    return officer, office


def _officer() -> Person:
    return Person.objects.get(email="eastern@example.org")


def test_the_wrong_side_is_sent_across_by_itself_and_the_author_waits_no_longer(
    town: SmallTown,
) -> None:
    # The pin stands seven metres west of the border; the author says nothing about sides.
    problem = town.report(at=START, longitude=ON_THE_LINE)
    assert (problem.case.territory, problem.beside) == (town.west, town.east)
    case = problems.accept(by=town.moderator, at=START + HOUR, case=problem.case)
    assert case.organisation == town.roads
    promised = case.promised_at

    # The city's roads office looks: the hole is on the eastern side.
    case = problems.hand_back(
        by=town.officer, at=START + DAY, case=case, reason="other-territory",
        text="The hole lies beyond the border.",
    )  # fmt: skip

    # Nobody has to decide: the office of the east has it in the same moment.
    assert case.organisation is not None and case.organisation.code == "east-roads"
    assert (case.state, case.territory) == ("work", town.east)
    assert case.promised_at == promised
    assert "problems.sent-across" in Notice.objects.filter(person=town.resident).values_list(
        "kind", flat=True
    )
    case = problems.answer(by=_officer(), at=START + 2 * DAY, case=case, text="The hole is filled.")
    assert [event.target for event in history(case)] == [
        "moderation", "routing", "work", "handed_back", "work", "check",
    ]  # fmt: skip


def test_it_goes_across_once_and_then_a_dispatcher_looks(town: SmallTown) -> None:
    problem = town.report(at=START, longitude=ON_THE_LINE)
    case = problems.accept(by=town.moderator, at=START + HOUR, case=problem.case)
    across: dict[str, Any] = {"reason": "other-territory", "text": "It lies beyond the border."}
    case = problems.hand_back(by=town.officer, at=START + DAY, case=case, **across)
    case = problems.hand_back(by=_officer(), at=START + 2 * DAY, case=case, **across)
    assert case.state != "work"


def test_the_author_names_the_side(town: SmallTown) -> None:
    problem = town.report(at=START, longitude=ON_THE_LINE, side="east")
    assert (problem.case.territory, problem.beside) == (town.east, town.west)
    case = problems.accept(by=town.moderator, at=START + HOUR, case=problem.case)
    assert case.organisation is not None and case.organisation.code == "east-roads"


def test_where_one_office_answers_on_both_sides_nobody_is_asked(town: SmallTown) -> None:
    assert town.report(at=START, longitude=ON_THE_LINE, category="lamp").beside is None
    assert town.report(at=START, longitude=49.49).beside is None  # 660 metres away
    assert town.report(at=START, longitude=49.3, side="east").case.territory == town.west


def test_another_reason_goes_to_a_dispatcher(town: SmallTown) -> None:
    problem = town.report(at=START, longitude=ON_THE_LINE)
    case = problems.accept(by=town.moderator, at=START + HOUR, case=problem.case)
    case = problems.hand_back(
        by=town.officer, at=START + DAY, case=case, reason="private-owner",
        text="The owner of the yard has dug it.",
    )  # fmt: skip
    assert case.state == "handed_back"
    assert Problem.objects.get(case=case).beside == town.east
    assert Case.objects.get(pk=case.pk).territory == town.west
