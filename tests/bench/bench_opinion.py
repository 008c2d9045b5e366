"""The opinion map beside red-dwarf, which reimplements Polis: groups and time, on real
conversations and on 2,000 people × 600 statements.

red-dwarf lives in an environment apart, ``.venv/red-dwarf``; without it ours is measured alone:
``python3 -m venv .venv/red-dwarf && .venv/red-dwarf/bin/pip install red-dwarf==0.4.0``.
Another place of its Python is told by ``BENCH_RED_DWARF``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the command does; before numpy

import numpy as np
from tests.city.ideas.agreement import rand_index

from veche.city.ideas.opinion.chart import draw
from veche.city.ideas.opinion.reading import read
from veche.city.ideas.opinion.votes import Conversation, Statement
from veche.project.measure import Report

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(os.environ.get("BENCH_RED_DWARF", ROOT / ".venv/red-dwarf/bin/python"))
JUDGE = ROOT / "tests/judges/opinion/judge.py"
REAL = sorted((ROOT.parent / "shared/data/polis").glob("*/participants-votes.csv"))
PEOPLE, STATEMENTS, RUNS = 2_000, 600, 3


def bench(report: Report) -> None:
    """Seconds of a map, and how well its groups agree with what is known."""
    made, minds = invented()
    draw(made)  # the first one loads the linear algebra
    conversations = [(f"{PEOPLE} x {STATEMENTS}", made, minds)]
    for path in REAL:
        said = read(path.parent)
        conversations.append((path.parent.name, said, dict(said.groups)))
    if not PYTHON.exists():
        print(f"red-dwarf is not at {PYTHON}: see the top of this file.", file=sys.stderr)
    for name, said, known in conversations:
        times = [draw(said).seconds for _ in range(RUNS)]
        ours = draw(said).as_json()["groups"]
        theirs = judged(said) if PYTHON.exists() else None
        report(
            f"opinion map, {name}",
            min(times),
            "s",
            at_most=1.0,
            beside=f"red-dwarf {theirs['seconds']:.2f} s" if theirs else "",
        )
        beside = f"red-dwarf {agreement(theirs['groups'], known):.2f}" if theirs else ""
        report(
            f"  agreement with {'the minds' if said is made else 'the published groups'}",
            agreement(ours, known),
            at_least=0.75,
            beside=beside,
        )


def agreement(groups: dict[str, str], known: dict[str, str]) -> float:
    """The adjusted Rand index of those who are in both."""
    both = sorted(groups.keys() & known.keys())
    return rand_index([groups[one] for one in both], [known[one] for one in both])


def judged(said: Conversation) -> dict[str, Any]:
    """What red-dwarf says of the same votes; its seconds are without starting and reading."""
    votes = [
        {
            "participant_id": int(said.participants[row]),
            "statement_id": int(said.statements[column].id),
            "vote": int(said.table[row, column]),
        }
        for row, column in np.argwhere(~np.isnan(said.table)).tolist()
    ]
    rejected = [int(one.id) for one in said.statements if not one.counts]
    done = subprocess.run(
        [str(PYTHON), "-W", "ignore", str(JUDGE)],
        input=json.dumps({"votes": votes, "rejected": rejected}),
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def invented(seed: int = 7) -> tuple[Conversation, dict[str, str]]:
    """People of three minds, of whom each saw three tenths of the statements."""
    chance = np.random.default_rng(seed)
    minds = chance.choice([0.15, 0.5, 0.85], size=(3, STATEMENTS))
    mind = np.arange(PEOPLE) % 3
    table = np.where(chance.random((PEOPLE, STATEMENTS)) < minds[mind], 1.0, -1.0)
    table[chance.random(table.shape) < 0.1] = 0
    table[chance.random(table.shape) < 0.7] = np.nan
    people = tuple(map(str, range(PEOPLE)))
    statements = tuple(Statement(str(one)) for one in range(STATEMENTS))
    return (
        Conversation(people, statements, table),
        {person: str(one) for person, one in zip(people, mind.tolist(), strict=True)},
    )
