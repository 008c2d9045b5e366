"""Pages of the opinion map, as people with and without a role use them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.city.ideas.ideas import Ideas
from tests.city.ideas.test_opinion import AT, call, crowd, facilitator, halves, held, shown
from veche.city.ideas.models import Call, OpinionMap, Statement, StatementVote
from veche.city.ideas.operations import opinion as operations
from veche.core.people.models import Person
from veche.project import cli
from veche.testing import deliver

__all__ = ["call"]


def client_of(person: Person | None) -> Client:
    """A browser of somebody."""
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def path(call: Call, rest: str = "") -> str:
    """A page about the statements of a call."""
    return f"/en/ideas/opinions/{call.case.number}/{rest}"


def test_one_statement_at_a_time_without_javascript(made: Ideas, call: Call) -> None:
    shown(made, call, "Slow cars down", "Build a bridge")
    client = client_of(made.town.resident)
    for left in (1, 0):
        page = client.get(path(call)).content.decode()
        number = re.search(r'name="statement" value="(\d+)"', page)
        assert number is not None
        answer = client.post(path(call, "say/"), {"statement": number[1], "say": "agree"})
        assert answer.status_code == 302
        page = client.get(answer["Location"].partition("#")[0]).content.decode()
        assert "You agreed." in page and f"{2 - left} of 2 statements" in page
    assert "You have seen them all" in page and "What you have said: 2" in page
    again = client.get(path(call) + "?statement=0").content.decode()
    assert "You agreed with this. You can change it." in again
    client.post(path(call, "say/"), {"statement": "0", "say": "disagree"})
    assert sorted(StatementVote.objects.values_list("value", flat=True)) == [-1, 1]


def test_a_visitor_reads_and_signs_in_to_answer(made: Ideas, call: Call) -> None:
    shown(made, call, "Slow cars down")
    client = client_of(None)
    page = client.get(path(call))
    assert page.status_code == 200 and "Slow cars down" in page.content.decode()
    answer = client.post(path(call, "say/"), {"statement": "0", "say": "agree"})
    assert answer.status_code == 302 and "sign-in" in answer["Location"]
    assert f"next={path(call)}" in answer["Location"]
    assert not StatementVote.objects.exists()


@pytest.mark.parametrize("sent", [{"statement": "0"}, {"statement": "0", "say": "maybe"}])
def test_no_answer_is_refused_in_words(made: Ideas, call: Call, sent: dict[str, str]) -> None:
    shown(made, call, "Slow cars down")
    answer = client_of(made.town.resident).post(path(call, "say/"), sent)
    assert (
        answer.status_code == 422 and "Choose: agree, disagree or pass." in answer.content.decode()
    )


def test_what_does_not_exist_is_not_found(made: Ideas, call: Call) -> None:
    client = client_of(made.town.resident)
    for sent in ({}, {"statement": "x"}, {"statement": "7"}, {"statement": "9" * 30}):
        assert client.post(path(call, "say/"), {**sent, "say": "agree"}).status_code == 404
    assert client.get("/en/ideas/opinions/nothing/").status_code == 404
    draft = made.draft()
    assert client.get(path(draft)).status_code == 404


def test_written_read_and_shown(made: Ideas, call: Call) -> None:
    author, reader = client_of(made.town.resident), facilitator(made)
    refused = author.post(path(call, "add/"), {"text": "abc"})
    assert refused.status_code == 422
    hostile = "<b>Close</b> the \u202egate\u200b now \x00"
    assert author.post(path(call, "add/"), {"text": hostile}).status_code == 302
    page = author.get(path(call)).content.decode()
    assert "It is read within 24 hours." in page
    assert "&lt;b&gt;Close&lt;/b&gt;" in page and "<b>Close" not in page
    assert author.get("/en/ideas/opinions/waiting/").status_code == 403
    queue = client_of(reader)
    page = queue.get("/en/ideas/opinions/waiting/").content.decode()
    assert "&lt;b&gt;Close&lt;/b&gt;" in page
    one = Statement.objects.get()
    sent = {"statement": str(one.pk), "do": "reject"}
    assert queue.post("/en/ideas/opinions/waiting/", sent).status_code == 422
    sent["reason"] = "insult"
    assert queue.post("/en/ideas/opinions/waiting/", sent).status_code == 302
    page = author.get(path(call)).content.decode()
    assert "Reason: the words insult somebody." in page
    assert author.get(path(call, "reword/0/")).status_code == 200
    assert author.post(path(call, "reword/0/"), {"text": "Close the gate now"}).status_code == 302
    second = client_of(facilitator(made, "Second"))
    assert second.post(
        "/en/ideas/opinions/waiting/", {"statement": str(one.pk), "do": "show"}
    ).status_code == 302  # fmt: skip
    assert "Close the gate now" in client_of(None).get(path(call)).content.decode()


def test_a_reader_takes_a_shown_statement_out(made: Ideas, call: Call) -> None:
    shown(made, call, "Slow cars down")
    reader = client_of(facilitator(made))
    assert "Take this statement out" in reader.get(path(call)).content.decode()
    sent = {"statement": "0", "reason": "insult", "words": ""}
    stranger = client_of(made.town.resident)
    assert stranger.post(path(call, "take-away/"), sent).status_code == 403
    assert reader.post(path(call, "take-away/"), sent).status_code == 302
    assert Statement.objects.get().standing == "rejected"


def test_there_is_no_map_before_anybody_said_anything(made: Ideas, call: Call) -> None:
    empty = client_of(None).get(path(call, "map/")).content.decode()
    assert "There is no map yet" in empty


def test_the_map_shows_groups_and_only_me_where_i_am(db: None) -> None:
    call, persons = halves()
    deliver()
    page = client_of(None).get(path(call, "map/")).content.decode()
    assert "40 people stand in 2 groups." in page
    assert "Statement number 0" in page and "og-you" not in page
    assert page.count("h0") == 40
    mine = client_of(persons[3]).get(path(call, "map/")).content.decode()
    assert mine.count('class="og-you"') == 1 and "only you see it" in mine
    for language in ("ru", "zh-hans"):
        answer = client_of(None).get(path(call, "map/").replace("/en/", f"/{language}/"))
        assert answer.status_code == 200


def test_the_files_give_the_numbers_of_the_page(
    made: Ideas, call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    persons = crowd(made, call, 14, 34)
    one = Statement.objects.get(number=5)
    reader = facilitator(made)
    operations.read_statement(
        by=reader, at=AT, held=held(reader), statement=one.pk, reason="insult"
    )
    who = Statement.objects.get(number=6)
    operations.read_statement(by=reader, at=AT, held=held(reader), statement=who.pk, meta=True)
    operations.add_statement(by=persons[0], at=AT, case=call.case, text="Nobody has read this")
    deliver()
    client = client_of(None)
    texts = {}
    for name in ("comments", "votes", "participants-votes", "summary"):
        answer = client.get(path(call, f"files/{name}.csv"))
        assert answer.status_code == 200
        texts[name] = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
        assert "Nobody has read this" not in texts[name]
        assert "Statement number 5" not in texts[name]
    assert client.get(path(call, "files/people.csv")).status_code == 404
    body = OpinionMap.objects.get().body
    seen = []
    for names in (("participants-votes", "comments"), ("votes", "comments")):
        folder = tmp_path / names[0]
        folder.mkdir()
        for name in names:
            (folder / f"{name}.csv").write_text(texts[name], encoding="utf-8")
        assert cli.main(["ideas", "opinion-map", str(folder), "--json"]) == 0
        whole = json.loads(capsys.readouterr().out)
        seen.append(whole["groups"])
        for row in body["statements"]:
            number = str(row["number"])
            assert whole["consensus"][number] == row["consensus"]
            for place, group in enumerate(body["groups"]):
                votes = whole["group_votes"][group["id"]][number]
                assert [votes["agree"], votes["disagree"], votes["seen"]] == row["cells"][place]
        assert {"5", "6"}.isdisjoint(str(row["number"]) for row in body["statements"])
        for group in body["groups"]:
            told = next(one for one in whole["explained"] if one["group"] == group["id"])
            assert told["members"] == group["members"]
            assert [int(one["statement"]) for one in told["statements"]] == [
                one["statement"] for one in group["says"]
            ]
    assert seen[0] == seen[1]
    groups = {
        line.split(",")[0]: line.split(",")[1]
        for line in texts["participants-votes"].splitlines()[1:]
    }
    assert groups == seen[0]


def test_files_of_four_people_are_not_given_out(made: Ideas, call: Call) -> None:
    crowd(made, call, 8, 4)
    deliver()
    answer = client_of(None).get(path(call, "files/votes.csv"))
    assert answer.status_code == 404 and "when 5 people" in answer.content.decode()


def test_the_page_of_an_idea_leads_to_its_statements(made: Ideas, call: Call) -> None:
    idea = made.idea_of(call)
    page = client_of(None).get(f"/en/ideas/{idea.case.number}/").content.decode()
    assert f"/en/ideas/opinions/{idea.case.number}/" in page
    assert "Write the first statement" in page


def test_the_page_of_a_call_leads_to_its_statements_and_its_map(made: Ideas, call: Call) -> None:
    page = client_of(None).get(f"/en/ideas/calls/{call.case.number}/").content.decode()
    assert path(call) in page and path(call, "map/") not in page


def test_the_page_of_a_call_tells_how_many_took_part_in_its_map(db: None) -> None:
    call, _persons = halves()
    deliver()
    page = client_of(None).get(f"/en/ideas/calls/{call.case.number}/").content.decode()
    assert "12 statements to agree or disagree with." in page and "40 people took part." in page
    assert path(call, "map/") in page


def test_pages_ask_the_database_little_however_many_voted(
    db: None, django_assert_max_num_queries: Any
) -> None:
    call, persons = halves()
    deliver()
    visitor, somebody = client_of(None), client_of(persons[0])
    for client in (visitor, somebody):
        for rest in ("", "map/"):
            client.get(path(call, rest))  # what is kept for all pages is read once
            with django_assert_max_num_queries(12):
                assert client.get(path(call, rest)).status_code == 200
    with django_assert_max_num_queries(20):
        sent = {"statement": "3", "say": "agree"}
        assert somebody.post(path(call, "say/"), sent).status_code == 302
