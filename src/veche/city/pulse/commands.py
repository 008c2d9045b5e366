"""``veche pulse``: loading readings, listening to a broker, playing scenarios, and the engines."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from django.utils.translation import gettext as _

from veche.city.pulse import (
    commands_analysis,
    commands_listen,
    commands_publish,
    commands_signs,
    commands_simulate,
)

LOAD = """\
Bring the readings of a CSV file in, plain or compressed by gzip. Either one reading a line, with
the columns time, thing, property and value (and unit), or one column for each thing that is
measured, beside a time (or year, month, day, hour) and perhaps a station. A source of this name
that is not connected yet is connected, and things that are new to it are made. Loading a file
again changes nothing. What cannot be true is refused, counted, and written to the file of rejects
with its line and the reason."""


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    pulse = parser.add_parser("pulse", help="readings of the city: load, simulate, listen, judge")
    verbs = pulse.add_subparsers(title="verbs", metavar="VERB", required=True)
    load = verbs.add_parser("load", help="load a file of readings", description=LOAD)
    load.add_argument("file", metavar="FILE.csv", type=Path)
    load.add_argument("--source", required=True, metavar="NAME", help="the code of the source")
    load.add_argument("--owner", metavar="OFFICE", help="whose a source is that is new")
    load.add_argument("--thing", default="", help="what tells, where no column says it")
    load.add_argument("--property", default="", help="what is measured, where no column says it")
    load.add_argument("--zone", default="", help="time zone of times that name none; the city's")
    load.add_argument("--rejects", metavar="FILE", type=Path)
    load.add_argument("--json", action="store_true", help="print the summary as JSON")
    load.set_defaults(run=run_load)
    commands_simulate.register_simulate(verbs)
    commands_listen.register_listen(verbs)
    commands_publish.register_publish(verbs)
    commands_analysis.register_analysis(verbs)
    commands_signs.register_signs(verbs)


def run_load(args: argparse.Namespace) -> int:
    """Load; the summary is printed, 2 is returned where the file cannot be read."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from veche import clock
    from veche.city.pulse.loading import File, NotReadings
    from veche.city.pulse.operations.loading import load, note_loaded
    from veche.core.cases.terms import city_zone

    begun = time.monotonic()
    live = sys.stderr.isatty()

    def show(read: int, part: float) -> None:
        if live:
            done = int(part * 24)
            bar = "█" * done + "·" * (24 - done)
            a_second = read / max(time.monotonic() - begun, 0.001)
            print(f"\r{bar} {read:,}  {a_second:,.0f}/s\x1b[K", end="", file=sys.stderr, flush=True)

    try:
        zone = ZoneInfo(args.zone) if args.zone else city_zone()
        file = File(args.file, zone=zone, thing=args.thing, what=args.property)
        source = _source(args.source, args.owner)
        at = clock.now()
        read, whole = load(
            by=None, at=at, source=source, file=file, rejects=args.rejects, progress=show
        )
        note_loaded(by=None, at=at, source=source, name=args.file.name, read=read, whole=whole)
    except (NotReadings, ZoneInfoNotFoundError, EOFError) as fault:
        print(fault, file=sys.stderr)
        return 2
    if live:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    seconds = round(time.monotonic() - begun, 3)
    refused = sum(whole.refused.values())
    if args.json:
        told = {
            "read": read,
            "taken": whole.taken,
            "repeated": whole.repeated,
            "refused": refused,
            "reasons": whole.refused,
            "seconds": seconds,
        }
        print(json.dumps(told))
        return 0
    print(
        _("Read %(read)s, taken %(taken)s, there already %(repeated)s, refused %(refused)s.")
        % {
            "read": f"{read:,}",
            "taken": f"{whole.taken:,}",
            "repeated": f"{whole.repeated:,}",
            "refused": f"{refused:,}",
        }
    )
    for reason, count in sorted(whole.refused.items()):
        from veche.city.pulse.operations.intake import REASONS

        print(f"  {count:,}  {REASONS[reason]}")
    print(f"{seconds:.1f} s")
    return 0


def _source(code: str, owner: str | None):  # type: ignore[no-untyped-def]
    """The source of this code; a new one is connected, and said."""
    from veche import clock
    from veche.city.pulse.loading import NoOffice
    from veche.city.pulse.models import Source
    from veche.city.pulse.operations.sources import connect_source
    from veche.core.organisations.models import Organisation
    from veche.core.organisations.queries import organisation_by_code
    from veche.languages import everywhere

    found = Source.objects.filter(code=code).select_related("agreement").first()
    if found is not None:
        return found
    office = (
        organisation_by_code(owner)
        if owner
        else Organisation.objects.filter(kind="department", imported=False).order_by("pk").first()
    )
    if office is None:
        raise NoOffice
    print(_("The source “%(code)s” is new: it is connected.") % {"code": code}, file=sys.stderr)
    return connect_source(
        by=None,
        at=clock.now(),
        code=code,
        names=everywhere(code),
        owner=office,
        purpose=_("Readings of a file."),
        cadence=3600,
        fresh_for=366 * 86_400,
        retention_days=36_500,
    )
