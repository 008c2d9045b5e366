"""Topics and supplier rules of a real city come in by two commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.city.appeals.cast import Letters
from tests.commands import run
from veche.city.appeals.queries.lists import topics
from veche.core.organisations.queries import answers_for


def test_topics_are_set_in_their_order(made: Letters, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "topics.toml"
    file.write_text(
        '[[topic]]\ncode = "about-parks"\nnames = {en = "Parks"}\n'
        '[[topic]]\ncode = "about-roads"\nnames = {en = "Roads"}\n'
    )
    assert run("appeals", "topics", str(file)) == 0
    assert [one.code for one in topics()] == ["about-parks", "about-roads"]
    file.write_text("[[topic]]\ncode = 3\n")
    assert run("appeals", "topics", str(file)) == 2


def test_a_contract_is_set_and_ended(made: Letters, capsys: Any) -> None:
    words = ("organisations", "supplier", "roads", "--kind", "lamp", "--term", "3", "working_days")
    assert run(*words) == 0
    assert answers_for("lamp", made.town.west, made.thing.pk) == made.town.roads
    assert run("organisations", "supplier", "-", "--kind", "lamp") == 0
    assert answers_for("lamp", made.town.west, made.thing.pk) == made.town.lights
    assert run("organisations", "supplier", "roads", "--kind", "none") == 2
    assert run(*words[:-2], "soon", "hours") == 2
