"""``veche dispatch scenario``: a scripted incident, played and looked back upon."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from veche.city.dispatch.queries.timeline import Story
    from veche.city.dispatch.scenario import Play, Said, Script

SCENARIO = """\
Play a scripted incident by the real operations and print its after-action report. FILE.toml is a
file, or the name of a script that comes with the program (gale.toml). In a demo town the clock is
turned to each step. In a real city it is played as a drill only, as if it had just ended: a drill
is marked from the first step on, leaves the house by no door and is in no figure. As JSON:
{"format": "veche-scenario/1", "title", "drill", "begun", "people", "minutes", "played": [{"minute",
"do", "who", "text"}], "incidents": [the after-action of each]}."""


def register_scenario(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``scenario`` to ``veche dispatch``."""
    played = verbs.add_parser("scenario", help="play a scripted incident", description=SCENARIO)
    played.add_argument("file", metavar="FILE.toml")
    played.add_argument("--drill", action="store_true", help="rehearse: marked all through")
    played.add_argument("--json", action="store_true", help="print the report as JSON")
    played.set_defaults(run=run_scenario)


def run_scenario(args: argparse.Namespace) -> int:
    """Play and report; 2 where the script is none or this city may not play it."""
    from django.conf import settings

    from veche import clock
    from veche.city.dispatch import scenario
    from veche.core.journal.operations import turn_clock
    from veche.errors import Refused

    def turn(at: dt.datetime) -> None:
        now = clock.now()
        if settings.DEMO and at > now:
            turn_clock(by=None, at=now, forward=at - now)

    def tell(said: Said) -> None:
        if not args.json:
            print(f"{_hours(said.minute)}  {said.do:<14} {said.who:<22} {said.text}", flush=True)

    try:
        script = scenario.read(scenario.find(args.file))
        # A real city's clock is not turned: the drill has just ended.
        begun = clock.now().replace(microsecond=0)
        begun -= dt.timedelta() if settings.DEMO else script.lasts
        run = scenario.play(
            script, begun=begun, drill=args.drill, turn=turn, tick=scenario.tick, tell=tell
        )
    except (Refused, OSError, UnicodeDecodeError) as fault:
        print(fault, file=sys.stderr)
        return 2
    stories = after_action(run)
    if args.json:
        print(json.dumps(as_json(script, run, stories), ensure_ascii=False, indent=1))
        return 0
    for one in stories:
        print()
        _print(one)
    print()
    print(_("From the first report to the end: %(span)s.") % {"span": _hours(run.minutes)})
    return 0


def after_action(run: Play) -> list[Story]:
    """The course of every incident of a play, in the order they were reported."""
    from veche.city.dispatch.access import full
    from veche.city.dispatch.queries.timeline import story

    end = run.begun + run.script.lasts
    rows = full().filter(pk__in=set(run.incidents.values())).order_by("reported_at", "pk")
    return [story(one, end, inside=True) for one in rows]


def as_json(script: Script, run: Play, stories: list[Story]) -> dict[str, Any]:
    """The report for machines."""
    from veche.city.dispatch.queries.timeline import as_json as told

    return {
        "format": "veche-scenario/1",
        "title": dict(script.title),
        "drill": run.drill,
        "begun": run.begun.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "people": script.people,
        "minutes": run.minutes,
        "played": [
            {"minute": s.minute, "do": s.do, "who": s.who, "text": s.text} for s in run.said
        ],
        "incidents": [told(one) for one in stories],
    }


def _hours(minutes: float) -> str:
    """So many minutes as hours and minutes."""
    whole = round(minutes)
    return f"{whole // 60}:{whole % 60:02d}"


def _print(one: Story) -> None:
    """The after-action of one incident, for people."""
    found = one.incident
    mark = f" [{_('drill')}]" if found.drill else ""
    print(f"{found.case.number} {found.title}{mark}")
    for m in one.milestones:
        if m.after is not None:
            print(f"  {_hours(m.after.total_seconds() / 60):>6}  {m.title}")
    if not one.late:
        print("  " + _("Nothing was late."))
    for t in one.late:
        late = _hours(t.late_by.total_seconds() / 60)
        whose = t.whose or _("the dispatchers")
        print("  " + _("late by %(late)s: %(what)s, %(whose)s") % {
            "late": late, "what": t.title, "whose": whose,
        })  # fmt: skip
