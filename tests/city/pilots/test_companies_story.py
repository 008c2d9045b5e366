"""A company registers, is found, supported and joined by a colleague: operations and pages."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client

from tests.cast import START
from tests.city.pilots.world import EARLY, World, person
from veche import clock
from veche.city.pilots import personal
from veche.city.pilots.access.companies import NotTheCompany
from veche.city.pilots.models import Company, CompanyInvite, Product, Scouted, Support
from veche.city.pilots.operations import colleagues, companies, scouting, support
from veche.city.pilots.operations.companies import CompanyGiven, ProductGiven, mark_of
from veche.city.pilots.operations.company_refusals import (
    CheckDigits,
    IdentifierTaken,
    IdentityFixed,
    ProfileChanged,
    YoursAlready,
)
from veche.city.pilots.operations.scouting import ScoutedGiven
from veche.city.pilots.operations.support import SupersededAlready, SupportDay, SupportGiven
from veche.core.cases.operations import move_case
from veche.core.organisations.models import Organisation
from veche.core.organisations.queries import holdings
from veche.core.people.operations.erasure import erase_person

INN = "7707083893"
DAY = dt.timedelta(days=1)


def given(**more: Any) -> CompanyGiven:
    return CompanyGiven(
        **{"legal_name": "Sonic Cane", "scheme": "RU-INN", "identifier": INN, **more}
    )


def client_of(who: Any) -> Client:
    client = Client()
    client.force_login(who)
    return client


@pytest.fixture(autouse=True)
def _letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters are written at once: what a worker does with the job is tested elsewhere."""
    from veche.core.people.tasks import send_letter

    monkeypatch.setattr(send_letter, "defer", lambda **words: send_letter(**words))


def word_in(letter: Any) -> str:
    """The word of the link in a letter."""
    return str(next(part for part in letter.body.split("/") if len(part) == 32))


def test_a_company_registers_once_and_keeps_its_number(world: World) -> None:
    who, other = person("Ada"), person("Bob")
    with pytest.raises(CheckDigits):
        companies.register_company(by=who, at=START, profile=given(identifier="7707083892"))
    made = companies.register_company(by=who, at=START, profile=given(identifier="77 0708-3893"))
    assert (made.identifier, made.organisation.kind) == (INN, "company")
    assert [h.role for h in holdings(who, START) if h.organisation_id == made.pk] == ["founder"]
    with pytest.raises(YoursAlready) as yours:
        companies.register_company(by=who, at=START, profile=given())
    assert yours.value.details["code"] == made.organisation.code
    with pytest.raises(IdentifierTaken):
        companies.register_company(by=other, at=START, profile=given(legal_name="Thief"))
    assert Company.objects.filter(identifier=INN).count() == 1

    seen = mark_of(made)
    row = companies.set_profile(by=who, at=START, company=made, profile=given(text="We hear."),
                                seen=seen)  # fmt: skip
    with pytest.raises(ProfileChanged):
        companies.set_profile(by=who, at=START, company=made, profile=given(), seen=seen)
    companies.confirm_company(by=world.agent, at=START, company=row)
    with pytest.raises(IdentityFixed):
        companies.set_profile(by=who, at=START, company=row, profile=given(scheme="GB-COH"))
    named = companies.set_profile(by=who, at=START, company=row, profile=given(legal_name="New"))
    assert named.confirmed_at is None
    assert Organisation.objects.get(pk=named.pk).names["ru"] == "New"

    word = uuid.uuid4()
    product = ProductGiven("Cane", "A cane that hears walls.", 7, technologies=[world.technology])
    twice = [
        companies.add_product(by=who, at=START, company=made, product=product, submission=word)
        for _press in range(2)
    ]
    assert twice[0] == twice[1]
    with pytest.raises(NotTheCompany):
        companies.retire_product(by=other, at=START, product=twice[0])
    companies.retire_product(by=who, at=START, product=twice[0])
    assert Product.objects.get(pk=twice[0].pk).retired_at == START


def test_pages_of_a_company_from_registration_to_the_public_page(world: World) -> None:
    who = person("Ada")
    client = client_of(who)
    page = client.get("/en/pilots/company/")
    assert "Register a company" in page.content.decode()
    sent = {
        "legal_name": "Sonic <Cane>", "country": "RU", "scheme": "RU-INN", "identifier": INN,
        "size": "micro", "women_led": "yes", "language": "ru", "text": "We hear walls.",
        "website": "https://cane.example", "founded": "2021",
    }  # fmt: skip
    wrong = client.post("/en/pilots/company/register/", {**sent, "identifier": "7707083892"})
    assert wrong.status_code == 422
    assert "check digits" in wrong.content.decode() and "We hear walls." in wrong.content.decode()
    made = client.post("/en/pilots/company/register/", sent)
    code = f"ru-inn-{INN}"
    assert (made.status_code, made["Location"]) == (302, f"/en/pilots/company/{code}/")
    again = client.post("/en/pilots/company/register/", sent)
    assert again["Location"] == made["Location"]
    product = {
        "name": "Cane", "text": "It hears walls three metres away.", "readiness": "7",
        "technologies": ["sensing"], "targets": ["11.7"], "submission": str(uuid.uuid4()),
    }  # fmt: skip
    assert client.post(f"/en/pilots/company/{code}/products/new/", product).status_code == 302
    own = client.get(f"/en/pilots/company/{code}/").content.decode()
    assert "readiness 7 of 9" in own and "Invite a colleague" in own
    changed = client.get(f"/en/pilots/company/{code}/change/").content.decode()
    assert 'value="2021"' in changed
    public = Client().get(f"/en/pilots/companies/{code}/").content.decode()
    assert "Sonic &lt;Cane&gt;" in public and "A prototype works" in public
    # Nothing of an application is public before the decision, not even that there is one.
    company = Company.objects.get(identifier=INN)
    hidden = world.application(
        "review", at=clock.now(), company=company, founder=who, title="Secret solution"
    )
    assert "Secret solution" not in Client().get(f"/en/pilots/companies/{code}/").content.decode()
    assert hidden.decided_at is None
    world.application(
        "matching", at=clock.now(), company=company, founder=who, title="Chosen solution"
    )
    assert "Chosen solution" in Client().get(f"/en/pilots/companies/{code}/").content.decode()

    stranger = client_of(person("Eve"))
    for path in (f"company/{code}/", f"company/{code}/change/", "companies/", "scouting/"):
        assert stranger.get(f"/en/pilots/{path}").status_code == 403
    agency = client_of(world.agent)
    listed = agency.get("/en/pilots/companies/?q=cane&size=micro&women=1&page=x").content.decode()
    assert f"companies/{code}/" in listed
    # Of the two applications the list tells of the decided one alone.
    table = agency.get("/en/pilots/companies/companies.csv?q=77070").getvalue().decode()
    assert table.splitlines()[1].endswith(",1,1")
    assert (
        client_of(world.agent)
        .post(f"/en/pilots/companies/{code}/confirm/", {"confirmed": "yes"})
        .status_code
        == 302
    )
    assert Company.objects.get(identifier=INN).confirmed_at is not None


def test_support_is_superseded_and_never_changed(world: World) -> None:
    first = support.give_support(
        by=world.agent, at=START, company=world.company,
        given=SupportGiven("subsidy", "A grant for the prototype", START.date(), Decimal(500)),
        submission=uuid.uuid4(),
    )  # fmt: skip
    with pytest.raises(SupportDay):
        support.give_support(
            by=world.agent, at=START, company=world.company,
            given=SupportGiven("press", "Next month's article", (START + 30 * DAY).date()),
        )  # fmt: skip
    client = client_of(world.agent)
    code = world.company.organisation.code
    url = f"/en/pilots/companies/{code}/support/{first.pk}/"
    put = client.post(
        url, {"kind": "subsidy", "words": "=A grant of 700", "amount": "700",
              "on": START.date().isoformat()}
    )  # fmt: skip
    assert put.status_code == 302
    with pytest.raises(SupersededAlready):
        support.supersede_support(by=world.agent, at=START, support=first,
                                  given=SupportGiven("press", "Another", START.date()))  # fmt: skip
    page = Client().get(f"/en/pilots/companies/{code}/").content.decode()
    assert "<s>A grant for the prototype</s>" in page and "700" in page
    table = Client().get(f"/en/pilots/companies/{code}/support.csv").content.decode()
    assert "'=A grant of 700" in table  # no table program runs it
    for change in ({"words": "x"}, {"amount": 1}, {"superseded_by": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Support.objects.filter(pk=first.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Support.objects.filter(pk=first.pk).delete()


def test_a_colleague_joins_by_letter_and_the_last_founder_stays(world: World) -> None:
    company, who = world.company, world.founder
    colleague = person("Zoe")
    colleagues.invite_colleague(by=who, at=START, company=company, email="Zoe@example.org",
                                language="en")  # fmt: skip
    word = word_in(mail.outbox[-1])
    client = client_of(colleague)
    # The page reads the city's clock, which in tests is the machine's: the rule is asked directly.
    with pytest.raises(colleagues.InvitationOver):
        colleagues.join_company(by=colleague, at=START + 15 * DAY, word=word)
    colleagues.join_company(by=colleague, at=START + DAY, word=word)
    assert CompanyInvite.objects.get().email is None
    with pytest.raises(colleagues.InvitationOver):
        colleagues.join_company(by=person("Mallory"), at=START + DAY, word=word)
    assert client.get(f"/en/pilots/joined/{word}/").status_code == 404
    later = START + 2 * DAY
    first, second = colleagues._holdings(company, later).order_by("pk")
    colleagues.end_colleague(by=colleague, at=later, company=company, holding=first.pk)
    going = world.application("screening", at=later, company=company, founder=colleague)
    with pytest.raises(colleagues.LastFounder):
        colleagues.end_colleague(by=colleague, at=later + DAY, company=company, holding=second.pk)
    colleagues.invite_colleague(by=colleague, at=later, company=company, email="x@example.org")
    told = personal.collect(colleague)["pilot_invitations"]
    assert [one["to"] for one in told] == [None, "x@example.org"]
    # With nothing going on the last may leave too, and be forgotten.
    move_case(by=colleague, at=later + DAY, case=going.case, move="withdraw")
    colleagues.end_colleague(by=colleague, at=later + DAY, company=company, holding=second.pk)
    erase_person(by=colleague, at=later + 2 * DAY, person=colleague)
    # Nobody is left: the agency invites whoever shows that the company is theirs.
    agency = client_of(world.agent)
    url = f"/en/pilots/company/{company.organisation.code}/invite/"
    assert agency.get(url).status_code == 200
    assert client_of(person("Eve")).get(url).status_code == 403
    sent = agency.post(url, {"email": "new@example.org", "language": "en"})
    assert sent["Location"] == f"/en/pilots/companies/{company.organisation.code}/"
    colleagues.sweep(at=clock.now() + 15 * DAY)
    assert not CompanyInvite.objects.filter(email__isnull=False).exists()
    colleagues.sweep(at=later + 15 * DAY)
    assert not CompanyInvite.objects.filter(email__isnull=False).exists()


def test_what_was_scouted_is_invited_comes_or_declines(world: World) -> None:
    def found(name: str) -> Scouted:
        given = ScoutedGiven(name, "Sonic Ltd", "A fair in Kazan", call=world.call)
        return scouting.scout(by=world.agent, at=EARLY, found=given, submission=uuid.uuid4())

    one, two, three = found("Cane"), found("Glove"), found("Lamp")
    for row in (one, two, three):
        scouting.invite(by=world.agent, at=EARLY, scouted=row, email="maker@example.org",
                        language="en")  # fmt: skip
    with pytest.raises(scouting.InvitedLately):
        scouting.invite(by=world.agent, at=EARLY + DAY, scouted=one, email="m@example.org")
    words = [word_in(letter) for letter in mail.outbox[-3:]]
    assert Scouted.objects.filter(key__in=words).count() == 0  # only digests are kept
    visitor = Client()
    page = visitor.get(f"/en/pilots/invited/{words[0]}/").content.decode()
    assert "Would you test Cane" in page and "rather not" in page
    assert visitor.post(f"/en/pilots/invited/{words[0]}/", {"do": "decline"}).status_code == 200
    assert visitor.get(f"/en/pilots/invited/{words[0]}/").status_code == 404
    founder = client_of(world.founder)
    came = founder.post(
        f"/en/pilots/invited/{words[1]}/", {"company": world.company.organisation.code}
    )
    assert came.status_code == 302
    scouting.sweep(at=EARLY + 366 * DAY)
    rows = {one.name: one for one in Scouted.objects.all()}
    assert rows["Glove"].company == world.company
    assert {row.invited_to for row in rows.values()} == {None}
    listed = client_of(world.agent).get("/en/pilots/scouting/").content.decode()
    assert "will not come" in listed and "maker@example.org" not in listed
