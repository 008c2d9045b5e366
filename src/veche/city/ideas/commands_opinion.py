"""``veche ideas opinion-map``: the map of a folder of files; needs no database."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from veche.city.ideas.opinion.chart import Chart


def add_opinion_map(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the word to those of ``veche ideas``."""
    one = verbs.add_parser("opinion-map", help="groups of people who say much the same")
    one.add_argument(
        "folder", metavar="DIR", type=Path, help="a Polis export: CSV files or the API's JSON"
    )
    one.add_argument(
        "--groups", type=Path, metavar="FILE.json", help="participant → group, taken as given"
    )
    one.add_argument("--json", action="store_true", help="print the whole map as JSON")
    one.set_defaults(run=run_opinion_map)


def run_opinion_map(args: argparse.Namespace) -> int:
    """Read, compute, print; the exit status is 2 when a file is not what it should be."""
    # One processor is enough, and the same digits come out however many there are. It must be
    # said before numpy is loaded, which is for this word only.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from veche.city.ideas.opinion.chart import draw
    from veche.city.ideas.opinion.reading import WrongFile, read, read_groups

    begun = time.perf_counter()
    try:
        given = read_groups(args.groups) if args.groups is not None else None
        said = read(args.folder)
    except WrongFile as fault:
        print(fault, file=sys.stderr)
        return 2
    if given is not None:
        strangers = given.keys() - set(said.participants)
        if len(strangers) == len(given):
            print(f"{args.groups}: none of its participants took part.", file=sys.stderr)
            return 2
        if strangers:
            told = f"{args.groups}: {len(strangers)} of its participants took no part; left out."
            print(told, file=sys.stderr)
    chart = draw(said, given)
    if args.json:
        whole = chart.as_json() | {"seconds_with_reading": time.perf_counter() - begun}
        print(json.dumps(whole, ensure_ascii=False))
    else:
        _print(chart)
    return 0


def _print(chart: Chart) -> None:
    whole = chart.as_json()
    texts = {one.id: one.text for one in chart.conversation.statements}
    print(
        f"{whole['participants']} participants, {whole['counted']} statements,"
        f" {whole['votes']} votes, {len(chart.names)} groups, {chart.seconds:.2f} s"
    )
    for group in whole["explained"]:
        print(f"\nGroup {group['group']}: {group['members']} participants")
        for one in group["statements"]:
            shown = f"{one[one['says']]} of {one['seen']} {one['says']}"
            print(f"  {one['statement']:>5}  {shown:24} {_line(one['text'])}")
    print("\nAll groups agree most with")
    for id_ in whole["agreed"]:
        print(f"  {id_:>5}  {whole['consensus'][id_]:<24.3f} {_line(texts[id_])}")
    print("\nGroups are furthest apart on")
    for one in whole["divides"]:
        print(f"  {one['statement']:>5}  {one['gap']:<24.3f} {_line(texts[one['statement']])}")


def _line(text: str) -> str:
    """The beginning of a text, on one line."""
    words = " ".join(text.split())
    return words if len(words) <= 70 else words[:69] + "…"
