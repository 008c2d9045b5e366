"""Which offices are wanting, and what the pages of audits show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from veche.city.audits import rules
from veche.city.audits.models import Audit, AuditMatter
from veche.core.desk.adapter import desks

# One pass over the steps of the period, and two over small tables. Only what an office did to
# matters of its own counts; an audit is no fault.
_FAULTS = """
WITH told AS (
    SELECT e.case_id, e.organisation_id AS office,
           CASE WHEN e.move IN ('overturn', 'unheard') THEN 'overturned' ELSE 'returned' END AS kind
    FROM cases_caseevent e
    WHERE e.at > %(since)s AND e.at <= %(at)s AND e.target = 'returned'
    UNION SELECT k.case_id, k.office_id, 'climbed' FROM cases_climb k
    WHERE k.at > %(since)s AND k.at <= %(at)s AND k.level = 2
    UNION SELECT d.case_id, d.office_id, 'disputed' FROM cases_dispute d
    WHERE d.decided_at > %(since)s AND d.decided_at <= %(at)s AND d.wrong = 'office'
)
SELECT t.office, t.case_id, array_agg(DISTINCT t.kind)
FROM told t JOIN cases_case c ON c.id = t.case_id
WHERE t.office IS NOT NULL AND c.procedure <> 'audit' AND NOT EXISTS (
    SELECT FROM audits_audit a JOIN cases_case ac ON ac.id = a.case_id
    WHERE a.office_id = t.office AND (ac.closed_at IS NULL OR a.until > %(since)s))
GROUP BY t.office, t.case_id
"""
_GIVEN = """
SELECT a.organisation_id, count(DISTINCT a.case_id) FROM cases_assignment a
JOIN cases_case c ON c.id = a.case_id AND c.procedure <> 'audit'
WHERE a.organisation_id = ANY(%(offices)s) AND a.since <= %(at)s
    AND (a.until IS NULL OR a.until > %(since)s)
    AND (c.closed_at IS NULL OR c.closed_at > %(since)s)
GROUP BY a.organisation_id
"""


def wanting(since: dt.datetime, at: dt.datetime) -> dict[int, tuple[dict[int, set[str]], int]]:
    """Every office that the rule finds wanting: its matters with their faults, and how many matters
    it had."""
    faults: dict[int, dict[int, set[str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_FAULTS, {"since": since, "at": at})
        for office, case, kinds in cursor.fetchall():
            faults.setdefault(office, {})[case] = set(kinds)
        many = [office for office, found in faults.items() if len(found) >= rules.LEAST]
        if not many:
            return {}
        cursor.execute(_GIVEN, {"offices": many, "since": since, "at": at})
        given = dict(cursor.fetchall())
    return {
        office: (faults[office], given.get(office, 0))
        for office in many
        if rules.wanting(len(faults[office]), given.get(office, 0))
    }


def audits() -> QuerySet[Audit]:
    """All audits, newest first."""
    return Audit.objects.select_related("case", "office").order_by("-case_id")


def audit_of(number: str) -> Audit | None:
    """The audit of this number."""
    return (
        Audit.objects.select_related("case", "case__territory", "case__organisation", "office")
        .filter(case__number=number)
        .first()
    )


WHY = {
    "returned": _("it came back"),
    "overturned": _("it was refused wrongly"),
    "climbed": _("it was very late"),
    "disputed": _("it was returned though it was theirs"),
}
"""The words of the kinds of faults."""


@dataclass(frozen=True)
class Matter:
    """A matter that caused an audit: its address and why. Its words are not shown here: not every
    matter is public."""

    row: AuditMatter
    url: str

    @property
    def why(self) -> str:
        """The faults in words."""
        return "; ".join(str(WHY.get(kind, kind)) for kind in self.row.faults.split())


def matters(audit: Audit, most: int = 200) -> Sequence[Matter]:
    """The matters that caused an audit, with the address of each."""
    rows = list(audit.matters.select_related("case").order_by("case_id")[:most])
    urls: dict[int, str] = {}
    for desk in desks():
        ids = [row.case_id for row in rows if row.case.procedure in desk.procedures]
        if ids:
            urls |= {pk: line.url for pk, line in desk.lines(ids).items()}
    return [Matter(row, urls.get(row.case_id, "")) for row in rows]
