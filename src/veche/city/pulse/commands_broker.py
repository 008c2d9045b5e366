"""What every command that talks to a broker of MQTT is told, and by what signals it ends."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from veche.city.pulse.mqtt.listener import Broker


def add_broker(parser: argparse.ArgumentParser, client: str) -> None:
    """Where the broker is and how one proves oneself to it; ``client`` names the session."""
    parser.add_argument("--broker", default="127.0.0.1:1883", metavar="HOST:PORT")
    parser.add_argument("--user", default="", metavar="NAME")
    parser.add_argument("--client", default=client, help="the name of the session")
    parser.add_argument("--secure", action="store_true", help="by TLS")
    parser.add_argument("--version", type=int, choices=(3, 5), default=5, help="3 is 3.1.1")


def broker_of(args: argparse.Namespace) -> Broker | None:
    """The broker that was named; None, and a sentence, when it cannot be read."""
    from veche.city.pulse.mqtt.listener import Broker

    host, _colon, port = args.broker.rpartition(":")
    if not host or not port.isdigit():
        print(_("A broker is written as HOST:PORT."), file=sys.stderr)
        return None
    return Broker(
        host=host,
        port=int(port),
        user=args.user,
        password=os.environ.get("VECHE_MQTT_PASSWORD", ""),
        client=args.client,
        secure=args.secure,
        version=args.version,
    )


def end_with(stop: Callable[[], None]) -> None:
    """Let a signal end it in order."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_signal: stop())
