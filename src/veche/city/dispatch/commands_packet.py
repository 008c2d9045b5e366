"""``veche dispatch packet``: two weeks of a unit, as they are given to its head."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from typing import Any

DESCRIPTION = """\
Print the packet of a unit: its figures of the two weeks before DATE, beside those of the two weeks
before them and of all units. UNIT is the code of an office, or tier-1, tier-2 or tier-3 for the
dispatch of a tier. The packet that was given to the head is printed where there is one for DATE;
else the figures are reckoned now, and nothing is kept."""


def register_packet(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the word to the command line."""
    packet = verbs.add_parser(
        "packet", help="print the packet of two weeks of a unit", description=DESCRIPTION
    )
    packet.add_argument("--unit", metavar="ID", required=True)
    packet.add_argument("--until", metavar="DATE", type=dt.date.fromisoformat, required=True)
    packet.add_argument("--json", action="store_true", help="print it as JSON")
    packet.set_defaults(run=run_packet)


def run_packet(args: argparse.Namespace) -> int:
    """Print it; 2 is returned where there is no such unit, or the day is to come."""
    from django.utils.translation import gettext as _

    from veche import clock
    from veche.city.dispatch import rules_packets as rules
    from veche.city.dispatch.operations.packets import drawn
    from veche.city.dispatch.queries import packets as queries
    from veche.core.cases.terms import city_zone
    from veche.core.organisations.models import Organisation

    at, until = clock.now(), rules.midnight(args.until, city_zone())
    if until > at:
        print(_("These two weeks are not over."), file=sys.stderr)
        return 2
    if args.unit not in rules.TIERS and not Organisation.objects.filter(code=args.unit).exists():
        print(_("There is no unit with the code “{code}”.").format(code=args.unit), file=sys.stderr)
        return 2
    packet = queries.packet_of(args.unit, until) or drawn(args.unit, until, at)
    found = queries.as_json(packet, at, inside=True)
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(found)))
    return 0


def _lines(found: dict[str, Any]) -> list[str]:
    from django.utils.translation import gettext as _

    from veche.city.dispatch.indicators import HELP_MEASURES, MEASURES
    from veche.city.dispatch.queries.packets import unit_name
    from veche.core.cases.terms import city_zone

    # Days of the city, the last one included: the midnights are told in UTC.
    since, until = (dt.datetime.fromisoformat(found[end]) for end in ("since", "until"))
    last = until - dt.timedelta(seconds=1)
    days = " – ".join(str(one.astimezone(city_zone()).date()) for one in (since, last))
    lines = [
        f"{unit_name(found['unit'])}: {days}",
        f"{_('These two weeks'):>50} {_('The two before'):>16} {_('All units'):>16}",
    ]
    for one in (*MEASURES, *HELP_MEASURES):
        cells = (found["figures"][name].get(one.name) for name in ("now", "before", "all"))
        shown = [_cell(value, one.kind, one.column) for value in cells]
        lines.append(f"{one.title!s:<34} {shown[0]:>15} {shown[1]:>16} {shown[2]:>16}")
    lines += ["", f"{_('What was late')}: {found['figures']['late']}"]
    lines += [
        f"  {row['number']} {row['state']} {row['seconds'] // 60} min" for row in found["late"]
    ]
    if found["followups"]:
        lines += ["", _("What the head must answer")]
        lines += [f"  – {row['text']} → {row['answer'] or '…'}" for row in found["followups"]]
    return lines


def _cell(value: Any, kind: str, column: str) -> str:
    """A number as the page of the packet shows it, without its markup."""
    from django.utils.html import strip_tags

    from veche.city.dispatch.templatetags.courses import measured

    return strip_tags(measured(value, kind, column))
