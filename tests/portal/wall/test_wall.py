"""The wall: what stands on it for whom, in which order, and that every number opens its rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import START
from tests.city.dispatch.conftest import Ground, kind
from tests.city.dispatch.conftest import ground as ground  # a fixture
from tests.city.pulse.signs import indicator, read, source, stream

from veche import clock
from veche.city.dispatch.models import EssentialService, Incident
from veche.city.dispatch.queries import lists
from veche.city.pulse.operations import alarms, reckoning
from veche.core.people.models import Person
from veche.portal.wall.snapshot import take
from veche.portal.wall.walls import DRILL, INSIDE, PUBLIC

pytestmark = pytest.mark.django_db


def minutes(n: float) -> dt.datetime:
    """So many minutes after the beginning."""
    return START + dt.timedelta(minutes=n)


@pytest.fixture
def town(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """The town at the thirtieth minute; the air of the east is bad."""
    monkeypatch.setattr(clock, "now", lambda: minutes(30))
    air = source(ground.town)
    indicator(owner="roads")
    read(stream(air, ground.town.west), minutes(24), 50.26)
    read(stream(air, ground.town.east), minutes(24), 250)
    reckoning.reckon(by=None, at=minutes(25))
    return ground


def page(client: Client, address: str, status: int = 200) -> str:
    """The page as text."""
    answer = client.get(address)
    assert answer.status_code == status, answer.content[:300]
    return answer.content.decode()


def signed(person: Person) -> Client:
    """A browser of somebody signed in."""
    client = Client()
    client.force_login(person)
    return client


def numbers(text: str) -> dict[str, tuple[str, int]]:
    """Of every number of the head: its address and how many it says."""
    head = text[text.index('class="w-counts"') : text.index("</dl>")]
    found = re.findall(r'href="([^"]*/rows/(\w+)/[^"]*)">([\d,]+)</a>', head)
    return {what: (href.replace("&amp;", "&"), int(n.replace(",", ""))) for href, what, n in found}


def test_the_order_of_work_is_stopped_service_the_vulnerable_gravity_and_term(
    town: Ground,
) -> None:
    light = kind("light", severity=1)
    power = EssentialService.objects.create(code="power", names={"en": "Power of hospitals"})
    told = {
        "grave": {"severity": 4},
        "later": {"severity": 2, "at": minutes(5)},
        "sooner": {"severity": 2},
        "old": {"severity": 1, "vulnerable": "old"},
        "stopped": {"severity": 1, "kind": light, "service": power},
    }
    for title, more in told.items():
        town.report(title=f"Incident {title}", **more)  # type: ignore[arg-type]
    shown = take(PUBLIC, minutes(6))
    order = [one.title.split()[1] for one in shown.incidents]
    assert order == ["stopped", "old", "grave", "sooner", "later"]
    listed = lists.first_things_first(Incident.real.all())
    assert [one.pk for one in shown.incidents] == [one.pk for one in listed]


def test_an_incident_is_read_as_it_is_kept(town: Ground) -> None:
    power = EssentialService.objects.create(code="power", names={"en": "Power of hospitals"})
    made = town.in_work(
        title="Water, | and \"more\"\x1f in the cellar", people=40, service=power,
        point=(49.2, 53.5), vulnerable="children",
    )  # fmt: skip
    bare = town.report(title="Nothing more is known")
    full, plain = take(PUBLIC, minutes(6)).incidents
    assert (full.pk, full.number, full.kind) == (made.pk, made.case.number, town.flood.names)
    assert full.title == made.title.replace("\x1f", "")
    assert (full.people, full.vulnerable, full.service) == (40, "children", power.names)
    assert (full.longitude, full.latitude) == (49.2, 53.5)
    assert (full.office, full.office_names) == (town.town.roads.pk, town.town.roads.names)
    made.case.refresh_from_db()
    assert (full.due_at, full.reported_at) == (made.case.due_at, START)
    assert (full.state, full.tier, full.severity) == ("in_work", 2, 3)
    assert full.territory == town.town.west
    assert (plain.pk, plain.office, plain.office_names, plain.service) == (bare.pk, 0, None, None)
    assert (plain.people, plain.longitude, plain.vulnerable) == (None, None, "")


@pytest.mark.parametrize("who", ["visitor", "watch"])
def test_every_number_opens_as_many_rows(town: Ground, who: str) -> None:
    town.report()
    town.in_work(title="A second one")
    late = town.dispatched(title="A third one", at=START - dt.timedelta(hours=3))
    town.helped(late, at=START - dt.timedelta(hours=2))
    alarms.raise_alarm(
        by=None, at=START, rule="connector:x", territory=town.town.west, level="warning",
        text={"en": "Gale"},
    )  # fmt: skip
    client = Client() if who == "visitor" else signed(town.town.watch)
    found = numbers(page(client, "/en/wall/"))
    assert found["incidents"][1] == 3
    assert found["late"][1] >= 2
    assert found["signs"][1] == 1
    assert ("alarms" in found) == (who == "watch")
    for what, (address, count) in found.items():
        table = list(
            csv.reader(
                io.StringIO(page(client, f"{address}{'&' if '?' in address else '?'}as=csv"))
            )
        )
        assert len(table) - 1 == count, what
        assert page(client, address).count("<tr>") - 1 == count or not count


def test_what_is_not_everybodys_is_not_on_the_public_wall(town: Ground) -> None:
    town.report(kind=town.secret, title="A missing child")
    alarms.raise_alarm(
        by=None, at=START, rule="connector:x", territory=town.town.west, level="critical",
        text={"en": "Gas in the cellar"},
    )  # fmt: skip
    public, inner = page(Client(), "/en/wall/"), page(signed(town.town.watch), "/en/wall/")
    assert "Secret" not in public
    assert "Gas in the cellar" not in public
    assert "Secret" in inner
    assert "Gas in the cellar" in inner
    assert "missing child" not in inner  # its kind is said in a room, never its words
    assert numbers(public)["incidents"][1] == 0


def test_drills_and_what_is_real_are_never_on_one_wall(town: Ground) -> None:
    town.report(title="Real water")
    town.report(title="Rehearsed water", drill=True)
    alarms.raise_alarm(
        by=None, at=START, rule="connector:x", territory=town.town.west, level="critical",
        text={"en": "Rehearsed gas"}, drill=True,
    )  # fmt: skip
    watch = signed(town.town.watch)
    real, drill = page(watch, "/en/wall/"), page(watch, "/en/wall/?drill")
    assert "Real water" in real
    assert "Rehearsed" not in real
    assert "Rehearsed water" in drill
    assert "Rehearsed gas" in drill
    assert "Real water" not in drill
    assert "250.0" not in drill  # what is measured is real
    assert "Nothing on this screen is real" in drill
    assert "Nothing on this screen is real" not in real
    assert {one.title for one in take(DRILL, minutes(30)).incidents} == {"Rehearsed water"}


def test_the_drill_and_the_inner_wall_are_for_the_staff(town: Ground) -> None:
    resident = signed(town.town.resident)
    for address in ("/en/wall/?drill", "/en/wall/?view=inside", "/en/wall/rows/alarms/"):
        assert Client().get(address).status_code == 302
        assert resident.get(address).status_code == 403
        assert signed(town.town.mayor).get(address).status_code == 200
    assert resident.get("/en/wall/rows/nothing/").status_code == 404


def test_silence_is_hatched_and_never_good(town: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: minutes(120))
    reckoning.reckon(by=None, at=minutes(120))
    text = page(Client(), "/en/wall/")
    tile = text[text.index('<li class="w-tile') :].partition("</li>")[0]
    assert "w-stale hatch" in tile
    assert 'class="state stale"' in tile
    assert "2 hours" in tile or "96 minutes" in tile or "1 hour" in tile
    assert "All is calm" not in text
    assert "state good" not in text[text.index("w-districts") : text.index("</table>")]


def test_a_calm_city_says_so(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: minutes(3))
    air = source(ground.town)
    indicator(owner="roads")
    for place in (ground.town.west, ground.town.east):
        read(stream(air, place), START, 20)
    reckoning.reckon(by=None, at=minutes(1))
    assert "All is calm." in page(Client(), "/en/wall/")
    ground.report()
    text = page(Client(), "/en/wall/")
    assert "All is calm." not in text
    assert "1 incident is open." in text


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Open incidents"), ("ru", "Открытые"), ("zh-hans", "事件")]
)
def test_it_speaks_the_readers_language(town: Ground, language: str, word: str) -> None:
    town.report()
    assert word in page(Client(), f"/{language}/wall/")


def test_it_works_without_scripts_and_writes_none_into_the_page(town: Ground) -> None:
    text = page(Client(), "/en/wall/")
    assert '<noscript><meta http-equiv="refresh"' in text
    assert not re.search(r"<script(?![^>]* src=)", text)
    assert " style=" not in text


def test_a_wall_is_read_with_few_queries_however_much_is_open(town: Ground) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            take(INSIDE, minutes(30))
        return len(seen)

    town.report()
    one = asked()
    for n in range(12):
        town.in_work(title=f"Number {n}")
        town.closed(title=f"Ended {n}", at=START - dt.timedelta(days=n))
    assert asked() == one <= 12
