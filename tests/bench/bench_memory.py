"""How much memory the whole demo takes: fresh, and after two imports and many readers.

A real demo on a fresh home. The sum of resident sizes counts what processes share once for each
of them; the proportional size counts it once. Both are told; both must stay below the goal.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.bench_problems import ROWS, records
from tests.browser.town import running

MOST = 700
READERS = 8
PAGES = 40
"""Pages of the list that are read in each language."""


def bench(report: Callable[..., None]) -> None:
    """Bring a town up, read it, import into it, read again."""
    with running() as town:
        _weigh(report, "fresh", town.supervisor.pid)
        with tempfile.TemporaryDirectory() as folder:
            for name, count in (("large", ROWS), ("small", ROWS // 20)):
                file = Path(folder) / f"{name}.csv"
                records(file, count)
                _bring(town.home, file)
        with ThreadPoolExecutor(READERS) as readers:
            list(readers.map(_read, [f"{town.address}{page}" for page in _pages()]))
        _weigh(report, "after imports and readers", town.supervisor.pid)


def _bring(home: Path, file: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "veche", "problems", "import", str(file), "--json"],
        env=os.environ | {"VECHE_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _pages() -> Iterator[str]:
    for language in ("en", "ru", "zh-hans"):
        for page in ("", "problems/", "problems/statistics/", "problems/report/", "opendata/"):
            yield f"/{language}/{page}"
        for number in range(2, PAGES):
            yield f"/{language}/problems/?page={number}"
        for city in ("large", "small"):
            yield f"/{language}/problems/?city={city}"


def _read(address: str) -> int:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return len(answer.read())


def _family(pid: int) -> Iterator[int]:
    """The process and all below it."""
    yield pid
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in listed.read_text().split():
            yield from _family(int(child))


def _weigh(report: Callable[..., None], when: str, pid: int) -> None:
    sizes = {"Rss": 0, "Pss": 0}
    for one in _family(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:  # it has ended since
            continue
        for line in lines:
            name, _, rest = line.partition(":")
            if name in sizes:
                sizes[name] += int(rest.split()[0])
    report(f"{when}: resident, summed", sizes["Rss"] / 1024, "MB", at_most=MOST)
    report(f"{when}: proportional", sizes["Pss"] / 1024, "MB", at_most=MOST)
