"""What residents said of a promise: counts that name nobody, and whether somebody is asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count

from veche.city.delivery.models import AcceptanceRule, Asked, Verdict
from veche.city.delivery.rules import FEW, AcceptRule

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import Territory


@dataclass
class Tally:
    """How those who answered said in one round."""

    round: int
    accepts: int = 0
    refuses: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    """How many refused for each reason; only reasons of at least `rules.FEW`."""

    @property
    def answers(self) -> int:
        """How many answered."""
        return self.accepts + self.refuses


def rule_for(territory: Territory) -> AcceptRule:
    """The rule that holds in a place: the city's for its kind, else for all, else the program's."""
    rows = {row.kind: row for row in AcceptanceRule.objects.filter(kind__in=[territory.kind, ""])}
    row = rows.get(territory.kind) or rows.get("")
    if row is None:
        return AcceptRule()
    return AcceptRule(row.least, row.percent, row.most, row.share)


def tallies(promise: int) -> list[Tally]:
    """What was said in every round, the first one first."""
    found: dict[int, Tally] = {}
    rows = Verdict.objects.filter(promise=promise).values_list("round", "accepts", "reason")
    for number, accepts, reason, count in rows.annotate(n=Count("id")).order_by("round"):
        one = found.setdefault(number, Tally(number))
        if accepts:
            one.accepts += count
        else:
            one.refuses += count
            if count >= FEW:
                one.reasons[reason] = count
    return list(found.values())


def tally(promise: int, number: int) -> Tally:
    """What was said in one round."""
    return next((one for one in tallies(promise) if one.round == number), Tally(number))


def why_asked(promise: int) -> dict[str, int]:
    """How many are asked for each reason; reasons of fewer than `rules.FEW` people are left out."""
    rows = Asked.objects.filter(promise=promise).values_list("why").annotate(n=Count("id"))
    return {why: count for why, count in rows if count >= FEW}


_LIVES = """
SELECT EXISTS (SELECT FROM people_residence r JOIN places_territory t ON t.id = r.territory_id
    WHERE r.person_id = %s AND r.since <= %s AND r.until > %s
    AND %s IN (t.id, t.district_id, t.city_id))
"""


def lives_there(person: Person, territory: Territory, at: dt.datetime) -> bool:
    """Whether somebody lives in a place now, as far as the city knows."""
    with connection.cursor() as cursor:
        cursor.execute(_LIVES, [person.pk, at, at, territory.pk])
        return bool(cursor.fetchone()[0])


_PARTY = """
SELECT EXISTS (SELECT FROM organisations_holding h JOIN cases_case c ON c.id = %(promise)s
    WHERE h.person_id = %(person)s AND h.organisation_id = c.organisation_id
    AND h.since <= %(at)s AND (h.until IS NULL OR h.until > %(at)s))
"""


def is_party(person: Person, promise: int, at: dt.datetime) -> bool:
    """Whether somebody holds a role in the office that answers for a promise."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTY, {"person": person.pk, "promise": promise, "at": at})
        return bool(cursor.fetchone()[0])


def is_asked(person: Person | None, promise: int, territory: Territory, at: dt.datetime) -> bool:
    """Whether somebody may say whether a promise is kept: they took part or live there, and do not
    work for the office that answers for it."""
    if person is None:
        return False
    took = Asked.objects.filter(promise=promise, person=person).exists()
    return (took or lives_there(person, territory, at)) and not is_party(person, promise, at)


def said_by(person: Person | None, promise: int, number: int) -> Verdict | None:
    """What somebody said in a round; None where they said nothing."""
    if person is None:
        return None
    rows = Verdict.objects.filter(promise=promise, round=number, person=person)
    return rows.select_related("photograph__file").first()


def texts(promise: int, tally: Tally) -> list[str]:
    """What those who refused wrote in one round, without names and in no order that tells when;
    none where fewer than `rules.FEW` refused."""
    if tally.refuses < FEW:
        return []
    rows = Verdict.objects.filter(promise=promise, round=tally.round, accepts=False)
    return sorted(rows.exclude(text="").values_list("text", flat=True))


def why_refused(promise: int, number: int) -> list[tuple[str, str]]:
    """Why those who refused in one round did, by code and in their words: for the office that puts
    it right, without names and in no order that tells when."""
    rows = Verdict.objects.filter(promise=promise, round=number, accepts=False)
    return sorted(rows.values_list("reason", "text"))
