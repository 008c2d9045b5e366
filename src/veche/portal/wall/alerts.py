"""Which messages to the public are in force, the gravest first."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from veche.city.dispatch.alert_procedure import IN_FORCE
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas
from veche.languages import here

GRAVITY = ("Extreme", "Severe", "Moderate", "Minor")
"""The words of CAP 1.2, the gravest first."""


@dataclass(frozen=True)
class Alert:
    """The last word of a series that is in force."""

    number: str
    severity: str
    headlines: Mapping[str, str]
    expires: dt.datetime
    territories: Sequence[Territory]

    @property
    def headline(self) -> str:
        """What it says first, in the active language."""
        return here(self.headlines)


_ALERTS = """
SELECT DISTINCT ON (a.series_id) c.number, a.severity, (a.contents->'headline')::text, a.expires,
    ARRAY(SELECT r.territory_id FROM dispatch_alertarea r WHERE r.alert_id = a.id ORDER BY 1),
    a.sent
FROM cases_case c JOIN dispatch_alertseries s ON s.case_id = c.id
    JOIN dispatch_alert a ON a.series_id = s.case_id
WHERE c.procedure = 'alert' AND c.state = ANY(%s) AND s.status = %s
ORDER BY a.series_id, a.number DESC
"""


def alerts(at: dt.datetime, places: Atlas, *, drill: bool) -> list[Alert]:
    """The alerts in force, those of drills or the real ones; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_ALERTS, [list(IN_FORCE), "Exercise" if drill else "Actual"])
        rows = cursor.fetchall()
    found = [
        Alert(
            number, severity, json.loads(headline or "{}"), expires,
            [places.by_id[pk] for pk in territories if pk in places.by_id],
        )
        for number, severity, headline, expires, territories, sent in rows
        if sent <= at < expires
    ]  # fmt: skip
    return sorted(found, key=lambda one: (GRAVITY.index(one.severity), one.expires))
