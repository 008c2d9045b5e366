"""The command line of indicators."""

from __future__ import annotations

import argparse
import json

import pytest

from tests.cast import START, SmallTown
from tests.city.pulse.signs import minutes, read, source, stream
from veche import clock
from veche.city.pulse import class_files, commands
from veche.city.pulse.operations import reckoning

pytestmark = pytest.mark.django_db


def run(*words: str) -> int:
    """Run ``veche pulse`` with these words."""
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    args = parser.parse_args(["pulse", *words])
    return int(args.run(args))


def test_classes_are_taken_over_once(
    town: SmallTown, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    every = len(class_files.classes())
    assert run("classes") == 0
    assert capsys.readouterr().out == f"new: {every}, known: 0\n"
    assert run("classes", "--past") == 0
    assert capsys.readouterr().out.startswith(f"new: 0, known: {every}\nhours of the past: ")


def test_the_city_is_said_on_the_command_line(
    town: SmallTown, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: minutes(1))
    run("classes")
    read(stream(source(town), town.west, "homes-dark"), START, 340)
    reckoning.reckon(by=None, at=START)
    capsys.readouterr()
    assert run("now", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sentence"].startswith("1 thing needs attention")
    dark = next(one for one in told["signs"] if one["code"] == "homes-dark")
    assert (dark["state"], dark["place"], dark["value"]) == ("warning", "west", 340)
    assert run("now") == 0
    assert "Homes without electricity, West: homes: 340" in capsys.readouterr().out
