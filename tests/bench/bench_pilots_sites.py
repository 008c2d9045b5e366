"""What it costs to match solutions to sites, and a thousand who want one window at once.

The instances are invented, of a fixed seed. Runs on a database of its own beside the one of the
home, dropped at the end.
"""

from __future__ import annotations

import os
import random
import statistics
import threading
import time
from typing import Any

import numpy as np
from django.db import connection
from tests.cast import START
from tests.city.pilots.world import DAY, pilot_world

from veche.city.ballots import load
from veche.city.pilots.engines import match
from veche.city.pilots.models import Booking
from veche.city.pilots.operations import booking, sites
from veche.city.pilots.operations.refusals_sites import HoldAgain, NoPlaceLeft
from veche.project.measure import Report

TRIES, THREADS = 1_000, 16


def instance(solutions: int, offers: int, seed: int = 7) -> dict[str, Any]:
    """Solutions and sites of three kinds, some of which lack what others need."""
    chance = random.Random(seed)
    kinds = ("street", "indoors", "clinic")

    def place() -> list[float]:
        return [37 + chance.random(), 55 + chance.random()]

    return {
        "solutions": [
            {
                "id": f"s{n}", "environment": kinds[n % 3], "place": place(),
                "needs": {"power": True} if n % 3 else {}, "wishes": {"network": True},
                "days": chance.randint(20, 90), "from": "2026-01-01", "until": "2026-12-31",
            }
            for n in range(solutions)
        ],
        "sites": [
            {
                "id": f"t{n}", "environment": kinds[n % 3], "place": place(),
                "offers": {"power": n % 4 > 0, "network": n % 2 > 0},
                "windows": [["2026-02-01", "2026-06-30", 1], ["2026-09-01", "2026-12-31", 2]],
                "people": chance.randint(20, 900),
            }
            for n in range(offers)
        ],
    }  # fmt: skip


def bench(report: Report) -> None:
    """The engine alone, then the window in the database."""
    match.solve(match.read(instance(2, 2)))  # the solver is loaded once
    for solutions, offers, most in ((40, 90, 200), (200, 200, None)):
        given = match.read(instance(solutions, offers))
        spent = [match.solve(given).seconds for _n in range(7)]
        report(f"match {solutions} x {offers}", 1000 * statistics.median(spent), "ms", at_most=most)
        solved = match.solve(given)
        report(f"  solutions with a site, of {solutions}", len(solved.matches))
    plain = {"scores": np.random.default_rng(7).random((40, 90)).tolist()}
    spent = [match.solve(match.read(plain)).seconds for _n in range(7)]
    report("match a plain matrix 40 x 90", 1000 * statistics.median(spent), "ms", at_most=100)
    with load.scratch(f"bench_{os.getpid()}"):
        _window(report)


def _window(report: Report) -> None:
    world = pilot_world()
    window = sites.add_window(
        by=world.keeper, at=START, site=world.site, begins=START, ends=START + 100 * DAY
    )
    asking = [world.application("matching") for _n in range(THREADS)]
    done: list[str] = []
    gate = threading.Barrier(THREADS + 1)

    def ask(number: int) -> None:
        gate.wait()
        for _n in range(number, TRIES, THREADS):
            try:
                booking.hold(
                    by=world.agent, at=START, application=asking[number], site=world.site,
                    window=window, during=(START + DAY, START + 50 * DAY),
                )  # fmt: skip
                done.append("held")
            except (NoPlaceLeft, HoldAgain):
                done.append("refused")
        connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(THREADS)]
    for one in threads:
        one.start()
    gate.wait()
    begun = time.perf_counter()
    for one in threads:
        one.join()
    report(f"{TRIES:,} bookings of one window at once", time.perf_counter() - begun, "s")
    report("  answered", len(done), at_least=TRIES)
    report("  that got it", done.count("held"), at_least=1)
    report("  bookings in the database", Booking.objects.count(), at_most=1)
