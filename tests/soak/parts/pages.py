"""The pages that are measured: for visitors, a resident, and an officer of a busy office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count
from django.test import Client

from tests.soak.parts.cost import cpu

Pages = dict[str, Callable[[], None]]


def forget() -> None:
    """Nothing is remembered by this process: what a page costs just after a change."""
    from veche.city.problems.queries import lists
    from veche.portal import queries

    lists.forget()
    queries.forget()


def _page(client: Client, path: str) -> Callable[[], None]:
    def one() -> None:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        if answer.streaming:
            for _part in answer.streaming_content:  # type: ignore[attr-defined]
                pass

    return one


def _afresh(act: Callable[[], None]) -> Callable[[], None]:
    def one() -> None:
        forget()
        act()

    return one


def pages() -> Pages:
    """Every page by its name, as it is called today."""
    from veche.city.problems.models import Problem
    from veche.core.cases.models import Case
    from veche.core.organisations.models import Holding, Organisation
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

    open_ones = Case.objects.filter(procedure="problem", state__in=("work", "returned"))
    busiest = open_ones.values("organisation_id").annotate(n=Count("pk")).order_by("-n")[0]
    office = Organisation.objects.get(pk=busiest["organisation_id"])
    officer = Holding.objects.filter(role="officer", organisation=office).latest("pk").person
    moderator = Holding.objects.filter(role="moderator", until__isnull=True).latest("pk").person
    number = open_ones.latest("pk").number
    district = Territory.objects.filter(kind="district", imported=False).order_by("code")[0]
    area = Territory.objects.get(pk=Case.objects.get(number=number).territory_id)
    category = Problem.objects.get(case__number=number).category.code
    resident = Person.objects.filter(email="resident-7@soak.example").get()
    visitor, desk, home, reading = Client(), Client(), Client(), Client()
    desk.force_login(officer)
    home.force_login(resident)
    reading.force_login(moderator)

    def seen(path: str) -> Callable[[], None]:
        return _afresh(_page(visitor, path))

    lists = "/en/problems/"
    return {
        "home": _page(visitor, "/en/"),
        "home afresh": seen("/en/"),
        "list": _page(visitor, lists),
        "list afresh": seen(lists),
        "list of a district": seen(f"{lists}?place={district.code}"),
        "list of a neighbourhood": seen(f"{lists}?place={area.code}"),
        "list of a category": seen(f"{lists}?category={category}"),
        "list late by due": seen(f"{lists}?state=late&order=due"),
        "list confirmed": seen(f"{lists}?state=confirmed"),
        "list of all": seen(f"{lists}?state=all"),
        "list of all, area": seen(f"{lists}?state=all&place={area.code}"),
        "list page 30": seen(f"{lists}?page=30"),
        "map of a box": seen(f"{lists}?box={_box(area)}"),
        "list by words": seen(f"{lists}?q=lantern"),
        "feed": seen(f"{lists}feed.atom"),
        "matter": _page(visitor, f"{lists}{number}/"),
        "report form": _page(visitor, f"{lists}report/"),
        "near a place": _page(visitor, f"{lists}report/near/?category={category}"
                              f"&longitude={_middle(area)[0]}&latitude={_middle(area)[1]}"),
        "red list": seen("/en/red-list/"),
        "red list feed": seen("/en/red-list.atom"),
        "offices": seen("/en/offices/"),
        "one office": seen(f"/en/offices/{office.code}/"),
        "statistics": seen(f"{lists}statistics/"),
        "statistics by month": seen(f"{lists}statistics/?by=month"),
        "quality": seen(f"{lists}quality/"),
        "letters": seen("/en/appeals/"),
        "moderation log": seen("/en/moderation/"),
        "terms": _page(visitor, "/en/cases/terms/"),
        "queue": _page(desk, "/en/desk/"),
        "queue: newest first": _page(desk, "/en/desk/?sort=newest"),
        "queue: late": _page(desk, "/en/desk/?due=late"),
        "queue: mine": _page(desk, "/en/desk/?taken=me"),
        "queue: panel": _page(desk, f"/en/desk/?open={number}"),
        "queue: moderator": _page(reading, "/en/desk/"),
        "my page": _page(home, "/en/me/"),
        "my problems": _page(home, f"{lists}mine/"),
        "my notices": _page(home, "/en/notices/"),
    }  # fmt: skip


def _middle(area: Any) -> tuple[float, float]:
    west, south, east, north = area.bounds
    return (west + east) / 2, (south + north) / 2


def _box(area: Any) -> str:
    west, south, east, north = area.bounds
    return f"{west:.5f},{south:.5f},{east:.5f},{north:.5f}"


def measured() -> dict[str, float]:
    """Milliseconds of CPU of every page today."""
    return {name: cpu(act) for name, act in pages().items()}


def whole() -> dict[str, float]:
    """Milliseconds of CPU of what reads the whole past, once: told, not judged."""
    visitor = Client()
    asked = {
        "statistics of all time": "/en/problems/statistics/?period=all",
        "offices of all time": "/en/offices/?year=all",
        "problems as a table file": "/en/problems/problems.csv?state=all",
    }
    return {name: cpu(_afresh(_page(visitor, path)), 1) for name, path in asked.items()}
