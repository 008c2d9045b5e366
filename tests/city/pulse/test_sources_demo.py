"""The demo's agreements and systems: alive, one silent, one ending, one over."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.cast import START, SmallTown
from veche import town as towns
from veche.city.pulse.demo_sources import SILENT, load
from veche.city.pulse.models import Source
from veche.city.pulse.operations import agreements
from veche.city.pulse.queries import sources as queries
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import add_organisation
from veche.town import exchange

pytestmark = pytest.mark.django_db


def test_every_state_is_there(town: SmallTown) -> None:
    """Each connector reads, and every state of a source and of an agreement is to be seen."""
    codes = {one.office for one in exchange.foreign()}
    codes |= {p.taker for p in exchange.pacts()} | {
        "water-utility",
        "heat-network",
        "power-network",
    }
    for code in sorted(codes):
        add_organisation(
            by=None, at=START, code=code, kind=Organisation.Kind.DEPARTMENT, names={"en": code}
        )
    said: list[str] = []
    load(town=towns, at=START, report=said.append)
    found = {one.code: queries.state_of(one, START) for one in Source.objects.all()}
    assert Counter(found.values()) == {"fresh": 8, "stale": 1, "off": 1}
    assert found[SILENT] == "stale"
    assert Source.objects.get(code=SILENT).state == "stale"
    assert not Source.objects.exclude(problem="").exists()
    day = START.date()
    states = Counter(state for _one, state, _n in queries.agreements(day))
    assert states == {"held": 8, "ends": 1, "ended": 1}
    assert agreements.sweep(at=START) == 1
    assert said
