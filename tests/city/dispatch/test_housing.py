"""The housing emergency centre: shut-offs told by house, calls, crews."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests.cast import START, SmallTown
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch import rules_housing as rules
from veche.city.dispatch.access_housing import NotOfTheOffice, NotOnTheTelephone
from veche.city.dispatch.models import Call, CrewTrip, Incident, IncidentEntry, ShutOff
from veche.city.dispatch.operations import calls, crews, incidents, shutoffs
from veche.core.cases.operations import advance
from veche.core.journal.models import Record, Secret
from veche.core.notices.models import Announcement, Notice
from veche.core.places.models import CityObject, Feature, ObjectKind

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def announced(town: SmallTown, **more: Any) -> ShutOff:
    values: dict[str, Any] = {
        "by": town.officer,
        "at": START,
        "service": "hot-water",
        "organisation": town.roads,
        "territory": town.west,
        "street": "Bridge Street",
        "houses": ["1", "3", "5", "12a"],
        "starts_at": START + 24 * HOUR,
        "ends_at": START + 32 * HOUR,
        "reason": "A pipe is exchanged.",
        "instead": "Showers are open at school 4.",
    }
    return shutoffs.announce(**{**values, **more})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1, 3, 5-9", ["1", "3", "5", "7", "9"]),
        ("2–5", ["2", "3", "4", "5"]),
        ("12А；20/1、7", ["12а", "20/1", "7"]),
        ("12А，20/1、7", ["12а", "20/1", "7"]),
        ("", []),
        ("house nine", None),
        ("9-1", None),
        ("1-99999", None),
    ],
)
def test_numbers_of_houses_are_read_as_people_write_them(
    typed: str, meant: list[str] | None
) -> None:
    if meant is None:
        with pytest.raises(rules.NotAHouse):
            rules.houses(typed)
    else:
        assert rules.houses(typed) == meant
        assert rules.houses(rules.houses_in_words(meant)) == meant


def test_a_planned_one_begins_by_itself_and_is_late_against_the_first_promise(
    ground: Ground,
) -> None:
    town = ground.town
    one = announced(town)
    assert one.case.state == "announced" and one.planned
    advance(at=START + 25 * HOUR)
    one.case.refresh_from_db()
    assert one.case.state == "running"
    later = START + 40 * HOUR
    one = shutoffs.prolong(
        by=town.officer, at=START + 31 * HOUR, shut_off=one, ends_at=later, reason="Frozen soil."
    )
    assert one.ends_at == later and one.first_ends_at == START + 32 * HOUR
    with pytest.raises(shutoffs.NotLaterEnd):
        shutoffs.prolong(
            by=town.officer, at=START + 33 * HOUR, shut_off=one, ends_at=START + 34 * HOUR,
            reason="Sooner after all.",
        )  # fmt: skip
    page = Client().get("/en/dispatch/shut-offs/").content.decode()
    assert "Bridge Street, 1–5, 12a" in page
    one = shutoffs.restore(by=town.officer, at=START + 39 * HOUR, shut_off=one)
    assert one.case.state == "over" and one.restored_at == START + 39 * HOUR


def test_only_the_office_and_dispatchers_of_the_place_announce(ground: Ground) -> None:
    town = ground.town
    with pytest.raises(NotOfTheOffice):
        announced(town, by=town.light_officer)
    with pytest.raises(NotOfTheOffice):
        announced(town, by=town.resident)
    with pytest.raises(NotOfTheOffice):
        announced(town, by=town.dispatcher, territory=town.east)
    assert announced(town, by=town.watch).case.organisation == town.roads
    with pytest.raises(NotOfTheOffice):
        shutoffs.prolong(
            by=town.watch, at=START, shut_off=ShutOff.objects.get(), reason="It lasts longer.",
            ends_at=START + 40 * HOUR,
        )  # fmt: skip


def test_a_term_that_cannot_be_is_refused(ground: Ground) -> None:
    for starts, ends in ((24, 24), (24, 20), (-5, -1), (24, 24 * 90), (24 * 200, 24 * 201)):
        with pytest.raises(shutoffs.TermOfShutOff):
            announced(ground.town, starts_at=START + starts * HOUR, ends_at=START + ends * HOUR)
    with pytest.raises(shutoffs.ReasonOfShutOff):
        announced(ground.town, reason=" - ")
    one = announced(ground.town)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShutOff.objects.filter(pk=one.pk).update(ends_at=one.first_ends_at - HOUR)


def test_a_street_is_told_to_who_follows_it_and_a_place_to_who_lives_there(
    ground: Ground,
) -> None:
    from veche.core.people.models import Residence
    from veche.core.people.operations.residence import give_residences

    town = ground.town
    give_residences(
        by=None, at=START - 10 * HOUR, how=Residence.How.LETTER,
        homes={town.resident: town.west, town.neighbour: town.east},
    )  # fmt: skip
    one = announced(town)
    assert Announcement.objects.filter(case=one.case, kind="shut_off.announced").exists()
    assert not Notice.objects.filter(case=one.case, person=town.resident).exists()
    whole = announced(town, street="", houses=[])
    told = Notice.objects.filter(case=whole.case).values_list("person", flat=True)
    assert set(told) == {town.resident.pk}


def test_pressing_twice_announces_once(ground: Ground) -> None:
    key = uuid.uuid4()
    first, second = (announced(ground.town, submission=key) for _ in range(2))
    assert first.pk == second.pk and ShutOff.objects.count() == 1


def test_people_find_their_house(ground: Ground) -> None:
    town = ground.town
    announced(town, at=START, starts_at=START - HOUR, ends_at=START + 800 * HOUR)
    client = Client()

    def seen(**query: str) -> bool:
        page = client.get("/en/dispatch/shut-offs/", query)
        assert page.status_code == 200
        return "Bridge Street, 1" in page.content.decode()

    assert seen() and seen(q="bridge street") and seen(q="Bridge Street, 3")
    assert not seen(q="Bridge Street, 4") and not seen(q="Mill Lane")
    assert seen(service="hot-water") and not seen(service="gas")
    assert seen(place="west") and not seen(place="east") and seen(place="no\x00where")
    table = client.get("/en/dispatch/shut-offs/shut-offs.csv").content.decode()
    assert "hot-water" in table and "12a" in table


def test_the_pages_of_offices(ground: Ground) -> None:
    town, client = ground.town, Client()
    client.force_login(town.officer)
    assert client.get("/en/dispatch/shut-offs/new/").status_code == 200
    sent = {
        "service": "gas", "organisation": "roads", "territory": "west", "street": "",
        "houses": "3, x", "starts_at": "2026-11-16 09:00", "ends_at": "2036-11-16 08:00",
        "reason": "A valve is exchanged.", "submission": str(uuid.uuid4()),
    }  # fmt: skip
    page = client.post("/en/dispatch/shut-offs/new/", sent)
    assert page.status_code == 422 and "is no number of a house" in page.content.decode()
    page = client.post("/en/dispatch/shut-offs/new/", {**sent, "houses": "3"})
    assert page.status_code == 422 and "Write the street of these houses" in page.content.decode()
    page = client.post("/en/dispatch/shut-offs/new/", {**sent, "houses": ""})
    assert page.status_code == 422 and "days at most" in page.content.decode()
    one = announced(town, starts_at=START - HOUR, ends_at=START + 900 * HOUR)
    url = f"/en/dispatch/shut-offs/{one.case.number}/"
    assert "It is restored" in client.get(url).content.decode()
    assert client.get(f"{url}restored/").status_code == 200
    stale = client.post(f"{url}restored/", {"text": "", "seen": 0})
    assert stale.status_code == 409
    done = client.post(f"{url}restored/", {"text": "Warm again.", "seen": 1})
    assert done.status_code == 302
    assert "Warm again." in Client().get(url).content.decode()
    assert "It is restored</a>" not in Client().get(url).content.decode()
    client.force_login(town.light_officer)
    assert client.get(f"{url}later/").status_code == 403


# --- calls ------------------------------------------------------------------------------------


def test_a_call_opens_an_incident_and_the_journal_knows_no_caller(ground: Ground) -> None:
    town = ground.town
    key = uuid.uuid4()
    told: dict[str, Any] = {
        "by": town.watch,
        "at": START,
        "outcome": "incident",
        "territory": town.west,
        "kind": ground.flood,
        "title": "Water in the cellar",
        "said": "My name is Vera, the cellar is full.",
        "name": "Vera Example",
        "telephone": "+7 900 000-00-00",
        "address": "Bridge Street, 9",
        "ring_back": True,
        "submission": key,
    }
    call = calls.take_call(**told)
    assert calls.take_call(**told).pk == call.pk and Call.objects.count() == 1
    assert call.incident is not None and call.incident.source == "call"
    for words in ("Vera Example", "900 000", "Bridge Street, 9"):
        assert not any(words in str(one.public) for one in Record.objects.all())
        assert not any(words in str(one.personal) for one in Secret.objects.all())
    calls.forget_callers(by=None, at=START + dt.timedelta(days=29))
    call.refresh_from_db()
    assert call.telephone
    calls.sweep(at=START + dt.timedelta(days=30))
    call.refresh_from_db()
    assert (call.name, call.telephone, call.address, call.said) == ("", "", "", "")
    assert call.outcome == "incident" and call.incident is not None
    before = Record.objects.count()
    calls.sweep(at=START + dt.timedelta(days=31))
    assert Record.objects.count() == before


def test_a_call_about_what_is_known_opens_nothing(ground: Ground) -> None:
    town = ground.town
    one, off = ground.verified(), announced(town)
    told = {"by": town.watch, "at": START + HOUR, "territory": town.west}
    calls.take_call(**told, outcome="added", incident=one, said="It rises.")
    assert IncidentEntry.objects.filter(incident=one, kind="told", public=False).count() == 1
    calls.take_call(**told, outcome="known", shut_off=off)
    calls.take_call(**told, outcome="advice")
    for outcome in ("added", "known", "incident"):
        with pytest.raises(calls.CallWithoutMatter):
            calls.take_call(**told, outcome=outcome)
    with pytest.raises(calls.NoTelephone):
        calls.take_call(**told, outcome="advice", ring_back=True)
    with pytest.raises(NotOnTheTelephone):
        calls.take_call(**{**told, "by": town.resident}, outcome="advice")


def test_callers_are_rung_back_once_when_it_is_over(ground: Ground) -> None:
    town, client = ground.town, Client()
    off = announced(town, starts_at=START - HOUR, ends_at=START + 5 * HOUR)
    call = calls.take_call(
        by=town.watch, at=START, outcome="known", territory=town.west, shut_off=off,
        telephone="100200", ring_back=True,
    )  # fmt: skip
    client.force_login(town.watch)
    page = client.get("/en/dispatch/calls/", {"territory": "west"}).content.decode()
    assert "To ring back" not in page and "A pipe is exchanged." in page
    shutoffs.restore(by=town.officer, at=START + HOUR, shut_off=off)
    assert "100200" in client.get("/en/dispatch/calls/").content.decode()
    assert client.post(f"/en/dispatch/calls/{call.pk}/rung/").status_code == 302
    assert client.post(f"/en/dispatch/calls/{call.pk}/rung/").status_code == 409
    client.force_login(town.resident)
    assert client.get("/en/dispatch/calls/").status_code == 403
    assert Client().get("/en/dispatch/calls/").status_code == 302


def test_the_form_of_a_call_keeps_what_was_typed(ground: Ground) -> None:
    client = Client()
    client.force_login(ground.town.watch)
    sent = {"territory": "west", "said": "Something hisses.", "outcome": "incident", "do": "send"}
    page = client.post("/en/dispatch/calls/", sent)
    assert page.status_code == 422 and "Something hisses." in page.content.decode()
    page = client.post("/en/dispatch/calls/", {**sent, "do": "look"})
    assert page.status_code == 200 and "Something hisses." in page.content.decode()
    sent |= {"kind": ground.flood.code, "title": "A hiss in the yard"}
    done = client.post("/en/dispatch/calls/", {**sent, "submission": str(uuid.uuid4())})
    assert done.status_code == 302 and "/incidents/" in done.headers["Location"]
    assert Incident.objects.get().longitude is None, "where the caller lives is nobody's business"


def test_a_call_sets_a_pin_by_its_address(ground: Ground) -> None:
    town = ground.town
    house = ObjectKind.objects.create(code="house", names={"en": "House"})
    CityObject.objects.create(
        kind=house, identifier="1", address="Bridge Street, 9", longitude=49.11, latitude=53.4,
        territory=town.west,
    )  # fmt: skip
    line = {"type": "LineString", "coordinates": [[49.2, 53.5], [49.3, 53.5], [49.4, 53.5]]}
    Feature.objects.create(
        kind="street", city=town.city, names={"en": "Bridge Street"}, geometry=line
    )
    client = Client()
    client.force_login(town.watch)
    sent = {
        "territory": "west", "outcome": "incident", "do": "send", "kind": ground.flood.code,
        "title": "Water in the yard", "spot": "on",
    }  # fmt: skip
    for address, status, longitude in (
        ("Nowhere Lane, 3", 422, None),
        ("", 422, None),
        ("bridge st. 9", 302, 49.11),
        ("Bridge Street, 19", 302, 49.3),  # no register knows the house: the street
    ):
        told = {**sent, "address": address, "submission": str(uuid.uuid4())}
        page = client.post("/en/dispatch/calls/", told)
        assert page.status_code == status, address
        if longitude is not None:
            assert Incident.objects.latest("pk").longitude == longitude
        else:
            assert "Neither the map nor a register" in page.content.decode()


# --- crews ------------------------------------------------------------------------------------


def test_a_crew_is_sent_to_one_place_arrives_and_is_free(ground: Ground) -> None:
    town = ground.town
    crew = crews.add_crew(by=town.officer, at=START, organisation=town.roads, name="Crew 1")
    with pytest.raises(crews.CrewName):
        crews.add_crew(by=town.officer, at=START, organisation=town.roads, name="Crew 1")
    with pytest.raises(NotOfTheOffice):
        crews.add_crew(by=town.officer, at=START, organisation=town.lights, name="Crew 2")
    one = ground.dispatched()
    trip = crews.send_crew(by=town.watch, at=START + minutes(5), crew=crew, incident=one)
    with pytest.raises(crews.CrewBusy):
        crews.send_crew(by=town.officer, at=START + minutes(6), crew=crew, incident=one)
    with pytest.raises(crews.CrewBusy):
        crews.end_crew(by=town.officer, at=START + minutes(6), crew=crew)
    with pytest.raises(NotOfTheOffice):
        crews.arrive(by=town.light_officer, at=START + minutes(9), trip=trip)
    crews.arrive(by=town.officer, at=START + minutes(12), trip=trip)
    one.refresh_from_db()
    assert one.acted_at == START + minutes(12)
    crews.free(by=town.officer, at=START + minutes(40), trip=trip)
    with pytest.raises(crews.CrewAway):
        crews.free(by=town.officer, at=START + minutes(41), trip=trip)
    kinds = IncidentEntry.objects.filter(incident=one).values_list("kind", flat=True)
    assert {"crew-sent", "crew-there", "crew-free"} <= set(kinds)
    done = ground.verified(at=START + HOUR)
    incidents.call_false(by=town.dispatcher, at=START + 2 * HOUR, incident=done, text="Nothing.")
    with pytest.raises(crews.IncidentOver):
        crews.send_crew(by=town.watch, at=START + 3 * HOUR, crew=crew, incident=done)


def test_the_board_of_crews(ground: Ground) -> None:
    town, client = ground.town, Client()
    one = ground.dispatched()
    client.force_login(town.officer)
    add = {"do": "add", "organisation": "roads", "name": "Night crew", "skills": "pump"}
    assert client.post("/en/dispatch/crews/", add).status_code == 302
    assert client.post("/en/dispatch/crews/", add).status_code == 422
    page = client.get("/en/dispatch/crews/").content.decode()
    assert "Night crew" in page and "pump" in page
    crew = page.split('<option value="')[1].split('"')[0]
    send = {"do": "send", "crew": crew, "incident": one.case.number}
    assert client.post("/en/dispatch/crews/", send).status_code == 302
    trip = CrewTrip.objects.get()
    url = f"/en/dispatch/trips/{trip.pk}/"
    assert client.post(url, {"do": "arrive"}).status_code == 302
    assert client.post(url, {"do": "free"}).status_code == 302
    assert client.post(f"/en/dispatch/crews/{trip.crew_id}/end/").status_code == 302
    assert "Night crew" not in client.get("/en/dispatch/crews/").content.decode()
    client.force_login(town.resident)
    assert client.get("/en/dispatch/crews/").status_code == 403
