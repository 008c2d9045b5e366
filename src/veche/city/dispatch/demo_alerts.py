"""Messages to the public of the demo town: first words, some of the past, two in force, a drill."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Final

from veche.city.dispatch.alert_contents import Contents
from veche.city.dispatch.models import AlertSeries, AlertTemplate, IncidentKind
from veche.city.dispatch.operations import alert_sending, alerts
from veche.city.dispatch.operations.alert_sending import set_template
from veche.city.dispatch.queries.alerts import rule_of
from veche.core.notices.operations import take_alert_back
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.town.alerts import Words, first_words

if TYPE_CHECKING:
    from veche.core.places.models import Territory

HOUR: Final = dt.timedelta(hours=1)
CONTACT: Final = "112"
PAST: Final = (("gale", 4, 24 * 40), ("heating-failure", 2, 24 * 12), ("air-pollution", 1, 24 * 3))
"""Kind, the number of a district, hours ago; all over since."""
NOW: Final = (("power-cut", 3, 2), ("ferry-stopped", 5, 1))


def _contents(kind: IncidentKind, words: Words, place: Territory, at: dt.datetime) -> Contents:
    return Contents(
        category=kind.category,
        response=words.response,
        urgency=words.urgency,
        severity=words.severity,
        certainty=words.certainty,
        event=words.event,
        headline=words.headline,
        description=words.description,
        instruction=words.instruction,
        territories=(place.code,),
        expires=at + words.hours * HOUR,
        contact=CONTACT,
    )


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Set the first words, then say something, today and before."""
    del town
    places = atlas()
    cast = {one.cast: one for one in Person.objects.filter(cast__in=("watch", "second-watch"))}
    city, watch, other = places.home(), cast.get("watch"), cast.get("second-watch")
    kinds = {one.code: one for one in IncidentKind.objects.filter(code__in=list(first_words()))}
    if city is None:
        return
    for code, words in first_words().items():
        if code in kinds:
            kept = _contents(kinds[code], words, city, at).to_json()
            set_template(by=None, at=at, kind=kinds[code], contents=kept, hours=words.hours)
    if watch is None or other is None:
        return
    around = [city, *places.children(city)]

    def say(code: str, where: int, ago: int, status: str) -> None:
        moment, words = at - ago * HOUR, first_words()[code]
        contents = _contents(kinds[code], words, around[where % len(around)], moment)
        draft = alerts.begin_alert(by=watch, at=moment, contents=contents, status=status)
        second = rule_of(contents.severity, contents.urgency).second
        if second:
            alerts.ask_second(by=watch, at=moment, draft=draft)
        made = alerts.publish(by=other if second else watch, at=moment, draft=draft)
        alert_sending.tell_alert(by=None, at=moment, alert=made.pk)
        # Invented people have no mail: their letters are taken back before they are written.
        told = alerts.told_by(made.series)
        take_alert_back(by=None, at=moment, case=made.series.case, tellings=told)
        if made.expires <= at:
            alerts.expire(by=None, at=made.expires, case=made.series.case)

    known = [row for row in PAST + NOW if row[0] in kinds]
    for code, where, ago in known:
        say(code, where, ago, AlertSeries.Status.ACTUAL)
    if "flood" in kinds:
        say("flood", 1, 5, AlertSeries.Status.EXERCISE)
    report(f"messages to the public: {len(known)}, first words: {AlertTemplate.objects.count()}")
