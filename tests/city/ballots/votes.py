"""Votes of the small town, for tests."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tests import database
from tests.cast import START, SmallTown, small_town
from veche.city.ballots.models import RollEntry, Vote, Voter
from veche.city.ballots.operations import course, making
from veche.core.organisations.operations import appoint
from veche.core.people.models import Level, Person, Residence
from veche.core.people.operations import add_person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
OPENS, CLOSES = START + HOUR, START + HOUR + 7 * DAY
EARLY = START - 100 * DAY


def words(text: str) -> dict[str, str]:
    """The same words in every language."""
    return {"en": text, "ru": text, "zh": text}


def question(code: str = "lamps", kind: str = "single", **more: Any) -> dict[str, Any]:
    """A question with the options a, b and c."""
    rule = {"ranked": "irv", "single": "plurality"}.get(kind, "approval")
    if kind in ("score", "cumulative", "distribution"):
        rule = "score"
    asked = {
        "code": code,
        "kind": kind,
        "title": words(f"Question {code}"),
        "text": words("Read the options first."),
        "options": [{"code": one, "title": words(f"Option {one}")} for one in "abc"],
        "rule": {"rule": rule},
    }
    return asked | more


def decision(code: str = "bridge", **majority: Any) -> dict[str, Any]:
    """A question of yes, no and abstain."""
    options = [{"code": one, "title": words(one.title())} for one in ("yes", "no", "abstain")]
    return question(code, options=options, majority=majority or {"quorum": "1/10"})


def config(*questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A configuration: an audited vote of the whole town by district, for its residents."""
    return {
        "format": "veche-vote/1",
        "title": words("Lamps in the park"),
        "text": words("Which lamps the park gets."),
        "level": "audited",
        "opens": OPENS.isoformat(),
        "closes": CLOSES.isoformat(),
        "live": {"mode": "live"},
        "change": True,
        "channels": ["web", "kiosk", "paper"],
        "grain": "district",
        "roll": {"territory": "town", "level": "resident"},
        "questions": list(questions or [question()]),
    } | more


@dataclass
class Voting:
    """The small town with its election people and twelve residents, seven of the west."""

    town: SmallTown
    organiser: Person
    commissioner: Person
    poll_clerk: Person
    voters: list[Person]

    def draft(self, **more: Any) -> Vote:
        """A draft; ``config`` may be given."""
        given = more.pop("config", None) or config()
        return making.draft_vote(
            by=self.organiser, at=START, territory=self.town.city, config=given, **more
        )

    def published(self, *questions: dict[str, Any], **more: Any) -> Vote:
        """An announced vote with its roll."""
        vote = self.draft(config=config(*questions, **more))
        return making.publish_vote(by=self.organiser, at=START, case=vote.case)

    def opened(self, *questions: dict[str, Any], **more: Any) -> Vote:
        """A vote that is open."""
        vote = self.published(*questions, **more)
        course.open_in_time(by=None, at=OPENS, case=vote.case)
        return Vote.objects.select_related("case").get(pk=vote.pk)


@database.Once
def voting() -> Voting:
    """The town and its election people."""
    town = small_town()
    made = {}
    for role in ("organiser", "commissioner", "poll_clerk"):
        made[role] = add_person(by=None, at=EARLY, name=role, email=f"{role}@example.org")
        appoint(by=None, at=EARLY, person=made[role], role=role, territory=town.city)
    voters = []
    for n in range(12):
        person = add_person(
            by=None, at=EARLY, name=f"Voter {n}", email=f"voter{n}@example.org",
            level=Level.RESIDENT,
        )  # fmt: skip
        home = town.west if n < 7 else town.east
        Residence.objects.create(
            person=person, territory=home, how="letter", since=EARLY, until=START + 400 * DAY
        )
        voters.append(person)
    return Voting(town, voters=voters, **made)


def cast(
    vote: Vote, person: Person, choice: dict[str, Any], *, revision: int = 1, channel: str = "web",
    key: str = "",
) -> str:  # fmt: skip
    """Cast a ballot through the door of the database; its outcome."""
    entry = RollEntry.objects.get(vote=vote, person=person)
    code = bytes(Voter.objects.get(entry=entry).code)
    text = json.dumps(choice, sort_keys=True, separators=(",", ":"))
    sent = hashlib.sha256((key or f"{person.pk} {revision} {text}").encode()).digest()[:16]
    until = CLOSES + 365 * DAY
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome FROM ballots_cast(ARRAY[%s]::bigint[], ARRAY[%s]::bigint[],"
            " ARRAY[%s]::bytea[], ARRAY[%s]::smallint[], ARRAY[%s]::bigint[], ARRAY[%s],"
            " ARRAY[%s], ARRAY[%s]::bytea[], ARRAY[%s]::timestamptz[])",
            [vote.pk, entry.pk, code, revision, entry.territory_id, channel, text, sent, until],
        )
        return str(cursor.fetchone()[0])
