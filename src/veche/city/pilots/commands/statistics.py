"""``veche pilots statistics``: the figures of the programme's page."""

from __future__ import annotations

import argparse
import json


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser("statistics", help="the figures of the programme's public page")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print every figure, as of now."""
    from veche import clock
    from veche.city.pilots.queries.statistics import statistics

    found = statistics(clock.now())
    told = found.to_json()
    if given.json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return 0
    for name, value in told["funnel"].items():
        print(f"{name:12} {value:8,}")
    share = found.rolled.value
    if share is not None:
        low, high = found.rolled.interval or (0.0, 1.0)
        print(f"rolled out   {share:8.1%}  of {found.rolled.of} answered ({low:.1%} to {high:.1%})")
    for one in (*found.stages, found.whole):
        if one.median is not None:
            print(f"{one.stage:12} {one.median:8.1f}  days, median of {one.passed}")
    print(f"contracts    {found.money:14,.2f} {found.currency}")
    print(f"sites {found.sites:,}, trials {found.trials:,}, testers {found.testers or 'few'}")
    return 0
