"""What counting and proving cost: a real election, a log of a million entries, one receipt."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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
LEAVES = 1_000_000
BATCH = 50_000


def bench(report: Report) -> None:
    """CPU seconds; the file of its own runs in a process of its own, as a stranger runs it."""
    if RANKED.exists():
        began = time.process_time()
        found = count(Rule("irv", skips="exhaust-after-2"), read_ballots(RANKED, "ranks-csv"))
        spent = time.process_time() - began
        peers = "VoteKit 3.3, pref_voting 18.5"
        name = f"{found.ballots:,} ballots read and counted"
        report(name, spent, "s CPU", at_most=0.5, beside=peers)
    with tempfile.TemporaryDirectory() as made:
        _prove(report, Path(made))


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
        "print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))\n"
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
