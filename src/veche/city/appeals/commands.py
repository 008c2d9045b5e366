"""``veche appeals topics FILE.toml``: what letters can be about."""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

from django.utils.translation import gettext as _

TOPICS = """\
Set what letters can be about. The file has one [[topic]] after another, with "code" and "names"
(en, ru, zh), in the order of the list. Topics that are not in the file can no longer be chosen. Say
who answers for a topic with "veche organisations responsible OFFICE --category CODE"."""


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    appeals = parser.add_parser("appeals", help="what letters can be about")
    verbs = appeals.add_subparsers(title="verbs", metavar="VERB", required=True)
    topics = verbs.add_parser("topics", help="set the topics", description=TOPICS)
    topics.add_argument("file", metavar="FILE.toml", type=Path)
    topics.set_defaults(run=run_topics)


def run_topics(args: argparse.Namespace) -> int:
    """Set the topics of the file; 2 when it is not as it must be."""
    from veche import clock
    from veche.city.appeals.operations import set_topics

    try:
        listed = tomllib.loads(args.file.read_text(encoding="utf-8"))["topic"]
        found = [(str(one["code"]), dict(one["names"])) for one in listed]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
        print(f"{args.file}: {fault}", file=sys.stderr)
        return 2
    count = set_topics(by=None, at=clock.now(), topics=found)
    print(_("Set: {name}.").format(name=count))
    return 0
