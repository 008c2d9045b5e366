"""Sending messages to the public to the people of a place, and counting how they came."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.city.dispatch.alert_access import territories_of
from veche.city.dispatch.models import Alert, AlertRule, AlertSeen, AlertSending, AlertTemplate
from veche.city.dispatch.operations.alerts import DRILL_KIND, KINDS, told_by
from veche.city.dispatch.queries.alerts import Way, unsent
from veche.city.dispatch.queries.duty import on_duty
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.notices.operations import tell_in_house, tell_place
from veche.operation import operation

if TYPE_CHECKING:
    from veche.city.dispatch.models import IncidentKind
    from veche.core.notices.models import Reader
    from veche.core.people.models import Person

THEME = "alerts"
"""What one subscribes to in a place to hear of nothing but messages to the public."""
COUNTED = dt.timedelta(days=2)
"""How long letters and devices of an alert are counted."""


@operation
def tell_alert(*, by: None, at: dt.datetime, alert: int) -> AlertSending | None:
    """Tell everybody whom an alert concerns, once: who lives in its places or follows them, and
    who was told of the same before. Of a drill only those who are on duty there, on their page.

    None where somebody else is at it; done twice it tells nobody twice.
    """
    rows = Alert.objects.select_for_update(skip_locked=True, of=("self",))
    found = rows.select_related("series__case__territory").filter(pk=alert).first()
    if found is None:
        record(kind="alert.tell", by=by, at=at, subject="alerts", public={"people": 0})
        return None
    case = found.series.case
    known = AlertSending.objects.filter(alert=found).first()
    if known is not None:
        record(kind="alert.tell", by=by, at=at, subject=subject(case), public={"people": 0})
        return known
    named = territories_of(found.contents["territories"])
    details = {"alert": found.pk}
    made = AlertSending(alert=found, at=at)
    if found.series.drill:
        people = {one.pk for place in named for one in on_duty(territory=place, at=at)}
        made.people = tell_in_house(
            by=by, at=at, case=case, kind=DRILL_KIND, details=details, people=people
        )
    else:
        told = tell_place(
            by=by,
            at=at,
            case=case,
            kind=KINDS[found.type],
            details=details,
            territories=[one.pk for one in named],
            theme=THEME,
            danger=found.danger,
            instead_of=told_by(found.series),
        )
        made.telling, made.people = told.telling, told.people
        made.letters, made.devices = told.letters, told.devices
    made.save(force_insert=True)
    record(kind="alert.tell", by=by, at=at, subject=subject(case), public={"people": made.people})
    _let_go(made)
    return made


def _let_go(made: AlertSending) -> None:
    from veche.core.notices import tasks

    if made.letters:
        tasks.send_alert.defer()
    if made.devices:
        tasks.push_alert.defer()


@operation
def confirm_seen(*, by: Person | None, at: dt.datetime, alert: Alert, reader: Reader) -> bool:
    """Somebody who was told says that they have seen it; whether they had not said so before."""
    _row, fresh = AlertSeen.objects.get_or_create(alert=alert, reader=reader, defaults={"at": at})
    # Who it was is nobody's business: the journal holds that it was counted.
    record(kind="alert.seen", by=None, at=at, subject=subject(alert.series.case))
    return fresh


_COUNTED = """
SELECT s.alert_id, count(l.id) FILTER (WHERE l.state = 'sent'),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY l.sent_at) FILTER (WHERE l.state = 'sent'),
       max(l.sent_at) FILTER (WHERE l.state = 'sent'),
       (SELECT count(*) FROM notices_notice n WHERE n.case_id = a.series_id
            AND n.topic IN ('alert', 'danger') AND n.telling = s.telling
            AND n.pushed_at IS NOT NULL),
       a.sent
FROM dispatch_alertsending s JOIN dispatch_alert a ON a.id = s.alert_id
LEFT JOIN notices_letter l
    ON l.kind IN ('alert', 'danger') AND l.period = 't' || s.telling
WHERE s.at > %(since)s AND s.telling IS NOT NULL
GROUP BY s.alert_id, s.telling, a.series_id, a.sent
"""


@operation
def count_sendings(*, by: None, at: dt.datetime) -> int:
    """Write down how many letters of the last alerts have gone and how soon, and how many devices
    took them; how many alerts changed. Letters are thrown away after a month, the counts stay."""
    changed = 0
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, {"since": at - COUNTED})
        rows = cursor.fetchall()
    for alert, sent, half, last, woken, begun in rows:
        values: dict[str, Any] = {
            "letters_sent": sent,
            "letters_half": _seconds(half, begun),
            "letters_last": _seconds(last, begun),
            "devices_woken": woken,
        }
        row = AlertSending.objects.filter(pk=alert)
        changed += row.exclude(**values).update(**values, counted_at=at)
    record(kind="alert.count", by=by, at=at, subject="alerts", public={"alerts": changed})
    return changed


def _seconds(moment: dt.datetime | None, begun: dt.datetime) -> int | None:
    return None if moment is None else max(0, round((moment - begun).total_seconds()))


def sweep(*, at: dt.datetime) -> None:
    """The timer: alerts whose job died are told, and the last ones are counted. It writes nothing
    while there are none."""
    for alert in unsent(at):
        tell_alert(by=None, at=at, alert=alert)
    recent = AlertSending.objects.filter(at__gt=at - COUNTED, telling__isnull=False)
    if recent.exists():
        count_sendings(by=None, at=at)


@operation
def set_template(
    *,
    by: Person | None,
    at: dt.datetime,
    kind: IncidentKind,
    contents: dict[str, Any],
    hours: int,
) -> AlertTemplate:
    """What is said first of an incident of a kind from now on."""
    kept = {
        name: value
        for name, value in contents.items()
        if name not in ("territories", "expires", "onset", "circle")
    }
    made, _fresh = AlertTemplate.objects.update_or_create(
        kind=kind, defaults={"contents": kept, "hours": hours}
    )
    record(kind="alert.template-set", by=by, at=at, subject=f"kind:{kind.code}")
    return made


@operation
def set_rule(*, by: Person, at: dt.datetime, severity: str, urgency: str, way: Way) -> AlertRule:
    """How alerts of this gravity are sent from now on; an empty urgency: whatever it is."""
    made, _fresh = AlertRule.objects.update_or_create(
        severity=severity,
        urgency=urgency,
        defaults={"danger": way.danger, "second": way.second},
    )
    record(
        kind="alert.rule-set",
        by=by,
        at=at,
        subject=f"alerts:{severity}",
        public={"urgency": urgency, "danger": way.danger, "second": way.second},
    )
    return made
