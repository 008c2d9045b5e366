"""A correction that is accepted repairs the registry in the same transaction."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from tests.cast import START
from tests.city.appeals.cast import DAY, Letters
from veche.city.appeals import operations as appeals
from veche.city.appeals.access import reads_note
from veche.city.appeals.operations.refusals import (
    AlreadyProposed,
    OwnerNeeded,
    PlaceNeeded,
    SignInFirst,
)
from veche.core.cases.models import Case
from veche.core.cases.operations import NoRoleForMove
from veche.core.journal.models import Record
from veche.core.organisations.operations import set_supplier
from veche.core.organisations.queries import answers_for, holdings, who_answers
from veche.core.places.models import CityObject
from veche.core.places.operations import objects as registry
from veche.core.places.queries.objects import changed_by, changes, object_of
from veche.texts import UnknownReason


def test_a_missing_lamp_is_entered(made: Letters) -> None:
    proposed = made.propose("missing", longitude=49.3, latitude=53.5)
    assert proposed.case.state == "proposed" and proposed.case.due_at is not None
    # Five working days from Monday: the Monday after.
    assert proposed.case.due_at.date() == dt.date(2026, 11, 23)
    case = appeals.repair(
        by=made.registrar, at=START + DAY, case=proposed.case, identifier="L-2", text="We looked."
    )
    assert case.state == "repaired"
    thing = object_of("lamp", "L-2")
    assert (thing.longitude, thing.territory) == (49.3, made.town.west)
    (change,) = changed_by(case.number)
    assert (change.object, change.what, change.source) == (thing, "added", "correction")
    proposed.refresh_from_db()
    assert proposed.object == thing


def test_a_lamp_is_moved_given_away_and_ended(made: Letters) -> None:
    town, at = made.town, START + DAY
    moved = made.propose("place", longitude=49.75, latitude=53.5)
    appeals.repair(by=made.registrar, at=at, case=moved.case)
    assert object_of("lamp", "L-1").territory == town.east
    owned = made.propose("owner", owner=town.roads)
    appeals.repair(by=made.registrar, at=at, case=owned.case)
    assert object_of("lamp", "L-1").owner == town.roads
    gone = made.propose("gone")
    appeals.repair(by=made.registrar, at=at, case=gone.case)
    thing = object_of("lamp", "L-1")
    assert thing.until == dt.date(2026, 11, 17)
    assert [c.matter for c in changes(thing)][1:] == [
        moved.case.number, owned.case.number, gone.case.number,
    ]  # fmt: skip


def test_a_repair_that_cannot_be_made_leaves_the_matter_where_it_was(made: Letters) -> None:
    proposed = made.propose("missing", longitude=49.3, latitude=53.5)
    with pytest.raises(registry.IdentifierTaken):
        appeals.repair(by=made.registrar, at=START, case=proposed.case, identifier="L-1")
    assert Case.objects.get(pk=proposed.case.pk).state == "proposed"
    assert CityObject.objects.count() == 1
    gone, moved = made.propose("gone"), made.propose("place", longitude=49.3, latitude=53.5)
    appeals.repair(by=made.registrar, at=START, case=gone.case)
    with pytest.raises(registry.ObjectEnded):
        appeals.repair(by=made.registrar, at=START, case=moved.case)
    assert Case.objects.get(pk=moved.case.pk).state == "proposed"


def test_a_refusal_gives_its_reason_and_changes_nothing(made: Letters) -> None:
    proposed = made.propose("gone")
    with pytest.raises(UnknownReason):
        appeals.keep(
            by=made.registrar, at=START, case=proposed.case, reason="x", text="It is there."
        )
    case = appeals.keep(
        by=made.registrar, at=START, case=proposed.case, reason="not-so", text="It is there."
    )
    assert case.state == "kept" and object_of("lamp", "L-1").until is None
    assert changed_by(case.number) == []


def test_only_the_keeper_decides_and_the_note_waits_for_it(made: Letters) -> None:
    town = made.town
    proposed = made.propose("gone")
    with pytest.raises(NoRoleForMove):
        appeals.repair(by=town.officer, at=START, case=proposed.case)
    assert not reads_note(proposed, None, ())
    assert reads_note(proposed, town.resident, ())
    assert reads_note(proposed, made.registrar, holdings(made.registrar, START))
    appeals.repair(by=made.registrar, at=START, case=proposed.case)
    proposed.case.refresh_from_db()
    assert reads_note(proposed, None, ())


def test_what_cannot_be_proposed(made: Letters) -> None:
    town = made.town
    with pytest.raises(SignInFirst):
        made.propose("gone", by=None)
    with pytest.raises(PlaceNeeded):
        made.propose("missing")
    with pytest.raises(OwnerNeeded):
        made.propose("owner")
    with pytest.raises(registry.NothingToChange):
        made.propose("owner", owner=town.lights)
    with pytest.raises(registry.ObjectOutside):
        made.propose("missing", longitude=1.0, latitude=1.0)
    made.propose("gone")
    with pytest.raises(AlreadyProposed):
        made.propose("gone", by=town.neighbour)


def test_who_answers_at_an_object(made: Letters) -> None:
    town, thing = made.town, made.thing
    assert answers_for("pothole", town.west) == town.roads
    owner = who_answers("pothole", town.west, thing.pk)
    assert owner is not None and (owner.organisation, owner.why) == (town.lights, "owner")
    rule = set_supplier(
        by=None, at=START, kind=made.lamp, organisation=town.roads, theme="lamp",
        owner=town.lights, number=3, unit="working_days",
    )  # fmt: skip
    found = who_answers("lamp", town.west, thing.pk)
    assert found is not None and (found.organisation, found.why) == (town.roads, "supplier")
    assert found.rule == rule
    assert answers_for("pothole", town.west, thing.pk) == town.lights
    # A new contract ends the old one; a narrower rule wins.
    set_supplier(
        by=None, at=START + DAY, kind=made.lamp, organisation=town.lights, theme="lamp",
        owner=town.lights,
    )  # fmt: skip
    rule.refresh_from_db()
    assert rule.until == START + DAY
    set_supplier(by=None, at=START + DAY, kind=made.lamp, organisation=town.roads)
    assert answers_for("lamp", town.west, thing.pk) == town.lights
    assert answers_for("other", town.west, thing.pk) == town.roads


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_its_records_can_be_proved(made: Letters, client: Client, language: str) -> None:
    """Each step has its record, its place in the sealed log and its receipt."""
    number = made.propose("gone").case.number
    case = Case.objects.get(number=number)
    appeals.keep(
        by=made.registrar, at=START + DAY, case=case, reason="not-so", text="It stands there still."
    )
    path = f"/{language}/appeals/corrections/{number}/"
    assert f'href="{path}proof/"' in client.get(path).content.decode()
    page = client.get(f"{path}proof/").content.decode()
    steps = Record.objects.filter(subject=f"correction:{number}", kind__startswith="correction.")
    assert steps.count() == 2 == page.count("<tr><td>")
    text = re.sub(r"<[^>]*>", " ", page)
    assert not re.search(r"correction\.[a-z]", text), "every step is said in words"
    assert f'href="{path}"' in page
    assert client.get(f"/{language}/appeals/corrections/nothing-1/proof/").status_code == 404
