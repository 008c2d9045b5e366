"""The queue: whose it is, how it is narrowed, what is kept, what is marked."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import SmallTown, small_town

from veche import clock
from veche.city.problems import operations as problems
from veche.city.problems.models import Problem
from veche.core.desk import operations, personal
from veche.core.desk.models import Draft, Look, SavedView, Seat, Taking
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person

WORDS = "The hole was filled and rolled on Tuesday."


@pytest.fixture
def town(db: None) -> SmallTown:
    return small_town()


def of(person: Person | None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def in_work(town: SmallTown, *, days: float = 2, **more: Any) -> Problem:
    """A problem that the roads office has had for some days."""
    at = clock.now() - dt.timedelta(days=days)
    problem = town.report(at=at, **more)
    problems.accept(by=town.moderator, at=at + dt.timedelta(minutes=5), case=problem.case)
    problem.case.refresh_from_db()
    return problem


def page(person: Person, address: str = "", **headers: str) -> str:
    answer = of(person).get(f"/en/desk/{address}", headers=headers)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_visitors_sign_in_and_residents_are_told_whose_page_it_is(town: SmallTown) -> None:
    answer = of(None).get("/en/desk/?due=late")
    assert answer.status_code == 302
    assert answer["Location"] == "/en/sign-in/?next=%2Fen%2Fdesk%2F%3Fdue%3Dlate"
    answer = of(town.resident).get("/en/desk/")
    assert answer.status_code == 403 and "who work for the city" in answer.content.decode()


def test_each_sees_what_waits_for_them(town: SmallTown) -> None:
    fresh, work = town.report(at=clock.now() - dt.timedelta(hours=1)), in_work(town)
    orphan = in_work(town, category="orphan")
    seen = {
        name: {p.case.number for p in (fresh, work, orphan) if p.case.number in page(person)}
        for name, person in (
            ("moderator", town.moderator),
            ("dispatcher", town.dispatcher),
            ("officer", town.officer),
            ("lamps", town.light_officer),
        )
    }
    assert seen == {
        "moderator": {fresh.case.number},
        "dispatcher": {orphan.case.number},
        "officer": {work.case.number},
        "lamps": set(),
    }


def test_a_role_that_ended_a_second_ago_opens_nothing(town: SmallTown) -> None:
    work, now = in_work(town), clock.now()
    leaver = town.neighbour
    held = appoint(by=None, at=now - dt.timedelta(days=9), person=leaver, role="officer",
                   organisation=town.roads)  # fmt: skip
    assert work.case.number in page(leaver)
    type(held).objects.filter(pk=held.pk).update(until=clock.now() - dt.timedelta(seconds=1))
    assert of(leaver).get("/en/desk/").status_code == 403
    answer = of(leaver).post(
        f"/en/problems/{work.case.number}/answer/", {"seen": work.case.seq, "text": WORDS}
    )
    assert answer.status_code == 403
    work.case.refresh_from_db()
    assert work.case.state == "work"


def test_views_narrow_and_count(town: SmallTown) -> None:
    late, fresh = in_work(town, days=20), in_work(town, text="Another hole, by the school gate.")
    east = in_work(town, longitude=49.75, text="A third hole, in the east of the city.")
    text = page(town.officer, "?due=late")
    assert late.case.number in text and fresh.case.number not in text
    text = page(town.officer, "?district=east")
    assert east.case.number in text and fresh.case.number not in text
    text = page(town.officer, "?q=school")
    assert fresh.case.number in text and late.case.number not in text
    text = page(town.officer, f"?q={east.case.number}")
    assert east.case.number in text and late.case.number not in text
    text = page(town.officer, "?theme=lamp&state=work")
    assert "Nothing in this view" in text
    assert page(town.officer, "?due=nonsense&taken=x&page=-4&sort=%00").count("q-title") == 3


def test_the_head_sees_what_waits_for_a_signature(town: SmallTown) -> None:
    asked, _other, late = in_work(town), in_work(town), in_work(town, days=3)
    head, at = town.neighbour, clock.now()
    appoint(by=None, at=at - dt.timedelta(days=9), person=head, role="head",
            organisation=town.roads)  # fmt: skip
    assert asked.case.promised_at is not None
    for problem in (asked, late):
        problems.ask_prolongation(
            by=town.officer, at=at, case=problem.case, reason="weather", text="It must be dry.",
            until=(problem.case.promised_at + dt.timedelta(days=5)).date(),
        )  # fmt: skip
    text = page(head, "?waits=signature")
    assert {p.case.number for p in (asked, _other, late) if p.case.number in text} == {
        asked.case.number,
        late.case.number,
    }
    assert 'waits=signature" aria-current="page">Waits for your signature <span class="num">2<' in (
        text
    )
    assert "Waits for your signature" not in page(town.officer)
    problems.refuse_prolongation(by=head, at=at, case=late.case, text="It can be done in time.")
    assert late.case.number not in page(head, "?waits=signature")
    assert 'signature <span class="num">1<' in page(head)


def test_every_view_counts_what_it_shows(town: SmallTown) -> None:
    """The counts above the queue, made in one pass, are those of the lists themselves."""
    made = [in_work(town, days=n) for n in (0.1, 1, 2, 7.9, 12, 20)]
    page(town.officer)
    Seat.objects.update(looked_at=clock.now() - dt.timedelta(days=5))
    at = clock.now()
    operations.take(by=town.officer, at=at, case=made[0].case)
    operations.take(by=town.moderator, at=at, case=made[1].case)
    operations.look(by=town.officer, at=at, case=made[2].case)
    text = page(town.officer)
    views = re.findall(r'<a href="/en/desk/(\?[^"]+)"[^>]*>[^<]*<span class="num[^>]*>(\d+)<', text)
    assert len(views) == 6
    for query, count in views:
        assert page(town.officer, query.replace("&amp;", "&")).count("q-title") == int(count), query
    assert dict(views)["?taken=nobody"] == "4" and dict(views)["?new=1"] == "2"


def test_soonest_term_first_and_other_orders(town: SmallTown) -> None:
    old, new = in_work(town, days=6), in_work(town, days=1)
    text = page(town.officer)
    assert text.index(old.case.number) < text.index(new.case.number)
    text = page(town.officer, "?sort=newest")
    assert text.index(new.case.number) < text.index(old.case.number)


def test_what_moved_since_the_last_look_is_marked(town: SmallTown) -> None:
    before = in_work(town)
    page(town.officer)  # the first visit: what lies there counts as seen
    Seat.objects.update(looked_at=clock.now() - dt.timedelta(days=1))
    after = in_work(town, days=0.1)
    text = page(town.officer, "?new=1")
    assert after.case.number in text and before.case.number not in text
    assert 'class="new-mark"' in text
    page(town.officer, f"?open={after.case.number}")
    assert Look.objects.get().seq == after.case.seq
    assert "Nothing in this view" in page(town.officer, "?new=1")
    page(town.officer, f"?open={after.case.number}")
    assert Look.objects.count() == 1
    assert of(town.officer).post("/en/desk/seen/").status_code == 302
    assert Look.objects.count() == 0


def test_an_officer_takes_a_matter_and_a_colleague_takes_it_over(town: SmallTown) -> None:
    work = in_work(town)
    number = work.case.number
    appoint(by=None, at=clock.now() - dt.timedelta(days=9), person=town.neighbour,
            role="officer", organisation=town.roads)  # fmt: skip
    answer = of(town.officer).post(f"/en/desk/{number}/take/", {"next": "/en/desk/?due=late"})
    assert answer["Location"] == f"/en/desk/?due=late&open={number}"
    assert number in page(town.officer, "?taken=me")
    assert "Nothing in this view" in page(town.neighbour, "?taken=nobody")
    assert of(town.neighbour).post(f"/en/desk/{number}/take/").status_code == 409
    assert of(town.neighbour).post(f"/en/desk/{number}/take/", {"over": "1"}).status_code == 302
    assert Taking.objects.get().person == town.neighbour
    of(town.officer).post(f"/en/desk/{number}/release/")
    assert Taking.objects.count() == 1, "what a colleague has taken stays theirs"
    of(town.neighbour).post(f"/en/desk/{number}/release/")
    assert Taking.objects.count() == 0
    assert of(town.light_officer).post(f"/en/desk/{number}/take/").status_code == 403


def test_views_are_saved_for_oneself_and_for_the_office(town: SmallTown) -> None:
    client = of(town.officer)
    client.post("/en/desk/views/", {"title": "Ice, east", "query": "district=east&x=1"})
    client.post("/en/desk/views/", {"title": "Late ones", "query": "due=late", "shared": "roads"})
    assert {(v.title, v.query) for v in SavedView.objects.all()} == {
        ("Ice, east", "district=east"),
        ("Late ones", "due=late"),
    }
    assert "Ice, east" in page(town.officer)
    assert "Ice, east" not in page(town.light_officer)
    answer = client.post("/en/desk/views/", {"title": "Theirs", "query": "", "shared": "lights"})
    assert answer.status_code == 403
    shared = SavedView.objects.get(title="Late ones")
    assert of(town.light_officer).post(f"/en/desk/views/{shared.pk}/drop/").status_code == 404
    assert client.post(f"/en/desk/views/{shared.pk}/drop/").status_code == 302
    client.post("/en/desk/views/", {"title": " ", "query": "due=late"})
    assert SavedView.objects.count() == 1


def test_the_panel_comes_alone_and_the_page_works_without_scripts(town: SmallTown) -> None:
    work = in_work(town)
    part = page(town.officer, f"?open={work.case.number}", **{"HX-Target": "panel"})
    whole = page(town.officer, f"?open={work.case.number}")
    assert part.lstrip().startswith("<aside") and "<html" not in part
    assert "<html" in whole and whole.count('name="text"') == part.count('name="text"') == 2
    assert 'id="panel-title"' not in page(town.light_officer, "?open=2026-999999")


def test_a_draft_is_kept_on_the_server_and_comes_back(town: SmallTown) -> None:
    work, client = in_work(town), of(town.officer)
    number = work.case.number
    address = f"/en/desk/{number}/answer/draft/"
    assert client.post(address, {"text": WORDS}, headers={"X-Draft": "1"}).status_code == 204
    assert WORDS in page(town.officer, f"?open={number}")
    assert WORDS in client.get(f"/en/problems/{number}/answer/").content.decode()
    assert WORDS not in page(town.moderator, "")
    assert client.post(address, {"text": "Half a"}).status_code == 302  # the button, no scripts
    assert Draft.objects.get().words == {"text": "Half a"}
    client.post(f"/en/problems/{number}/answer/", {"seen": work.case.seq, "text": WORDS})
    assert Draft.objects.count() == 0


def test_who_comes_second_keeps_the_draft_too(town: SmallTown) -> None:
    work, client = in_work(town), of(town.officer)
    problems.answer(by=town.officer, at=clock.now(), case=work.case, text="I was first here.")
    answer = client.post(
        f"/en/problems/{work.case.number}/answer/", {"seen": work.case.seq, "text": WORDS}
    )
    assert answer.status_code == 409 and WORDS in answer.content.decode()
    assert Draft.objects.get().words == {"text": WORDS}


def test_ready_words_are_offered_filled_in_and_by_category_first(town: SmallTown) -> None:
    at = clock.now()
    for title, theme in (("For anything", ""), ("For holes", "pothole"), ("For lamps", "lamp")):
        operations.set_template(
            by=town.officer, at=at, procedure="problem", move="answer", title=title, theme=theme,
            text="{number} at {address}: done by {office}.", organisation=town.roads,
        )  # fmt: skip
    work = in_work(town)
    text = page(town.officer, f"?open={work.case.number}")
    assert f"{work.case.number} at Bridge Street, 9: done by Roads office." in text
    assert text.index("For holes") < text.index("For anything") and "For lamps" not in text


def test_ready_words_are_edited_by_the_office_that_uses_them(town: SmallTown) -> None:
    client = of(town.officer)
    sheet = {
        "title": "Filled", "outcome": "problem.answer", "theme": "pothole", "office": "roads",
        "text": "We filled the hole at {address}.", "active": "on",
    }  # fmt: skip
    assert client.post("/en/desk/templates/", sheet).status_code == 302
    assert "Filled" in client.get("/en/desk/templates/").content.decode()
    wrong = client.post("/en/desk/templates/", {**sheet, "text": "Dear {name}, it is done."})
    assert wrong.status_code == 422 and "{name} is not filled in" in wrong.content.decode()
    assert "Filled" not in of(town.light_officer).get("/en/desk/templates/").content.decode()
    with pytest.raises(operations.NotYourOffice):
        operations.set_template(
            by=town.light_officer, at=clock.now(), procedure="problem", move="answer",
            title="Ours", text="For everybody.", organisation=None,
        )  # fmt: skip
    for place in (town.west, town.city):  # what is for every office is the whole city's
        early = clock.now() - dt.timedelta(days=1)
        appoint(by=None, at=early, person=town.neighbour, role="administrator", territory=place)
        wish: dict[str, Any] = {
            "by": town.neighbour, "at": clock.now(), "procedure": "problem", "move": "answer",
            "title": "Ours", "text": "For everybody.",
        }  # fmt: skip
        if place == town.west:
            for office in (None, town.roads):
                with pytest.raises(operations.NotYourOffice):
                    operations.set_template(organisation=office, **wish)
        else:
            assert operations.set_template(organisation=None, **wish).pk


def test_the_view_as_a_table_and_on_paper(town: SmallTown) -> None:
    work = in_work(town, text="=1+1 is what the sign says, it should be a name.")
    body = b"".join(of(town.officer).get("/en/desk/desk.csv"))  # type: ignore[arg-type]
    (row,) = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert row["number"] == work.case.number and row["text"].startswith("'=")
    assert work.case.number in page(town.officer, "print/")
    assert work.case.number in page(town.officer, f"{work.case.number}/")


def test_single_letter_keys_can_be_turned_off(town: SmallTown) -> None:
    in_work(town)
    assert 'data-keys="off"' not in page(town.officer)
    of(town.officer).post("/en/desk/keys/", {"on": "0"})
    assert 'data-keys="off"' in page(town.officer)
    of(town.officer).post("/en/desk/keys/", {"on": "1"})
    assert 'data-keys="off"' not in page(town.officer)


def test_old_addresses_lead_to_the_desk(town: SmallTown) -> None:
    client = of(town.officer)
    assert client.get("/en/problems/queue/?due=late")["Location"] == "/en/desk/?due=late"
    assert client.get("/en/problems/moderation/")["Location"] == "/en/desk/?state=moderation"


def test_the_page_costs_at_most_ten_queries(town: SmallTown) -> None:
    for n in range(45):
        in_work(town, days=1 + n / 10)
    client = of(town.officer)
    client.get("/en/desk/")
    for address in ("/en/desk/", "/en/desk/?due=late&q=hole", "/en/desk/?new=1&page=2"):
        with CaptureQueriesContext(connection) as made:
            assert client.get(address).status_code == 200
        assert len(made) <= 10, [q["sql"][:90] for q in made]


def test_what_has_ended_is_cleared_away(town: SmallTown) -> None:
    work, other = in_work(town), in_work(town)
    for case in (work.case, other.case):
        operations.take(by=town.officer, at=clock.now(), case=case)
        operations.look(by=town.officer, at=clock.now(), case=case)
    problems.withdraw(by=town.resident, at=clock.now(), case=work.case)
    assert operations.tidy(at=clock.now()) == 0
    assert operations.tidy(at=clock.now() + dt.timedelta(days=2)) == 2
    assert Taking.objects.get().case_id == other.pk


def test_what_somebody_keeps_can_be_downloaded_and_is_forgotten_with_them(town: SmallTown) -> None:
    work, at = in_work(town), clock.now()
    page(town.officer, f"?open={work.case.number}")
    operations.take(by=town.officer, at=at, case=work.case)
    operations.save_view(by=town.officer, at=at, title="Mine", query="taken=me")
    operations.keep_draft(
        by=town.officer, at=at, case=work.case, move="answer", words={"text": WORDS}
    )
    kept = personal.collect(town.officer)
    json.dumps(kept)
    assert kept["taken"] == [work.case.number] and kept["drafts"][0]["words"] == {"text": WORDS}
    personal.erase(by=town.officer, at=at, person=town.officer)
    assert not Taking.objects.exists() and not Draft.objects.exists()
    assert not SavedView.objects.exists() and not Seat.objects.exists()
