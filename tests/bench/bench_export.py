"""Files of a call: 250,000 ratings and answers streamed in constant memory; and a rush of 2,000.

Runs on a database of its own beside the one of the home, dropped at the end. Memory is what the
process holds at most while it streams, above what it held before.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from django.db import connection
from tests.city.ideas.ideas import DAY, HOUR, Ideas, ideas

from veche import clock
from veche.city.ballots.load import scratch
from veche.city.ideas import bulk
from veche.city.ideas.models import Call, Idea, Rating
from veche.city.ideas.operations.ratings import rate
from veche.city.ideas.operations.rushes import decide_rush
from veche.city.ideas.queries import export
from veche.core.organisations.models import Holding
from veche.project.measure import Report

IDEAS, PEOPLE, RATINGS = 1_000, 5_000, 250_000
RUSH = 2_000
ABOVE = 100.0
PEER = "Decidim: out of memory, and says success"
_ANSWERED = """
UPDATE ideas_idea SET answers = jsonb_build_object('why', repeat('Because of the school. ', 8))
WHERE call_id = %s
"""
_RATED = """
INSERT INTO ideas_rating (idea_id, person_id, value, at, standing)
SELECT i.case_id, p.id, CASE WHEN random() < 0.8 THEN 1 ELSE -1 END, %(at)s, 'counted'
FROM (SELECT case_id, row_number() OVER (ORDER BY case_id) AS n FROM ideas_idea
      WHERE call_id = %(call)s) i
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM people_person
      WHERE email LIKE '%%@crowd.example.org') p
    ON (p.n + i.n * 7) %% (%(people)s * %(ideas)s / %(ratings)s) = 0
"""


def bench(report: Report) -> None:
    """Measure everything, one row each."""
    with scratch(f"bench_{os.getpid()}"):
        made = ideas()
        now = clock.now()
        made.people(PEOPLE)
        call = made.calling(at=now - 3 * DAY)
        _load(made, call, now, report)
        _files(call, report)
        _rush(made, call, now, report)


def _load(made: Ideas, call: Call, now: dt.datetime, report: Report) -> None:
    held = Holding.objects.filter(role="moderator").latest("id")
    rows = [
        bulk.PastIdea(
            author=made.town.resident.pk,
            territory=made.town.west.pk,
            title=f"Idea {number}",
            text="A crossing by the school. " * 10,
            language="en",
            written_at=now - 2 * DAY,
            published_at=now - 2 * DAY + HOUR,
            moderator=(held.person_id, held.pk),
        )
        for number in range(IDEAS)
    ]
    bulk.load_ideas(by=None, at=now, call=call, ideas=rows, public={})
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED, [call.pk])
        begun = time.monotonic()
        values = {"call": call.pk, "at": now - DAY, "people": PEOPLE, "ideas": IDEAS,
                  "ratings": RATINGS}  # fmt: skip
        cursor.execute(_RATED, values)
        report("ratings written in one statement, counted", cursor.rowcount, "ratings",
               at_least=RATINGS)  # fmt: skip
        report("… in", time.monotonic() - begun, "s")
        cursor.execute("ANALYZE")
    whole = sum(Idea.objects.filter(call=call).values_list("supporters", flat=True))
    counted = Rating.objects.filter(idea__call=call, value=1).count()
    report("… counters beside a count", whole - counted, "", at_most=0)


def _resident() -> float:
    """Megabytes that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class _Watch:
    """The most that the process held while it was watched."""

    def __enter__(self) -> _Watch:
        self.before = self.most = _resident()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def _look(self) -> None:
        while not self._over.wait(0.005):
            self.most = max(self.most, _resident())

    def __exit__(self, *args: object) -> None:
        self._over.set()
        self._thread.join()


def _files(call: Call, report: Report) -> None:
    for what in ("ratings", "answers"):
        for kind in export.KINDS:
            begun, size, lines = time.monotonic(), 0, 0
            with _Watch() as watch:
                for piece in export.stream(call, what, kind):
                    size += len(piece)
                    lines += piece.count(b"\n")
            seconds = time.monotonic() - begun
            report(f"{what}.{kind}: lines", lines, "lines")
            report(f"{what}.{kind}: streamed", seconds, "s", at_most=30, beside=PEER)
            report(f"{what}.{kind}: size", size / 2**20, "MB")
            report(f"{what}.{kind}: memory above idle", watch.most - watch.before, "MB",
                   at_most=ABOVE)  # fmt: skip


def _rush(made: Ideas, call: Call, now: dt.datetime, report: Report) -> None:
    """New accounts support one idea, one after the other, as if within a minute."""
    idea = Idea.objects.filter(call=call).latest("case_id")
    before = Idea.objects.get(pk=idea.pk).supporters
    people = made.people(RUSH, at=now - HOUR)
    begun = time.process_time()
    for place, person in enumerate(people):
        moment = now + dt.timedelta(seconds=55 * place / RUSH)
        rate(by=person, at=moment, idea=idea.pk, value=1)
    spent = (time.process_time() - begun) / RUSH
    report(f"{RUSH:,} supports of new accounts: each", spent * 1000, "ms CPU")
    counted = Idea.objects.get(pk=idea.pk).supporters - before
    report("… counted of them", counted, "supports", at_most=30)
    rush = Rating.objects.filter(idea=idea, standing="held").first()
    assert rush is not None
    assert rush.rush_id is not None
    for outcome in ("void", "open", "released"):
        begun = time.monotonic()
        decide_rush(
            by=made.town.moderator, at=now + HOUR, rush=rush.rush_id, outcome=outcome,
            reason="Measured.",
        )  # fmt: skip
        report(f"… decided: {outcome}", time.monotonic() - begun, "s", at_most=30)
    counted = Idea.objects.get(pk=idea.pk).supporters - before
    report("… counted once released", counted, "supports", at_least=RUSH)
