"""The pages of the counter, the kiosk and of paper, as people meet them."""

from __future__ import annotations

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.city.ballots.test_channels import open_now, second
from tests.city.ballots.votes import DAY, Voting, question, voting
from veche.city.ballots.models import Ballot, Batch, Mark, RollEntry, Vote
from veche.city.ballots.operations import course
from veche.core.people.models import Look, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Voting:
    return voting()


@pytest.fixture
def vote(town: Voting) -> Vote:
    return open_now(town.opened(question(), question("order", "ranked")))


def at_work(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture(autouse=True)
def no_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "veche.core.organisations.middleware.is_mfa_enabled", lambda *_a, **_k: True
    )


def root(vote: Vote) -> str:
    return f"/en/votes/{vote.case.number}/"


def entry(vote: Vote, person: Person) -> int:
    return RollEntry.objects.get(vote=vote, person=person).pk


def code_for(client: Client, vote: Vote, person: Person) -> str:
    """Give somebody a code for the kiosk, as a clerk does."""
    page = client.post(
        f"{root(vote)}counter/{entry(vote, person)}/", {"do": "kiosk", "kiosk-seen": "on"}
    )
    assert page.status_code == 200
    found = re.search(r"<code>([A-Z2-9]{4}-[A-Z2-9]{4})</code>", page.content.decode())
    assert found is not None
    return found[1]


def test_only_clerks_stand_at_the_counter(town: Voting, vote: Vote) -> None:
    for path in ("counter/", f"counter/{entry(vote, town.voters[0])}/"):
        assert Client().get(root(vote) + path).status_code == 302
        assert at_work(town.voters[0]).get(root(vote) + path).status_code == 403
    assert at_work(town.voters[0]).get("/en/votes/counter/").status_code == 403
    page = at_work(town.poll_clerk).get("/en/votes/counter/")
    assert f"{root(vote)}counter/" in page.content.decode()


def test_somebody_is_found_and_the_look_is_noted(town: Voting, vote: Vote) -> None:
    client = at_work(town.poll_clerk)
    page = client.post(f"{root(vote)}counter/", {"said": "voter 11"})
    assert page.status_code == 200
    assert "Voter 11" in page.content.decode()
    assert not Look.objects.exists(), "a list is no look yet"
    look = f"{root(vote)}counter/{entry(vote, town.voters[11])}/look/"
    assert client.post(look).status_code == 302
    assert Look.objects.get().person == town.voters[11]
    for said, told in (("voter3@example.org", "Voter 3"), ("nobody at all", "is on the roll. Try")):
        page = client.post(f"{root(vote)}counter/", {"said": said})
        assert told in page.content.decode()
    assert client.post(f"{root(vote)}counter/", {"said": "ab"}).status_code == 422


def test_the_kiosk_takes_a_code_and_a_ballot_and_forgets(town: Voting, vote: Vote) -> None:
    code = code_for(at_work(town.poll_clerk), vote, town.voters[0])
    kiosk = Client()
    assert kiosk.get("/en/votes/kiosk/1/").status_code == 302, "nothing is open there"
    page = kiosk.post("/en/votes/kiosk/", {"code": "AAAA-AAAA"})
    assert page.status_code == 422
    assert kiosk.post("/en/votes/kiosk/", {"code": code.lower()})["Location"].endswith("kiosk/1/")
    page = kiosk.get("/en/votes/kiosk/1/")
    assert (page.status_code, page["Refresh"]) == (200, "300; url=/en/votes/kiosk/")
    assert 'class="kiosk"' in page.content.decode()
    assert town.voters[0].name not in page.content.decode()
    kiosk.post("/en/votes/kiosk/1/", {"do": "next", "choice": "b", "option": "b", "pick": "b"})
    kiosk.post("/en/votes/kiosk/2/", {"do": "next"})
    page = kiosk.get("/en/votes/kiosk/review/")
    said = page.content.decode()
    form = dict(re.findall(r'<input type="hidden" name="(token|key|choice)" value="([^"]*)"', said))
    form = {name: html.unescape(value) for name, value in form.items()}
    done = kiosk.post("/en/votes/kiosk/cast/", form)
    assert (done.status_code, done["Location"]) == (303, "/en/votes/kiosk/receipt/")
    ballot = Ballot.objects.get(vote=vote)
    assert (ballot.channel, ballot.revision) == ("kiosk", 1)
    receipt = kiosk.get("/en/votes/kiosk/receipt/")
    assert receipt.status_code == 200
    kept = bytes(ballot.code).hex()
    assert kept[:4] in receipt.content.decode()
    kiosk.get("/en/votes/kiosk/")
    left = {name for name, morsel in kiosk.cookies.items() if morsel.value}
    assert not {name for name in left if name == "kiosk" or name.startswith(("sheet", "receipt"))}
    assert kiosk.get("/en/votes/kiosk/receipt/").status_code == 302
    assert kiosk.post("/en/votes/kiosk/", {"code": code}).status_code == 422, "once"


def test_many_behind_one_screen_vote_one_after_another(town: Voting, vote: Vote) -> None:
    clerk, kiosk = at_work(town.poll_clerk), Client()
    for voter in town.voters[:3]:
        assert kiosk.post("/en/votes/kiosk/", {"code": "ZZZZ-ZZZZ"}).status_code == 422
        code = code_for(clerk, vote, voter)
        assert kiosk.post("/en/votes/kiosk/", {"code": code}).status_code == 302
        said = kiosk.get("/en/votes/kiosk/review/").content.decode()
        form = re.findall(r'<input type="hidden" name="(token|key|choice)" value="([^"]*)"', said)
        values = {name: html.unescape(value) for name, value in form}
        assert kiosk.post("/en/votes/kiosk/cast/", values).status_code == 303
    assert Ballot.objects.filter(vote=vote, channel="kiosk").count() == 3


def test_paper_from_the_counter_to_the_totals(town: Voting, vote: Vote) -> None:
    clerk, other = at_work(town.poll_clerk), at_work(second(town))
    opened = clerk.post(f"{root(vote)}counter/", {"name_en": "School 1", "code": "north"})
    assert opened.status_code == 302
    assert clerk.post(f"{root(vote)}counter/", {"name_en": "x", "code": "north"}).status_code == 422
    for voter in town.voters[:3]:
        path = f"{root(vote)}counter/{entry(vote, voter)}/"
        form = {"do": "paper", "paper-booth": "north"}
        assert clerk.post(path, form).status_code == 422, "no document was seen"
        assert clerk.post(path, {**form, "paper-seen": "on"}).status_code == 302
    assert Mark.objects.count() == 3
    scan = SimpleUploadedFile("pile.pdf", b"%PDF-1.4 pile", content_type="application/pdf")
    begun = clerk.post(f"{root(vote)}counter/north/begin/", {"territory": "west", "file": scan})
    assert begun["Location"] == f"{root(vote)}counter/north/1/"
    pile = begun["Location"]
    assert clerk.post(pile, {"do": "enter", "lines": "9"}).status_code == 422
    assert clerk.post(pile, {"do": "enter", "lines": "1 / 2 1\nx\n2 / -"}).status_code == 302
    page = other.get(pile).content.decode()
    assert "1 / 2 1" not in page, "the second does not see the first entry"
    assert other.post(pile, {"do": "enter", "lines": "1 / 2 1\nx\n3 / -"}).status_code == 302
    page = other.get(pile).content.decode()
    assert "You entered this pile" in page
    commission = at_work(town.commissioner)
    page = commission.get(pile).content.decode()
    assert 'name="line-3"' in page
    assert 'name="line-1"' not in page, "only what differs"
    assert commission.post(pile, {"do": "settle"}).status_code == 422
    form = {"do": "settle", "line-3": "other", "other-3": "3 / 1"}
    assert commission.post(pile, form).status_code == 302
    assert Batch.objects.get().state == "agreed"
    kept = commission.get(f"{pile}scan.pdf")
    assert b"".join(kept.streaming_content) == b"%PDF-1.4 pile"  # type: ignore[attr-defined]
    assert at_work(town.voters[0]).get(f"{pile}scan.pdf").status_code == 403
    public = Client().get(f"{root(vote)}papers/").content.decode()
    for told in ("School 1", "north-1", "Option c", Batch.objects.get().scan):
        assert told in public
    assert commission.post(pile, {"do": "annul", "reason": ""}).status_code == 422
    reason = "The seal was broken."
    assert commission.post(pile, {"do": "annul", "reason": reason}).status_code == 302
    assert Batch.objects.get().state == "annulled"


def test_a_booth_is_closed_after_the_vote(town: Voting, vote: Vote) -> None:
    clerk = at_work(town.poll_clerk)
    clerk.post(f"{root(vote)}counter/", {"name_en": "School 1", "code": "north"})
    assert clerk.post(f"{root(vote)}counter/north/done/").status_code == 409
    course.close_in_time(by=None, at=vote.opens_at + 7 * DAY, case=vote.case)
    assert clerk.post(f"{root(vote)}counter/north/done/").status_code == 302
    assert "All papers of this booth" in clerk.get(f"{root(vote)}counter/").content.decode()
