"""The small town with what letters and corrections need besides."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from tests.cast import START, SmallTown, small_town
from veche.city.appeals import operations as appeals
from veche.city.appeals.models import Appeal, Correction
from veche.core.organisations.operations import appoint, make_responsible
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.core.places.models import CityObject, ObjectKind
from veche.core.places.operations import objects as registry

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
EARLY = START - 400 * DAY


@dataclass
class Letters:
    """Topics, a keeper of the registry, a kind of object and one lamp."""

    town: SmallTown
    registrar: Person
    lamp: ObjectKind
    thing: CityObject

    def write(self, *, at: dt.datetime = START, **more: Any) -> Appeal:
        """A public letter about roads by the resident unless said otherwise."""
        values: dict[str, Any] = {
            "by": self.town.resident,
            "submission": uuid.uuid4(),
            "kind": "letter",
            "title": "A crossing by the school",
            "text": "Children cross the road here. Please paint a crossing.",
            "topic": "about-roads",
            "public": True,
        }
        return appeals.write(at=at, **{**values, **more})

    def propose(self, what: str, *, at: dt.datetime = START, **more: Any) -> Correction:
        """A correction of the lamp by the resident unless said otherwise."""
        values: dict[str, Any] = {
            "by": self.town.resident,
            "submission": uuid.uuid4(),
            "kind": self.lamp,
            "thing": None if what == "missing" else self.thing,
            "note": "I live next to it.",
        }
        return appeals.propose(at=at, what=what, **{**values, **more})


def letters() -> Letters:
    """Make it in the test database."""
    town = small_town()
    names = {"en": "Roads", "ru": "Дороги", "zh": "道路"}
    appeals.set_topics(
        by=None, at=EARLY, topics=[("about-roads", names), ("about-nothing", {"en": "Nothing"})]
    )
    make_responsible(
        by=None, at=EARLY, organisation=town.roads, theme="about-roads", territory=town.city
    )
    registrar = add_person(by=None, at=EARLY, name="Registrar", email="registrar@example.org")
    appoint(by=None, at=EARLY, person=registrar, role="registrar", territory=town.city)
    lamp = registry.set_kind(by=None, at=EARLY, code="lamp", names={"en": "Lamp"})
    thing = registry.add_object(
        by=None,
        at=EARLY,
        kind="lamp",
        identifier="L-1",
        longitude=49.25,
        latitude=53.5,
        owner=town.lights,
    )
    return Letters(town=town, registrar=registrar, lamp=lamp, thing=thing)
