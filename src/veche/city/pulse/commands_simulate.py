"""``veche pulse simulate``: something happens in the demo town."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    import datetime as dt

    from veche.city.pulse.operations.intake import Taken

SIMULATE = """\
Play a scenario in the demo town: its sensors read what would happen, and its clock runs along. The
scenarios: ordinary-day, heat-wave, leak, silent-source, gale, faults. The same scenario reads the
same every time. Invented readings never come into a real city."""


def register_simulate(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to ``veche pulse``."""
    play = verbs.add_parser(
        "simulate", help="let something happen in the demo town", description=SIMULATE
    )
    play.add_argument("scenario", metavar="SCENARIO")
    play.add_argument(
        "--speed", type=float, default=60, metavar="N", help="times as quick as life; 0: at once"
    )
    play.add_argument("--json", action="store_true", help="print the summary as JSON")
    play.set_defaults(run=run_simulate)


def run_simulate(args: argparse.Namespace) -> int:
    """Play; 2 when there is no such scenario."""
    from veche.city.pulse.demo_play import play
    from veche.city.pulse.simulators.course import codes, scenario
    from veche.languages import here

    if args.scenario not in codes() or args.speed < 0:
        print(_("The scenarios are: %(codes)s.") % {"codes": ", ".join(codes())}, file=sys.stderr)
        return 2
    what = scenario(args.scenario)
    live = sys.stderr.isatty()

    def show(at: dt.datetime, whole: Taken) -> None:
        if live:
            print(
                f"\r{at:%d.%m. %H:%M}  {whole.taken:,}\x1b[K", end="", file=sys.stderr, flush=True
            )

    whole = play(scenario=what, speed=args.speed, progress=show)
    if live:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    refused = sum(whole.refused.values())
    if args.json:
        told = {
            "scenario": what.code,
            "hours": what.hours,
            "taken": whole.taken,
            "repeated": whole.repeated,
            "refused": refused,
            "reasons": whole.refused,
        }
        print(json.dumps(told))
    else:
        print(
            _("%(name)s: readings taken %(taken)s, refused %(refused)s.")
            % {"name": here(what.names), "taken": f"{whole.taken:,}", "refused": f"{refused:,}"}
        )
    return 0
