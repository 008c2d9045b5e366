"""A contract's term is a clock of the office; the promise to the author stays what it was."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests.cast import START, SmallTown, small_town

from veche import clock
from veche.city.problems import operations as problems
from veche.city.problems.models import Category, Problem
from veche.city.problems.operations.many import accept_many, assign_many
from veche.core.cases.models import Case, CaseClock
from veche.core.cases.operations import set_calendar
from veche.core.cases.queries import clocks, history, procedure_line
from veche.core.cases.rules import Term, Unit
from veche.core.cases.terms import ends_at
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import add_organisation, appoint, set_supplier
from veche.core.places.models import CityObject, ObjectKind
from veche.core.places.operations import objects as registry

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
WORDS = "These are words enough for anybody."


@pytest.fixture
def town() -> SmallTown:
    made = small_town()
    registry.set_kind(by=None, at=START, code="lamp", names={"en": "Lamp"})
    Category.objects.filter(code="lamp").update(object_kind="lamp")
    return made


def lamp(town: SmallTown, *, owned: bool = True) -> CityObject:
    return registry.add_object(
        by=None, at=START, kind="lamp", identifier="L-1", longitude=49.25, latitude=53.5,
        owner=town.roads if owned else None,
    )  # fmt: skip


def called(town: SmallTown, number: int | None = 3, unit: str = "working_days") -> Organisation:
    firm = add_organisation(
        by=None, at=START, code="firm", kind=Organisation.Kind.COMPANY, names={"en": "Firm"}
    )
    kind = ObjectKind.objects.get()
    set_supplier(
        by=None, at=START, kind=kind, organisation=firm, theme="lamp", number=number, unit=unit
    )
    appoint(by=None, at=START, person=town.neighbour, role="officer", organisation=firm)
    return firm


def accepted(town: SmallTown, thing: CityObject) -> Case:
    made = town.report(at=START, category="lamp", object_id=thing.pk)
    case = problems.accept(by=town.moderator, at=START + HOUR, case=made.case)
    return Case.objects.get(pk=case.pk)


def running(case: Case) -> CaseClock:
    return CaseClock.objects.get(case=case, stopped_at__isnull=True)


def test_the_contract_sets_the_clock_and_leaves_the_promise(town: SmallTown) -> None:
    firm = called(town)
    case = accepted(town, lamp(town))
    promise, contract = ends_at(Term(8), START), ends_at(Term(3, Unit.WORKING_DAYS), START)
    assert (running(case).due_at, running(case).by_contract) == (contract, True)
    assert running(case).organisation == firm
    assert case.promised_at == case.first_promised_at == case.due_at == promise
    assert Problem.objects.get(case=case).answer_due_at == promise


def test_a_contract_is_never_later_than_the_promise(town: SmallTown) -> None:
    called(town, 40)
    case = accepted(town, lamp(town))
    assert running(case).due_at == case.promised_at == ends_at(Term(8), START)


def test_a_contract_of_working_days_ends_on_one_before_a_promise_on_a_sunday(
    town: SmallTown,
) -> None:
    called(town, 40)
    saturday, thing = START + 5 * DAY, lamp(town)
    made = town.report(at=saturday, category="lamp", object_id=thing.pk)
    case = problems.accept(by=town.moderator, at=saturday, case=made.case)
    assert case.promised_at is not None and case.promised_at.date() == dt.date(2026, 11, 29)
    assert running(case).due_at == case.promised_at - 2 * DAY  # the Friday before


def test_without_a_term_the_contract_sets_no_clock(town: SmallTown) -> None:
    called(town, None, "")
    case = accepted(town, lamp(town))
    assert (running(case).due_at, running(case).by_contract) == (case.promised_at, False)


def test_many_at_once_are_given_by_the_same_rule(town: SmallTown) -> None:
    firm, thing = called(town), lamp(town)
    mine = [town.report(at=START, category="lamp", object_id=thing.pk).case for _n in range(2)]
    plain = town.report(at=START, category="lamp").case
    accept_many(by=town.moderator, at=START + HOUR, cases={c.pk: c.seq for c in (*mine, plain)})
    contract = ends_at(Term(3, Unit.WORKING_DAYS), START)
    for case in mine:
        assert (running(case).due_at, running(case).by_contract) == (contract, True)
        case.refresh_from_db()
        assert case.organisation == firm
        assert case.due_at == case.promised_at == ends_at(Term(8), START)
        assert Problem.objects.get(case=case).answer_due_at == case.promised_at
    assert not running(plain).by_contract


def test_a_dispatcher_gives_many_to_whom_the_contract_names(town: SmallTown) -> None:
    thing = lamp(town, owned=False)
    Category.objects.filter(code="orphan").update(object_kind="lamp")
    cases = [
        town.report(at=START, category="orphan", object_id=thing.pk).case,
        town.report(at=START, category="orphan").case,
    ]
    accept_many(by=town.moderator, at=START + HOUR, cases={c.pk: c.seq for c in cases})
    firm = add_organisation(
        by=None, at=START, code="firm", kind=Organisation.Kind.COMPANY, names={"en": "Firm"}
    )
    set_supplier(
        by=None, at=START, kind=ObjectKind.objects.get(), organisation=firm, theme="orphan",
        number=5, unit="hours",
    )  # fmt: skip
    now = dict(Case.objects.values_list("pk", "seq"))
    assert assign_many(by=town.dispatcher, at=START + DAY, cases=now, organisation="firm") == {}
    assert running(cases[0]).due_at == START + DAY + 5 * HOUR
    assert not running(cases[1]).by_contract


def test_a_pause_moves_the_contract_and_a_signed_date_does_not(town: SmallTown) -> None:
    firm = called(town)
    appoint(by=None, at=START, person=town.head, role="head", organisation=firm)
    case = accepted(town, lamp(town))
    before = running(case).due_at
    case = problems.ask_author(by=town.neighbour, at=START + 2 * HOUR, case=case, text=WORDS)
    case = problems.reply(by=town.resident, at=START + DAY, case=case, text=WORDS)
    assert (running(case).due_at, running(case).by_contract) == (before + DAY, True)
    until = (START + 20 * DAY).date() + DAY * 2
    problems.ask_prolongation(
        by=town.neighbour, at=START + DAY, case=case, reason="weather", text=WORDS, until=until
    )
    case = problems.sign_prolongation(by=town.head, at=START + DAY + HOUR, case=case)
    assert running(case).due_at == before + DAY
    assert case.due_at == case.promised_at
    assert case.promised_at is not None and case.promised_at > START + 20 * DAY


def test_who_gets_it_back_goes_on_by_the_same_clock(town: SmallTown) -> None:
    firm = called(town)
    case = accepted(town, lamp(town))
    before = running(case).due_at
    case = problems.hand_back(
        by=town.neighbour, at=START + 2 * HOUR, case=case, reason="other-office", text=WORDS
    )
    assert not running(case).by_contract  # it is the dispatcher's turn
    case = problems.reassign(by=town.dispatcher, at=START + 5 * HOUR, case=case, organisation=firm)
    assert (running(case).due_at, running(case).by_contract) == (before, True)
    # Sent back by its author it begins anew, and again not later than what is promised now.
    case = problems.answer(by=town.neighbour, at=START + DAY, case=case, text=WORDS)
    case = problems.send_back(by=town.resident, at=START + 2 * DAY, case=case, text=WORDS)
    assert running(case).by_contract
    assert running(case).due_at == ends_at(Term(3, Unit.WORKING_DAYS), START + 2 * DAY)


def test_another_calendar_moves_the_contract_within_the_promise(town: SmallTown) -> None:
    called(town, 5)
    case = accepted(town, lamp(town))
    assert running(case).due_at < (case.promised_at or START)
    free = {dt.date(2026, 11, day): (False, {"en": "Free"}) for day in range(18, 28)}
    set_calendar(by=None, at=START + 2 * HOUR, days=free)
    now = Case.objects.get(pk=case.pk)
    assert now.promised_at == case.promised_at == now.due_at == running(case).due_at


def test_the_page_and_the_desk_say_it(town: SmallTown, client: Client) -> None:
    called(town)
    at = clock.now()
    made = town.report(at=at, category="lamp", object_id=lamp(town).pk)
    case = problems.accept(by=town.moderator, at=at, case=made.case)
    page = client.get(f"/en/problems/{case.number}/").content.decode()
    assert "By contract: until" in page and "for Firm." in page
    line = {step.due_at for step in procedure_line(case, history(case), clocks(case))}
    assert line == {None, case.promised_at}  # what the author may count on
    client.force_login(town.neighbour)
    assert "By contract: until" in client.get(f"/en/desk/{case.number}/").content.decode()
    plain = town.report(at=at, category="lamp")
    problems.accept(by=town.moderator, at=at, case=plain.case)
    assert b"By contract" not in client.get(f"/en/problems/{plain.case.number}/").content
