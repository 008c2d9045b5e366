"""Messages that systems send themselves: read by their connector, written like any other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop as _

from veche.city.pulse.connectors import base
from veche.city.pulse.connectors.base import Asked, Fault, Found
from veche.city.pulse.models import Source
from veche.city.pulse.operations import polling
from veche.city.pulse.operations.found import take_found
from veche.city.pulse.operations.intake import Taken

if TYPE_CHECKING:
    from veche.city.pulse.connectors.base import Fetch

NOT_HERE = _("This source does not send messages: it is connected in another way.")


def take_message(source: Source, body: bytes, heads: Mapping[str, str], at: dt.datetime) -> Taken:
    """Read a message with the source's connector and write it.

    Raises:
        Fault: the connector takes none, or cannot read it; that is counted with the source.
    """
    if source.connector not in base.NAMES or base.manifest(source.connector).way != "push":
        raise Fault(NOT_HERE)
    asked = Asked(source.settings, {}, at, _given(body), sent=heads)
    try:
        found = polling.read(source.connector, asked)
    except Fault as fault:
        refused = Found(refused={"form": (1, str(fault))})
        take_found(by=None, at=at, source=source, found=refused)
        raise
    taken = take_found(by=None, at=at, source=source, found=found)
    polling.note(source=source, at=at, problem="", heard=found.heard)
    return taken


def _given(body: bytes) -> Fetch:
    def fetch(address: str, headers: Mapping[str, str] | None = None, most: int = 0) -> bytes:
        return body

    return fetch
