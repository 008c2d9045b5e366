"""The pages of planned work: announced by an operator, seen by those who watch, ended early."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests.cast import START, SmallTown
from tests.city.pulse.signs import minutes
from tests.city.pulse.world import make_source, make_stream
from veche import clock
from veche.city.pulse.models import Alarm, Maintenance
from veche.city.pulse.operations import suppression
from veche.city.pulse.operations.alarms import raise_alarm
from veche.core.cases.terms import city_zone

LIST, NEW = "/en/pulse/alarms/work/", "/en/pulse/alarms/work/new/"


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands at the sixth minute."""
    monkeypatch.setattr(clock, "now", lambda: minutes(6))


def _said(**more: str) -> dict[str, str]:
    begin, end = (t.astimezone(city_zone()) for t in (minutes(5), START + dt.timedelta(hours=3)))
    return {
        "since": f"{begin:%Y-%m-%dT%H:%M}", "until": f"{end:%Y-%m-%dT%H:%M}",
        "why": "A new pump", **more,
    }  # fmt: skip


@pytest.mark.usefixtures("now")
def test_work_on_a_device_from_its_alarm_to_its_end(town: SmallTown, client: Client) -> None:
    thing = make_stream(territory=town.west).thing
    alarm = raise_alarm(by=None, at=START, rule="connector:a", territory=town.west,
                        level="warning", thing=thing)  # fmt: skip
    client.force_login(town.operator)
    assert "No planned work is under way." in client.get(LIST).content.decode()
    page = client.get(f"/en/pulse/alarms/{alarm.pk}/").content.decode()
    assert f"{NEW}?thing={thing.pk}" in page
    asked = client.get(f"{NEW}?thing={thing.pk}").content.decode()
    assert thing.name in asked
    assert 'name="place"' not in asked
    wrong = client.post(f"{NEW}?thing={thing.pk}", _said(until="2020-01-01T00:00"))
    assert wrong.status_code == 422
    assert "thirty days" in wrong.content.decode()
    done = client.post(f"{NEW}?thing={thing.pk}", _said())
    assert (done.status_code, done["Location"]) == (302, LIST)
    assert suppression.sweep(at=minutes(6)) == 1
    page = client.get(f"/en/pulse/alarms/{alarm.pk}/").content.decode()
    assert "A new pump" in page
    listed = client.get(LIST).content.decode()
    assert "<b>1</b> planned work is under way." in listed
    assert "A new pump" in client.get(f"{LIST}works.csv").content.decode()
    work = Maintenance.objects.get()
    assert client.post(f"{LIST}{work.pk}/end/").status_code == 302
    assert suppression.sweep(at=minutes(7)) == 1
    assert Alarm.objects.get().handling == "new"
    assert "ended early" in client.get(LIST).content.decode()


@pytest.mark.usefixtures("now")
def test_a_place_or_a_source_and_not_both(town: SmallTown, client: Client) -> None:
    source = make_source()
    client.force_login(town.operator)
    for more in ({}, {"place": town.west.code, "source": source.code}):
        answer = client.post(NEW, _said(**more))
        assert answer.status_code == 422
        assert "Choose what is worked on" in answer.content.decode()
    assert client.post(NEW, _said(place=town.west.code)).status_code == 302
    assert client.post(NEW, _said(source=source.code)).status_code == 302
    of = list(Maintenance.objects.order_by("pk").values_list("territory", "source"))
    assert of == [(town.west.pk, None), (None, source.pk)]


@pytest.mark.usefixtures("now")
def test_others_do_not_see_it(town: SmallTown, client: Client) -> None:
    client.force_login(town.resident)
    assert client.get(LIST).status_code == 403
    assert client.post(NEW, _said(place=town.west.code)).status_code == 403
    assert not Maintenance.objects.exists()
