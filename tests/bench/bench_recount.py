"""What counting a vote costs: a batch of the sequencer however much is there, and a recount.

Runs on a database of its own beside the one of the home, dropped at the end.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.db import connection

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.bench_seal import backend_seconds
from tests.soak.parts.votes import crowded

from veche import clock
from veche.city.ballots import load
from veche.city.ballots.models import Vote
from veche.city.ballots.operations import course
from veche.city.ballots.publishing import publish_vote_files
from veche.city.ballots.sequencer import Sequencer
from veche.core.journal import commands
from veche.core.places.models import Territory
from veche.project.measure import Report

SIZES = tuple(int(one) for one in os.environ.get("BENCH_SIZES", "1000 100000 1000000").split())
"""Ballots that are in the tables before a batch is placed."""
VOTES = 1_700
BATCH = 5_000
RECOUNTED = int(os.environ.get("BENCH_RECOUNT", "200000"))
_CAST = """
INSERT INTO ballots_ballot (vote_id, code, revision, territory_id, channel, choice, key, entry_id)
SELECT %(vote)s, v.code, 1, %(place)s, 'web', (ARRAY['{"place":["north"]}', '{"place":["south"]}',
    '{"place":["none"]}'])[1 + v.entry_id %% 3], v.code, v.entry_id
FROM ballots_voter v WHERE v.vote_id = %(vote)s AND v.entry_id > %(after)s
"""

_WATCHED = """
import runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    lines = open("/proc/self/status").readlines()
    print(next(line for line in lines if line.startswith("VmHWM")), file=sys.stderr)
"""
"""The stranger's file, and how much memory it has needed at most, in kB."""


def bench(report: Report) -> None:
    """CPU of a batch at each size, then a recount by the file of its own."""
    with tempfile.TemporaryDirectory() as folder, load.scratch(f"bench_{os.getpid()}"):
        settings.KEY_FOLDER = Path(folder) / "keys"
        settings.LOG_FOLDER = Path(folder) / "log" / "journal"
        commands.make_key()
        vote, _ballots = crowded(2, clock.now())
        sequencer = Sequencer(connection.connection, settings.LOG_FOLDER, settings.KEY_FOLDER)
        assert sequencer.take()
        sequencer.all()
        _batches(report, vote, sequencer)
    with tempfile.TemporaryDirectory() as folder, load.scratch(f"bench_{os.getpid()}"):
        settings.KEY_FOLDER = Path(folder) / "keys"
        settings.LOG_FOLDER = Path(folder) / "log" / "journal"
        commands.make_key()
        _recount(report, Path(folder) / "published")


def cast(vote: Vote, number: int) -> None:
    """So many ballots wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(entry_id), 0) FROM ballots_voter")
        after = cursor.fetchone()[0]
    load.enrol(vote, number, clock.now())
    place = Territory.objects.get(code="loadham").pk
    with connection.cursor() as cursor:
        cursor.execute(_CAST, {"vote": vote.pk, "place": place, "after": after})


def _spent(sequencer: Sequencer) -> tuple[float, float]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    before, database = time.process_time(), backend_seconds(pid)
    found = sequencer.once(seal=True)
    assert found.ballots == BATCH
    return time.process_time() - before, backend_seconds(pid) - database


def _batches(report: Report, vote: Vote, sequencer: Sequencer) -> None:
    there, costs = 0, []
    for size in SIZES:
        load.fill(size - there, VOTES)
        there = size
        turns = []
        for _turn in range(3):
            cast(vote, BATCH)
            turns.append(_spent(sequencer))
        least = min(turns, key=sum)
        costs.append(sum(least) / BATCH * 1e6)
        name = f"placing a ballot, {size:,} there in {VOTES:,} votes"
        beside = f"of it in the database {least[1] / BATCH * 1e6:.0f}"
        report(name, costs[-1], "µs CPU", at_most=200, beside=beside)
    report("cost at the largest beside the smallest", costs[-1] / costs[0], "×", at_most=1.5)
    idle = time.process_time()
    for _look in range(100):
        sequencer.once()
    report("a look when nothing waits", (time.process_time() - idle) * 10, "ms CPU", at_most=3)


def _recount(report: Report, folder: Path) -> None:
    vote, _ballots = crowded(RECOUNTED, clock.now())
    sequencer = Sequencer(connection.connection, settings.LOG_FOLDER, settings.KEY_FOLDER)
    assert sequencer.take()
    place = Territory.objects.get(code="loadham").pk
    with connection.cursor() as cursor:
        cursor.execute(_CAST, {"vote": vote.pk, "place": place, "after": 0})
    began = time.process_time()
    while sequencer.once().ballots:
        pass
    sequencer.all()
    spent = (time.process_time() - began) / RECOUNTED * 1e6
    report("placing many, without the database's part", spent, "µs CPU a ballot")
    course.close_in_time(by=None, at=clock.now(), case=vote.case)
    sequencer.all()
    vote = Vote.objects.select_related("case").get(pk=vote.pk)
    began = time.process_time()
    found = publish_vote_files(vote, folder)
    report(f"publishing {found.ballots:,} ballots", time.process_time() - began, "s CPU")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(
        [sys.executable, "-c", _WATCHED, folder / "verify.py", folder],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert run.returncode == 0, run.stdout
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    share = found.ballots / 1_000_000
    report(f"counting {found.ballots:,} again", spent, "s CPU", at_most=10 * share + 1)
    report("memory of that", int(run.stderr.split()[-2]) / 1024, "MB", at_most=200)
