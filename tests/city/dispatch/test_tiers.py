"""The three tiers: up when an office or a dispatcher says so, down from above, taken by a name."""

from __future__ import annotations

import pytest

from tests.cast import START
from tests.city.dispatch.conftest import EARLY, Ground, kind, minutes
from veche.city.dispatch.access import LedAbove, NotADispatcher, tier_of
from veche.city.dispatch.models import IncidentEntry
from veche.city.dispatch.operations import incidents
from veche.city.dispatch.operations.incidents_lead import ItIsYours
from veche.city.dispatch.operations.incidents_log import WordsNeeded
from veche.city.dispatch.operations.tiers import NoTierThere, OnlyFromAbove, TakenAlready
from veche.core.notices.models import Notice
from veche.core.organisations.operations import make_responsible
from veche.core.organisations.queries import holdings


def test_whose_tier(ground: Ground) -> None:
    town = ground.town
    assert tier_of(holdings(town.dispatcher, START), town.west) == 2
    assert tier_of(holdings(town.dispatcher, START), town.east) == 0
    assert tier_of(holdings(town.watch, START), town.east) == 3
    assert tier_of(holdings(town.officer, START), town.west) == 0


def test_those_below_lead_until_somebody_above_takes_it(ground: Ground) -> None:
    town, incident = ground.town, ground.report()
    raised = incidents.raise_tier(
        by=town.dispatcher, at=START + minutes(1), incident=incident, text="Too large for us."
    )
    assert (raised.tier, raised.claimed_at) == (3, None)
    incidents.note(by=town.dispatcher, at=START + minutes(2), incident=incident, text="Still here.")
    incidents.verify(by=town.dispatcher, at=START + minutes(2), incident=incident)
    with pytest.raises(OnlyFromAbove):
        incidents.take_up(by=town.dispatcher, at=START + minutes(3), incident=incident)
    taken = incidents.take_up(by=town.watch, at=START + minutes(3), incident=incident)
    assert taken.claimed_at == START + minutes(3)
    with pytest.raises(TakenAlready):
        incidents.take_up(by=town.watch, at=START + minutes(4), incident=incident)
    with pytest.raises(LedAbove):
        incidents.dispatch(by=town.dispatcher, at=START + minutes(4), incident=incident)
    with pytest.raises(NotADispatcher):
        incidents.dispatch(by=town.officer, at=START + minutes(4), incident=incident)
    incidents.dispatch(by=town.watch, at=START + minutes(4), incident=incident)


def test_the_city_hands_down_and_the_district_leads_again(ground: Ground) -> None:
    town = ground.town
    incident = incidents.raise_tier(by=None, at=START, incident=ground.report(), cause="late")
    incidents.take_up(by=town.watch, at=START + minutes(1), incident=incident)
    with pytest.raises(WordsNeeded):
        incidents.hand_down(by=town.watch, at=START + minutes(2), incident=incident, to=2, text="")
    with pytest.raises(OnlyFromAbove):
        incidents.hand_down(
            by=town.dispatcher, at=START + minutes(2), incident=incident, to=2, text="Ours."
        )
    with pytest.raises(NoTierThere):
        incidents.hand_down(
            by=town.watch, at=START + minutes(2), incident=incident, to=3, text="Nowhere."
        )
    down = incidents.hand_down(
        by=town.watch, at=START + minutes(2), incident=incident, to=2, text="It is your street."
    )
    assert (down.tier, down.first_tier) == (2, 2)
    incidents.verify(by=town.dispatcher, at=START + minutes(3), incident=down)
    kinds = list(IncidentEntry.objects.filter(incident=down).values_list("kind", flat=True))
    assert kinds == ["reported", "climbed", "taken-up", "handed-down"]


def test_nobody_stands_above_the_city(ground: Ground) -> None:
    incident = ground.report()
    incidents.raise_tier(by=None, at=START, incident=incident, cause="late")
    with pytest.raises(NoTierThere):
        incidents.raise_tier(by=None, at=START, incident=incident, cause="late")
    over = ground.closed()
    with pytest.raises(NoTierThere):
        incidents.raise_tier(by=None, at=START + minutes(40), incident=over, cause="late")


def test_an_office_that_returned_it_twice_keeps_it(ground: Ground) -> None:
    """Also where nobody stands above: at the city's own tier the second word binds."""
    town = ground.town
    fire = kind("fire", tier=3)
    make_responsible(
        by=None, at=EARLY, organisation=town.roads, theme=fire.theme, territory=town.city
    )
    incident = ground.verified(kind=fire)
    for turn in range(2):
        at = START + minutes(2 + turn)
        incidents.dispatch(by=town.watch, at=at, incident=incident)
        incident = incidents.send_back_to_dispatcher(
            by=town.officer, at=at, incident=incident, text="Not our street."
        )
    assert (incident.tier, incident.returned) == (3, 2)
    incidents.dispatch(by=town.watch, at=START + minutes(5), incident=incident)
    with pytest.raises(ItIsYours):
        incidents.send_back_to_dispatcher(
            by=town.officer, at=START + minutes(6), incident=incident, text="Not our street."
        )


def test_the_tier_and_the_office_are_told_and_of_a_drill_in_the_house_only(ground: Ground) -> None:
    town = ground.town
    incident = ground.dispatched()
    told = Notice.objects.filter(case=incident.case).values_list("person", "kind")
    assert (town.officer.pk, "incident.dispatched") in set(told)
    incidents.send_back_to_dispatcher(
        by=town.officer, at=START + minutes(3), incident=incident, text="Not our street."
    )
    assert (town.dispatcher.pk, "incident.returned") in set(told.all())
    drill = ground.dispatched(drill=True)
    kinds = set(Notice.objects.filter(case=drill.case).values_list("kind", flat=True))
    assert kinds == {"incident.opened-drill", "incident.dispatched-drill"}
