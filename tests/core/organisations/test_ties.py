"""Declaring ties, looking after them, reading them from files."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import START

from veche import clock
from veche.core.organisations import personal
from veche.core.organisations.conflicts import Conflicted, conflicts, may_judge
from veche.core.organisations.models import ConflictRule, Organisation, PersonTie, Stake, Tie
from veche.core.organisations.operations import add_organisation, appoint
from veche.core.organisations.operations.pairs import (
    SameTwice,
    StakeThere,
    StakeWrong,
    add_stake,
    find_pairs,
    judge_pair,
    record_pair,
    sweep,
)
from veche.core.organisations.operations.ties import (
    EndsBeforeItBegins,
    NoOrganisation,
    NoShareThere,
    NotASteward,
    declare_tie,
    forget_old_ties,
    recognise_ties,
    record_tie,
    strike_tie,
)
from veche.core.organisations.operations.ties_import import NotATable, import_ties
from veche.core.people.models import Look, Person
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
YEAR = dt.timedelta(days=366)
WORK = Tie.Kind.EMPLOYMENT


def person(name: str, role: str = "", email: str = "") -> Person:
    made = add_person(by=None, at=START, name=name.title(), email=email or f"{name}@example.org")
    if role:
        appoint(by=None, at=START, person=made, role=role)
    return made


def office(code: str) -> Organisation:
    return add_organisation(
        by=None, at=START, code=code, kind=Organisation.Kind.COMPANY, names={"en": code.title()}
    )


def of(who: Person) -> Client:
    client = Client()
    client.force_login(who)
    return client


def test_somebody_declares_a_tie_on_the_page_and_ends_it() -> None:
    anna, firm = person("anna", "expert"), office("firm")
    client = of(anna)
    empty = client.get("/en/organisations/ties/").content.decode()
    assert "Nothing yet" in empty and "Nothing stands in your way" in empty
    given = {"named": "firm", "kind": "employment", "since": "2020-01-31", "share": "",
             "submission": "8c9d3f0e-3c0e-4f0b-9f43-1d8f4d8a6a11"}  # fmt: skip
    wrong = client.post("/en/organisations/ties/", given | {"until": "2019-01-01"})
    assert wrong.status_code == 422 and "It ends before it begins." in wrong.content.decode()
    assert client.post("/en/organisations/ties/", given).status_code == 302
    assert client.post("/en/organisations/ties/", given).status_code == 302  # pressed twice
    tie = Tie.objects.get()
    assert (tie.organisation, tie.source) == (firm, "declared")
    assert not may_judge(anna, firm, clock.now())
    page = client.get("/en/organisations/ties/").content.decode()
    assert "Firm" in page and "Works or worked there." in page and "It has ended" in page
    assert "employment,firm,firm" in client.get("/en/organisations/ties/mine.csv").content.decode()
    # Nobody else ends it, and what ended still cools off.
    assert of(person("boris")).post(f"/en/organisations/ties/{tie.pk}/end/").status_code == 404
    assert client.post(f"/en/organisations/ties/{tie.pk}/end/").status_code == 302
    tie.refresh_from_db()
    assert tie.until is not None and not may_judge(anna, firm, clock.now())
    assert may_judge(anna, firm, clock.now() + 4 * YEAR)


def test_those_who_look_after_ties_find_strike_and_link(client: Client) -> None:
    keeper, anna, firm = person("keeper", "administrator"), person("anna"), office("firm")
    assert of(anna).get("/en/organisations/ties/all/").status_code == 403
    at = clock.now()
    tie = declare_tie(
        by=anna, at=at, kind=WORK, since=START, named="Firm of old", identifier="7701"
    )
    page = of(keeper).get("/en/organisations/ties/all/").content.decode()
    assert "Firm of old" in page and "Anna" not in page
    link = f"/en/organisations/ties/all/{tie.pk}/link/"
    assert of(keeper).post(link, {"organisation": "nothing"}).status_code == 302
    assert of(keeper).post(link, {"organisation": "Firm"}).status_code == 302
    assert not may_judge(anna, firm, at)
    page = of(keeper).get("/en/organisations/ties/all/?email=anna@example.org").content.decode()
    assert "Firm" in page and "Strike it out" in page
    assert Look.objects.filter(person=anna, by=keeper, what="ties").exists()
    strike = f"/en/organisations/ties/all/{tie.pk}/strike/"
    assert of(keeper).post(strike, {"because": " "}).status_code == 422
    assert of(keeper).post(strike, {"because": "A namesake."}).status_code == 302
    assert may_judge(anna, firm, at + dt.timedelta(minutes=1))
    assert "A namesake." in of(anna).get("/en/organisations/ties/").content.decode()


def test_nobody_corrects_their_own_ties_or_those_of_a_firm_they_are_tied_to() -> None:
    keeper, anna, firm = person("keeper", "administrator"), person("anna"), office("firm")
    own = declare_tie(by=keeper, at=START, kind=WORK, since=START, organisation=firm)
    other = declare_tie(by=anna, at=START, kind=WORK, since=START, organisation=firm)
    for tie in (own, other):
        with pytest.raises(Conflicted):
            strike_tie(by=keeper, at=START, tie=tie.pk, because="No.")
    page = of(keeper).get("/en/organisations/ties/all/?email=anna@example.org").content.decode()
    assert "Firm" not in page
    with pytest.raises(NotASteward):
        record_tie(by=anna, at=START, person=keeper, kind=WORK, since=START, organisation=firm)
    with pytest.raises(NoOrganisation):
        declare_tie(by=anna, at=START, kind=WORK, since=START)
    with pytest.raises(NoShareThere):
        declare_tie(by=anna, at=START, kind=WORK, since=START, named="A", share=Decimal(5))
    with pytest.raises(EndsBeforeItBegins):
        declare_tie(by=anna, at=START, kind=WORK, since=START, named="A", until=START)


def test_accounts_of_one_address_count_as_one_until_dismissed() -> None:
    keeper, firm = person("keeper", "administrator"), office("firm")
    anna = person("anna", email="an.na+work@example.org")
    again, other = person("again", email="anna@example.org"), person("bella")
    declare_tie(by=anna, at=START, kind=WORK, since=START, organisation=firm)
    assert find_pairs(by=None, at=START) == 1 and find_pairs(by=None, at=START) == 0
    assert [c.kind for c in conflicts(person=again, organisation=firm, at=START)] == ["same_person"]
    assert may_judge(other, firm, START)
    page = of(keeper).get("/en/organisations/ties/all/").content.decode()
    assert "an.na+work@example.org" in page and "Two people" in page
    pair = PersonTie.objects.get()
    assert (
        of(keeper).post(f"/en/organisations/ties/pairs/{pair.pk}/", {"holds": "0"}).status_code
        == 302
    )
    assert may_judge(again, firm, START) and find_pairs(by=None, at=START) == 0
    judge_pair(by=None, at=START, pair=pair.pk, holds=True)
    assert not may_judge(again, firm, START)
    with pytest.raises(SameTwice):
        record_pair(by=None, at=START, one=anna, other=anna, kind=PersonTie.Kind.KIN)
    with pytest.raises(Conflicted):
        record_pair(by=keeper, at=START, one=anna, other=keeper, kind=PersonTie.Kind.KIN)
    record_pair(by=keeper, at=START, one=other, other=anna, kind=PersonTie.Kind.KIN)
    assert not may_judge(other, firm, START)


def test_shares_and_the_least_share_are_set_on_the_page() -> None:
    keeper, top, low, anna = (
        person("keeper", "administrator"), office("top"), office("low"), person("anna")
    )  # fmt: skip
    declare_tie(by=anna, at=START, kind=WORK, since=START, organisation=top)
    form = {"owner": "top", "owned": "low", "share": "40", "since": "2020-01-01", "words": ""}
    to = of(keeper)
    assert to.post("/en/organisations/ties/all/add/stake/", form).status_code == 302
    assert "already" in to.post("/en/organisations/ties/all/add/stake/", form).content.decode()
    assert not may_judge(anna, low, clock.now())
    assert "top,low,40" in to.get("/en/organisations/ties/all/stakes.csv").content.decode()
    rule = to.post("/en/organisations/ties/all/add/rule/", {"least_share": "50"})
    assert rule.status_code == 302 and ConflictRule.objects.get().least_share == 50
    assert may_judge(anna, low, clock.now())
    with pytest.raises(StakeThere):
        add_stake(by=None, at=START, owner=top, owned=low, share=Decimal(1), since=START)
    with pytest.raises(StakeWrong):
        add_stake(by=None, at=START, owner=top, owned=top, share=Decimal(1), since=START)
    stake = Stake.objects.get()
    assert to.post(f"/en/organisations/ties/stakes/{stake.pk}/end/").status_code == 302
    assert to.post("/en/organisations/ties/all/add/nothing/", {}).status_code == 404


def test_a_file_of_a_register_is_read_and_its_faults_are_told_by_line() -> None:
    keeper, anna, firm, top = (
        person("keeper", "administrator"), person("anna"), office("firm"), office("top")
    )  # fmt: skip
    table = (
        b"email;organisation;identifier;kind;share;since;until\n"
        b"ANNA@example.org;firm;;employment;;2021-03-01;2025-03-01\n"
        b"anna@example.org;;7701;ownership;12,5;2021-03-01;\n"
        b"nobody@example.org;firm;;employment;;2021-03-01;\n"
        b"anna@example.org;firm;;friendship;;2021-03-01;\n"
        b"anna@example.org;none;;employment;;2021-03-01;\n"
        b"anna@example.org;firm;;ownership;101;2021-03-01;\n"
        b"anna@example.org;firm;;employment;;31.12.2021;\n"
        b"keeper@example.org;firm;;employment;;2021-03-01;\n"
    )
    done = import_ties(by=keeper, at=START, data=table)
    assert (done.taken, done.known, [line for line, _ in done.rejected]) == (
        2,
        0,
        [4, 5, 6, 7, 8, 9],
    )
    again = import_ties(by=keeper, at=START, data=table)
    assert (again.taken, again.known) == (0, 2)
    assert not may_judge(anna, firm, START)
    assert recognise_ties(by=None, at=START, known={"7701": top}) == {anna.pk}
    assert not may_judge(anna, top, START)
    shares = (
        "\ufeffowner,owned,share,since,until\ntop,firm,30,2020-01-01,\ntop,top,1,2020-01-01,\n"
    ).encode()
    file = SimpleUploadedFile("shares.csv", shares)
    page = of(keeper).post("/en/organisations/ties/all/add/file/", {"file": file})
    assert (
        page.status_code == 200
        and "Line 3: An organisation does not own itself." in page.content.decode()
    )
    for bad in (b"\xff\xfe\x00", b"a,b\n1,2\n", b"%PDF-1.7", b""):
        with pytest.raises(NotATable):
            import_ties(by=keeper, at=START, data=bad)


def test_what_is_old_or_of_who_was_forgotten_goes() -> None:
    anna, boris, firm = person("anna"), person("boris"), office("firm")
    declare_tie(by=anna, at=START, kind=WORK, since=START - 20 * YEAR, organisation=firm,
                until=START - 11 * YEAR)  # fmt: skip
    declare_tie(by=anna, at=START, kind=WORK, since=START - YEAR, organisation=firm, words="Dear")
    assert [row["organisation"] for row in personal.collect(anna)] == ["firm", "firm"]
    assert forget_old_ties(by=None, at=START) == 1
    record_pair(by=None, at=START, one=anna, other=boris, kind=PersonTie.Kind.KIN)
    assert sweep(at=START + dt.timedelta(hours=1)) == 0
    personal.erase(by=anna, at=START, person=anna)
    assert not Tie.objects.exists() and not PersonTie.objects.exists()
