"""Scripts of incidents: read, refused, played by the command, and as a drill in a real city."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cast import START
from tests.city.dispatch.conftest import Ground
from veche import clock
from veche.city.dispatch.commands_scenario import run_scenario
from veche.city.dispatch.models import Incident
from veche.city.dispatch.scenario import (
    NobodyThere,
    NoSuchScript,
    NotAScript,
    RealCity,
    check_here,
    find,
    play,
    read,
    shipped,
)
from veche.city.problems.models import Problem
from veche.core.journal.models import CityClock
from veche.core.people.models import Person

SCRIPT = """
title = {en = "A cellar", ru = "Подвал", zh = "地下室"}
people = 9
[[steps]]
at = 0
do = "call"
who = "watch"
kind = "flood"
place = "west"
title = "Water in a cellar"
[[steps]]
at = 4
do = "verify"
who = "watch"
[[steps]]
at = 5
do = "dispatch"
who = "watch"
helpers = [["lights", "Switch the street off."]]
[[steps]]
at = 30
do = "accept"
who = "officer:roads"
[[steps]]
at = 31
do = "accept_help"
office = "lights"
[[steps]]
at = 50
do = "finish_help"
office = "lights"
[[steps]]
at = 60
do = "say_done"
who = "officer:roads"
text = "Pumped dry."
cost = 1200
[[steps]]
at = 65
do = "close"
who = "watch"
"""


@pytest.fixture
def script(tmp_path: Path, ground: Ground) -> Path:
    """The script as a file; the watch is one of the cast."""
    Person.objects.filter(pk=ground.town.watch.pk).update(cast="watch")
    path = tmp_path / "cellar.toml"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


def run(script: Path | str, *, drill: bool = False, as_json: bool = True) -> int:
    """The command."""
    return run_scenario(argparse.Namespace(file=str(script), drill=drill, json=as_json))


def test_the_command_turns_the_clock_and_reports(
    script: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DEMO = True
    clock.forget()
    before = clock.now().replace(microsecond=0)
    assert run(script) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["format"], told["drill"], told["people"]) == ("veche-scenario/1", False, 9)
    assert told["minutes"] == 65 and len(told["played"]) == 8
    (course,) = told["incidents"]
    assert course["state"] == "closed"
    # The lead had fifteen minutes to accept and took twenty-five: that is said.
    late = [(one["state"], one["late_seconds"]) for one in course["late"]]
    assert ("dispatched", 600) in late
    # The clock of the town has been turned to the last step.
    clock.forget()
    assert clock.now() - before >= dt.timedelta(minutes=65)
    incident = Incident.objects.get()
    assert incident.ended_at is not None and incident.ended_at <= clock.now()
    assert (incident.cost, incident.drill) == (1200, False)


def test_in_a_real_city_it_is_a_drill_that_has_just_ended(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(script) == 2
    assert "--drill" in capsys.readouterr().err
    assert not Incident.objects.exists()
    assert run(script, drill=True, as_json=False) == 0
    said = capsys.readouterr().out
    assert "Water in a cellar [drill]" in said and "1:05" in said
    incident = Incident.objects.get()
    assert incident.drill and incident.ended_at is not None
    assert clock.now() - dt.timedelta(minutes=1) < incident.ended_at <= clock.now()
    assert CityClock.objects.get(pk=1).ahead == dt.timedelta()
    with pytest.raises(RealCity):
        check_here(drill=False)


@pytest.mark.parametrize(
    ("old", "new", "number"),
    [
        ('do = "verify"', 'do = "polish"', 2),
        ("at = 4\n", "at = 40\n", 3),
        ("at = 5\n", 'at = "soon"\n', 3),
        ("at = 0\n", "at = -1\n", 1),
        ('title = {en = "A cellar"', "title = {en = ", 0),
    ],
)
def test_what_is_no_script_is_refused_before_anything_is_played(
    ground: Ground, old: str, new: str, number: int
) -> None:
    assert old in SCRIPT
    with pytest.raises(NotAScript) as fault:
        read(SCRIPT.replace(old, new))
    assert f"step {number}:" in str(fault.value)


def test_a_step_that_an_operation_refuses_stops_it(ground: Ground) -> None:
    people = {"watch": ground.town.watch}
    now = clock.now()
    for old, new, fault in (
        ('who = "officer:roads"\n[[steps]]\nat = 31', 'who = ""\n[[steps]]\nat = 31', Exception),
        ('who = "watch"\n[[steps]]\nat = 5', 'who = "nobody"\n[[steps]]\nat = 5', NobodyThere),
        ('place = "west"', 'place = "north"', NotAScript),
        ('kind = "flood"', 'kind = "comet"', NotAScript),
    ):
        assert old in SCRIPT
        with pytest.raises(fault):
            play(read(SCRIPT.replace(old, new)), begun=now, drill=True, people=people)
    assert not Incident.real.exists()


def test_every_script_that_is_shipped_can_be_read() -> None:
    assert "gale.toml" in shipped()
    for name in shipped():
        script = read(find(name))
        assert set(script.title) == {"en", "ru", "zh"} and script.steps
    assert find("gale") == find("gale.toml")
    with pytest.raises(NoSuchScript) as fault:
        find("no-such.toml")
    assert "no-such.toml" in str(fault.value) and "gale.toml" in str(fault.value)


FROM_A_PROBLEM = """
title = {en = "A hole", ru = "Яма", zh = "坑"}
[[steps]]
at = 0
do = "problem"
who = "resident"
category = "pothole"
text = "The whole lane has sunk by the bus stop, and it grows."
point = [49.25, 53.5]
address = "Bridge Street, 9"
[[steps]]
at = 6
do = "several"
who = "moderator"
kind = "flood"
place = "west"
title = "The lane has sunk"
[[steps]]
at = 9
do = "call_false"
who = "watch"
text = "It was there last year already."
"""


def test_a_script_may_begin_with_a_problem(ground: Ground, settings: Any) -> None:
    town = ground.town
    people = {"resident": town.resident, "moderator": town.moderator, "watch": town.watch}
    rehearsed = play(read(FROM_A_PROBLEM), begun=START, drill=True, people=people)
    assert Incident.objects.get().drill and not Problem.objects.exists()
    assert rehearsed.minutes == 3
    settings.DEMO = True
    run = play(read(FROM_A_PROBLEM), begun=START, drill=False, people=people)
    incident = Incident.real.get(pk=run.incidents[""])
    assert (incident.source, incident.title) == ("problem", "The lane has sunk")
    assert incident.matters.get().matter_id == Problem.objects.get().pk
