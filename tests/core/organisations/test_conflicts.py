"""Who may not judge whom: each kind of tie, chains of shares, cooling-off."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from tests.cast import START

from veche.core.organisations.conflicts import (
    SENTENCES,
    Conflicted,
    check_may_judge,
    conflicted_organisations,
    conflicted_people,
    conflicts,
    conflicts_of,
    may_judge,
)
from veche.core.organisations.models import ConflictRule, Organisation, PersonTie, Stake, Tie
from veche.core.organisations.operations import add_organisation, appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
YEAR = dt.timedelta(days=366)


def person(name: str) -> Person:
    return add_person(by=None, at=START, name=name, email=f"{name}@example.org")


def office(code: str, kind: str = Organisation.Kind.COMPANY) -> Organisation:
    return add_organisation(by=None, at=START, code=code, kind=kind, names={"en": code})


def tie(who: Person, where: Organisation | None, kind: str = "employment", **more: Any) -> Tie:
    values = {"since": START - 9 * YEAR, "source": "declared", "declared_at": START, **more}
    return Tie.objects.create(person=who, organisation=where, kind=kind, **values)


def pair(a: Person, b: Person, kind: str, standing: str = "confirmed") -> PersonTie:
    one, other = sorted((a, b), key=lambda p: p.pk)
    return PersonTie.objects.create(
        one=one, other=other, kind=kind, standing=standing, source="declared", declared_at=START
    )


def stake(owner: Organisation, owned: Organisation, share: float) -> None:
    Stake.objects.create(
        owner=owner, owned=owned, share=Decimal(str(share)), since=START - 9 * YEAR,
        source="registry", declared_at=START,
    )  # fmt: skip


def kinds(who: Person, where: Organisation, years: int = 3, at: dt.datetime = START) -> list[str]:
    return [one.kind for one in conflicts(person=who, organisation=where, at=at, years=years)]


@pytest.mark.parametrize("kind", ["employment", "ownership", "governing", "contract"])
def test_a_tie_stands_while_it_lasts_and_for_the_cooling_years(kind: str) -> None:
    anna, firm, other = person("anna"), office("firm"), office("other")
    row = tie(anna, firm, kind, until=START - 2 * YEAR)
    assert kinds(anna, firm) == [kind]
    assert kinds(anna, firm, years=1) == []  # it cooled off
    assert kinds(anna, other) == []
    assert not may_judge(anna, firm, START)
    assert may_judge(anna, other, START)
    assert may_judge(None, firm, START)
    with pytest.raises(Conflicted):
        check_may_judge(anna, firm, START)
    Tie.objects.filter(pk=row.pk).update(struck_at=START)
    assert kinds(anna, firm) == []


def test_a_role_is_a_tie_and_what_begins_later_counts_since_it_was_declared() -> None:
    anna, boris, firm = person("anna"), person("boris"), office("firm")
    appoint(by=None, at=START, person=anna, role="founder", organisation=firm)
    assert [c.source for c in conflicts(person=anna, organisation=firm, at=START)] == ["role"]
    assert kinds(boris, firm) == []
    tie(boris, firm, since=START + YEAR)
    assert kinds(boris, firm) == ["employment"]
    assert kinds(boris, firm, at=START - dt.timedelta(days=1)) == []


def test_shares_run_through_chains_and_add_up() -> None:
    anna, boris = person("anna"), person("boris")
    top, middle, low, thin = office("top"), office("middle"), office("low"), office("thin")
    tie(anna, top, "ownership", share=Decimal(20))
    stake(top, middle, 50)
    stake(middle, low, 50)  # 20 % of 50 % of 50 % = 5 %
    stake(top, thin, 24)  # 20 % of 24 % = 4.8 %
    assert kinds(anna, low) == ["ownership"]
    assert kinds(anna, thin) == []
    tie(anna, thin, "ownership", share=Decimal("0.2"))  # and with these it is 5 %
    assert kinds(anna, thin) == ["ownership"]
    # Whoever works in a company is tied to its group, up and down; a chain may go in a ring.
    stake(low, top, 10)
    tie(boris, middle)
    assert conflicted_organisations(person=boris, at=START) == {top.pk, middle.pk, low.pk}
    ConflictRule.objects.create(pk=1, least_share=60)
    assert conflicted_organisations(person=boris, at=START) == {middle.pk}
    assert conflicted_organisations(person=anna, at=START) == set()


def test_who_worked_with_somebody_who_stands_for_it_now() -> None:
    anna, boris, vera = person("anna"), person("boris"), person("vera")
    mill, firm = office("mill"), office("firm")
    tie(anna, mill, until=START - 2 * YEAR)
    tie(vera, mill, until=START - 8 * YEAR)  # left before Boris came
    tie(boris, mill, since=START - 7 * YEAR, until=START - YEAR)
    assert kinds(anna, firm) == []
    tie(boris, firm, since=START - YEAR)
    assert kinds(anna, firm) == ["co_work"]
    assert kinds(anna, firm, years=1) == []
    assert kinds(vera, firm, years=9) == []
    found = conflicts(person=anna, organisation=firm, at=START)[0]
    assert (found.other_id, found.through_id) == (boris.pk, mill.pk)
    assert conflicted_people(organisation=firm, at=START) == {anna.pk, boris.pk}


def test_a_colleague_who_founds_a_company_bars_neither_a_department_nor_a_large_firm() -> None:
    anna, boris, vera = person("anna"), person("boris"), person("vera")
    hall, council = office("hall", "department"), office("council", "self_government")
    plant, firm = office("plant"), office("firm")
    for one in (anna, boris):
        appoint(by=None, at=START, person=one, role="officer", organisation=hall)
    appoint(by=None, at=START, person=boris, role="founder", organisation=firm)
    assert conflicted_people(organisation=firm, at=START) == {boris.pk}
    # Nor where a register tells the same of the office; who sits in one team writes it down.
    tie(anna, hall, source="registry")
    tie(boris, hall, source="registry")
    assert kinds(anna, firm) == []
    row = pair(anna, boris, "co_work")
    assert kinds(anna, firm) == ["co_work"]
    row.delete()
    # The few of a council know each other; of a plant, only while the city knows few of it.
    tie(boris, council, until=START - YEAR)
    tie(vera, council)
    assert kinds(vera, firm) == ["co_work"]
    tie(boris, plant, until=START - YEAR)
    tie(anna, plant)
    assert kinds(anna, firm) == ["co_work"]
    crowd = Person.objects.bulk_create(Person(name=f"p{n}", email=f"p{n}@example.org")
                                       for n in range(49))  # fmt: skip
    Tie.objects.bulk_create(
        Tie(person=one, organisation=plant, kind="employment", since=START - YEAR,
            source="registry", declared_at=START)
        for one in crowd
    )  # fmt: skip
    assert kinds(anna, firm) == []


def test_kin_counts_when_confirmed_and_one_person_has_all_ties_of_all_accounts() -> None:
    anna, boris, vera, again = (person(n) for n in ("anna", "boris", "vera", "again"))
    firm, past = office("firm"), office("past")
    tie(boris, firm)
    tie(boris, past, until=START - YEAR)
    row = pair(anna, boris, "kin", "possible")
    assert kinds(anna, firm) == []
    PersonTie.objects.filter(pk=row.pk).update(standing="confirmed")
    assert kinds(anna, firm) == ["kin"]
    assert kinds(anna, past) == []  # what kin did before is no tie
    pair(vera, again, "same_person", "possible")
    same = pair(again, boris, "same_person", "possible")
    assert kinds(vera, firm) == ["same_person"]
    assert kinds(vera, past) == ["same_person"]
    PersonTie.objects.filter(pk=same.pk).update(standing="dismissed")
    assert kinds(vera, firm) == []
    assert {c.kind for c in conflicts_of(person=anna, at=START)} <= set(SENTENCES)
