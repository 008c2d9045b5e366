"""A tiny city with the usual few people: what most tests need and nothing more."""

from __future__ import annotations

import copy
import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from tests import database
from veche.city.problems import operations as problems
from veche.city.problems.models import Category, Problem
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import add_organisation, appoint, make_responsible
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.core.places.models import Territory
from veche.core.places.operations import _touch_atlas, add_territory

START = dt.datetime(2026, 11, 16, 6, 0, tzinfo=dt.UTC)
"""A Monday, ten in the morning in Samara."""


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A rectangle as GeoJSON."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@dataclass
class SmallTown:
    """Two districts, two offices, one category each, and the people."""

    city: Territory
    west: Territory
    east: Territory
    roads: Organisation
    lights: Organisation
    resident: Person
    neighbour: Person
    moderator: Person
    dispatcher: Person
    officer: Person
    light_officer: Person
    head: Person
    arbiter: Person
    controller: Person
    facilitator: Person
    planner: Person
    steward: Person
    operator: Person
    analyst: Person
    watch: Person
    mayor: Person

    def report(self, *, at: dt.datetime = START, by: Person | None = None, **more: Any) -> Problem:
        """A hole in the west of the city, reported by the resident unless said otherwise."""
        values: dict[str, Any] = {
            "submission": uuid.uuid4(),
            "category": "pothole",
            "text": "A deep hole by the bus stop. Two cyclists fell.",
            "longitude": 49.25,
            "latitude": 53.5,
            "address": "Bridge Street, 9",
        }
        anonymous = more.pop("anonymous", False)
        author = None if anonymous else (by or self.resident)
        return problems.report(by=author, at=at, **{**values, **more})


_KEPT: list[tuple[SmallTown, database.Rows]] = []
"""The town as the operations made it once in this process, and the rows it is made of."""


def small_town() -> SmallTown:
    """Make the small town in the test database; after the first time from the rows of the first."""
    if _KEPT:
        town, rows = _KEPT[0]
        database.put(rows)
        _touch_atlas()
        return copy.deepcopy(town)
    before = database.rows()
    town = _made()
    _KEPT.append((copy.deepcopy(town), database.added(before, database.rows())))
    return town


def _made() -> SmallTown:
    early = START - dt.timedelta(days=400)

    def person(name: str) -> Person:
        return add_person(by=None, at=early, name=name, email=f"{name.lower()}@example.org")

    def place(code: str, kind: str, outline: dict[str, Any], parent: Territory | None) -> Territory:
        return add_territory(
            by=None,
            at=early,
            code=code,
            kind=Territory.Kind(kind),
            names={"en": code.title(), "ru": code.title(), "zh": code.title()},
            outline=outline,
            parent=parent,
        )

    city = place("town", "city", box(49.0, 53.0, 50.0, 54.0), None)
    west = place("west", "district", box(49.0, 53.0, 49.5, 54.0), city)
    east = place("east", "district", box(49.5, 53.0, 50.0, 54.0), city)
    roads, lights = (
        add_organisation(
            by=None,
            at=early,
            code=code,
            kind=Organisation.Kind.DEPARTMENT,
            names={"en": name, "ru": name, "zh": name},
        )
        for code, name in (("roads", "Roads office"), ("lights", "Lighting office"))
    )
    for code in ("pothole", "lamp", "orphan"):
        names = {"en": code.title(), "ru": code.title(), "zh": code.title()}
        Category.objects.create(code=code, names=names)
    make_responsible(by=None, at=early, organisation=roads, theme="pothole", territory=city)
    make_responsible(by=None, at=early, organisation=lights, theme="lamp", territory=city)
    made = {
        role: person(role.title())
        for role in (
            "resident", "neighbour", "moderator", "dispatcher", "officer", "lamplighter",
            "head", "arbiter", "controller", "facilitator", "planner", "steward",
            "operator", "analyst", "watch", "mayor",
        )
    }  # fmt: skip
    appoint(by=None, at=early, person=made["moderator"], role="moderator", territory=city)
    appoint(by=None, at=early, person=made["dispatcher"], role="dispatcher", territory=west)
    appoint(by=None, at=early, person=made["officer"], role="officer", organisation=roads)
    appoint(by=None, at=early, person=made["lamplighter"], role="officer", organisation=lights)
    appoint(by=None, at=early, person=made["head"], role="head", organisation=roads)
    appoint(by=None, at=early, person=made["arbiter"], role="arbiter", territory=city)
    appoint(by=None, at=early, person=made["controller"], role="controller", territory=city)
    appoint(by=None, at=early, person=made["facilitator"], role="facilitator", territory=city)
    appoint(by=None, at=early, person=made["watch"], role="dispatcher", territory=city)
    for role in ("planner", "steward", "operator", "analyst", "mayor"):
        appoint(by=None, at=early, person=made[role], role=role, territory=city)
    return SmallTown(
        city=city,
        west=west,
        east=east,
        roads=roads,
        lights=lights,
        resident=made["resident"],
        neighbour=made["neighbour"],
        moderator=made["moderator"],
        dispatcher=made["dispatcher"],
        officer=made["officer"],
        light_officer=made["lamplighter"],
        head=made["head"],
        arbiter=made["arbiter"],
        controller=made["controller"],
        facilitator=made["facilitator"],
        planner=made["planner"],
        steward=made["steward"],
        operator=made["operator"],
        analyst=made["analyst"],
        watch=made["watch"],
        mayor=made["mayor"],
    )
