"""``veche dispatch``: scenarios, modes and packets."""

from __future__ import annotations

import argparse

from veche.city.dispatch import commands_modes, commands_packet, commands_scenario


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    dispatch = parser.add_parser("dispatch", help="incidents: play a scenario or a drill")
    verbs = dispatch.add_subparsers(title="verbs", metavar="VERB", required=True)
    commands_scenario.register_scenario(verbs)
    commands_modes.register_mode(verbs)
    commands_packet.register_packet(verbs)
