"""Whose it is: a return, a dispute, the arbiter's word, the owner of last resort."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.cast import START, SmallTown, small_town

from veche.city.problems import operations as problems
from veche.core.cases import operations as cases
from veche.core.cases.models import Case, CaseClock, Dispute
from veche.core.notices.models import Notice
from veche.core.organisations.models import Holding, Organisation
from veche.core.organisations.operations import add_organisation, appoint, make_responsible

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
WHY = "This road belongs to the yards, not to us."


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def in_work(town: SmallTown) -> Case:
    return problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)


def returned(town: SmallTown, case: Case, at: dt.datetime, **more: object) -> Case:
    values = {"by": town.officer, "reason": "other-office", "text": WHY, **more}
    return problems.hand_back(at=at, case=case, **values)


def residents_office(town: SmallTown, at: dt.datetime = START) -> Organisation:
    return add_organisation(
        by=None, at=at, code="people", kind=Organisation.Kind.DEPARTMENT,
        names={"en": "Residents' office"},
    )  # fmt: skip


def test_a_return_runs_the_authors_clock_on(town: SmallTown) -> None:
    case = in_work(town)
    promised = case.promised_at
    case = returned(town, case, START + 2 * HOUR, proposed=town.lights)
    case.refresh_from_db()
    assert case.state == "handed_back"
    assert (case.promised_at, case.first_promised_at, case.paused_at) == (promised, promised, None)
    assert case.due_at is not None and promised is not None
    assert case.due_at < promised  # the dispatcher's day ends first
    case = problems.reassign(
        by=town.dispatcher, at=START + 5 * HOUR, case=case, organisation=town.lights
    )
    case.refresh_from_db()
    assert (case.state, case.organisation, case.promised_at) == ("work", town.lights, promised)
    dispute = Dispute.objects.get(case=case)
    assert (dispute.office, dispute.proposed, dispute.decided_for) == (
        town.roads, town.lights, town.lights,
    )  # fmt: skip
    assert (dispute.wrong, dispute.binding, dispute.decided_as) == ("routing", False, "dispatcher")


def test_an_office_that_gets_its_own_back_was_wrong_and_gained_no_time(town: SmallTown) -> None:
    case = in_work(town)
    due = CaseClock.objects.get(case=case, stopped_at__isnull=True).due_at
    case = returned(town, case, START + 2 * HOUR)
    case = problems.reassign(by=town.dispatcher, at=START + DAY, case=case, organisation=town.roads)
    assert Dispute.objects.get(case=case).wrong == "office"
    assert CaseClock.objects.get(case=case, stopped_at__isnull=True).due_at == due


def test_no_dispatcher_comes_and_the_proposed_office_has_it(town: SmallTown) -> None:
    case = returned(town, in_work(town), START + 2 * HOUR, proposed=town.lights)
    cases.advance(at=START + 3 * DAY)
    case.refresh_from_db()
    assert (case.state, case.organisation) == ("work", town.lights)
    assert Dispute.objects.get(case=case).decided_as == "lapsed"
    assert Dispute.objects.get(case=case).wrong == ""


def test_the_arbiters_word_binds(town: SmallTown) -> None:
    case = problems.dispute(
        by=town.officer, at=START + 2 * HOUR, case=in_work(town), reason="other-office", text=WHY
    )
    case = problems.settle(
        by=town.arbiter, at=START + 3 * HOUR, case=case, organisation=town.roads,
        text="The register names the roads office.",
    )  # fmt: skip
    assert (case.state, case.organisation) == ("work", town.roads)
    for again in (problems.hand_back, problems.dispute):
        with pytest.raises(cases.Bound):
            again(by=town.officer, at=START + 4 * HOUR, case=case, reason="other-office", text=WHY)


def test_the_third_time_it_goes_to_the_owner_of_last_resort(town: SmallTown) -> None:
    people = residents_office(town)
    case = in_work(town)
    for n in range(2):
        case = returned(town, case, START + (2 + 2 * n) * HOUR)
        case = problems.reassign(
            by=town.dispatcher, at=START + (3 + 2 * n) * HOUR, case=case, organisation=town.roads
        )
    with pytest.raises(cases.NoLastResort):
        returned(town, case, START + 7 * HOUR)
    case.refresh_from_db()
    assert case.state == "work"
    make_responsible(
        by=None, at=START, organisation=people, theme="last-resort", territory=town.city
    )
    case = returned(town, case, START + 8 * HOUR)
    assert (case.state, case.organisation) == ("work", people)
    last = Dispute.objects.filter(case=case).latest("id")
    assert (last.decided_as, last.binding, last.decided_for) == ("last_resort", True, people)


def test_without_a_named_owner_the_control_department_takes_it(town: SmallTown) -> None:
    people = residents_office(town)
    Holding.objects.filter(role="controller").update(organisation=people)
    case = problems.dispute(
        by=town.officer, at=START + 2 * HOUR, case=in_work(town), reason="other-office", text=WHY
    )
    cases.advance(at=START + 3 * DAY)
    case.refresh_from_db()
    assert (case.state, case.organisation) == ("work", people)


def test_an_officer_leaves_in_the_middle_and_a_colleague_goes_on(town: SmallTown) -> None:
    case = returned(town, in_work(town), START + 2 * HOUR)
    Holding.objects.filter(person=town.officer).update(until=START + 3 * HOUR)
    Holding.objects.filter(person=town.dispatcher).update(until=START + 3 * HOUR)
    with pytest.raises(cases.NoRoleForMove):  # the role expired a second ago
        problems.reassign(
            by=town.dispatcher, at=START + 3 * HOUR + dt.timedelta(seconds=1), case=case,
            organisation=town.roads,
        )  # fmt: skip
    appoint(by=None, at=START + 3 * HOUR, person=town.neighbour, role="dispatcher",
            territory=town.west)  # fmt: skip
    case = problems.reassign(
        by=town.neighbour, at=START + 4 * HOUR, case=case, organisation=town.roads
    )
    appoint(by=None, at=START + 3 * HOUR, person=town.controller, role="officer",
            organisation=town.roads)  # fmt: skip
    case = problems.answer(
        by=town.controller, at=START + 5 * HOUR, case=case, text="We filled the hole."
    )
    assert case.state == "check"


def test_an_arbiter_of_a_party_does_not_judge(town: SmallTown) -> None:
    case = problems.dispute(
        by=town.officer, at=START + 2 * HOUR, case=in_work(town), reason="other-office", text=WHY,
        proposed=town.lights,
    )  # fmt: skip
    appoint(by=None, at=START, person=town.light_officer, role="arbiter", territory=town.city)
    with pytest.raises(cases.ArbiterOfAParty):
        problems.settle(
            by=town.light_officer, at=START + 3 * HOUR, case=case, organisation=town.roads,
            text="It is not ours at all.",
        )  # fmt: skip


def test_nobody_proposes_their_own_office(town: SmallTown) -> None:
    with pytest.raises(cases.SameOffice):
        returned(town, in_work(town), START + 2 * HOUR, proposed=town.roads)


def test_taken_back_in_the_middle_nobody_is_judged(town: SmallTown) -> None:
    case = returned(town, in_work(town), START + 2 * HOUR)
    problems.withdraw(by=town.resident, at=START + 3 * HOUR, case=case)
    dispute = Dispute.objects.get(case=case)
    assert (dispute.decided_as, dispute.wrong) == ("ended", "")


def test_the_dispatcher_is_told(town: SmallTown) -> None:
    returned(town, in_work(town), START + 2 * HOUR)
    told = Notice.objects.filter(person=town.dispatcher).values_list("kind", flat=True)
    assert list(told) == ["problems.hand-back"]


def test_who_was_wrong_is_published(town: SmallTown) -> None:
    from django.db import connection

    from veche.core.cases.datasets import DATASETS, FIGURES
    from veche.figures import compute

    case = returned(town, in_work(town), START + 2 * HOUR)
    problems.reassign(by=town.dispatcher, at=START + 5 * HOUR, case=case, organisation=town.lights)
    case = problems.dispute(
        by=town.light_officer, at=START + 6 * HOUR, case=case, reason="other-office", text=WHY
    )
    problems.settle(
        by=town.arbiter, at=START + 7 * HOUR, case=case, organisation=town.lights,
        text="These are lamps after all.",
    )  # fmt: skip
    known = {one.name: one for one in DATASETS}
    with connection.cursor() as cursor:
        for figure in FIGURES:
            rows = compute(cursor, figure, known[figure.dataset], START + DAY)
            if figure.name == "disputes_by_office":
                found = {row["group"][0]: row["values"] for row in rows}
    assert found == {"roads": [1, 0, 1, 0], "lights": [1, 1, 0, 0]}
