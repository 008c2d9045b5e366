"""The clinic's story at its full size: 27,000 ideas of 60,000 people, 150 measures, one promise.

The whole way: a flood that is read, ideas that say the same found and joined, measures written out
of others, a shortlist of 150 put to a vote, everybody else answered in groups of a thousand, a
promise with a late step, residents who refuse and accept, and the page on which the author of the
first words reads all of it. What each stage takes is told; ``SOAK_FLOOD`` is the number of ideas.
Runs on a database of its own beside the one of the home.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from django.db import connection
from django.test import Client

from tests.bench.bench_problems import backend_seconds
from tests.cast import START
from tests.city.ideas.ideas import DAY, EARLY, HOUR, Ideas, ideas
from tests.soak.parts.clinic import deliver, vote_on
from tests.soak.parts.exact import exactly
from veche import clock
from veche.city.ballots.load import scratch
from veche.city.ideas import bulk
from veche.city.ideas.models import Call, Citation, Idea, SimilarDue, SimilarText
from veche.city.ideas.operations.merging import combine_many
from veche.city.ideas.operations.reading import accept, reject
from veche.city.ideas.operations.scoring import shortlist_many
from veche.city.ideas.operations.selection import answer_ideas
from veche.city.ideas.operations.similar import index_some
from veche.city.ideas.operations.synthesis import Cited, synthesise
from veche.city.ideas.procedure import WAITING
from veche.city.ideas.queries.similar import like_words
from veche.core.notices.models import Following, Notice, Reader
from veche.core.organisations.models import Holding
from veche.core.people.models import Person
from veche.project.measure import Report

IDEAS = int(os.environ.get("SOAK_FLOOD", "27000"))
PEOPLE = IDEAS * 20 // 9
"""60,000 for 27,000 ideas."""
RATINGS = PEOPLE * 2
MEASURES = max(2, IDEAS // 180)
"""150 for 27,000 ideas."""
BY_HAND = 100
"""Ideas that moderators read one by one, of which every tenth is advertising."""
GROUP = 1_000
"""Authors answered at once."""
_THINGS = (
    "clinic", "school", "crossing", "playground", "bus", "library", "park", "lamp", "bridge",
    "ramp", "queue", "market", "bench", "pool", "stop", "garden", "nurse", "doctor", "window",
    "corridor", "street", "yard", "kiosk", "toilet", "roof", "door", "path", "tram", "river",
)  # fmt: skip
_WISHES = ("repair", "build", "widen", "light", "open", "paint", "move", "heat", "clean", "shade")


class Stages:
    """What each stage took, of this process and of its database process."""

    def __init__(self, report: Report) -> None:
        self.report = report

    @contextmanager
    def __call__(
        self, name: str, *, at_most: float | None = None, unit: str = "s"
    ) -> Iterator[None]:
        """Report the CPU and the time of what is done inside."""
        begun, ours, theirs = time.monotonic(), time.process_time(), backend_seconds()
        yield
        spent = time.process_time() - ours + backend_seconds() - theirs
        took = time.monotonic() - begun
        self.report(name, spent, "s CPU", at_most=at_most, beside=f"{took:.1f} s of the clock")


def soak(report: Report) -> None:
    """Live the story."""
    with scratch(f"soak_flood_{os.getpid()}"):
        stage = Stages(report)
        made = ideas()
        with stage(f"{PEOPLE:,} people"):
            people = made.people(PEOPLE, at=EARLY)
        call = made.calling()
        with stage(f"{IDEAS:,} ideas read by moderators"):
            flood = _flood(made, call, people)
        with stage(f"{BY_HAND} more, read one by one"):
            _by_hand(made, call, people)
        with stage(f"{RATINGS:,} supports"):
            _support(flood, people)
        public = Idea.objects.filter(call=call, public=True).count()
        exactly(report, "ideas everybody can read", public, IDEAS + BY_HAND - BY_HAND // 10)
        clinic, stairs, queue = (one.pk for one in flood[:3])
        with stage("texts compared"):
            while SimilarDue.objects.exists() or SimilarText.objects.filter(measured=0).exists():
                index_some(by=None, at=START + 9 * DAY)
        with stage("what says the same, asked for"):
            near = {one.idea.pk for one in like_words(flood[0].title, flood[0].text)}
        report("… the stairs are found by the lift", float(stairs in near), "", at_least=1)
        _join(report, made, clinic, stairs)
        with stage(f"{MEASURES} measures written"):
            measures = _measures(made, call, flood)
            crowd = people[5 : PEOPLE // 12]
            loved = [(measures[0].pk, one.pk, 1) for one in crowd]
            bulk.load_ratings(by=None, at=START + 20 * DAY, ratings=loved)
        with stage(f"{MEASURES} put on the shortlist"):
            shortlist_many(by=made.town.facilitator, at=START + 21 * DAY,
                           ideas=[one.pk for one in measures], text="Wanted by many.")  # fmt: skip
        with stage("put to a vote, and the vote's end"):
            vote_on(made, measures)
        _answer(report, stage, made, call, but=(clinic, queue))
        with stage("promised, late, refused, repaired, accepted"):
            promise, passages = deliver(made, measures[0])
        report("… residents asked", promise.asked, "people", beside="each by a set, not one by one")
        report("… where the promise stands is kept", float(promise.state == "kept"), at_least=1)
        _read(report, stage, clinic, people[0], passages)
        whole = Citation.objects.filter(idea=queue).count()
        exactly(report, "measures in which the chairs are cited", whole, 1)


def _flood(made: Ideas, call: Call, people: Sequence[Person]) -> list[bulk.PastIdea]:
    rng = random.Random(6)
    held = Holding.objects.get(person=made.town.moderator, role="moderator")
    first = [
        (
            "A lift in the clinic",
            "Nobody with a pram or a crutch can climb the stairs of the clinic: it needs a lift.",
        ),
        (
            "A lift in our clinic",
            "Nobody with a pram can climb the stairs of the clinic: it needs a lift.",
        ),
        ("Chairs in the clinic's corridor", "People stand for hours while they wait."),
    ]
    rows = []
    for number in range(IDEAS):
        things = rng.sample(_THINGS, 6)
        title = f"{rng.choice(_WISHES).capitalize()} the {things[0]} by the {things[1]} {number}"
        text = (
            f"{' and the '.join(things[2:]).capitalize()} {rng.choice(_WISHES)}, number {number}."
        )
        title, text = first[number] if number < len(first) else (title, text)
        at = START + HOUR + number * (8 * DAY) / IDEAS
        rows.append(
            bulk.PastIdea(
                author=people[number].pk, territory=made.town.west.pk, title=title, text=text,
                language="en", written_at=at, published_at=at + HOUR,
                moderator=(held.person_id, held.pk),
            )
        )  # fmt: skip
    bulk.load_ideas(by=None, at=START + 9 * DAY, call=call, ideas=rows, public={"flood": IDEAS})
    # Who writes an idea follows it.
    readers = Reader.objects.bulk_create(
        (Reader(person=one, mark=f"flood{one.pk}", since=EARLY) for one in people[:IDEAS]), 5_000
    )
    Following.objects.bulk_create(
        (
            Following(case_id=one.pk, reader=readers[n], person=people[n], since=one.written_at)
            for n, one in enumerate(rows)
        ),
        5_000,
    )
    return rows


def _by_hand(made: Ideas, call: Call, people: Sequence[Person]) -> None:
    for number in range(BY_HAND):
        by = people[-number - 1]
        one = made.written(call, by=by, at=START + 8 * DAY, title=f"Number {number} of the last")
        moment = START + 8 * DAY + HOUR
        if number % 10:
            accept(by=made.town.moderator, at=moment, case=one.case)
        else:
            reject(by=made.town.moderator, at=moment, case=one.case, reason="advertising",
                   text="It praises a shop.")  # fmt: skip


def _support(flood: Sequence[bulk.PastIdea], people: Sequence[Person]) -> None:
    """Most is said about few: the clinic and its stairs have the most, many at both."""
    rng = random.Random(60)
    weight = [1 / (place + 1) ** 0.6 for place in range(len(flood))]
    chosen = rng.choices(range(len(flood)), weights=weight, k=RATINGS)
    given = {(flood[idea].pk, people[n % PEOPLE].pk) for n, idea in enumerate(chosen)}
    given |= {(flood[n % 2].pk, one.pk) for n, one in enumerate(people[5 : PEOPLE // 20])}
    given |= {(flood[1 - n % 2].pk, one.pk) for n, one in enumerate(people[5 : PEOPLE // 40])}
    bulk.load_ratings(
        by=None, at=START + 9 * DAY, ratings=((idea, who, 1) for idea, who in sorted(given))
    )


def _join(report: Report, made: Ideas, clinic: int, stairs: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT person_id) FROM ideas_rating WHERE idea_id IN (%s, %s)",
            [clinic, stairs],
        )
        (both,) = cursor.fetchone()
    combine_many(by=made.town.facilitator, at=START + 12 * DAY, ideas=[stairs], into=clinic,
                 reason="Both ask for a way up without stairs.")  # fmt: skip
    counted = Idea.objects.values_list("supporters", flat=True).get(pk=clinic)
    exactly(report, "supporters of both, each counted once", counted, both)


def _measures(made: Ideas, call: Call, flood: Sequence[bulk.PastIdea]) -> list[Idea]:
    """Each cites two ideas; the first is the clinic's."""
    written = []
    for number in range(MEASURES):
        one, other = (flood[0], flood[2]) if not number else flood[2 * number + 2 : 2 * number + 4]
        written.append(
            synthesise(
                by=made.town.facilitator, at=START + 20 * DAY, call=call,
                title="A clinic one can reach" if not number else f"Measure {number}",
                text=f"First this: {one.title}.\n\nAnd then this: {other.title}.",
                sources=[Cited(one.title, 1, idea=one.pk), Cited(other.title, 2, idea=other.pk)],
            )
        )  # fmt: skip
    return written


def _answer(report: Report, stage: Stages, made: Ideas, call: Call, but: Sequence[int]) -> None:
    """Everybody whose idea was not chosen is answered, a thousand authors with the same words."""
    waiting = list(
        Idea.objects.filter(call=call, kind="idea", case__state__in=WAITING)
        .exclude(pk__in=but)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    at = START + 40 * DAY
    answered = 0
    for first in range(0, len(waiting), GROUP):
        group = waiting[first : first + GROUP]

        def answer(group: Sequence[int] = group) -> int:
            _reply, refused = answer_ideas(
                by=made.town.officer, at=at, ideas=dict.fromkeys(group, None), outcome="refused",
                reason="few-support", text="The 150 measures were wanted by more people.",
            )  # fmt: skip
            return len(group) - len(refused)

        if first:
            answered += answer()
        else:
            with stage(f"{len(group):,} authors answered at once", at_most=2):
                answered += answer()
    exactly(report, "ideas answered in groups", answered, len(waiting))
    told = Notice.objects.filter(kind="ideas.refused-by-office").values("person", "case").distinct()
    exactly(report, "authors who were told, each of theirs", told.count(), len(waiting))


def _read(
    report: Report, stage: Stages, clinic: int, author: Person, passages: Sequence[str]
) -> None:
    """The author of the first words reads the story, in the order in which it happened."""
    client = Client()
    client.force_login(author)
    number = Idea.objects.values_list("case__number", flat=True).get(pk=clinic)

    def now() -> dt.datetime:
        return START + 200 * DAY

    with patch.object(clock, "now", now), stage("the author's page"):
        answer = client.get(f"/en/ideas/{number}/story/")
    page = answer.content.decode()
    places = [page.find(one) for one in passages]
    missing = [one for one, place in zip(passages, places, strict=True) if place < 0]
    report("… passages of the story that are missing", len(missing), at_most=0,
           beside=(missing or ["–"])[0])  # fmt: skip
    report("… they stand in their order", float(places == sorted(places)), at_least=1)
