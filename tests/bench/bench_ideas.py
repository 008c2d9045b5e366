"""What pages of ideas cost: the list of a call and one idea, and whether their number matters.

The same seed as the peer's: 1,000 ideas, 20,000 ratings, 3,000 comments; then 100,000 ideas. Runs
on a database of its own beside the one of the home, dropped at the end. Requests a second are
those of two cores that do nothing else, by the CPU of a request in both processes, without the
router's memory of pages for visitors; of one idea the middle was written before and is looked up by
all that it is made of, and what it costs to write it afresh is said beside. Then over HTTP, as
visitors ask: four connections at once, two web processes, the router's memory in use.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.bench.bench_problems import cpu
from tests.city.ideas.ideas import DAY, HOUR, Ideas, ideas

from veche import clock, kept
from veche.city.ballots.load import crowd, scratch, server
from veche.city.ideas import bulk
from veche.city.ideas.models import Call, Idea
from veche.city.ideas.views import idea as view
from veche.core.organisations.models import Holding
from veche.operation import operation
from veche.project.measure import Report

IDEAS, RATINGS, COMMENTS, PEOPLE = 1_000, 20_000, 3_000, 5_000
MANY = 100_000
VISITS = 3_000
CORES = 2
LIST = "meinBerlin: 22.5 + 2.8/s, 45 + 85 queries, 700 ms"
ONE = "meinBerlin: 66/s, 49 queries, 30 ms"
_WORDS = (
    "двор", "свет", "скамейка", "дерево", "дорога", "школа", "остановка", "парк", "мост", "пандус",
)  # fmt: skip
_COMMENTS = """COPY ideas_comment (matter_id, author_id, stance, text, at, version, shown)
    FROM STDIN"""


def bench(report: Report) -> None:
    """Measure everything, one row each."""
    with scratch(f"bench_{os.getpid()}"):
        made = ideas()
        people = [one.pk for one in made.people(PEOPLE)]
        now = clock.now()
        few, many = (made.calling(at=now - 3 * DAY) for _which in range(2))
        rows = _load(made, few, IDEAS, people, report)
        _talk(rows, people)
        small = _pages(report, few, f"{IDEAS:,} ideas")
        _visited(report, few)
        _load(made, many, MANY, people, report)
        large = _pages(report, many, f"{MANY:,} ideas")
        for name in small:
            beside = f"{small[name]:.1f} → {large[name]:.1f} ms"
            report(
                f"{name}: {MANY:,} beside {IDEAS:,}", large[name] / small[name], "×",
                at_most=1.5, beside=beside,
            )  # fmt: skip


def _load(
    made: Ideas, call: Call, count: int, people: list[int], report: Report
) -> list[bulk.PastIdea]:
    rng = random.Random(count)
    held = Holding.objects.filter(role="moderator").latest("id")
    begins = clock.now() - 3 * DAY
    rows = [
        bulk.PastIdea(
            author=rng.choice(people),
            territory=made.town.west.pk if number % 2 else made.town.east.pk,
            title=" ".join(rng.choices(_WORDS, k=4)).capitalize(),
            text=" ".join(rng.choices(_WORDS, k=60)) + ".",
            language="ru",
            written_at=begins + number * (2 * DAY) / count,
            published_at=begins + number * (2 * DAY) / count + HOUR,
            moderator=(held.person_id, held.pk),
            longitude=rng.uniform(49.1, 49.4) if number % 2 else rng.uniform(49.6, 49.9),
            latitude=rng.uniform(53.1, 53.9),
        )
        for number in range(count)
    ]
    begun = time.monotonic()
    loaded = bulk.load_ideas(by=None, at=clock.now(), call=call, ideas=rows, public={})
    report(f"load {count:,} ideas", loaded / (time.monotonic() - begun), "a second")
    return rows


@operation
def _comments(*, by: None, at: Any, rows: list[bulk.PastIdea], people: list[int]) -> int:
    rng = random.Random(COMMENTS)
    bulk.copy(
        _COMMENTS,
        (
            (rng.choice(rows).pk, rng.choice(people), rng.choice(["none", "for", "against"]),
             " ".join(rng.choices(_WORDS, k=20)), at, 1, True)
            for _one in range(COMMENTS)
        ),
    )  # fmt: skip
    return bulk.load_ratings(by=None, at=at, ratings=[])


def _talk(rows: list[bulk.PastIdea], people: list[int]) -> None:
    rng = random.Random(RATINGS)
    each = RATINGS // len(rows)
    given = [
        (row.pk, person, rng.choice((1, 1, 1, -1)))
        for row in rows
        for person in rng.sample(people, each)
    ]
    bulk.load_ratings(by=None, at=clock.now(), ratings=given)
    _comments(by=None, at=clock.now(), rows=rows, people=people)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ideas_idea, ideas_rating, ideas_comment")
    assert Idea.objects.filter(supporters__gt=0).count() == len(rows)


def _pages(report: Report, call: Call, size: str) -> dict[str, float]:
    """Measure the pages of a call; milliseconds of CPU by the name of the page."""
    client, number = Client(), call.case.number
    last = Idea.objects.filter(call=call).order_by("-pk").values_list("case__number", flat=True)
    numbers = list(last[:50])
    found: dict[str, float] = {}
    first = f"/en/ideas/calls/{number}/"
    pages: dict[str, tuple[Callable[[int], str], int, str]] = {
        "list, newest": (lambda _n: first, 100, LIST),
        "list, most supported": (lambda _n: f"{first}?order=supported", 100, LIST),
        "list, page 20": (lambda _n: f"{first}?page=20", 100, LIST),
        "one idea": (lambda n: f"/en/ideas/{numbers[n % len(numbers)]}/", 200, ONE),
    }
    kept.forget()
    for name, (url, least, peer) in pages.items():

        def ask(n: int, url: Callable[[int], str] = url) -> None:
            answer = client.get(url(n))
            assert answer.status_code == 200, url(n)

        ask(0)
        with CaptureQueriesContext(connection) as spent:
            ask(1)
        report(f"{name}, {size}", len(spent), "queries", at_most=12, beside=peer)
        spent_ms = statistics.median(cpu(40, ask) for _round in range(3))
        found[name] = spent_ms
        report(f"{name}, {size}", spent_ms, "ms CPU")
        if name == "one idea":

            def afresh(n: int, ask: Callable[[int], None] = ask) -> None:
                view.forget()
                ask(n)

            report(f"{name}, written afresh, {size}", cpu(40, afresh), "ms CPU")
        report(
            f"{name}, {size}", CORES * 1000 / spent_ms, "requests/s", at_least=least, beside=peer
        )
    return found


def _visited(report: Report, call: Call) -> None:
    """The same pages over HTTP, asked by visitors."""
    numbers = Idea.objects.filter(call=call, public=True).values_list("case__number", flat=True)
    many = [f"/en/ideas/{one}/" for one in numbers[:50]]
    with server(CORES) as (port, pid):
        for name, paths, least, peer in (
            ("list over HTTP", [f"/en/ideas/calls/{call.case.number}/"], 100, LIST),
            ("one of 50 ideas over HTTP", many, 200, ONE),
        ):
            asked = [
                f"GET {paths[n % len(paths)]} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode()
                for n in range(VISITS)
            ]
            seen = crowd(port, pid, asked, 4)
            assert set(seen.statuses) == {"200"}, seen.sample
            report(name, seen.a_second, "requests/s", at_least=least, beside=peer)
