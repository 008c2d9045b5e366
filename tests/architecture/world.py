"""The small town with a thing of every kind, and those who ask: what addresses are asked of."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from copy import deepcopy as copy
from dataclasses import dataclass
from http.cookies import SimpleCookie

from django.test import Client
from PIL import Image
from tests import database
from tests.cast import START, SmallTown, small_town
from tests.city.delivery.promises import asked, said_done, with_steps
from tests.city.dispatch.incidents import planted
from tests.city.dispatch.saying import published as said
from tests.city.ideas.ideas import Ideas
from tests.city.pilots.world import pilot_world
from tests.city.pulse.world import make_source, make_stream

from veche import clock
from veche.city.dispatch.operations.shutoffs import announce
from veche.city.ideas.operations.initiatives import write_initiative
from veche.city.ideas.operations.reading import accept as read_idea
from veche.city.problems import operations
from veche.city.problems.models import Problem
from veche.city.pulse.operations.agreements import agree
from veche.city.pulse.operations.indicators import sync
from veche.core.files.photographs import clean
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

ROLES = (
    "visitor", "resident", "author", "moderator", "other-moderator", "dispatcher",
    "other-dispatcher", "officer", "other-officer",
)  # fmt: skip
STATES = (
    "moderation", "routing", "work", "check", "confirmed", "refused", "rejected", "withdrawn",
    "dropped",
)  # fmt: skip
WORDS = "The hole was filled and rolled on Tuesday."


def jpeg() -> bytes:
    """A small photograph."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(out, "JPEG")
    return out.getvalue()


@dataclass
class World:
    """The small town with a matter in every state."""

    town: SmallTown
    matters: dict[str, str]
    people: dict[str, Person]
    others: dict[str, dict[str, str]]
    """By module, what it has to show: a word for it, and its number. A module that is not here is
    asked about the matters in all their states."""

    def clients(self) -> dict[str, tuple[Client, SimpleCookie]]:
        """A browser for every role, with the cookies of a fresh sign-in."""
        found = {}
        for role in ROLES:
            client = Client(raise_request_exception=False)
            if role in self.people:
                client.force_login(self.people[role])
            found[role] = (client, copy(client.cookies))
        return found


@database.Once
def the_world() -> World:
    """The town with its matters, made once."""
    town = small_town()
    town.resident.set_password("correct horse battery")
    town.resident.save()
    at = clock.now() - dt.timedelta(days=2)
    people = {
        "resident": town.neighbour,
        "author": town.resident,
        "moderator": town.moderator,
        "dispatcher": town.dispatcher,
        "officer": town.officer,
        "other-officer": town.light_officer,
    }
    early = START - dt.timedelta(days=300)
    for role in ("moderator", "dispatcher"):
        other = add_person(by=None, at=early, name=f"Other {role}", email=f"{role}2@example.org")
        appoint(by=None, at=early, person=other, role=role, territory=town.east)
        people[f"other-{role}"] = other
    matters = {state: brought(town, state, at) for state in STATES}
    problem = {"a problem": matters["work"]}
    others = {"votes": problem, "appeals": problem, "audits": problem}
    others |= {"ideas": ideas_of(town, at) | problem, "delivery": promises_of(town, at) | problem}
    others["dispatch"] = planted(town, at) | problem
    others["dispatch"] |= {
        "a warning": said(town, at, severity="Moderate").series.case.number,
        "a drill's warning": said(town, at, status="Exercise").series.case.number,
        "a shut-off": shut_off_of(town, at),
    }
    others["pilots"] = pilots_of(town, at)
    pulse_of(town, at)
    return World(town, matters, people, others)


def shut_off_of(town: SmallTown, at: dt.datetime) -> str:
    """The number of what the office of the officer has shut off in the west."""
    one = announce(
        by=None, at=at, service="gas", organisation=town.roads, territory=town.west,
        starts_at=at, ends_at=at + dt.timedelta(days=3), reason="A valve is exchanged.",
        street="Bridge Street", houses=["1", "3"],
    )  # fmt: skip
    return one.case.number


def pilots_of(town: SmallTown, at: dt.datetime) -> dict[str, str]:
    """A call, an application that nobody may know of yet, and one that is tested."""
    world = pilot_world(town)
    return {
        "a call": world.call.case.number,
        "a secret pilot": world.application("panel", at=at, title="A secret cane").case.number,
        "a running pilot": world.application("running", at=at).case.number,
    }


def pulse_of(town: SmallTown, at: dt.datetime) -> None:
    """A system everybody may read and one that only some may, an agreement, the indicators."""
    agreed = agree(
        by=None, at=at, code="air", names={"en": "Air"}, taker=town.roads, giver=town.lights,
        purpose="To warn of bad air.", since=at.date(),
    )  # fmt: skip
    make_stream(make_source("open-air", owner=town.roads, agreement=agreed), territory=town.west)
    make_stream(make_source("closed-air", owner=town.roads, public=False), territory=town.west)
    sync(by=None, at=at)


def ideas_of(town: SmallTown, at: dt.datetime) -> dict[str, str]:
    """A call that runs and one that is drafted, ideas that are read and unread, an initiative."""
    organiser = add_person(by=None, at=START, name="Organiser", email="organiser@example.org")
    appoint(by=None, at=START, person=organiser, role="organiser", territory=town.city)
    made = Ideas(town, organiser)
    call = made.calling(at=at)
    unread = made.written(call, at=at)
    opened = write_initiative(
        by=town.resident, at=at, territory=town.city, office=town.roads, submission=uuid.uuid4(),
        title="Light by the river", text=WORDS, points=[WORDS],
    )  # fmt: skip
    read_idea(by=town.moderator, at=at, case=opened.idea.case)
    return {
        "a call": call.case.number,
        "a draft": made.draft(at=at).case.number,
        "an idea": made.idea_of(call, at=at).case.number,
        "an unread idea": unread.case.number,
        "an initiative": opened.idea.case.number,
    }


def promises_of(town: SmallTown, at: dt.datetime) -> dict[str, str]:
    """A promise that is being delivered, and one about which residents are asked."""
    return {
        "a promise": with_steps(town, 400, at=at)[0].case.number,
        "a promise to judge": said_done(town, at=at, asked=asked(town.resident)).case.number,
    }


def brought(town: SmallTown, state: str, at: dt.datetime) -> str:
    """The number of a fresh matter, brought to a state by the usual steps."""
    category = "orphan" if state == "routing" else "pothole"
    problem = town.report(at=at, category=category, photographs=[clean(jpeg())])
    case, then = problem.case, at + dt.timedelta(hours=1)
    if state == "rejected":
        operations.reject(by=town.moderator, at=then, case=case, reason="unclear", text=WORDS)
    elif state == "dropped":
        operations.withdraw(by=town.resident, at=then, case=case)
    elif state != "moderation":
        case = operations.accept(by=town.moderator, at=then, case=case)
        if state == "withdrawn":
            operations.withdraw(by=town.resident, at=then, case=case)
        elif state == "refused":
            operations.refuse(
                by=town.officer, at=then, case=case, reason="private-land", text=WORDS
            )
        elif state in ("check", "confirmed"):
            case = operations.answer(by=town.officer, at=then, case=case, text=WORDS)
            if state == "confirmed":
                operations.confirm(by=town.resident, at=then, case=case)
    found = Problem.objects.select_related("case").get(pk=problem.pk)
    assert found.case.state == state
    return found.case.number
