"""The city's own rules of incidents, by their page and their operations."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import START
from tests.city.dispatch.conftest import EARLY, Ground, minutes
from veche.city.dispatch.models import IncidentKind, IncidentTerm
from veche.city.dispatch.operations.incidents_opening import KindEnded
from veche.city.dispatch.operations.kinds import KindWrong, TermWrong, set_kind, set_minutes
from veche.core.organisations.access import NotARuleKeeper
from veche.core.organisations.operations import appoint
from veche.core.people.operations import add_person

PAGE = "/en/dispatch/incidents/kinds/"


def test_an_administrator_adds_a_kind_and_sets_its_minutes(ground: Ground, client: Client) -> None:
    client.force_login(ground.town.dispatcher)
    assert client.get(PAGE).status_code == 403
    keeper = add_person(by=None, at=EARLY, name="Keeper", email="keeper@example.org")
    appoint(by=None, at=EARLY, person=keeper, role="administrator", territory=ground.town.city)
    client.force_login(keeper)
    assert client.get(PAGE).status_code == 200
    given = {"name_en": "Gas leak", "code": "gas", "tier": "2", "severity": "4",
             "category": "Safety", "public": "on", "in_use": "on"}  # fmt: skip
    assert client.post(f"{PAGE}add/", {**given, "code": "Gas leak"}).status_code == 422
    assert client.post(f"{PAGE}add/", given).status_code == 302
    gas = IncidentKind.objects.get(code="gas")
    assert (gas.severity, gas.public, gas.until) == (4, True, None)
    term = {"state": "reported", "kind": "gas", "tier": "", "minutes": "3"}
    assert client.post(PAGE, {**term, "minutes": "0"}).status_code == 422
    assert client.post(PAGE, term).status_code == 302
    assert ground.report(kind=gas).case.due_at == START + minutes(3)
    assert "3 minutes · Gas leak" in client.get(PAGE).content.decode()
    assert client.post(PAGE, {**term, "minutes": ""}).status_code == 302
    assert not IncidentTerm.objects.exists()
    given.pop("in_use")
    assert client.post(f"{PAGE}gas/", given).status_code == 302
    gas.refresh_from_db()
    assert gas.until is not None
    with pytest.raises(KindEnded):
        ground.report(kind=gas, at=gas.until)
    assert client.get(f"{PAGE}nothing/").status_code == 404


def test_what_cannot_be_set(ground: Ground) -> None:
    kind = {"code": "gas", "names": {"en": "Gas"}, "severity": 2, "category": "Safety"}
    with pytest.raises(KindWrong):
        set_kind(by=None, at=START, tier=4, public=True, **kind)  # type: ignore[arg-type]
    with pytest.raises(NotARuleKeeper):
        set_kind(by=ground.town.watch, at=START, tier=1, public=True, **kind)  # type: ignore[arg-type]
    for state, n in (("nowhere", 5), ("pending", 5), ("reported", 0), ("reported", 200_000)):
        with pytest.raises(TermWrong):
            set_minutes(by=None, at=START, state=state, minutes=n)
