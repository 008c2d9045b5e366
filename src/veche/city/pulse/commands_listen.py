"""``veche pulse listen``: readings from a broker, for as long as it runs."""

from __future__ import annotations

import argparse
import sys

from django.utils.translation import gettext as _

from veche.city.pulse.commands_broker import add_broker, broker_of, end_with

LISTEN = """\
Take readings from a broker of MQTT until it is stopped. Topics begin with the code of the source:
SOURCE/v1.1/Datastreams(N)/Observations with a reading as OGC SensorThings spells it, or
SOURCE/things/THING/PROPERTY with a number, or with {"value", "time", "unit"}. Let the broker allow
each system to write below its own code only (mosquitto: "pattern write %u/#"). With --source every
message of the broker belongs to this source and its topics may begin with v1.1 or things. A message
is acknowledged when it is written down; the password is read from VECHE_MQTT_PASSWORD."""


def register_listen(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to ``veche pulse``."""
    listen = verbs.add_parser("listen", help="take readings from a broker", description=LISTEN)
    add_broker(listen, "veche")
    listen.add_argument("--source", default="", metavar="NAME", help="whose all messages are")
    listen.add_argument("--topic", action="append", default=[], metavar="FILTER")
    listen.set_defaults(run=run_listen)


def filters_of(topics: list[str], source: str) -> list[str]:
    """The filters that are listened to: those asked for, or those of the help."""
    if topics:
        return topics
    own = ["v1.1/+/Observations", "things/+/+"]
    return own if source else [f"+/{one}" for one in own]


def run_listen(args: argparse.Namespace) -> int:
    """Listen until a signal; 1 when the broker does not let us in."""
    from veche import clock
    from veche.city.pulse.mqtt.listener import Listener

    broker = broker_of(args)
    if broker is None:
        return 2
    listener = Listener(broker, filters_of(args.topic, args.source), clock.now, args.source)

    end_with(listener.stop)
    sentence = _("Listening to %(broker)s.") % {"broker": args.broker}
    listener.run(ready=lambda: print(sentence, flush=True))
    told = listener.writer
    print(
        _("Taken %(taken)s, refused %(refused)s.")
        % {"taken": f"{told.taken:,}", "refused": f"{told.refused:,}"}
    )
    if listener.problem:
        print(listener.problem, file=sys.stderr)
        return 1
    return 0
