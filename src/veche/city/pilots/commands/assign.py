"""``veche pilots assign``: who reads what, from a file or a call."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from veche.city.pilots.engines.assign import Impossible
    from veche.city.pilots.engines.assign_file import Given

ASSIGN = """\
Compute who reads what, so that no application gets the leftovers: nobody gets what they are tied
to, each gets exactly so many readers, loads stay in their bounds. INSTANCE.json is {"papers": […],
"experts": […], "affinity": [[…]], "conflicts": [[e, p]…], "reviews": k, "load": [least, most]},
affinity by expert × paper, pairs as positions from 0 or as names; “-” reads it from the input.
With --call, the applications of that call that wait for readers; nothing is given out. As JSON:
{"assignment": [[e, p]…], "total", "worst", "p10", "loads", "seconds", …}. 1: no assignment keeps
the rules, and it says which are in the way; 2: the file is no instance."""
LARGEST = 256 * 1024 * 1024
"""Bytes of a file that is read at all."""


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``assign`` to ``veche pilots``."""
    parser = verbs.add_parser("assign", help="who reads which application", description=ASSIGN)
    of = parser.add_mutually_exclusive_group(required=True)
    of.add_argument("file", metavar="INSTANCE.json", nargs="?")
    of.add_argument("--call", metavar="ID", help="the number of a call")
    parser.add_argument("--seed", type=int, default=None, help="chance among equals")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(run=run_assign)


def run_assign(args: argparse.Namespace) -> int:
    """Read, solve, print; 1 where the rules cannot be kept, 2 where there is nothing to solve."""
    from veche.city.pilots.engines import assign_file
    from veche.city.pilots.engines.assign import Impossible

    try:
        data = of_call(args.call) if args.call else of_file(args.file)
        if args.seed is not None and isinstance(data, dict):
            data["seed"] = args.seed
        given = assign_file.read(data)
    except assign_file.BadInstance as fault:
        print(fault, file=sys.stderr)
        return 2
    try:
        found = assign_file.result(given, assign_file.run(given))
    except Impossible as no:
        print(told(no, given), file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps({**found, "digest": assign_file.digest(data)}, ensure_ascii=False))
        return 0
    loads = found["loads"]
    print(_("%(pairs)s pairs in %(seconds)s s by %(solver)s") % {
        "pairs": len(found["assignment"]), "seconds": found["seconds"], "solver": found["solver"],
    })  # fmt: skip
    print(_("total %(total)s, worst %(worst)s, 10th percentile %(p10)s") % {
        key: _said(found[key]) for key in ("total", "worst", "p10")
    })  # fmt: skip
    print(_("loads %(least)s to %(most)s") % {
        "least": min(loads, default=0), "most": max(loads, default=0),
    })  # fmt: skip
    return 0


def _said(number: float | None) -> str:
    return "–" if number is None else f"{number:.3f}"


def of_file(name: str) -> Any:
    """What stands in a file.

    Raises:
        veche.city.pilots.engines.assign_file.BadInstance: nothing that can be read.
    """
    from veche.city.pilots.engines.assign_file import BadInstance

    try:
        if name == "-":
            text = sys.stdin.read(LARGEST + 1)
        else:
            path = Path(name)
            if path.is_file() and path.stat().st_size > LARGEST:
                raise BadInstance(f"{name}: larger than {LARGEST} bytes.")
            text = path.read_text(encoding="utf-8-sig")
        return json.loads(text)
    except (OSError, UnicodeDecodeError) as fault:
        raise BadInstance(f"{name}: {fault}") from fault
    except (ValueError, RecursionError) as fault:
        if isinstance(fault, BadInstance):
            raise
        raise BadInstance(f"{name} is no JSON: {fault}") from fault


def of_call(number: str) -> Any:
    """The instance of a call: its applications that wait for readers.

    Raises:
        veche.city.pilots.engines.assign_file.BadInstance: there is no such call, or nothing waits.
    """
    from veche import clock
    from veche.city.pilots.engines.assign_file import BadInstance
    from veche.city.pilots.models import Call
    from veche.city.pilots.operations.assigning import make_round, waiting

    call = Call.objects.select_related("programme").filter(case__number=number).first()
    if call is None:
        raise BadInstance(_("There is no call with the number %(number)s.") % {"number": number})
    rows = list(waiting(call.programme, call))
    if not rows:
        raise BadInstance(_("No application of this call waits for readers."))
    return make_round(at=clock.now(), programme=call.programme, applications=rows).data


def told(no: Impossible, given: Given) -> str:
    """Why there is no assignment, for people at the command line."""
    papers = ", ".join(given.papers[place] for place in no.papers)
    experts = ", ".join(given.experts[place] for place in no.experts)
    said = {
        "few": _("Too few experts without a conflict may read: {papers}."),
        "crowded": _("All who may read these have as much as they take: {papers}."),
        "short": _("{needed} reviews are needed, and the experts take {offered}."),
        "idle": _("The least loads ask for {asked} reviews, and only {needed} are needed."),
        "bounds": _("The least load is above the most of: {experts}."),
        "unfilled": _("These cannot be given their least load: {experts}."),
        "kept": _("A pair that is to be kept is a conflict, or too much: {papers}."),
    }[no.why]  # fmt: skip
    return said.format(papers=papers, experts=experts, **no.numbers)
