"""The command handbook: versions, who leads by it, and steps ticked off."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tests.cast import START
from tests.city.dispatch.conftest import EARLY, Ground, minutes
from veche.city.dispatch.access import NotInside
from veche.city.dispatch.models import HandbookEntry, StepDone
from veche.city.dispatch.operations import handbook as operations
from veche.city.dispatch.operations.handbook import Written
from veche.city.dispatch.queries import handbook as queries
from veche.core.organisations.access import NotARuleKeeper
from veche.core.organisations.operations import make_responsible

HOUR = dt.timedelta(hours=1)
WORDS = {"en": "Close the road.", "ru": "Перекройте дорогу.", "zh": "封闭道路。"}


def flood(ground: Ground, at: dt.datetime = EARLY, **more: object) -> HandbookEntry:
    """An entry of two steps; the lights office is asked to help."""
    values: dict[str, object] = {
        "steps": [WORDS, {"en": "Ring the houses where the old live alone."}],
        "helpers": [(ground.town.lights, {"en": "Switch the street off.", "ru": "Отключить."})],
    }
    return operations.write_entry(
        by=None,
        at=at,
        kind=ground.flood,
        written=Written(**{**values, **more}),  # type: ignore[arg-type]
    )


def test_each_moment_has_its_version(ground: Ground) -> None:
    first = flood(ground)
    second = flood(ground, START, why="Learnt in autumn.", steps=[WORDS])
    assert queries.entry(ground.flood, EARLY - HOUR) is None
    assert queries.entry(ground.flood, START - HOUR) == first
    assert queries.entry(ground.flood, START) == second
    assert [one.version for one in queries.versions(ground.flood)] == [2, 1]


def test_a_version_is_never_changed(ground: Ground) -> None:
    first = flood(ground)
    step = first.steps.first()
    assert step is not None
    first.text = {"en": "Something else"}
    for change in (first.save, step.save, step.delete, lambda: first.helpers.update(place=9)):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            change()


def test_who_leads_and_helps_by_it(ground: Ground) -> None:
    town = ground.town
    assert queries.lead(ground.flood, town.west, 2, START) == town.roads
    make_responsible(
        by=None, at=EARLY, organisation=town.lights, theme="incident:dark", territory=town.city
    )
    flood(ground, lead_theme="incident:dark", leads={3: town.roads})
    assert queries.lead(ground.flood, town.west, 2, START) == town.lights
    assert queries.lead(ground.flood, town.west, 3, START) == town.roads
    assert queries.helpers(ground.flood, START, "ru") == [(town.lights, "Отключить.")]
    assert queries.helpers(ground.secret, START) == []


def test_it_is_found_by_its_words_in_any_language(ground: Ground) -> None:
    entry = flood(ground)
    for asked in ("road", "ДОРОГУ", "封闭", "lighting close", ""):
        assert queries.entries(START, public=True, asked=asked) == [entry], asked
    assert queries.entries(START, public=True, asked="helicopter") == []


def test_what_is_not_public_is_not_found_by_everybody(ground: Ground) -> None:
    entry = operations.write_entry(
        by=None, at=EARLY, kind=ground.secret, written=Written(steps=[WORDS])
    )
    assert queries.entries(START, public=True) == []
    assert queries.entries(START, public=False) == [entry]


def test_steps_are_ticked_off_by_those_who_deal_with_it(ground: Ground) -> None:
    flood(ground)
    incident = ground.in_work()
    (first, _no), (last, _none) = queries.steps_of(incident)
    with pytest.raises(NotInside):
        operations.tick(
            by=ground.town.light_officer, at=START + minutes(4), incident=incident, step=first
        )
    for by in (ground.town.officer, ground.town.dispatcher):
        operations.tick(by=by, at=START + minutes(5), incident=incident, step=first)
    done = queries.steps_of(incident)[0][1]
    assert done is not None
    assert (done.by, done.at) == (ground.town.officer, START + minutes(5)), "the first stays"
    operations.tick(
        by=ground.town.officer, at=START + minutes(6), incident=incident, step=first, done=False
    )
    assert not StepDone.objects.exists()
    assert last.words["en"].startswith("Ring")


def test_the_list_of_an_incident_is_that_of_when_it_was_reported(ground: Ground) -> None:
    flood(ground)
    incident = ground.in_work()
    newer = flood(ground, START + minutes(4), steps=[{"en": "Do something else."}])
    assert len(queries.steps_of(incident)) == 2
    step = newer.steps.get()
    with pytest.raises(operations.StepOfAnother):
        operations.tick(by=ground.town.officer, at=START + HOUR, incident=incident, step=step)


def test_what_is_over_is_not_ticked_off(ground: Ground) -> None:
    flood(ground)
    incident = ground.closed()
    step = queries.steps_of(incident)[0][0]
    with pytest.raises(operations.IncidentOver):
        operations.tick(by=ground.town.officer, at=START + HOUR, incident=incident, step=step)


def test_what_cannot_be_written(ground: Ground) -> None:
    with pytest.raises(operations.StepsNeeded):
        flood(ground, steps=[{}])
    with pytest.raises(operations.HelpersWrong):
        flood(ground, helpers=[(ground.town.lights, {})])
    with pytest.raises(operations.HelpersWrong):
        flood(ground, helpers=[(ground.town.lights, WORDS), (ground.town.lights, WORDS)])
    with pytest.raises(NotARuleKeeper):
        operations.write_entry(
            by=ground.town.watch, at=START, kind=ground.flood, written=Written(steps=[WORDS])
        )
    flood(ground)
    with pytest.raises(operations.ChangedMeanwhile):
        operations.write_entry(
            by=None, at=START, kind=ground.flood, written=Written(steps=[WORDS]), seen=0
        )
