"""Reads what Alertmanager sends (version 4): each alert is a thing that is on or off."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext_noop as _

from veche.city.pulse.connectors.base import Asked, Fault, Found, Measured, Refusals, a_moment

NOT_ALERTS = _("This is no message of Alertmanager, version 4.")
FIRING = "alert-firing"
KEPT = ("alertname", "severity", "instance", "job")
"""Labels that are kept beside a reading."""


def read(asked: Asked) -> Found:
    """Every alert of the message.

    Raises:
        Fault: it is none.
    """
    try:
        told: Any = json.loads(asked.fetch(""))
    except (ValueError, RecursionError) as fault:
        raise Fault(NOT_ALERTS) from fault
    alerts = told.get("alerts") if isinstance(told, dict) else None
    if not isinstance(alerts, list) or str(told.get("version")) != "4":
        raise Fault(NOT_ALERTS)
    refused = Refusals()
    measured: list[Measured] = []
    for alert in alerts[: asked.most]:
        one = _alert(alert) if isinstance(alert, dict) else None
        if one is None:
            refused.add("form", alert.get("fingerprint") if isinstance(alert, dict) else alert)
        else:
            measured.append(one)
    return Found(measured, refused.found, heard=True)


def _alert(alert: dict[str, Any]) -> Measured | None:
    labels = alert.get("labels")
    status, mark = alert.get("status"), alert.get("fingerprint")
    if not isinstance(labels, dict) or status not in ("firing", "resolved") or not mark:
        return None
    on = status == "firing"
    at = a_moment(alert.get("startsAt" if on else "endsAt"))
    if at is None:
        return None
    kept = {name: str(labels[name])[:200] for name in KEPT if name in labels}
    notes = alert.get("annotations")
    summary = str(notes.get("summary", ""))[:300] if isinstance(notes, dict) else ""
    return Measured(
        thing=str(mark)[:80],
        property=FIRING,
        at=at,
        number=float(on),
        result={**kept, "status": status, **({"summary": summary} if summary else {})},
        unit="0–1",
        name=f"{kept.get('alertname', mark)} {kept.get('instance', '')}".strip()[:255],
    )
