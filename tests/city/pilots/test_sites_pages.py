"""Pages of sites and matching: an owner, the agency, a resident, and who must find nothing."""

from __future__ import annotations

import datetime as dt
import io
import json
from csv import reader
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import START
from tests.city.pilots.world import DAY, World, organisation, person
from veche import clock
from veche.city.pilots.models import Booking, MatchRun, Site, SiteCriterion, SiteNeeds, SiteWindow
from veche.city.pilots.operations import sites as operations
from veche.core.organisations.models import Tie
from veche.core.organisations.operations.ties import declare_tie
from veche.core.people.models import Person
from veche.project.cli import main

BEFORE = START - 5 * DAY


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The city's clock stands at the moment of the town."""
    monkeypatch.setattr(clock, "now", lambda: START)


def browser(who: Person | None) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    if who is not None:
        client.force_login(who)
    return client


def read(client: Client, name: str, *args: Any, status: int = 200, **more: Any) -> str:
    """A page."""
    answer = client.get(reverse(f"pilots:{name}", args=args), more)
    assert answer.status_code == status
    return answer.content.decode()


def send(client: Client, name: str, *args: Any, status: int = 302, **data: Any) -> str:
    """Send a form; the page that comes back, or where it leads."""
    answer = client.post(reverse(f"pilots:{name}", args=args), data)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer["Location"] if status == 302 else answer.content.decode()


def test_an_owner_offers_a_site_and_a_resident_finds_it(world: World) -> None:
    owner, resident = browser(world.keeper), browser(None)
    read(resident, "sites-mine", status=302)
    read(browser(world.founder), "sites-mine", status=403)
    read(browser(world.founder), "site-new", status=403)
    data: dict[str, Any] = {
        "name_en": "Hall of the school", "text_en": "A hall.", "owner": "school",
        "environment": "indoors", "territory": "west", "features": ["power", "lift"],
        "n_area": "40.5", "g_old": "120", "requires": ["insurance"],
        "submission": "5d2d3a52-9b65-4c87-8b5f-0b6f1d1f7a11",
    }  # fmt: skip
    page = send(owner, "site-new", **{**data, "name_en": "", "n_area": "x"}, status=422)
    assert "Write a number." in page and "A hall." in page
    place = send(owner, "site-new", **data)
    assert send(owner, "site-new", **data) == place  # the same form once more
    made = Site.objects.get(names__en="Hall of the school")
    assert (made.offers, made.reaches) == (
        {"power": True, "lift": True, "area": 40.5},
        {"old": 120},
    )
    west = world.town.west
    assert made.longitude == pytest.approx((west.west + west.east) / 2)
    code = made.code
    read(resident, "site", code, status=404)
    assert "Publish it" in read(owner, "site", code)
    send(owner, "site-publish", code)
    page = read(owner, "site-edit", code)
    mark = page.split('name="seen" value="')[1].split('"')[0]
    send(owner, "site-edit", code, **{**data, "address": "Main street 1", "seen": mark})
    page = send(owner, "site-edit", code, **{**data, "seen": mark}, status=409)
    assert "Somebody changed this site meanwhile" in page
    first, last = (START + 5 * DAY).date(), (START + 95 * DAY).date()
    window: dict[str, Any] = {"begins_on": str(first), "ends_on": str(last), "places": 2}
    send(owner, "window-new", code, **{**window, "ends_on": "2020-01-01"}, status=422)
    send(owner, "window-new", code, **window)
    page = send(owner, "window-new", code, **window, status=422)
    assert "Another window" in page
    opened = SiteWindow.objects.get()
    send(owner, "window", code, opened.pk, **{**window, "places": 3})
    page = read(resident, "site", code)
    assert "free area" in page and "Main street 1" in page and "insurance" in page
    assert 'class="free"' in page
    listed = read(
        resident, "sites", **dict[str, Any](kind="indoors", q="hall", free="1", **{"with": "lift"})
    )
    assert "Hall of the school" in listed and "Yard" not in listed
    assert "No site fits this choice" in read(resident, "sites", q="nowhere\x00")
    rows = list(reader(io.StringIO(read(resident, "sites-csv", kind="indoors").lstrip("\ufeff"))))
    assert rows[1][0] == code and rows[1][-3:] == [str(first), str(last), "3"]
    rows = list(reader(io.StringIO(read(resident, "site-csv", code).lstrip("\ufeff"))))
    assert rows[1][1:5] == [str(first), str(last), "3", "open"]
    send(owner, "window-remove", code, opened.pk)
    send(owner, "site-close", code, because="", status=422)
    send(owner, "site-close", code, because="The roof leaks.")
    assert "The roof leaks." in read(resident, "site", code)
    assert "Hall of the school" not in read(resident, "sites")


def test_the_agency_matches_holds_and_places_and_the_owner_answers(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    agency, owner = browser(world.agent), browser(world.keeper)
    window = operations.add_window(
        by=world.keeper, at=START, site=world.site, begins=START, ends=START + 200 * DAY, places=2
    )
    one, two = (
        world.application("matching", at=BEFORE, title=title) for title in ("=A cane", "A lamp")
    )
    number = one.case.number
    read(browser(world.officer), "matching", status=403)
    read(browser(world.founder), "matching-one", number, status=403)
    read(
        agency, "matching-one", world.application("review", at=BEFORE).case.number
    )  # nothing to choose yet
    assert "not matched yet" in read(agency, "matching")
    # What the trial needs.
    needs: dict[str, Any] = {
        "environment": "water",
        "days": "30",
        "features": ["power"],
        "target_group": "old",
    }
    send(agency, "matching-needs", number, **{**needs, "days": "0"}, status=422)
    send(agency, "matching-needs", number, **needs)
    page = read(agency, "matching-one", number)
    assert "No site is possible" in page and "another kind of place" in page
    send(
        agency, "matching-needs", number, **{**needs, "environment": "street", "territory": "west"}
    )
    found = SiteNeeds.objects.get()
    assert (found.environment, found.needs, found.days) == ("street", {"power": True}, 30)
    page = read(agency, "matching-one", number)
    assert "Yard of a school" in page and "Hold it and ask the owner" in page
    rows = list(reader(io.StringIO(read(agency, "matching-csv", number).lstrip("\ufeff"))))
    assert rows[1][0] == "school-yard"
    # Weights, and a matching that anybody reckons again.
    send(agency, "matching-weights", fit="0", reach="", distance="0", history="0", status=422)
    send(agency, "matching-weights", fit="1", reach="2", distance="0.5", history="")
    assert SiteCriterion.objects.count() == 3
    send(agency, "matching")
    run = MatchRun.objects.get()
    assert {row["solution"] for row in run.result["matches"]} == {number, two.case.number}
    assert "Yard of a school" in read(agency, "matching")
    file = tmp_path / "matching.json"
    file.write_text(read(agency, "matching-json"))
    assert main(["pilots", "match", str(file), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert [row["site"] for row in again["matches"]] == [
        row["site"] for row in run.result["matches"]
    ]
    # Hold, rank, refuse, accept, place.
    day = (START + 10 * DAY).date()
    pick: dict[str, Any] = {"window": window.pk, "begins_on": str(day), "days": "30", "do": "hold"}
    page = send(agency, "matching-choose", number, **{**pick, "days": "900"}, status=422)
    page = send(agency, "matching-choose", number, **{**pick, "days": "300"}, status=422)
    assert "outside the window" in page
    page = send(agency, "matching-choose", number, **{**pick, "window": 2**62}, status=422)
    send(agency, "matching-choose", number, **pick)
    page = send(agency, "matching-choose", number, **pick, status=409)
    assert "held for this application already" in page
    send(agency, "matching-choose", two.case.number, **pick)
    first, second = Booking.objects.order_by("pk")
    page = read(owner, "sites-mine")
    assert page.index("=A cane") < page.index("A lamp") and "electricity" in page
    send(owner, "site-rank", "school-yard", up=str(second.pk))
    page = read(owner, "sites-mine")
    assert page.index("=A cane") > page.index("A lamp")
    other = browser(person("Other", role="site_owner", organisation=organisation("clinic")))
    send(other, "hold-accept", first.pk, status=404)
    send(owner, "hold-accept", first.pk)
    send(owner, "hold-accept", first.pk, status=409)
    send(owner, "hold-refuse", second.pk, because="", status=422)
    send(owner, "hold-refuse", second.pk, because="Exams are written then.")
    assert "Exams are written then." in read(agency, "matching-one", two.case.number)
    page = read(browser(world.founder), "application", number)
    assert "Yard of a school" in page
    send(agency, "matching-choose", number, **{**pick, "do": "place"})
    assert "Yard of a school" in read(browser(None), "application", number)
    assert "does not look for a site now" in read(agency, "matching-one", number)
    page = read(browser(None), "site", "school-yard")
    assert 'class="booked"' in page and "=A cane" in page
    # Nothing fits the other.
    send(agency, "matching-none", two.case.number, because="short", status=422)
    send(agency, "matching-none", two.case.number, because="No site is free at all this year.")
    two.refresh_from_db()
    assert two.reason == "No site is free at all this year."
    send(agency, "matching", status=409)


def test_who_is_tied_to_the_company_finds_nothing(world: World) -> None:
    number = world.application("matching", at=BEFORE).case.number
    client = browser(world.agent)
    send(client, "matching")
    assert number in read(client, "matching-json") and number in read(client, "matching")
    declare_tie(
        by=world.agent, at=START - DAY, since=START - DAY, kind=Tie.Kind.EMPLOYMENT,
        organisation=world.company.organisation,
    )  # fmt: skip
    read(client, "matching-one", number, status=404)
    assert number not in read(client, "matching-json") and number not in read(client, "matching")
    send(client, "matching", status=409)  # as if no application looked for a site
    for name in ("matching-choose", "matching-needs", "matching-none"):
        send(client, name, number, status=404)
    assert MatchRun.objects.count() == 1


def test_days_and_moments() -> None:
    from veche.city.pilots.queries.matching import days_of, span_of

    span = span_of(dt.date(2026, 3, 28), dt.date(2026, 3, 30))
    assert days_of(span) == (dt.date(2026, 3, 28), dt.date(2026, 3, 30))
    hour = dt.timedelta(hours=1)
    assert days_of((span[0] + hour, span[1])) == (dt.date(2026, 3, 29), dt.date(2026, 3, 30))
    assert days_of((span[0], span[1] - hour)) == (dt.date(2026, 3, 28), dt.date(2026, 3, 29))
    assert days_of((span[0] + hour, span[0] + 2 * hour)) is None
