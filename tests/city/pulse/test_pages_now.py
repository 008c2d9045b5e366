"""The pages of the city now: the sentence, the signs, an indicator, the alarms, the limits."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from tests.cast import START, SmallTown
from tests.city.pulse.signs import indicator, minutes, read, source, stream
from veche import clock
from veche.city.pulse.models import Alarm, Indicator
from veche.city.pulse.operations import reckoning

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> SmallTown:
    """A city with dust as usual in the west and a warning in the east, five minutes ago."""
    monkeypatch.setattr(clock, "now", lambda: minutes(6))
    air = source(town)
    indicator(owner="roads")
    read(stream(air, town.west), START, 50.26)
    read(stream(air, town.east), START, 250)
    reckoning.reckon(by=None, at=minutes(1))
    return town


def page(client: Client, address: str, status: int = 200) -> str:
    """The page as text."""
    answer = client.get(address)
    assert answer.status_code == status, answer.content[:300]
    return str(b"".join(answer).decode())


def test_the_city_is_told_in_one_sentence_first(city: SmallTown, client: Client) -> None:
    text = page(client, "/en/pulse/")
    assert '<p class="stand">1 thing needs attention.</p>' in text
    assert "Dust" in text and "250.0 µg" in text
    assert text.index("stand") < text.index("Dust")
    assert "/en/pulse/alarms/" not in text  # not for visitors


@pytest.mark.parametrize(("language", "word"), [("ru", "внимания"), ("zh-hans", "关注")])
def test_it_speaks_the_readers_language(
    city: SmallTown, client: Client, language: str, word: str
) -> None:
    assert word in page(client, f"/{language}/pulse/")


def test_silence_is_said_and_never_normal(
    city: SmallTown, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: minutes(60))
    reckoning.reckon(by=None, at=minutes(60))
    text = page(client, "/en/pulse/")
    assert "1 without fresh data" in text
    assert "as usual" not in text.split("The districts")[0]


def test_what_is_not_public_is_seen_by_those_who_watch_only(
    city: SmallTown, client: Client
) -> None:
    Indicator.objects.update(public=False)
    assert "Dust" not in page(client, "/en/pulse/")
    page(client, "/en/pulse/signs/dust/", 404)
    assert "dust" not in page(client, "/en/pulse/now.csv")
    client.force_login(city.operator)
    assert "Dust" in page(client, "/en/pulse/")
    page(client, "/en/pulse/signs/dust/")


def test_an_indicator_says_what_it_is_and_how_every_place_stands(
    city: SmallTown, client: Client
) -> None:
    text = page(client, "/en/pulse/signs/dust/")
    assert "Warning in East since" in text
    assert "For every district: the newest reading of “dust”" in text
    assert "200.0 µg or more" in text
    assert "Roads office" in text and "Look." in text
    rows = list(csv.DictReader(io.StringIO(page(client, "/en/pulse/signs/dust/places.csv")[1:])))
    assert [(r["place"], r["value"], r["state"]) for r in rows] == [
        ("east", "250.0", "warning"),
        ("west", "50.3", "normal"),  # as everybody sees it: rounded
    ]
    course = list(csv.DictReader(io.StringIO(page(client, "/en/pulse/signs/dust/course.csv")[1:])))
    assert course[-1]["value"] == "250.0" and course[-1]["place"] == "east"


def test_the_feed_has_the_warning(city: SmallTown, client: Client) -> None:
    text = page(client, "/en/pulse/warnings.atom")
    assert "Warning: Dust, East" in text
    assert "<updated>2026-11-16T06:01:00+00:00</updated>" in text
    Alarm.objects.update(drill=True)
    assert "Dust" not in page(client, "/en/pulse/warnings.atom")


def test_an_operator_sees_acknowledges_and_takes_back(city: SmallTown, client: Client) -> None:
    page(client, "/en/pulse/alarms/", 302)
    client.force_login(city.resident)
    page(client, "/en/pulse/alarms/", 403)
    client.force_login(city.operator)
    alarm = Alarm.objects.get()
    assert "Dust" in page(client, "/en/pulse/alarms/")
    assert "It came" in page(client, f"/en/pulse/alarms/{alarm.pk}/")
    client.post("/en/pulse/alarms/do/", {"alarm": [alarm.pk], "do": "acknowledge"})
    alarm.refresh_from_db()
    assert (alarm.handling, alarm.handled_by) == ("seen", city.operator)
    assert "Undo the last" in page(client, "/en/pulse/alarms/")
    client.post("/en/pulse/alarms/undo/")
    alarm.refresh_from_db()
    assert alarm.handling == "new"


def test_putting_away_needs_a_reason_and_has_an_end(city: SmallTown, client: Client) -> None:
    client.force_login(city.operator)
    alarm = Alarm.objects.get()
    asked = {"alarm": [alarm.pk], "do": "shelve", "hours": "4", "why": ""}
    client.post("/en/pulse/alarms/do/", asked)
    alarm.refresh_from_db()
    assert alarm.handling == "new"
    client.post("/en/pulse/alarms/do/", {**asked, "why": "works on the bridge"})
    alarm.refresh_from_db()
    assert (alarm.handling, alarm.shelved_until) == ("shelved", minutes(6 + 240))
    assert "Dust" not in page(client, "/en/pulse/alarms/").split("<tbody>")[-1].split("</table>")[0]
    assert "works on the bridge" in page(client, f"/en/pulse/alarms/{alarm.pk}/")
    assert "Dust" in page(client, "/en/pulse/alarms/?view=away")


def test_limits_are_set_by_the_city(city: SmallTown, client: Client) -> None:
    client.force_login(city.resident)
    page(client, "/en/pulse/limits/", 403)
    client.force_login(city.operator)
    assert "200.0 µg or more" in page(client, "/en/pulse/limits/")
    form = {
        "high_watch": "260", "high_warning": "270", "high_critical": "", "margin": "1",
        "hold_samples": "1", "hold_minutes": "0", "owner": "roads", "public": "on", "active": "on",
    }  # fmt: skip
    answer = client.post("/en/pulse/limits/dust/", {**form, "high_warning": "10"})
    assert answer.status_code == 422
    assert client.post("/en/pulse/limits/dust/", form).status_code == 302
    reckoning.reckon(by=None, at=minutes(7))
    assert "nothing needs attention" in page(client, "/en/pulse/").lower()


def test_the_table_of_alarms_is_the_choice(city: SmallTown, client: Client) -> None:
    client.force_login(city.analyst)
    rows = list(csv.DictReader(io.StringIO(page(client, "/en/pulse/alarms/alarms.csv")[1:])))
    assert [(row["name"], row["place"], row["level"]) for row in rows] == [
        ("Dust", "east", "warning")
    ]
    other = page(client, "/en/pulse/alarms/alarms.csv?place=west")
    assert len(other.splitlines()) == 1
