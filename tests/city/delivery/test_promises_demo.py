"""The promises of the demo town."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from pathlib import Path

import pytest
from django.test import Client

from tests.demo_database import fit_for_demo
from veche import town
from veche.city.delivery import demo_promises
from veche.city.delivery.models import Promise, Step, Verdict
from veche.city.delivery.queries import board
from veche.city.delivery.queries.acceptance import tallies
from veche.core.cases.models import Case, CaseClock
from veche.core.cases.operations import advance
from veche.core.organisations.demo import load as load_organisations
from veche.core.people.demo import load as load_people
from veche.core.places.demo import load as load_places

AT = dt.datetime(2026, 11, 16, 9, 0, tzinfo=dt.UTC)


def _told(_sentence: str) -> None:
    """What the loaders report nobody reads here."""


@pytest.fixture
def made(db: None, tmp_path: Path) -> float:
    """The town with its promises; how many seconds these took."""
    fit_for_demo(tmp_path)
    for load in (load_places, load_people, load_organisations):
        load(town=town, at=AT, report=_told)
    begun = time.process_time()
    assert demo_promises.load(at=AT) == 34
    return time.process_time() - begun


def test_promises_stand_in_every_state(made: float, client: Client) -> None:
    states = Counter(Case.objects.filter(procedure="promise").values_list("state", flat=True))
    assert states == {
        "kept": 11, "under_way": 15, "drafted": 3, "acceptance": 1, "repair": 1,
        "unconfirmed": 2, "broken": 1,
    }  # fmt: skip
    found = board.counts(AT)  # some were done by their first date, some were not
    assert 0 < found.on_time < found.kept
    story = Promise.objects.get(title__startswith="Светофор")
    assert [one.round for one in tallies(story.pk)] == [1, 2]
    assert story.due_on != story.first_due_on
    late = Step.objects.filter(case__closed_at=None, due_on__lt=AT.date(), lateness="")
    assert late.count() == 1
    assert Verdict.objects.filter(accepts=False).exists()
    assert not CaseClock.objects.filter(stopped_at=None, case__closed_at__isnull=False).exists()
    advance(at=AT + dt.timedelta(minutes=1))
    for number in Case.objects.filter(procedure="promise").values_list("number", flat=True):
        assert client.get(f"/ru/promises/{number}/").status_code == 200
    assert made < 6  # a generous bar: the machine of the tests is shared
