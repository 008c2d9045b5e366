"""How a matter moves: the picture and the tables follow from the declaration."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils.html import escape

from veche.core.cases import ways
from veche.core.cases.procedure import IMPORTER, PROCEDURES
from veche.core.cases.sync import load_procedures

load_procedures()
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("code", sorted(PROCEDURES))
def test_every_state_and_every_step_is_drawn_once(code: str) -> None:
    procedure = PROCEDURES[code]
    states = ways.shown(procedure)
    made = ways.picture(procedure, {state.code: "somebody · 8 days" for state in states})
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
    assert len(rows) * ways.ROW <= made.height


@pytest.mark.parametrize("code", sorted(PROCEDURES))
def test_lanes_of_one_side_do_not_meet(code: str) -> None:
    procedure = PROCEDURES[code]
    made = ways.picture(procedure, {state.code: "" for state in ways.shown(procedure)})
    taken: dict[tuple[bool, str], list[tuple[int, int]]] = {}
    for wire in made.wires:
        trunk = wire.path.split("M")[-2]
        lane, _space, rest = trunk.partition(" ")
        low, high = (int(part) for part in rest.split("V"))
        for a, b in taken.setdefault((wire.back, lane), []):
            assert high < a or low > b
        taken[wire.back, lane].append((low, high))


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
