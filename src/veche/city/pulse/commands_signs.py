"""``veche pulse classes`` and ``veche pulse now``: the classes of indicators, how the city is."""

from __future__ import annotations

import argparse
import json

CLASSES = """\
Take over the classes of indicators that the program brings: new ones whole, of known ones all but
what the city sets itself. With --past their course before is written from the sums of hours, and
what is usual is learned."""
NOW = """\
Say how the city is: the sentence, and every vital sign at its worst place. As JSON: {"sentence",
"signs": [{"code", "state", "place", "value", "unit", "since"}]}."""


def register_signs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of indicators to ``veche pulse``."""
    taken = verbs.add_parser("classes", help="take over the classes", description=CLASSES)
    taken.add_argument("--past", action="store_true", help="look back and learn what is usual")
    taken.set_defaults(run=run_classes)
    now = verbs.add_parser("now", help="say how the city is", description=NOW)
    now.add_argument("--json", action="store_true", help="print it as JSON")
    now.set_defaults(run=run_now)


def run_classes(args: argparse.Namespace) -> int:
    """Take over the classes; prints how many are new."""
    from veche import clock
    from veche.city.pulse.operations import baselines, history, indicators

    at = clock.now()
    fresh, known = indicators.sync(by=None, at=at)
    print(f"new: {fresh}, known: {known}")
    if args.past:
        print(f"hours of the past: {history.look_back(by=None, at=at)}")
        print(f"hours of the week: {baselines.make_baselines(by=None, at=at)}")
    return 0


def run_now(args: argparse.Namespace) -> int:
    """Print how the city is, as everybody sees it."""
    from veche import clock
    from veche.city.pulse import sentences
    from veche.city.pulse.queries import now
    from veche.city.pulse.templatetags.signs import said
    from veche.core.places.queries import atlas
    from veche.languages import here

    found = now.signs(now.seen_by(staff=False), atlas(), clock.now())
    sentence = sentences.how_the_city_is(found, now.silent_sources())
    if args.json:
        rows = [
            {
                "code": one.indicator.code,
                "state": one.state,
                "place": one.territory.code if one.territory else None,
                "value": None if one.value is None else round(one.value, one.indicator.digits),
                "unit": one.indicator.unit,
                "since": one.since.isoformat(timespec="seconds") if one.since else None,
            }
            for one in found
        ]
        print(json.dumps({"sentence": sentence, "signs": rows}, ensure_ascii=False))
        return 0
    print(sentence)
    for one in now.worst_first(found):
        place = f", {one.territory}" if one.territory else ""
        value = said(one.value, one.indicator)
        print(f"{one.state:9} {here(one.indicator.names)}{place}: {value}")
    return 0
