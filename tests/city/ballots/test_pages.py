"""What everybody and the voter see of votes."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from tests.city.ballots.votes import Voting, decision, question, voting
from veche.city.ballots.models import Ballot, Vote
from veche.core.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Voting:
    return voting()


def running(town: Voting, *questions: dict[str, Any], **more: Any) -> Vote:
    """A vote that is open at this very moment."""
    vote = town.opened(*questions, **more)
    Vote.objects.filter(pk=vote.pk).update(closes_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=3))
    return Vote.objects.select_related("case").get(pk=vote.pk)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    import html

    return html.unescape(found[1])


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_the_pages_are_there_in_three_languages(town: Voting, language: str) -> None:
    vote = running(town, question(), decision())
    number, visitor = vote.case.number, Client()
    for page in (
        "",
        f"{number}/",
        f"{number}/result/",
        f"{number}/check/",
        f"{number}/config.json",
        "votes.csv",
    ):
        answer = visitor.get(f"/{language}/votes/{page}")
        assert answer.status_code == 200, page
    voter = signed_in(town.voters[0])
    assert voter.get(f"/{language}/votes/{number}/").status_code == 200
    assert voter.get(f"/{language}/votes/{number}/ballot/1/").status_code == 200
    assert voter.get(f"/{language}/votes/{number}/ballot/review/").status_code == 200


def test_a_ballot_from_the_first_question_to_the_receipt(town: Voting) -> None:
    vote = running(town, question(), question("order", "ranked"))
    voter, way = signed_in(town.voters[0]), f"/en/votes/{vote.case.number}"
    answer = voter.post(f"{way}/ballot/1/", {"choice": "b", "do": "next"})
    assert answer["Location"] == f"{way}/ballot/2/"
    for do in ("add:c", "add:a", "up:a"):
        page = voter.get(f"{way}/ballot/2/").content.decode()
        answer = voter.post(f"{way}/ballot/2/", {"order": hidden(page, "order"), "do": do})
        assert answer.status_code == 302
    page = voter.get(f"{way}/ballot/2/").content.decode()
    assert hidden(page, "order") == "a,c"
    answer = voter.post(f"{way}/ballot/2/", {"order": "a,c", "do": "next"})
    assert answer["Location"] == f"{way}/ballot/review/"
    page = voter.get(f"{way}/ballot/review/").content.decode()
    assert Ballot.objects.count() == 0, "nothing is kept before it is cast"
    form = {name: hidden(page, name) for name in ("token", "key", "choice")}
    answer = voter.post(f"{way}/ballot/cast/", form)
    assert answer.status_code == 303, answer.content.decode()
    again = voter.post(f"{way}/ballot/cast/", form)
    assert again.status_code == 303, "pressed twice is one ballot"
    ballot = Ballot.objects.get()
    assert ballot.choice == '{"lamps":["b"],"order":["a","c"]}'
    page = voter.get(answer["Location"]).content.decode()
    code = bytes(ballot.code).hex()
    assert code in page.replace(" ", "") and "veche-promise/1" in page
    file = voter.get(f"{way}/receipt.txt").content
    found = Client().post(f"{way}/check/", {"code": file.decode()})
    assert "letter by letter" in found.content.decode()
    assert Client().get(f"{way}/check/?code={code}").status_code == 200
    assert Client().get(f"{way}/check/?code={'0' * 32}").status_code == 404
