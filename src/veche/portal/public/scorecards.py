"""Score cards of offices: speed and quality apart, every number a published figure.

The numbers of problems are those of `problems_by_office` (and `…_and_year`), the others those of
the datasets of responsibility: a test compares them with what is published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from veche.city.problems.datasets_checks import MARKS_BY_OFFICE, SATISFACTION
from veche.city.problems.queries import statistics as numbers
from veche.core.cases.datasets_contracts import contracts_of
from veche.core.organisations.models import Organisation
from veche.figures import Cursor, compute
from veche.kept import kept

SPEED: dict[str, tuple[str | Promise, str | Promise]] = {
    "received": (_("Received"), _("Problems that lie with the office now.")),
    "answered_in_time": (
        _("Answered in time"),
        _("First answers or refusals by the first promised day."),
    ),
    "answered_late": (
        _("Answered late"),
        _("First answers or refusals after the first promised day, whatever was signed since."),
    ),
    "late_now": (_("Late now"), _("The first promised day is over and there is no answer yet.")),
    "prolonged": (_("Later date"), _("Problems for which the head of the office signed one.")),
    "red_listed_problems": (
        _("Red list"),
        _("Problems whose promise was overdue for so long that everybody was told."),
    ),
    "answer_median": (_("Answer, median"), _("Days from the report; half took no longer.")),
    "answer_p90": (
        _("Answer, nine of ten"),
        _("Days from the report; nine of ten took no longer."),
    ),
}
"""Name → word and how it is counted."""
QUALITY: dict[str, tuple[str | Promise, str | Promise]] = {
    "confirmed": (_("Confirmed"), _("The author looked and confirmed.")),
    "verified": (_("Seen by volunteers"), _("Two volunteers looked and say that it is done.")),
    "unconfirmed": (_("Unconfirmed"), _("Answered; nobody checked in time: not counted as done.")),
    "refused": (_("Refused"), _("The office refused and gave its reason.")),
    "returned": (_("Returned"), _("The author returned an answer at least once.")),
    "came_back": (_("Came back"), _("Called finished by the office, and wrong there again.")),
    "said": (_("“Not ours”"), _("How often the office said that a problem is not theirs.")),
    "office_wrong": (_("It was theirs"), _("Decided: the office was wrong.")),
    "routing_wrong": (_("It was not"), _("Decided: it had been sent to the wrong office.")),
    "satisfied": (
        _("Content"),
        _(
            "Of the authors who said how it went, the share that gave 4 or 5 of 5; only for all "
            "years, and only from five authors on."
        ),
    ),
}
TIMES = ("answer_median", "answer_p90")
SHARES = ("satisfied",)

_DISPUTES = """
SELECT d.office_id, count(*) AS said, count(*) FILTER (WHERE d.wrong = 'office') AS office_wrong,
    count(*) FILTER (WHERE d.wrong = 'routing') AS routing_wrong
FROM cases_dispute d JOIN cases_case c ON c.id = d.case_id
WHERE c.procedure = 'problem' AND d.opened_at <= %(at)s
    AND d.opened_at >= %(since)s AND d.opened_at < %(until)s
GROUP BY d.office_id
"""
_PROLONGATIONS = """
SELECT p.office_id, count(DISTINCT p.case_id) FILTER (WHERE p.signed) AS prolonged
FROM cases_prolongation p JOIN cases_case c ON c.id = p.case_id
WHERE c.procedure = 'problem' AND p.asked_at <= %(at)s
    AND p.asked_at >= %(since)s AND p.asked_at < %(until)s
GROUP BY p.office_id
"""
_OVERDUE = """
SELECT b.office_id, count(DISTINCT b.case_id) FILTER (WHERE b.level = 3) AS red_listed_problems
FROM cases_climb b JOIN cases_case c ON c.id = b.case_id
WHERE c.procedure = 'problem' AND b.office_id IS NOT NULL AND b.at <= %(at)s
    AND b.at >= %(since)s AND b.at < %(until)s
GROUP BY b.office_id
"""
_CAME_BACK = """
SELECT r.organisation_id, count(*) AS came_back
FROM problems_recurrence r JOIN cases_case c ON c.id = r.case_id
WHERE r.organisation_id IS NOT NULL AND c.opened_at <= %(at)s
    AND r.ended_at >= %(since)s AND r.ended_at < %(until)s
GROUP BY r.organisation_id
"""
_COUNTED: tuple[str, ...] = (_DISPUTES, _PROLONGATIONS, _OVERDUE, _CAME_BACK)
LATELY = int(numbers.USUAL)
"""Days of the cards nobody has chosen another period for."""
MANY = 5_000
"""An office that had more in its last months is counted at most once a minute."""
LATELY_WORD = numbers.PERIODS[numbers.USUAL][1]
_LONG_AGO = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
_FAR = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)

Number = int | float | None


@dataclass(frozen=True)
class Card:
    """The numbers of one office, or of all together where ``office`` is None."""

    office: Organisation | None
    values: Mapping[str, Number] = field(default_factory=dict)
    """Counts; times in seconds; shares of one. None where nothing was there to measure, or where
    too few people spoke."""

    def shown(self, name: str) -> Number:
        """A value as a page shows it: times in days."""
        value = self.values.get(name)
        return value / numbers.DAY if name in TIMES and value is not None else value

    @property
    def in_time(self) -> float | None:
        """Of the answers given, the share given by the first promised day."""
        return _share(self.values, ("answered_in_time",), ("answered_in_time", "answered_late"))

    @property
    def solved(self) -> float | None:
        """Of what was answered and ended, the share that somebody else than the office saw done."""
        seen = ("confirmed", "verified")
        return _share(self.values, seen, (*seen, "unconfirmed"))


def _share(values: Mapping[str, Number], part: Sequence[str], of: Sequence[str]) -> float | None:
    whole = sum(values.get(name) or 0 for name in of)
    return sum(values.get(name) or 0 for name in part) / whole if whole else None


@dataclass(frozen=True)
class Cards:
    """All offices, and the whole."""

    year: int | None
    at: dt.datetime
    """The moment they are of."""
    total: Card
    rows: Sequence[Card]

    def of(self, office: Organisation) -> Card:
        """The card of an office; empty where it has had nothing."""
        for card in self.rows:
            if card.office is not None and card.office.pk == office.pk:
                return card
        return Card(office)


def remembered(at: dt.datetime, year: int | None = None, *, lately: bool = False) -> Cards:
    """The score cards for a page: what takes long to count may be some minutes old."""
    key = ("cards", get_language(), year, lately)
    return kept(key, at, lambda: cards(at, year, lately=lately)).value


def cards(at: dt.datetime, year: int | None = None, *, lately: bool = False) -> Cards:
    """The score cards of all offices as they stand at a moment: of a year (UTC), of the last
    `LATELY` days, or of all time."""
    since = dt.datetime(year, 1, 1, tzinfo=dt.UTC) if year else _LONG_AGO
    if lately:
        since = at - dt.timedelta(days=LATELY)
    until = dt.datetime(year + 1, 1, 1, tzinfo=dt.UTC) if year else _FAR
    period = numbers.USUAL if lately else "all"
    found = numbers.statistics(numbers.Choice(city=None, period=period, by="office", year=year), at)
    offices = {one.pk: one for one in Organisation.objects.filter(imported=False)}
    codes = {one.code: pk for pk, one in offices.items()}
    values: dict[int, dict[str, Number]] = {}
    for line in found.lines:
        pk = codes.get(line.codes[0])
        if pk is not None:
            values[pk] = dict(line.values)
    total: dict[str, Number] = dict(found.total.values)
    with connection.cursor() as cursor:
        content = {} if year or lately else _content(cursor, at)
        for sql in _COUNTED:
            cursor.execute(sql, {"at": at, "since": since, "until": until})
            names = [column.name for column in cursor.description][1:]
            for name in names:
                total[name] = 0
            for pk, *counts in cursor.fetchall():
                mine = values.setdefault(pk, {})
                for name, n in zip(names, counts, strict=True):
                    mine[name] = n
                    total[name] = (total[name] or 0) + n
    for code, share in content.items():
        if code in codes:
            values.setdefault(codes[code], {})["satisfied"] = share
    rows = [
        Card(offices[pk], {**dict.fromkeys(_zeros(total), 0), **mine})
        for pk, mine in values.items()
        if pk in offices and any(mine.values())
    ]
    rows.sort(key=lambda card: (-(card.values.get("received") or 0), str(card.office)))
    return Cards(year, at, Card(None, total), rows)


def _content(cursor: Cursor, at: dt.datetime) -> dict[str, float | None]:
    """By office the share of authors who marked 4 or 5, from the very cells that are published:
    where one of them is withheld, nothing is told."""
    marks: dict[str, dict[str, int | None]] = {}
    for cell in compute(cursor, MARKS_BY_OFFICE, SATISFACTION, at):
        office, mark = cell["group"]
        marks.setdefault(office or "", {})[mark] = cell["values"][0]
    found: dict[str, float | None] = {}
    for office, counts in marks.items():
        known = [n for n in counts.values() if n is not None]
        whole = sum(known)
        told = len(known) == len(counts) and whole >= SATISFACTION.cells_min
        found[office] = (counts.get("good") or 0) / whole if told else None
    return found


def _zeros(total: Mapping[str, Number]) -> list[str]:
    return [name for name in total if name not in numbers.TIMES and name not in SHARES]


@dataclass(frozen=True)
class Month:
    """A month (UTC) of one office."""

    month: str
    received: int
    in_time: int
    late: int
    median: int | None
    """Seconds."""

    @property
    def share(self) -> float | None:
        """Of the answers given, the share in time."""
        given = self.in_time + self.late
        return self.in_time / given if given else None

    @property
    def days(self) -> float | None:
        """The median of the answer in days."""
        return None if self.median is None else self.median / numbers.DAY


def months(office: Organisation, at: dt.datetime, most: int = 12) -> list[Month]:
    """The last months of an office by the month of the report, oldest first; those of an office
    that had very much may be some minutes old."""
    return kept(
        ("months", office.pk, most),
        at,
        lambda: _months(office, at, most),
        large=lambda found: sum(month.received for month in found) > MANY,
    ).value


def _months(office: Organisation, at: dt.datetime, most: int) -> list[Month]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_char(c.opened_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, count(*),"
            " count(*) FILTER (WHERE p.answered_at <= p.answer_due_at),"
            " count(*) FILTER (WHERE p.answered_at > p.answer_due_at),"
            " percentile_disc(0.5) WITHIN GROUP (ORDER BY"
            "  extract(epoch FROM date_trunc('second', p.answered_at)"
            "   - date_trunc('second', c.opened_at))::bigint)"
            "  FILTER (WHERE p.answered_at IS NOT NULL)"
            " FROM cases_case c JOIN problems_problem p ON p.case_id = c.id"
            " WHERE c.organisation_id = %s AND c.state <> '' AND p.source = ''"
            "  AND c.opened_at <= %s AND c.opened_at > %s"
            " GROUP BY 1 ORDER BY 1 DESC LIMIT %s",
            [office.pk, at, at - dt.timedelta(days=31 * most), most],
        )
        return [Month(*row) for row in reversed(cursor.fetchall())]


def contracts(office: Organisation, at: dt.datetime) -> Mapping[str, Number]:
    """How a firm has kept the terms of its contracts, of all years; empty where it has none. The
    usual lateness is in days. Those of a firm that is called often may be some minutes old."""

    def counted() -> Mapping[str, Number]:
        found = dict(contracts_of(office.pk, at))
        if (late := found.get("late_median")) is not None:
            found["late_median"] = late / numbers.DAY
        return found

    return kept(
        ("contracts", office.pk),
        at,
        counted,
        large=lambda found: (found.get("calls") or 0) > MANY,
    ).value


def years(at: dt.datetime) -> list[int]:
    """The years in which problems were reported, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(c.opened_at) FROM cases_case c WHERE c.procedure = 'problem'"
            " AND c.opened_at > %s",
            [at - dt.timedelta(days=366 * 20)],
        )
        first = cursor.fetchone()[0]
    return list(range(at.year, (first.year if first else at.year) - 1, -1))
