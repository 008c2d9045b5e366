"""Screens in rooms: hung, looked at, withdrawn; who may, and what stays written."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from tests.cast import START, SmallTown, small_town

from veche import clock
from veche import town as towns
from veche.city.dispatch import demo_screens
from veche.city.dispatch.models import Screen, ScreenLook
from veche.city.dispatch.operations import screens
from veche.city.dispatch.queries.screens import UnknownScreen, screen_of, withdrawn
from veche.core.journal.models import Record
from veche.core.organisations.operations import appoint

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> SmallTown:
    made = small_town()
    monkeypatch.setattr(clock, "now", lambda: START)
    return made


def hung(town: SmallTown, *, inside: bool = True) -> tuple[Screen, str]:
    """A screen of the duty room, and the word of its address."""
    return screens.hang_screen(by=town.watch, at=START, name="Duty room", inside=inside)


def kinds() -> list[str]:
    """What the journal says of screens."""
    return list(
        Record.objects.filter(kind__startswith="screen.").order_by("id").values_list(
            "kind", flat=True
        )
    )  # fmt: skip


def test_its_word_is_kept_nowhere(town: SmallTown) -> None:
    screen, word = hung(town)
    assert screen_of(word) == screen
    assert word not in screen.digest
    assert kinds() == ["screen.hang"]
    told = str(list(Record.objects.filter(kind="screen.hang").values()))
    assert word not in told
    with pytest.raises(UnknownScreen):
        screen_of(word + "x")


def test_it_shows_the_inner_wall_to_nobody_signed_in_until_it_is_withdrawn(
    town: SmallTown,
) -> None:
    screen, word = hung(town)
    client = Client()
    address = f"/en/wall/screen/{word}/"
    text = client.get(address).content.decode()
    assert 'id="w-h-alarms"' in text
    assert "Duty room" in text
    assert "/wall/screens/" not in text  # it reads, and nothing else
    screens.withdraw_screen(by=town.mayor, at=START + MINUTE, screen=screen)
    assert client.get(address).status_code == 404
    assert withdrawn() == {screen.pk}
    assert kinds() == ["screen.hang", "screen.look", "screen.withdraw"]
    with pytest.raises(screens.ScreenEnded):
        screens.withdraw_screen(by=town.mayor, at=START + MINUTE, screen=screen)


def test_a_public_screen_shows_what_is_public_whatever_is_asked(town: SmallTown) -> None:
    _screen, word = hung(town, inside=False)
    for query in ("", "?drill", "?view=inside"):
        text = Client().get(f"/en/wall/screen/{word}/{query}").content.decode()
        assert 'id="w-h-alarms"' not in text
        assert "Nothing on this screen is real" not in text


def test_looks_within_some_minutes_are_one_look(town: SmallTown) -> None:
    screen, _word = hung(town)
    assert screens.look(at=START, screen=screen)
    assert not screens.look(at=START + 4 * MINUTE, screen=screen)
    assert screens.look(at=START + 6 * MINUTE, screen=screen)
    assert ScreenLook.objects.count() == 2
    assert screens.look(at=START + screens.KEPT + dt.timedelta(days=1), screen=screen)
    assert ScreenLook.objects.count() == 1  # long ago is forgotten


def test_only_those_who_lead_the_whole_city_hang_screens(town: SmallTown) -> None:
    for person in (town.resident, town.officer, town.dispatcher, town.operator):
        with pytest.raises(screens.MayNotHangScreens):
            screens.hang_screen(by=person, at=START, name="Here", inside=False)
    appoint(by=None, at=START, person=town.neighbour, role="administrator", territory=town.city)
    for person in (town.watch, town.mayor, town.neighbour):
        screens.hang_screen(by=person, at=START, name="Here", inside=False)
    with pytest.raises(screens.NamelessScreen):
        screens.hang_screen(by=town.watch, at=START, name=" ", inside=False)


def test_the_page_tells_the_address_once(town: SmallTown) -> None:
    client = Client()
    client.force_login(town.watch)
    sent = client.post("/en/wall/screens/", {"name": "Hall", "inside": "on"})
    text = sent.content.decode()
    address = re.search(r"/en/wall/screen/([\w-]+)/", text)
    assert address is not None
    assert screen_of(address[1]).inside
    again = client.get("/en/wall/screens/").content.decode()
    assert "Hall" in again
    assert address[1] not in again
    client.post(f"/en/wall/screens/{Screen.objects.get().pk}/withdraw/")
    assert Client().get(address[0]).status_code == 404
    assert client.post("/en/wall/screens/", {"name": ""}).status_code == 422
    client.force_login(town.resident)
    assert client.get("/en/wall/screens/").status_code == 403


def test_the_demo_town_has_one_in_its_duty_room(town: SmallTown) -> None:
    town.watch.cast = "watch"
    town.watch.save(update_fields=["cast"])
    said: list[str] = []
    demo_screens.load(town=towns, at=START, report=said.append)
    screen = Screen.objects.get()
    assert (screen.name, screen.inside, screen.until) == (demo_screens.NAME, True, None)
    assert ScreenLook.objects.get().at == START - demo_screens.LOOKED
    assert said == ["screens in rooms: 1"]
