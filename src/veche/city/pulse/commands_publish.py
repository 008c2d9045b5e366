"""``veche pulse publish``: new readings to a broker, for as long as it runs."""

from __future__ import annotations

import argparse

from django.conf import settings
from django.utils.translation import gettext as _

from veche.city.pulse.commands_broker import add_broker, broker_of, end_with

PUBLISH = """\
Publish new readings of public sources to a broker of MQTT until it is stopped, each on the topic
of its stream, v1.1/Datastreams(N)/Observations, as OGC SensorThings spells them. Whoever was away
reads what they missed over HTTP. The password is read from VECHE_MQTT_PASSWORD."""


def register_publish(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to ``veche pulse``."""
    publish = verbs.add_parser("publish", help="tell a broker of readings", description=PUBLISH)
    add_broker(publish, "veche-publisher")
    publish.set_defaults(run=run_publish)


def run_publish(args: argparse.Namespace) -> int:
    """Publish until a signal."""
    from veche.city.pulse.mqtt.publisher import Publisher
    from veche.city.pulse.sensorthings.entities import ROOT

    broker = broker_of(args)
    if broker is None:
        return 2
    publisher = Publisher(broker, f"{settings.ADDRESS}{ROOT}")

    end_with(publisher.stop)
    print(_("Publishing to %(broker)s.") % {"broker": args.broker}, flush=True)
    publisher.run()
    print(_("Published %(count)s.") % {"count": f"{publisher.told:,}"})
    return 0
