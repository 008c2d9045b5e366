"""What problems cost: the demo town, an import, a report, a list, a publication.

Runs on a database of its own beside the one of the home, dropped at the end. Figures of CPU are
those of this process and of its database process together.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import resource
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.demo_database import fit_for_demo

import veche.town
from veche.module import load, resolve

ROWS = 84_610
PEER = "Signalen"


def backend_seconds() -> float:
    """CPU seconds of the database process of our connection."""
    connection.ensure_connection()
    assert connection.connection is not None
    pid = connection.connection.info.backend_pid
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu(times: int, act: Callable[[int], Any]) -> float:
    """Milliseconds of CPU of one call, both processes, over many calls."""
    act(0)
    ours, theirs = time.process_time(), backend_seconds()
    for number in range(1, times + 1):
        act(number)
    spent = time.process_time() - ours + backend_seconds() - theirs
    return spent / times * 1000


def wall(act: Callable[[], Any]) -> float:
    """Seconds of the clock of one call."""
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


def records(path: Path, count: int) -> None:
    """A file of invented records, as large as a real one of a city of two million."""
    rng = random.Random(115)
    start = dt.date(2016, 1, 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        write(["id", "category", "address", "latitude", "longitude", "opened", "status",
               "organisation"])  # fmt: skip
        for number in range(count):
            write([
                number, f"kind {rng.randrange(109)}", f"улица Полевая, {rng.randrange(200)}",
                round(rng.gauss(53.9, 0.04), 6), round(rng.gauss(27.56, 0.06), 6),
                start + dt.timedelta(days=number * 1200 // count),
                "closed" if rng.random() < 0.9 else "open", f"office {rng.randrange(139)}",
            ])  # fmt: skip


def bench(report: Any) -> None:
    """Measure everything, one row each."""
    name = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = f"bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        from veche.project.cli import sync

        sync()
        with tempfile.TemporaryDirectory() as folder:
            fit_for_demo(Path(folder) / "demo")
            _measure(report, Path(folder))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _measure(report: Any, folder: Path) -> None:
    at = dt.datetime.now(dt.UTC)
    for manifest in load():
        if manifest.demo:
            loader: Any = resolve(manifest.demo)
            seconds = wall(lambda: loader(town=veche.town, at=at, report=lambda _: None))  # noqa: B023
            report(f"demo town: {manifest.name}", seconds, "s")
    _publication(report, folder / "small", at, "20,000 problems")
    _imports(report, folder, at)
    _pages(report, at)
    _publication(report, folder / "large", at, "104,610 problems")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report("peak memory of all of this", peak, "MB", at_most=500)


def _imports(report: Any, folder: Path, at: dt.datetime) -> None:
    from veche.city.problems.bulk import imports
    from veche.city.problems.bulk.imports import import_problems
    from veche.city.problems.imports.mapping import read_mapping

    file = folder / "elsewhere.csv"
    records(file, ROWS)
    mapping = read_mapping(None, "elsewhere")
    looked: list[float] = []
    link = imports.link_imported

    def timed(**values: Any) -> int:
        begun = time.process_time() + backend_seconds()
        found = link(**values)
        looked.append(time.process_time() + backend_seconds() - begun)
        return found

    def bring() -> None:
        import_problems(by=None, at=at, file=file, mapping=mapping)

    imports.link_imported = timed

    ours, theirs = time.process_time(), backend_seconds()
    seconds = wall(bring)
    spent = time.process_time() - ours + backend_seconds() - theirs
    report("import", ROWS / seconds, "rows/s", at_least=5_000)
    report("import: CPU, both processes", spent / ROWS * 1e6, "µs/row")
    report("of it looking for what came back", looked[0] / ROWS * 1e6, "µs/row")
    imports.link_imported = link
    report("import again, nothing changed", ROWS / wall(bring), "rows/s", at_least=5_000)


def _pages(report: Any, at: dt.datetime) -> None:
    from veche.city.problems import operations
    from veche.city.problems.models import Problem
    from veche.city.problems.queries import lists
    from veche.core.people.models import Person

    by = Person.objects.get(cast="resident")
    sample = Problem.objects.filter(source="").latest("pk")

    def create(_number: int) -> None:
        operations.report(
            by=by,
            at=at,
            submission=uuid.uuid4(),
            category="pothole",
            text="A deep hole by the bus stop. Two cyclists fell this week.",
            longitude=sample.longitude,
            latitude=sample.latitude,
            answers={"depth": "deep"},
        )

    create(0)
    with CaptureQueriesContext(connection) as queries:
        create(0)
    beside = f"{PEER}: 50 queries, 64.5 ms"
    report("report a problem", len(queries), "queries", at_most=15, beside=beside)
    report("report a problem", cpu(50, create), "ms CPU", at_most=20, beside=beside)
    client = Client()

    def show(number: int) -> None:
        # Another page of the list each time, so that no short memory answers.
        assert client.get("/en/problems/", {"page": number + 2}).status_code == 200

    show(0)
    with CaptureQueriesContext(connection) as queries:
        show(1)
    beside = f"{PEER}: 389 queries, 315 ms"
    report("list of 50 of 104,610", len(queries), "queries", at_most=8, beside=beside)
    report("list of 50 of 104,610", cpu(20, show), "ms CPU", at_most=15, beside=beside)
    # Pages of the imported city, all states, drawn at random: nobody has asked for any of them.
    deep = random.Random(50).sample(range(30, ROWS // 50), 21)

    def dig(number: int) -> None:
        query = {"place": "elsewhere", "state": "all", "page": str(deep[number])}
        assert client.get("/en/problems/", query).status_code == 200

    report("any page of a list of 84,610", cpu(20, dig), "ms CPU", at_most=20)
    lists.forget()
    ours, theirs = time.process_time(), backend_seconds()
    dig(1)
    spent = time.process_time() - ours + backend_seconds() - theirs
    report("the same, everything counted afresh", spent * 1000, "ms CPU")
    numbers = list(Problem.objects.filter(source="", case__state="confirmed").values_list(
        "case__number", flat=True)[:21])  # fmt: skip

    def matter(number: int) -> None:
        assert client.get(f"/en/problems/{numbers[number % 21]}/").status_code == 200

    with CaptureQueriesContext(connection) as queries:
        matter(3)
    report("page of a problem", len(queries), "queries", at_most=12)
    report("page of a problem", cpu(20, matter), "ms CPU", at_most=40)
    page = [wall(lambda: client.get("/en/problems/statistics/")) for _ in range(3)]
    report("statistics page", statistics.median(page) * 1000, "ms", at_most=1_000)


def _publication(report: Any, folder: Path, at: dt.datetime, size: str) -> None:
    from veche.core.opendata import verifier
    from veche.core.opendata.operations import publish

    report(f"publish {size}", wall(lambda: publish(by=None, at=at, folder=folder)), "s")
    report(f"verify {size}", wall(lambda: verifier.verify_publication(folder)), "s")
