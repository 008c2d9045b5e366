"""What voting, counting and proving cost: the door, a real election, a log of a million entries.

The door is measured beside ``pgbench`` in the same minute: single-row inserts into a table of the
same shape, by as many clients. Both share the machine with whoever sends. The bars are those of the
door's own process; what the web server takes by the same path is told beside it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.db import connection

from veche import clock
from veche.city.ballots import load
from veche.city.ballots.counting import Rule, count
from veche.city.ballots.files import read_ballots
from veche.core.journal.folder import Folder
from veche.core.journal.tlog import keys, merkle
from veche.core.journal.tlog.note import Checkpoint, Note
from veche.core.journal.tlog.receipt import Receipt
from veche.core.journal.tlog.tiles import Edge, Reader
from veche.core.opendata import standalone
from veche.project.measure import Report

ROOT = Path(__file__).resolve().parents[2]
RANKED = ROOT.parent / "shared/data/ranked/minneapolis_2013_mayor_cvr.csv"
CLIENTS, WORKERS, WARM, BALLOTS, TURNS = 32, 2, 4_000, 60_000, 3
BESIDE = 10_000
"""Ballots through the web server."""
LEAVES = 1_000_000
BATCH = 50_000


def bench(report: Report) -> None:
    """CPU seconds; the file of its own runs in a process of its own, as a stranger runs it."""
    _door(report)
    if RANKED.exists():
        began = time.process_time()
        found = count(Rule("irv", skips="exhaust-after-2"), read_ballots(RANKED, "ranks-csv"))
        spent = time.process_time() - began
        peers = "VoteKit 3.3, pref_voting 18.5"
        name = f"{found.ballots:,} ballots read and counted"
        report(name, spent, "s CPU", at_most=0.5, beside=peers)
    with tempfile.TemporaryDirectory() as made:
        _prove(report, Path(made))


def _door(report: Report) -> None:
    """Ballots a second through HTTP, each judged, promised and durable before it is answered."""
    with load.scratch(f"bench_{os.getpid()}"):
        at = clock.now()
        vote = load.make_vote(at)
        tokens = load.enrol(vote, BALLOTS + 2 * WARM + BESIDE, at)
        sent = load.requests(tokens)
        ours, theirs = [], []
        part = BALLOTS // TURNS
        with load.door() as (port, pid):
            load.crowd(port, pid, sent[:WARM], CLIENTS)
            for turn in range(TURNS):
                first = WARM + turn * part
                ours.append(load.crowd(port, pid, sent[first : first + part], CLIENTS))
                theirs.append(pgbench())
        with load.server(WORKERS) as (port, pid):
            first = WARM + BALLOTS
            load.crowd(port, pid, sent[first : first + WARM], CLIENTS)
            web = load.crowd(port, pid, sent[first + WARM :], CLIENTS)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ballots_ballot WHERE vote_id = %s", [vote.pk])
            kept = cursor.fetchone()[0]
    assert kept == len(sent) and all(set(one.statuses) == {"200"} for one in (*ours, web))
    best = max(ours, key=lambda one: one.a_second)
    door, inserts = best.a_second, max(theirs)
    cpu = min(one.door_cpu_ms + one.database_cpu_ms for one in ours)
    p99 = min(one.p99_ms for one in ours)
    report("ballots through the door", door, "a second")
    report("pgbench, single-row inserts", inserts, "a second")
    report("the door beside pgbench", door / inserts, "", at_least=0.7)
    report("CPU of a ballot, door and database", cpu, "ms", at_most=0.1)
    report("  of it the database", min(one.database_cpu_ms for one in ours), "ms")
    report("  who sends, beside it", min(one.client_cpu_ms for one in ours), "ms")
    report("answered, 99 of 100", p99, "ms", at_most=200)
    report("ballots through the web server", web.a_second, "a second")
    report("  CPU of one, there", web.door_cpu_ms + web.database_cpu_ms, "ms")
    report("  answered, 99 of 100, there", web.p99_ms, "ms")
    report.told |= {
        "ballots_per_s": round(door, 1),
        "pgbench_per_s": round(inserts, 1),
        "ratio": round(door / inserts, 3),
        "p99_ms": round(p99, 2),
        "cpu_ms": round(cpu, 4),
    }


INSERT = """\\set code random(1, 1000000000000000000)
INSERT INTO ballots_like (vote_id, code, revision, territory_id, channel, choice, key, entry_id)
VALUES (1, int8send(:code) || int8send(:code), 1, 1, 'web', '{"place":["north"]}', int8send(:code),
    :code) ON CONFLICT DO NOTHING;
"""


def pgbench(seconds: int = 5) -> float:
    """Inserts a second into a table like that of ballots, by as many clients, each its own commit.

    Raises:
        AssertionError: there is no pgbench beside the database's own programs.
    """
    from veche.project import postgres

    program = shutil.which("pgbench", path=f"{postgres.binaries()}:{os.environ['PATH']}")
    assert program, "pgbench is not installed"
    told = connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS ballots_like")
        cursor.execute("CREATE TABLE ballots_like (LIKE ballots_ballot INCLUDING ALL)")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(INSERT)
        script.flush()
        done = subprocess.run(
            [
                program, "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2",
                "-T", str(seconds), "-f", script.name, "-h", told["HOST"],
                "-p", str(told["PORT"]), "-U", told["USER"], told["NAME"],
            ],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])


def _prove(report: Report, place: Path) -> None:
    signer = keys.Signer("town.example/log/bench", keys.make(place / "key.pem"))
    folder, edge = Folder(place / "log"), Edge()
    began = time.process_time()
    for start in range(0, LEAVES, BATCH):
        entries = [b"%032d" % number for number in range(start, start + BATCH)]
        files = edge.grow(entries, [merkle.leaf_hash(entry) for entry in entries])
        told = Checkpoint(signer.key.name, edge.size, edge.frontier.root())
        folder.publish(files, str(signer.note(told)))
    spent = time.process_time() - began
    report("leaves tiled and signed", LEAVES / spent, "a second", at_least=50_000)
    folder.put("keys.txt", f"{signer.key} active 0\n".encode())
    program = place / "verify.py"
    program.write_text(standalone.build())
    cpu, peak = _run(program, place / "log")
    report(f"{LEAVES:,} leaves walked by the one file", cpu, "s CPU", at_most=10)
    report("its memory", peak, "MB", at_most=200)
    node = Reader(folder.fetch, LEAVES).node
    proof = merkle.inclusion(123_456, LEAVES, node)
    note = Note.read(folder.fetch("checkpoint"))
    receipt = place / "receipt.txt"
    receipt.write_text(str(Receipt(123_456, tuple(proof), note, b"%032d" % 123_456)))
    cpu, _peak = _run(program, receipt)
    report("one receipt offline, the whole process", cpu, "s CPU", at_most=0.2)


def _run(program: Path, what: Path) -> tuple[float, float]:
    """CPU seconds and the greatest memory (MB) of the stand-alone file on one thing."""
    told = (
        "import json, resource, runpy, sys\n"
        "sys.argv = sys.argv[1:]\n"
        "code = 0\n"
        "try:\n    runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "except SystemExit as end:\n    code = end.code or 0\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        # Of its own: ru_maxrss holds what the process weighed that started it.
        "lines = open('/proc/self/status').readlines()\n"
        "peak = next(int(one.split()[1]) for one in lines if one.startswith('VmHWM'))\n"
        "print(json.dumps([code, used.ru_utime + used.ru_stime, peak / 1024]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", told, str(program), str(what)],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    code, cpu, peak = json.loads(done.stdout.decode().splitlines()[-1])
    assert code == 0, done.stdout.decode()
    return cpu, peak
