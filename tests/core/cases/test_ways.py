"""How a matter moves: the picture and the tables follow from the declaration."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from veche.core.cases import ways
from veche.core.cases.procedure import IMPORTER, PROCEDURES
from veche.core.cases.sync import load_procedures

load_procedures()
pytestmark = pytest.mark.django_db


SIZES = pytest.mark.parametrize("size", [ways.WIDE, ways.PHONE], ids=["wide", "phone"])


@SIZES
@pytest.mark.parametrize("code", sorted(PROCEDURES))
def test_every_state_and_every_step_is_drawn_once(code: str, size: ways.Size) -> None:
    procedure = PROCEDURES[code]
    states = ways.shown(procedure)
    made = ways.picture(procedure, {state.code: "somebody · 8 days" for state in states}, size)
    assert [box.code for box in made.boxes] == ["", *(state.code for state in states)]
    rows = {box.code: n for n, box in enumerate(made.boxes)}
    pairs = {(s.source, s.target) for s in ways.steps(procedure) if s.source != s.target}
    assert sum(len(wire.dots) for wire in made.wires) == len(pairs)
    for wire in made.wires:
        xs = [x for x, _y in wire.dots]
        assert all(0 < x < made.width for x in xs)
    assert {m.name for m in procedure.moves if m.role != IMPORTER} == {
        s.name for s in ways.steps(procedure)
    }
    assert len(rows) * size.row <= made.height


@SIZES
@pytest.mark.parametrize("code", sorted(PROCEDURES))
def test_lanes_of_one_side_do_not_meet(code: str, size: ways.Size) -> None:
    procedure = PROCEDURES[code]
    made = ways.picture(procedure, {state.code: "" for state in ways.shown(procedure)}, size)
    taken: dict[tuple[bool, str], list[tuple[int, int]]] = {}
    for wire in made.wires:
        trunk = wire.path.split("M")[-2]
        lane, _space, rest = trunk.partition(" ")
        low, high = (int(part) for part in rest.split("V"))
        for a, b in taken.setdefault((wire.back, lane), []):
            assert high < a or low > b
        taken[wire.back, lane].append((low, high))


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
@pytest.mark.parametrize("code", sorted(PROCEDURES))
def test_on_a_telephone_it_is_legible_without_scrolling(code: str, language: str) -> None:
    """As wide as the page of a telephone of 390 points, and no word runs out of its box."""
    procedure = PROCEDURES[code]
    with translation.override(language):
        below = {state.code: str(state.title) for state in ways.shown(procedure)}
        made = ways.picture(procedure, below, ways.PHONE)
    assert made.width <= 390, "letters of 15 points are never drawn smaller than 13"
    for box in made.boxes:
        assert box.lines and box.y < box.lines[0][1] - 10
        assert box.lines[-1][1] < box.y + box.height
        for kind, _y, text in box.lines:
            most = ways.PHONE.letters if kind == "title" else ways.PHONE.below
            assert ways._wide(text) <= most


def test_words_are_broken_between_words_and_chinese_between_letters() -> None:
    assert ways._broken("Another moderator looks again", 25, 2) == [
        "Another moderator looks",
        "again",
    ]
    assert ways._broken("一二三四五六七八九十", 8, 2) == ["一二三四", "五六七…"]
    assert ways._broken("short", 25, 2) == ["short"]
    assert ways._broken("", 25, 2) == []


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_the_page_says_the_same_as_the_picture(language: str) -> None:
    client = Client()
    assert client.get(f"/{language}/cases/procedures/").status_code == 200
    for code in PROCEDURES:
        answer = client.get(f"/{language}/cases/procedures/{code}/")
        assert answer.status_code == 200
    assert client.get(f"/{language}/cases/procedures/nothing/").status_code == 404


def test_the_terms_on_the_page_are_those_of_the_city() -> None:
    page = Client().get("/en/cases/procedures/problem/").content.decode()
    assert "8 calendar days" in page and "24 hours" in page
    assert escape(str(PROCEDURES["problem"].by_code["disputed"].title)) in page
    table = Client().get("/en/cases/procedures/problem.csv").content.decode("utf-8-sig")
    assert "dispute,work,disputed,officer" in table.splitlines()


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_on_a_telephone_each_cell_says_what_it_is(language: str) -> None:
    """Rows stand in piles there: the name of a column stands before its cell, in its language."""
    page = Client().get(f"/{language}/cases/procedures/problem/").content.decode()
    tables = re.findall(r'<table class="tbl piled">.*?</table>', page, re.DOTALL)
    assert len(tables) == 2
    for table in tables:
        heads = re.findall(r'<th scope="col">(.*?)</th>', table)
        names = set(re.findall(r'data-is="(.*?)"', table))
        assert len(heads) == 4 and names < set(heads) and len(names) == 3
        assert "<td>" not in table.replace("<td></td>", ""), "a cell without its name"
