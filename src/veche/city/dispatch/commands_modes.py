"""``veche dispatch mode``: in which mode the city is; entering, extending and ending one."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import json
import sys

MODE = """\
Say in which mode the city and its districts are; with a level from 2 to 5 enter it, at the city or
at a district, with a reason and an end; the level that is in force there already is extended; with
level 1 return to the usual mode. MOMENT is as 2026-12-31T18:00 in the city's time, or +6h, +90m,
+2d from now. Whoever sits at the machine is written down, in the part of the log that is not
public; with --by it is done by the person with this e-mail address, with their rights. As JSON:
{"modes": [{"place", "level", "name", "since", "until", "drill"}]}."""


def register_mode(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``mode`` to ``veche dispatch``."""
    mode = verbs.add_parser("mode", help="say or set the mode of the city", description=MODE)
    mode.add_argument("level", nargs="?", type=int, choices=(1, 2, 3, 4, 5), metavar="LEVEL")
    mode.add_argument("--reason", default="", help="why, in words for everybody")
    mode.add_argument("--until", default="", metavar="MOMENT", help="when it ends by itself")
    mode.add_argument("--territory", default="", metavar="CODE", help="a district; else the city")
    mode.add_argument("--by", default="", metavar="EMAIL", help="who enters it")
    mode.add_argument("--drill", action="store_true", help="of a drill: it switches drills alone")
    mode.add_argument("--json", action="store_true", help="print the modes as JSON")
    mode.set_defaults(run=run_mode)


def run_mode(args: argparse.Namespace) -> int:
    """Set what is asked for and print how it is; 2 where the wish is not whole."""
    from veche import clock
    from veche.city.dispatch.operations import modes
    from veche.city.dispatch.queries import modes as queries
    from veche.core.people.models import Person
    from veche.core.places.queries import atlas, territory_by_code

    at = clock.now()
    place = territory_by_code(args.territory) if args.territory else atlas().home()
    if place is None:
        return _wrong("This installation has no city yet.")
    if args.level is not None:
        by = Person.objects.filter(email__iexact=args.by).first() if args.by else None
        if args.by and by is None:
            return _wrong(f"No account has the address {args.by}.")
        login = "" if by else _login()
        rows = queries.in_force(at).filter(territory=place, drill=args.drill)
        known = rows.first()
        if args.level == 1:
            if known is None:
                return _wrong(f"No mode is in force at {place.code}.")
            modes.end_mode(by=by, at=at, mode=known.pk, reason=args.reason, login=login)
        else:
            until = moment(args.until, at)
            if until is None:
                return _wrong("Say when it ends: --until 2026-12-31T18:00, or --until +6h.")
            if known is not None and known.level == args.level:
                modes.extend_mode(
                    by=by, at=at, mode=known.pk, until=until, reason=args.reason, login=login
                )
            else:
                modes.enter_mode(
                    by=by,
                    at=at,
                    territory=place,
                    level=args.level,
                    reason=args.reason,
                    until=until,
                    drill=args.drill,
                    login=login,
                )
    return _print(at, as_json=args.json, drill=args.drill)


def _print(at: dt.datetime, *, as_json: bool, drill: bool) -> int:
    from django.utils.translation import gettext as _

    from veche.city.dispatch.queries import modes as queries
    from veche.city.dispatch.words_modes import COLOURS
    from veche.look import words

    found = queries.now(at) + (queries.now(at, drill=True) if drill else [])
    if as_json:
        rows = [
            {
                "place": one.territory.code if one.territory else None,
                "level": one.level,
                "name": str(one),
                "since": one.since.isoformat(timespec="seconds") if one.since else None,
                "until": one.until.isoformat(timespec="seconds") if one.until else None,
                "drill": one.drill,
            }
            for one in found
        ]
        print(json.dumps({"modes": rows}, ensure_ascii=False))
        return 0
    if not found:
        print(_("The city works as usual."))
    for one in found:
        line = _("{place}: mode {level} of 5, {colour}: {name}; for {age} already, until {until}")
        said = line.format(
            place=one.territory,
            level=one.level,
            colour=COLOURS[one.level],
            name=one,
            age=words.span(one.age(at)),
            until=words.moment(one.until, "short weekday") if one.until else "–",
        )
        print(_("DRILL: {title}").format(title=said) if one.drill else said)
    return 0


_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def moment(text: str, at: dt.datetime) -> dt.datetime | None:
    """The moment that a text names: a day and an hour of the city, or so long from now; None where
    it is neither."""
    from veche.core.cases.terms import city_zone

    if text.startswith("+") and text[1:-1].isdecimal() and text[-1] in _UNITS:
        try:
            return at + dt.timedelta(**{_UNITS[text[-1]]: int(text[1:-1])})
        except OverflowError:
            return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=city_zone())


def _login() -> str:
    """Who sits at the machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        return "unnamed"


def _wrong(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2
