"""``veche pilots``: assignments, matching, contracts, revocations, figures, bundles."""

from __future__ import annotations

import argparse
from types import ModuleType

from veche.city.pilots.commands import assign, bundle, evaluations, match, revocations, statistics


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    pilots = parser.add_parser("pilots", help="the innovation pilot programme")
    verbs = pilots.add_subparsers(title="verbs", metavar="VERB", required=True)
    for part in PARTS:
        part.register(verbs)


PARTS: tuple[ModuleType, ...] = (
    assign, match, evaluations, revocations, statistics, bundle,
)  # fmt: skip
