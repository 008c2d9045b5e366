"""Co-handlers: each part a case of its own, with its own term and its own acceptance."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import START
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch.access import NotOfTheLead
from veche.city.dispatch.operations import incidents
from veche.city.dispatch.operations.tasks import HelpsAlready, HelpWordsNeeded
from veche.core.cases.operations import MoveNotPossible, NoRoleForMove
from veche.core.notices.models import Notice


def test_a_part_has_its_own_term_and_acceptance(ground: Ground) -> None:
    town, incident = ground.town, ground.in_work()
    task = ground.helped(incident, at=START + minutes(10))
    assert task.case.due_at == START + minutes(25)
    assert task.case.parent_id == incident.pk
    with pytest.raises(NoRoleForMove):
        incidents.accept_help(by=town.officer, at=START + minutes(11), task=task)
    task = incidents.accept_help(by=town.light_officer, at=START + minutes(12), task=task)
    assert (task.case.due_at, task.accepted_at) == (START + minutes(252), START + minutes(12))
    task = incidents.begin_help(by=town.light_officer, at=START + minutes(13), task=task)
    incident.refresh_from_db()
    assert incident.acted_at == START + minutes(13)  # whoever is first on the spot
    task = incidents.finish_help(by=town.light_officer, at=START + minutes(14), task=task)
    assert (task.case.state, task.done_at) == ("done", START + minutes(14))


def test_who_asks_whom(ground: Ground) -> None:
    town, incident = ground.town, ground.in_work()
    asked: dict[str, Any] = {
        "at": START + minutes(5),
        "incident": incident,
        "text": "Switch it off.",
    }
    with pytest.raises(NotOfTheLead):
        incidents.ask_help(by=town.light_officer, organisation=town.lights, **asked)
    with pytest.raises(HelpsAlready):
        incidents.ask_help(by=town.dispatcher, organisation=town.roads, **asked)
    with pytest.raises(HelpWordsNeeded):
        incidents.ask_help(by=town.officer, organisation=town.lights, **{**asked, "text": " "})
    task = incidents.ask_help(by=town.officer, organisation=town.lights, **asked)
    told = Notice.objects.filter(case=task.case).values_list("person", "kind")
    assert list(told) == [(town.light_officer.pk, "incident.asked")]
    with pytest.raises(HelpsAlready):
        incidents.ask_help(by=town.dispatcher, organisation=town.lights, **asked)
    incidents.refuse_help(
        by=town.light_officer, at=START + minutes(6), task=task, text="Nobody is there."
    )
    again = incidents.ask_help(by=town.dispatcher, organisation=town.lights, **asked | {
        "at": START + minutes(7)
    })  # fmt: skip
    dropped = incidents.drop_help(by=town.dispatcher, at=START + minutes(8), task=again)
    assert dropped.case.state == "dropped"


def test_nobody_is_asked_before_it_is_verified_or_after_it_is_done(ground: Ground) -> None:
    for incident in (ground.report(), ground.done()):
        with pytest.raises(MoveNotPossible):
            ground.helped(incident, at=START + minutes(30))


def test_a_false_alarm_calls_everybody_back(ground: Ground) -> None:
    incident = ground.verified()
    task = ground.helped(incident, at=START + minutes(2))
    incidents.call_false(
        by=ground.town.dispatcher, at=START + minutes(3), incident=incident, text="Nothing there."
    )
    task.case.refresh_from_db()
    assert (task.case.state, task.case.closed_at) == ("dropped", START + minutes(3))


def test_a_drill_joins_only_a_drill_and_matters_go_on_in_the_other(ground: Ground) -> None:
    from veche.city.dispatch.operations.incidents_steps import IntoItself

    problem = ground.town.report(at=START)
    one = ground.report(matters=[problem.case])
    other, drill = ground.report(), ground.report(drill=True)
    for wrong in (one, drill):
        with pytest.raises(IntoItself):
            incidents.join(
                by=ground.town.dispatcher, at=START + minutes(1), incident=one, into=wrong
            )
    joined = incidents.join(
        by=ground.town.dispatcher, at=START + minutes(1), incident=one, into=other
    )
    assert joined.case.state == "joined"
    assert [row.matter_id for row in other.matters.all()] == [problem.case.pk]
