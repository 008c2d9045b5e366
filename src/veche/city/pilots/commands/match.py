"""``veche pilots match``: which solution is tested at which site; needs no database."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

DESCRIPTION = """\
Match solutions to sites. FILE.json holds {"solutions": […], "sites": […], "weights": {…}} or, as
plain numbers, {"scores": [[…]], "feasible": [[…]]}, a row a solution; “-” reads it from the
standard input. As many solutions as can be get a site, and of all such choices the one with the
greatest sum of scores is taken. Every part of the file is described in the handbook, on the page
of the sites of pilots. Nothing is read from or written to the database."""
MOST_BYTES = 64_000_000


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this part."""
    match = verbs.add_parser(
        "match", help="which solution fits which site", description=DESCRIPTION
    )
    match.add_argument("file", metavar="FILE.json", help="the instance")
    match.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    match.set_defaults(run=run_match)


def run_match(args: argparse.Namespace) -> int:
    """Read, match, print; the exit status is 2 when the file is not what it should be."""
    # One processor is enough; it must be said before numpy is loaded, which is for this word only.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from veche.city.pilots.engines.match import Broken, as_json, read, solve

    try:
        given = _load(args.file)
        told = as_json(solve(read(given)))
    except Broken as fault:
        print(f"{args.file}: {fault}.", file=sys.stderr)
        return 2
    except _NotJson as fault:
        print(f"{args.file}: {fault}", file=sys.stderr)
        return 2
    _say_why(told)
    _name_as_given(told, given)
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        _print(told)
    return 0


class _NotJson(ValueError):
    """The file holds no JSON, or more than anybody can match."""


def _constant(name: str) -> float:
    raise _NotJson(f"{name} is not a number.")


def _load(name: str) -> Any:
    """What the file holds.

    Raises:
        _NotJson: it holds no JSON, or too much of it.
        OSError: it cannot be read.
    """
    if name == "-":
        raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    else:
        with Path(name).open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise _NotJson(f"it is larger than {MOST_BYTES // 1_000_000} MB.")
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_constant)
    except UnicodeDecodeError as fault:
        raise _NotJson(f"this is not UTF-8 text: {fault.reason} at byte {fault.start}.") from fault
    except json.JSONDecodeError as fault:
        raise _NotJson(
            f"this is not JSON: {fault.msg}, line {fault.lineno}, column {fault.colno}."
        ) from fault
    except RecursionError as fault:
        raise _NotJson("this is nested too deeply.") from fault
    except ValueError as fault:  # a whole number of thousands of digits
        raise _NotJson(str(fault) or "this cannot be read.") from fault


def _say_why(told: dict[str, Any]) -> None:
    """Put the reasons into words; the codes stay beside them."""
    from veche.city.pilots.words.sites import why

    for row in (*told["matches"], *told["unmatched"]):
        for one in row["next_best"]:
            one["code"] = one.pop("why")
            one["why_not"] = why(one["code"], one["what"], one["by"])
    for row in told["unmatched"]:
        row["code"], row["why"] = row["why"], why(row["why"])


def _name_as_given(told: dict[str, Any], given: dict[str, Any]) -> None:
    """Numbers that the file uses as names stay numbers; what it does not name is counted from 0."""
    names: dict[str, dict[str, Any]] = {}
    for part in ("solutions", "sites"):
        rows = given.get(part)
        if rows is None:
            rows = range(max(map(len, [given["scores"], *given["scores"]])))
        named = [row["id"] if isinstance(row, dict) else row for row in rows]
        names[part] = {str(name): name for name in named}
    for row in (*told["matches"], *told["unmatched"]):
        row["solution"] = names["solutions"][row["solution"]]
        if "site" in row:
            row["site"] = names["sites"][row["site"]]
        for one in row["next_best"]:
            one["site"] = names["sites"][one["site"]]
            one["by"] = names["solutions"].get(one["by"], one["by"])


def _print(told: dict[str, Any]) -> None:
    count = len(told["matches"])
    print(f"{count} of {count + len(told['unmatched'])} matched, {told['seconds']:.3f} s")
    for row in told["matches"]:
        kept = "" if row["stable"] else "  (the top three change with the weights)"
        print(f"{row['solution']}: {row['site']}  {row['score']:.3f}{kept}")
        for one in row["next_best"]:
            print(f"    {one['site']}  {one['score']:.3f}  {one['why_not']}")
    for row in told["unmatched"]:
        print(f"{row['solution']}: none: {row['why']}")
