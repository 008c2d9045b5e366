"""The demo town's letters, corrections and registry."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from veche import clock, town
from veche.city.appeals import demo
from veche.city.appeals.models import Appeal, Correction, Enclosure
from veche.core.cases import demo as calendar
from veche.core.cases.models import Prolongation
from veche.core.organisations import demo as organisations
from veche.core.people import demo as people
from veche.core.places import demo as places
from veche.core.places.models import CityObject, ObjectChange

pytestmark = pytest.mark.django_db


def test_the_registry_and_a_dozen_letters_are_told() -> None:
    at = clock.now()
    for module in (people, places, organisations, calendar):
        module.load(town=town, at=at, report=lambda _line: None)
    begun = time.process_time()
    demo.load(town=town, at=at, report=lambda _line: None)
    assert time.process_time() - begun < 10
    assert 2_000 <= CityObject.objects.count() <= 6_000
    states = Counter(Appeal.objects.values_list("case__state", flat=True))
    assert sum(states.values()) == 13
    assert Enclosure.objects.get().name == "Смены завода.txt"
    assert Appeal.objects.get(case__author=None).author_key
    assert states["rated"] >= 3 and states["refused"] == states["rejected"] == 1
    assert not Appeal.objects.filter(case__moved_at__gt=at).exists()
    (later,) = Prolongation.objects.filter(case__procedure="appeal", signed=True)
    letter = Appeal.objects.select_related("case").get(pk=later.case_id)
    assert letter.case.promised_at == later.until > letter.answer_due_at == later.first_promised_at
    outcomes = set(Correction.objects.values_list("case__state", flat=True))
    assert outcomes == {"repaired", "kept", "proposed"}
    assert ObjectChange.objects.exclude(matter="").count() == 1
