"""Ten thousand new accounts support one idea within a minute of the city, eight at a time.

Nobody is lost and nobody is counted twice; what comes faster than the rule allows is marked as a
rush and waits; taking it out, taking that back and counting it are one decision each. Older
accounts are counted all the while. ``SOAK_RUSH`` makes it longer or shorter. Runs on a database of
its own beside the one of the home.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from django.db import connection

from tests.city.ideas.ideas import DAY, EARLY, HOUR, Ideas, ideas
from tests.soak.parts.exact import exactly
from veche import clock
from veche.city.ballots.load import scratch
from veche.city.ideas.models import Idea, Rating, Rush
from veche.city.ideas.operations.ratings import rate
from veche.city.ideas.operations.rushes import decide_rush
from veche.city.ideas.talking import RUSH_MOST
from veche.core.people.models import Person
from veche.project.measure import Report

NEW = int(os.environ.get("SOAK_RUSH", "10000"))
OLD_EVERY = 100
"""Beside so many new accounts one that has been there for long supports it too."""
AT_ONCE = 8
MINUTE = 55.0
"""Seconds of the city in which all come."""
PATIENCE = 0.12
"""Seconds each may take on the whole: a crowd that is held up longer would fill the doors."""


class Crowd:
    """People who support one idea, several at a time."""

    def __init__(self, idea: int, people: Sequence[Person], begun: dt.datetime) -> None:
        self.idea, self.people, self.begun = idea, people, begun
        self.waited: list[float] = []
        self.faults: list[str] = []
        self._next = 0
        self._lock = threading.Lock()

    def run(self) -> float:
        """Let all of them through; the seconds it took."""
        begun = time.monotonic()
        threads = [threading.Thread(target=self._some) for _one in range(AT_ONCE)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        return time.monotonic() - begun

    def _some(self) -> None:
        try:
            while True:
                with self._lock:
                    place, self._next = self._next, self._next + 1
                if place >= len(self.people):
                    return
                at = self.begun + dt.timedelta(seconds=MINUTE * place / len(self.people))
                begun = time.monotonic()
                try:
                    rate(by=self.people[place], at=at, idea=self.idea, value=1)
                except Exception as fault:
                    self.faults.append(f"{type(fault).__name__}: {fault}")
                self.waited.append(time.monotonic() - begun)
        finally:
            connection.close()


def soak(report: Report) -> None:
    """The rush, and the three decisions about it."""
    with scratch(f"soak_rush_{os.getpid()}"):
        made = ideas()
        now = clock.now()
        call = made.calling(at=now - 3 * DAY)
        idea = made.idea_of(call, at=now - 2 * DAY).pk
        other = made.idea_of(call, at=now - 2 * DAY, title="Trees along the road").pk
        people = _people(made, now)
        rate(by=people[0], at=now - DAY, idea=other, value=1)
        spent = time.process_time()
        crowd = Crowd(idea, people, now)
        seconds = crowd.run()
        spent = time.process_time() - spent
        old = sum(one.since == EARLY for one in people)
        report("people who came", len(people), "people", beside=f"{AT_ONCE} at a time")
        report("… refused or failed", len(crowd.faults), "", at_most=0,
               beside=(crowd.faults or ["–"])[0])  # fmt: skip
        report("… let in", len(people) / seconds, "a second")
        report("… each", spent / len(people) * 1000, "ms CPU")
        late = statistics.quantiles(crowd.waited, n=20)[-1]
        report(
            "… one waited (95th percentile)", late * 1000, "ms", at_most=PATIENCE * AT_ONCE * 1000
        )
        _kept(report, idea, len(people), old)
        _decided(report, made, idea, now + HOUR, len(people), old)
        exactly(report, "supporters of the other idea", _shown(other), 1)


def _people(made: Ideas, now: dt.datetime) -> list[Person]:
    old = made.people(NEW // OLD_EVERY)
    new = made.people(NEW, at=now - HOUR)
    for place, one in enumerate(old):
        new.insert(place * (OLD_EVERY + 1), one)
    return new


def _standing(idea: int) -> dict[str, int]:
    rows = Rating.objects.filter(idea=idea).values_list("standing", flat=True)
    found = list(rows)
    return {one: found.count(one) for one in ("counted", "held", "void")}


def _kept(report: Report, idea: int, came: int, old: int) -> None:
    """Everybody is there once, and what is counted is what the rule allows."""
    rows = Rating.objects.filter(idea=idea)
    exactly(report, "ratings kept", rows.count(), came)
    exactly(report, "… of different people", rows.values("person").distinct().count(), came)
    stands = _standing(idea)
    exactly(report, "… counted at once", stands["counted"], old + RUSH_MOST,
            f"{old} old accounts, {RUSH_MOST} new in a minute")  # fmt: skip
    exactly(report, "… marked and waiting", stands["held"], came - old - RUSH_MOST)
    exactly(report, "… rushes they came in", Rush.objects.filter(idea=idea).count(), 1)
    exactly(report, "… the number on the page", _shown(idea), stands["counted"])


def _shown(idea: int) -> int:
    return int(Idea.objects.values_list("supporters", flat=True).get(pk=idea))


def _decided(report: Report, made: Ideas, idea: int, at: dt.datetime, came: int, old: int) -> None:
    """Taken out, taken back, counted, taken back and taken out again: the same people each time."""
    rush = Rush.objects.get(idea=idea)
    few = old + RUSH_MOST
    for outcome, expected in (
        ("void", few), ("open", few), ("released", came), ("open", few), ("void", few),
    ):  # fmt: skip
        begun = time.monotonic()
        decide_rush(
            by=made.town.moderator, at=at, rush=rush.pk, outcome=outcome, reason="A rush of robots."
        )
        report(f"decided: {outcome}", time.monotonic() - begun, "s", at_most=30)
        exactly(report, "… supporters then", _shown(idea), expected)
