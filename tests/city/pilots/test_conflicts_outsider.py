"""Somebody who is tied to a company walks every page of the programme, in every role there is, and
finds neither the title nor the number of what it applied with, nor that there is anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from django.test import Client
from django.urls import get_resolver, reverse

from tests.city.pilots.world import DAY, EARLY, World, person
from veche import clock
from veche.city.pilots.models import (
    Application,
    Expert,
    Panel,
    PanelItem,
    PanelMember,
    Review,
    ReviewMark,
    ReviewTask,
)
from veche.city.pilots.operations.barring import refresh_barred
from veche.city.pilots.operations.experts import assign
from veche.core.organisations.models import Tie
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person

TITLE = "Zaumnaya trost"
PUBLIC = {"programme", "programme-csv"}
CALLS = ("call", "criteri", "score")
"""Pages whose number is that of a call."""
SHOWN = {"screening", "application", "reviews", "review", "panel", "assignment"}


def somebody(world: World, name: str) -> Person:
    """A person with every role of the staff."""
    made = person(name, role="pilot_officer", organisation=world.agency)
    for role in ("expert", "panellist", "arbiter"):
        appoint(by=None, at=EARLY, person=made, role=role, territory=world.town.city)
    appoint(by=None, at=EARLY, person=made, role="officer", organisation=world.department)
    Expert.objects.create(person=made, words="Sight", since=EARLY)
    return made


def secrets(world: World) -> list[Application]:
    """What a company applied with, at every stage at which it is secret."""
    at = clock.now() - 3 * DAY
    stages = ("screening", "more_info", "review", "panel", "withdrawn")
    return [world.application(one, at=at, title=f"{TITLE} {one}") for one in stages]


def given(world: World, made: list[Application], whom: list[Person]) -> dict[str, list[Any]]:
    """Tasks, a review, an assignment and a panel about them; the values of all addresses."""
    at = clock.now() - 2 * DAY
    run = assign(by=world.agent, at=at, programme=world.programme, reviews=3)
    tasks = [
        ReviewTask.objects.create(
            application=made[2], expert_id=who, given_at=at, due_at=at + 20 * DAY, run=run
        )
        for who in [one.pk for one in whom] + [world.experts[0].pk]
    ]
    done = ReviewTask.objects.create(
        application=made[3], expert=world.experts[1], given_at=at, due_at=at + 20 * DAY,
        standing="done", ended_at=at + DAY,
    )  # fmt: skip
    review = Review.objects.create(task=done, summary="It is good.", at=at + DAY)
    for criterion in world.criteria:
        ReviewMark.objects.create(review=review, criterion=criterion, mark=4, reason="Good.")
    panel = Panel.objects.create(
        programme=world.programme, titles={"en": "Panel of May"}, meets_at=at, quorum=3,
        opened_at=at,
    )  # fmt: skip
    PanelItem.objects.create(panel=panel, application=made[3], place=1)
    for who in (*whom, *world.panel):
        PanelMember.objects.create(panel=panel, person=who, came_at=at)
    numbers = [one.case.number for one in made]
    return {
        "number": [numbers[2], numbers[3]],
        "call": [world.call.case.number],
        "pk": sorted({tasks[0].pk, tasks[1].pk, done.pk, panel.pk, run.pk, world.experts[0].pk}),
        "code": [world.company.organisation.code, world.site.code],
        "step": ["check"],
        "ocid": ["ocds-x"],
    }


def addresses(values: dict[str, list[Any]], *, lists: bool = False) -> Iterator[tuple[str, str]]:
    """Name and address of every page of the programme, with every value it may take; ``lists``:
    only of those that take none, but for what everybody sees in cells of five and more."""
    prefix, resolver = get_resolver().namespace_dict["pilots"]
    for name in sorted(key for key in resolver.reverse_dict if isinstance(key, str)):
        for candidates, _pattern, _defaults, _converters in resolver.reverse_dict.getlist(name):
            for template, parameters in candidates:
                if lists and (parameters or name in PUBLIC):
                    continue
                known = [values.get(one, [1]) for one in parameters]
                if name.startswith(CALLS) and "number" in parameters:
                    known[list(parameters).index("number")] = values["call"]
                for chosen in product(*known):
                    yield name, f"/{prefix}{template % dict(zip(parameters, chosen, strict=True))}"


def read(client: Client, address: str) -> str:
    """The body of a page, whatever it answers but a fault of the program."""
    answer = client.get(address)
    assert answer.status_code < 500, address
    body = b"".join(answer) if answer.streaming else answer.content
    return body.decode(errors="replace")


def plain(body: str) -> str:
    """A page without what differs at every look at it."""
    return re.sub(r'(value|nonce|content|href|src)="[^"]*"|\d\d:\d\d(:\d\d)?', "", body)


def of(who: Person) -> Client:
    client = Client()
    client.force_login(who)
    return client


def test_a_barred_person_finds_nothing_anywhere(world: World) -> None:
    barred, free = somebody(world, "Barred"), somebody(world, "Free")
    world.application("screening", company=world.another_company()[0], title="Something else")
    Tie.objects.create(
        person=barred, organisation=world.company.organisation, kind="employment",
        since=EARLY - 900 * DAY, until=EARLY - DAY, source="declared", declared_at=EARLY,
    )  # fmt: skip
    client, other = of(barred), of(free)
    before = {address: plain(read(client, address)) for _name, address in addresses({}, lists=True)}
    listed = reverse("pilots:screening")
    theirs = plain(read(other, listed))
    made = secrets(world)
    assert plain(read(other, listed)) != theirs
    # No list is longer and no count higher than it was.
    changed = [one for one, body in before.items() if plain(read(client, one)) != body]
    assert not changed
    Tie.objects.update(struck_at=EARLY)
    values = given(world, made, [barred, free])
    Tie.objects.update(struck_at=None)
    refresh_barred(by=None, at=clock.now())
    numbers = {one.case.number for one in made}
    shown, leaks = set[str](), list[str]()
    for name, address in addresses(values):
        body = read(client, address)
        told = body.replace(address, "").replace(address.split("/")[-2], "")
        asked = {one for one in numbers if one in address}
        if TITLE in body or {one for one in numbers - asked if one in told}:
            leaks.append(address)
        if name in SHOWN and TITLE in read(other, address):
            shown.add(name)
    for address in (
        "/en/desk/", f"/en/desk/?open={made[0].case.number}", "/en/notices/", "/en/me/",
        f"/en/search/?q={TITLE.split()[0]}", f"/en/log/{made[0].case.number}/",
    ):  # fmt: skip
        if TITLE in read(client, address):
            leaks.append(address)
    assert not leaks
    assert shown == SHOWN  # whoever is free to finds it there
