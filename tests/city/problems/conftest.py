"""A small town with its people, and problems in every state."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from PIL import Image

from tests import database
from veche import clock
from veche.city.problems import operations
from veche.city.problems.models import Category, Problem
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import (
    add_organisation,
    appoint,
    make_responsible,
)
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.core.places.models import Territory
from veche.core.places.operations import add_territory


def square(west: float, south: float, side: float) -> dict[str, Any]:
    """A square outline."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def picture(colour: str = "red", side: int = 40) -> bytes:
    """A small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "JPEG")
    return out.getvalue()


@dataclass
class Town:
    """The cast and the places of the tests."""

    city: Territory
    north: Territory
    south: Territory
    roads: Organisation
    parks: Organisation
    resident: Person
    neighbour: Person
    moderator: Person
    dispatcher: Person
    officer: Person
    gardener: Person
    start: dt.datetime
    made: list[Problem] = field(default_factory=list)

    def report(self, **changes: Any) -> Problem:
        """A problem with a moderator."""
        values: dict[str, Any] = {
            "by": self.resident,
            "at": self.start,
            "submission": uuid.uuid4(),
            "category": "pothole",
            "text": "A deep hole by the school. Children fall into it.",
            "longitude": 49.41,
            "latitude": 53.51,
            "address": "School Street 5",
            **changes,
        }
        problem = operations.report(**values)
        self.made.append(problem)
        return problem

    def to(self, state: str, **changes: Any) -> Problem:
        """A problem brought to a state by the usual steps."""
        problem = self.report(**changes)
        by, case = changes.get("by", self.resident), problem.case
        at = changes.get("at", self.start)
        hour = dt.timedelta(hours=1)
        words = "The hole was filled and rolled."
        if state == "rejected":
            operations.reject(
                by=self.moderator, at=at + hour, case=case, reason="unclear", text=words
            )
        elif state == "withdrawn":
            case = operations.accept(by=self.moderator, at=at + hour, case=case)
            operations.withdraw(by=by, at=at + 2 * hour, case=case)
        elif state != "moderation":
            case = operations.accept(by=self.moderator, at=at + hour, case=case)
            if state == "refused":
                operations.refuse(
                    by=self.officer, at=at + 2 * hour, case=case, reason="private-land", text=words
                )
            elif state not in ("work", "routing"):
                case = operations.answer(by=self.officer, at=at + 2 * hour, case=case, text=words)
                if state == "confirmed":
                    operations.confirm(by=by, at=at + 3 * hour, case=case)
                elif state == "returned":
                    operations.send_back(by=by, at=at + 3 * hour, case=case, text="Still a hole.")
                elif state == "unconfirmed":
                    operations.end_check(by=None, at=at + 3 * hour, case=case)
        problem.refresh_from_db()
        return Problem.objects.select_related("case").get(pk=problem.pk)


@pytest.fixture
def town(db: None, settings: Any, tmp_path: Any) -> Town:
    """A town of two districts, two offices and six people; files go to a folder of the test."""
    settings.FILES_DIR = tmp_path
    return make_town()


@database.Once
def make_town() -> Town:
    """The town, in the test database."""
    at = clock.now() - dt.timedelta(days=60)
    everyone: dict[str, Any] = {"by": None, "at": at}
    names = {"en": "Testtown", "ru": "Пробный", "zh": "试城"}
    city = add_territory(
        **everyone, code="town", kind=Territory.Kind.CITY, names=names,
        outline=square(49.4, 53.5, 0.1),
    )  # fmt: skip
    kind = Territory.Kind.DISTRICT
    south = add_territory(
        **everyone, code="south", kind=kind, parent=city,
        names={"en": "South", "ru": "Южный", "zh": "南区"}, outline=square(49.4, 53.5, 0.05),
    )  # fmt: skip
    north = add_territory(
        **everyone, code="north", kind=kind, parent=city,
        names={"en": "North", "ru": "Северный", "zh": "北区"}, outline=square(49.45, 53.55, 0.05),
    )  # fmt: skip
    offices = {
        code: add_organisation(
            **everyone, code=code, kind=Organisation.Kind.DEPARTMENT,
            names={"en": f"{code.title()} office", "ru": f"Отдел {code}", "zh": f"{code}处"},
        )
        for code in ("roads", "parks")
    }  # fmt: skip
    group = Category.objects.create(
        code="streets", names={"en": "Streets", "ru": "Улицы", "zh": "街道"}
    )
    Category.objects.filter(pk=group.pk).update(active=False)
    Category.objects.create(
        code="pothole",
        group=group,
        names={"en": "Hole in the road", "ru": "Яма на дороге", "zh": "路面坑洞"},
        urgent_words={"en": ["gas leak"], "ru": ["пахнет газом"]},
        questions=[
            {
                "code": "depth",
                "kind": "choice",
                "names": {"en": "How deep?", "ru": "Какой глубины?", "zh": "多深？"},
                "choices": [
                    {"code": "deep", "names": {"en": "Deep"}},
                    {"code": "flat", "names": {"en": "Flat"}},
                ],
                "required": False,
            }
        ],
    )
    Category.objects.create(
        code="tree", group=group, anonymous_allowed=False, position=1,
        names={"en": "Fallen tree", "ru": "Упавшее дерево", "zh": "倒树"},
    )  # fmt: skip
    people = {
        name: add_person(**everyone, name=name.title(), email=f"{name}@example.org")
        for name in ("resident", "neighbour", "moderator", "dispatcher", "officer", "gardener")
    }
    appoint(**everyone, person=people["moderator"], role="moderator", territory=city)
    appoint(**everyone, person=people["dispatcher"], role="dispatcher", territory=city)
    appoint(**everyone, person=people["officer"], role="officer", organisation=offices["roads"])
    appoint(**everyone, person=people["gardener"], role="officer", organisation=offices["parks"])
    make_responsible(**everyone, organisation=offices["roads"], theme="pothole", territory=city)
    return Town(
        city=city, north=north, south=south, roads=offices["roads"], parks=offices["parks"],
        start=at + dt.timedelta(days=58), **people,
    )  # fmt: skip


@pytest.fixture
def photograph() -> Callable[..., bytes]:
    """Makes small pictures."""
    return picture
