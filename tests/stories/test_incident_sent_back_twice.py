"""An office sends an incident back twice: the tier above decides, and that binds."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests.cast import START, small_town

from veche import clock
from veche.city.dispatch.models import IncidentKind
from veche.city.dispatch.operations import incidents
from veche.city.dispatch.operations.incidents_lead import ItIsYours
from veche.city.dispatch.operations.incidents_steps import AboveDecides
from veche.city.dispatch.queries.timeline import story
from veche.core.organisations.operations import make_responsible

pytestmark = pytest.mark.django_db


def minutes(n: float) -> dt.datetime:
    """So many minutes after the call."""
    return START + dt.timedelta(minutes=n)


def test_two_returns_and_a_word_that_binds(monkeypatch: pytest.MonkeyPatch) -> None:
    town = small_town()
    names = {"en": "Fallen tree", "ru": "Упало дерево", "zh": "树木倒伏"}
    kind = IncidentKind.objects.create(code="tree", names=names, tier=2, severity=2)
    make_responsible(
        by=None, at=minutes(-9000), organisation=town.roads, theme=kind.theme, territory=town.city
    )
    one = incidents.report(
        by=town.dispatcher, at=START, kind=kind, territory=town.west, source="call",
        title="A tree across Bridge Street",
    )  # fmt: skip
    one = incidents.verify(by=town.dispatcher, at=minutes(3), incident=one)
    one = incidents.dispatch(by=town.dispatcher, at=minutes(4), incident=one)
    assert one.lead == town.roads

    # “Not ours”, and again: first the district tries another office, then it is the city's turn.
    one = incidents.send_back_to_dispatcher(
        by=town.officer, at=minutes(9), incident=one, text="It stands in the park, not in the road."
    )
    one = incidents.dispatch(by=town.dispatcher, at=minutes(11), incident=one, lead=town.lights)
    one = incidents.send_back_to_dispatcher(
        by=town.light_officer, at=minutes(16), incident=one, text="No wire of ours is near it."
    )
    assert (one.returned, one.tier, one.first_tier, one.claimed_at) == (2, 3, 2, None)
    with pytest.raises(AboveDecides):
        incidents.dispatch(by=town.dispatcher, at=minutes(17), incident=one, lead=town.roads)

    one = incidents.dispatch(by=town.watch, at=minutes(20), incident=one, lead=town.roads)
    with pytest.raises(ItIsYours):
        incidents.send_back_to_dispatcher(
            by=town.officer, at=minutes(22), incident=one, text="It is still in the park."
        )
    one = incidents.accept(by=town.officer, at=minutes(24), incident=one)
    one = incidents.begin(by=town.officer, at=minutes(40), incident=one)
    one = incidents.say_done(
        by=town.officer, at=minutes(70), incident=one, text="Sawn up and carried away."
    )
    one = incidents.close(by=town.watch, at=minutes(80), incident=one)

    # Everybody reads both reasons; looked back upon, it is plain where the time went.
    monkeypatch.setattr(clock, "now", lambda: minutes(90))
    answer = Client().get(f"/en/dispatch/incidents/{one.case.number}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "It stands in the park, not in the road." in page
    assert "No wire of ours is near it." in page
    looked = story(one, minutes(90))
    returns = [m for m in looked.moments if m.kind == "return"]
    assert [m.at for m in returns] == [minutes(9), minutes(16)]
    assert looked.touched == dt.timedelta(minutes=30)
