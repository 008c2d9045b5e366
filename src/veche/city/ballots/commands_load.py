"""``veche ballots load-test``: how many ballots a second this machine takes."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

MOST_VOTES, MOST_CONNECTIONS = 1_000_000, 500


def add_load_test(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to ``veche ballots``."""
    parser = verbs.add_parser(
        "load-test", help="cast ballots in a vote of its own, in a database of its own"
    )
    parser.add_argument("--votes", type=int, default=20_000, metavar="N", help="ballots to cast")
    parser.add_argument("--connections", type=int, default=32, metavar="N")
    parser.add_argument(
        "--filled", type=int, default=0, metavar="N", help="ballots of 1,700 older votes before"
    )
    parser.add_argument(
        "--through", choices=("door", "web"), default="door",
        help="the door's own process, or the web server",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run_load_test)


def run_load_test(args: argparse.Namespace) -> int:
    """Cast and count; the exit status is 1 where a ballot was lost or counted twice."""
    if os.environ.get("DATABASE_URL"):
        print("A load test runs beside a demo only, never beside a city's data.", file=sys.stderr)
        return 1
    if not (0 < args.votes <= MOST_VOTES and 0 < args.connections <= MOST_CONNECTIONS):
        most = f"{MOST_VOTES:,} ballots over {MOST_CONNECTIONS} connections"
        print(f"A load test casts at most {most}.", file=sys.stderr)
        return 1
    from django.db import connection

    from veche import clock
    from veche.city.ballots import load

    with load.scratch(f"load_{os.getpid()}"):
        at = clock.now()
        vote = load.make_vote(at)
        tokens = load.enrol(vote, args.votes, at)
        if args.filled:
            load.fill(args.filled, 1_700)
        with load.door() if args.through == "door" else load.server() as (port, pid):
            seen = load.crowd(port, pid, load.requests(tokens), args.connections)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ballots_ballot WHERE vote_id = %s", [vote.pk])
            kept = int(cursor.fetchone()[0])
    told: dict[str, Any] = {
        "votes": seen.votes,
        "connections": seen.connections,
        "through": args.through,
        "taken": seen.statuses.get("200", 0),
        "in_the_database": kept,
        "statuses": seen.statuses,
        "ballots_per_s": round(seen.a_second, 1),
        "p50_ms": round(seen.p50_ms, 2),
        "p99_ms": round(seen.p99_ms, 2),
        "door_cpu_ms": round(seen.door_cpu_ms, 4),
        "database_cpu_ms": round(seen.database_cpu_ms, 4),
        "client_cpu_ms": round(seen.client_cpu_ms, 4),
    }
    if args.json:
        print(json.dumps(told))
    else:
        for name, value in told.items():
            print(f"{name:18}{value}")
    return 0 if told["taken"] == kept == args.votes else 1
