"""Points of the time before, written at once: for the demo town."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from veche.city.points import rules
from veche.city.points.models import Account, Entry
from veche.city.points.operations.earning import earned
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


@operation
def write_past(
    *, by: Person | None, at: dt.datetime, person: Person, since: dt.datetime,
    acts: Sequence[tuple[dt.datetime, str, str]],
) -> int:  # fmt: skip
    """Write what somebody who turned points on at ``since`` earned: (moment, rule, matter) each.

    The caps count as they would have then. Returns how many entries were written.
    """
    account = Account.objects.create(person=person, since=since)
    days: Counter[tuple[str, dt.date]] = Counter()
    months: Counter[tuple[str, int, int]] = Counter()
    found, seen, whole = [], set(), 0
    for moment, code, matter in sorted(acts):
        rule, day = rules.BY_CODE[code], moment.astimezone(city_zone()).date()
        month = (code, day.year, day.month)
        points = rules.room(
            rule,
            rules.Limits(),
            today=days[code, day],
            this_month=months[month],
            young=moment < person.since + dt.timedelta(days=rules.Limits().young_days),
            while_young=whole,
        )
        if moment < since or (code, matter) in seen or points <= 0:
            continue
        found.append(earned(account, code, points, matter, moment, None))
        seen.add((code, matter))
        days[code, day] += 1
        months[month] += 1
        whole += points
    Entry.objects.bulk_create(found)
    record(
        kind="points.demo", by=by, at=at, subject="points", public={"entries": len(found)}
    )  # fmt: skip
    return len(found)
