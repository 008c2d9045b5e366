"""The list: filters, counts, the map, the table, the feed."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests import database
from tests.city.problems.conftest import Town, make_town
from veche import clock
from veche.city.problems.models import Category, Problem
from veche.city.problems.queries import lists, rows
from veche.core.places.queries import atlas

URL = "/en/problems/"
STATES = ("moderation", "work", "check", "confirmed", "refused", "withdrawn", "returned")


def test_only_what_a_moderator_passed_is_listed(town: Town, client: Client) -> None:
    for state in STATES:
        town.to(state, text=f"It stands at {state} here.")
    town.to("work", text="The north hole is deep.", longitude=49.46, latitude=53.56)
    page = client.get(URL).content.decode()
    assert "It stands at work here" in page
    assert "It stands at moderation here" not in page
    assert "It stands at confirmed here" not in page
    every = client.get(URL + "?state=all").content.decode()
    assert "It stands at confirmed here" in every
    assert "It stands at moderation here" not in every
    north = client.get(URL + "?place=north").content.decode()
    assert "The north hole" in north
    assert "It stands at work" not in north
    found = client.get(URL + "?q=NORTH+hole").content.decode()
    assert "The north hole" in found
    assert "It stands at work" not in found
    box = client.get(URL + "?box=49.45,53.55,49.47,53.57").content.decode()
    assert "The north hole" in box
    assert "It stands at work" not in box


def test_late_is_late(town: Town, client: Client) -> None:
    town.to("work", text="An old hole is here.", at=town.start - dt.timedelta(days=30))
    town.to("work", text="A new hole is here.")
    page = client.get(URL + "?state=late").content.decode()
    assert "An old hole" in page
    assert "A new hole" not in page


def test_a_number_leads_to_its_page(town: Town, client: Client) -> None:
    number = town.to("work").case.number
    assert client.get(URL, {"q": number})["Location"] == f"/en/problems/{number}/"


def test_nothing_is_said_with_a_next_step(town: Town, client: Client) -> None:
    page = client.get(URL + "?state=refused").content.decode()
    assert "No problem fits this choice" in page


GARBAGE = ("", "x", "%00", "-1", "0", "1e999", "²", "nan,nan,nan,nan", "1,2,3,4", "'; --", "9" * 99,
           "9" * 5000)  # fmt: skip


@pytest.mark.parametrize("where", ["", "problems.csv", "feed.atom", "problems.geojson"])
def test_garbage_is_no_fault(town: Town, client: Client, where: str) -> None:
    names = ("place", "category", "state", "office", "order", "q", "box", "page")
    for name, value in itertools.product(names, GARBAGE):
        answer = client.get(f"{URL}{where}?{name}={value}")
        assert answer.status_code in (200, 302), (name, value)
        if answer.streaming:
            list(answer)  # type: ignore[call-overload]


def test_the_table_holds_what_the_list_holds(town: Town, client: Client) -> None:
    number = town.to("check", text="=SUM(1) is not a formula here").case.number
    answer = client.get(URL + "problems.csv?state=all")
    lines = b"".join(answer).decode("utf-8-sig").splitlines()  # type: ignore[call-overload]
    assert lines[0].startswith("service_request_id,requested_datetime")
    assert number in lines[1]
    assert "'=SUM(1)" in lines[1]


def test_no_name_in_the_table_is_a_formula(town: Town, client: Client) -> None:
    problem = town.to("check")
    Category.objects.filter(pk=problem.category_id).update(names={"en": '=HYPERLINK("x")'})
    answer = client.get(URL + "problems.csv?state=all")
    text = b"".join(answer).decode()  # type: ignore[call-overload]
    assert "'=HYPERLINK" in text and ",=HYPERLINK" not in text and ',"=HYPERLINK' not in text
    table = client.get(URL + "statistics.csv?by=category").content.decode()
    assert "'=HYPERLINK" in table and ',"=HYPERLINK' not in table


def test_the_feed_is_atom(town: Town, client: Client) -> None:
    town.to("work")
    answer = client.get(URL + "feed.atom")
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert b"A deep hole by the school" in answer.content


def test_no_character_breaks_the_feed_for_everybody(town: Town, client: Client) -> None:
    problem = town.to(
        "work", text="A hole\x0b with\x1b a \ufffe bell.", address="by\x08 the bridge"
    )
    assert (problem.text, problem.address) == ("A hole with a  bell.", "by the bridge")
    # Records of other systems were never typed into a form of ours.
    Problem.objects.filter(pk=problem.pk).update(text="Another\x0c hole stands here.")
    answer = client.get(URL + "feed.atom")
    assert answer.status_code == 200
    assert b"Another hole stands here" in answer.content


@pytest.mark.django_db(transaction=True)
def test_what_was_read_before_a_commit_is_not_kept_after_it() -> None:
    other = connection.copy("other")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT nextval('journal_record_id_seq')")
            cursor.execute(
                "INSERT INTO problems_category (code, names, questions, urgent_words,"
                " anonymous_allowed, position, imported, active, object_kind)"
                " VALUES ('new', '{}', '[]', '{}', true, 0, true, false, '')"
            )
        assert "new" not in lists.everything(lists.stands()).by_code
        other.commit()
        assert "new" in lists.everything(lists.stands()).by_code
    finally:
        other.close()


def test_fifty_rows_take_few_queries(
    town: Town, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(55):
        town.to("work", text=f"Hole number {n} is here.", longitude=49.4 + n / 600)
    client.get(URL)
    with django_assert_max_num_queries(8):
        answer = client.get(URL + "?order=due")
    assert answer["X-Veche-Cache"] == "5"
    assert answer.content.decode().count('class="row-title"') == 50
    assert client.get(URL + "?page=2").content.decode().count('class="row-title"') == 5


FILTERS = (
    {"state": "all"},
    {"state": "late"},
    {"state": "refused"},
    {"state": "all", "place": "north"},
    {"state": "all", "category": "streets"},
    {"state": "all", "office": "roads"},
    {"state": "all", "q": "100% of_it"},
    {"state": "all", "box": "49.4,53.5,49.42,53.52"},
    {"state": "all", "order": "due"},
    {"state": "all", "order": "due", "place": "south", "q": "hole"},
)


@database.Once
def nine() -> None:
    """Problems in several places and states, some of them late."""
    town = make_town()
    for n in range(3):
        at = town.start - dt.timedelta(days=30 * (n // 2))
        town.to("work", at=at, text=f"Number {n} is a hole, 100% of_it.", longitude=49.405 + n / 50)
        town.to("check", at=at, longitude=49.41, latitude=53.505)
        town.to("refused", at=at, longitude=49.46, latitude=53.56, text="100 of it are a hole.")


@pytest.mark.parametrize("query", FILTERS)
def test_the_pages_together_are_the_list(
    db: None, monkeypatch: pytest.MonkeyPatch, query: dict[str, str]
) -> None:
    """Short and long lists are read in different ways; every way gives each problem once."""
    nine()
    places, at, known = atlas(), clock.now(), lists.everything(lists.stands())
    which = lists.read(query, places, known)
    assert which is not None
    expected = [one.case.number for one in rows.objects(which, at, places, known)]
    assert expected
    total = lists.tally(which, at, places, known, lists.stands())
    assert total.count == len(expected) == sum(cell.count for cell in total.cells)
    assert [one.case.number for one in rows.page_of(which, at, places, known)] == expected
    monkeypatch.setattr(rows, "PAGE", 2)
    monkeypatch.setattr(rows, "STEP", 3)
    monkeypatch.setattr(rows, "_SHALLOW", 4)
    for few in (0, 5000):
        monkeypatch.setattr(rows, "FEW", few)
        found = [
            one.number
            for page in range(1, 7)
            for one in rows.rows_of(replace(which, page=page), at, places, known, total)
        ]
        assert found == expected
    assert bool(total.landmarks) == (which.order == "newest")


def test_the_words_of_a_search_can_be_cleared(town: Town, client: Client) -> None:
    town.to("work")
    page = client.get(URL + "?q=hole&state=all&place=town").content.decode()
    assert '<a href="?place=town&amp;state=all">clear the words</a>' in page
    assert "clear the words" not in client.get(URL).content.decode()
