"""What the public page of the pilot programme costs with a programme of the seed's size behind it.

550 applications, 90 sites, 43 trials that were answered, 5,000 testers: the demo town's own, loaded
into a database of its own that is dropped at the end.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.bench.bench_problems import cpu

from veche import clock, kept, town
from veche.city.ballots import load
from veche.city.pilots import demo
from veche.city.pilots.queries.statistics import statistics
from veche.core.cases import demo as cases
from veche.core.organisations import demo as organisations
from veche.core.people import demo as people
from veche.core.places import demo as places
from veche.project.measure import Report

TIMES = 10


def bench(report: Report) -> None:
    """Measure the page as the first visitor meets it, and what it is reckoned from."""
    with load.scratch(f"bench_{os.getpid()}"):
        from veche.project.cli import sync

        sync()
        at = clock.now()
        said: list[str] = []
        for part in (places, people, organisations, cases, demo):
            part.load(town=town, at=at, report=said.append)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

        def page(_number: int) -> None:
            kept.forget()
            assert Client().get("/en/pilots/").status_code == 200

        def figures(_number: int) -> None:
            kept.forget()
            statistics(clock.now())

        page(0)
        with CaptureQueriesContext(connection) as asked:
            page(0)
        found = statistics(at)
        report("trials answered", found.rolled.of, "trials", at_least=43)
        report("testers", found.testers or 0, "people", at_least=5000)
        report("the page: queries", len(asked), "", at_most=40)
        report("the page, nothing kept", min(cpu(TIMES, page) for _n in range(3)), "ms CPU",
               at_most=200)  # fmt: skip
        report("  of it the figures", min(cpu(TIMES, figures) for _n in range(3)), "ms CPU")
