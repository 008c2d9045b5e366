"""The commission annuls ballots and draws ties on pages of its own."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.city.ballots.placing import sequencer
from tests.city.ballots.test_outcome import NOW, appealed, closed, running, upheld
from tests.city.ballots.test_sequencer import log, town  # noqa: F401
from tests.city.ballots.votes import Voting, cast, question
from veche.city.ballots.models import Vote, Voter

pytestmark = pytest.mark.django_db
WHY = "It was cast by somebody else, as the appeal has shown."


def test_ballots_are_annulled_on_a_page(town: Voting, client: Client) -> None:  # noqa: F811
    vote = running(town)
    cast(vote, town.voters[0], {"lamps": ["b"]})
    vote = appealed(vote)
    page = f"/en/votes/make/{vote.case.number}/annul/"
    client.force_login(town.organiser, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(page).status_code in (403, 404)
    client.force_login(town.commissioner, backend="django.contrib.auth.backends.ModelBackend")
    manage = client.get(f"/en/votes/make/{vote.case.number}/manage/").content.decode()
    assert page in manage
    assert client.get(page).status_code == 200
    assert client.post(page, {"code": "x"}).status_code == 422
    code = bytes(Voter.objects.get(entry__person=town.voters[0], vote=vote).code).hex()
    given = {"code": code.upper(), "appeal": "2026-000001", "reason": WHY}
    assert client.post(page, given).status_code == 422, "no such appeal"
    given["appeal"] = upheld(town, vote)
    assert client.post(page, {**given, "code": "ab" * 16}).status_code == 404
    assert client.post(page, given).status_code == 302
    sequencer().all()
    assert client.post(page, given).status_code == 404


def test_a_tie_is_drawn_on_a_page(town: Voting, client: Client) -> None:  # noqa: F811
    vote = running(town, question(rule={"rule": "plurality", "ties": "lottery"}))
    cast(vote, town.voters[0], {"lamps": ["a"]})
    cast(vote, town.voters[1], {"lamps": ["b"]})
    vote = closed(vote)
    page = f"/ru/votes/make/{vote.case.number}/dice/"
    client.force_login(town.commissioner, backend="django.contrib.auth.backends.ModelBackend")
    assert page in client.get(f"/ru/votes/make/{vote.case.number}/manage/").content.decode()
    assert client.post(page, {"dice": ""}).status_code == 422
    assert client.post(page, {"dice": "6 1 4"}).status_code == 302
    vote = Vote.objects.select_related("case").get(pk=vote.pk)
    assert vote.case.state == "provisional"
    assert vote.result is not None
    assert vote.result["lottery"]["dice"] == "6 1 4"
    assert client.post(page, {"dice": "6 1 4"}).status_code == 409
    assert NOW
