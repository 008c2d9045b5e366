"""How terms are kept: counts and times by office, district and category, by one SQL statement.

The outcomes are the parts of what was received; no other two numbers are added together here: each
answers a question of its own (`MEASURES`). Records of other systems are counted apart and have no
times: their sources give none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from veche.city.problems.queries.categories import Kinds, kinds
from veche.city.problems.queries.lists import EACH_PROBLEM, WITH_PROBLEM
from veche.city.problems.queries.outcomes import OUTCOMES
from veche.city.problems.queries.outcomes import SQL as OUTCOME_COUNTS
from veche.core.organisations.models import Organisation
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas, atlas
from veche.kept import kept

DAY = 86_400
MODERATION = dt.timedelta(hours=24)
"""What the city promises: every report is read within this time."""

PERIODS: dict[str, tuple[int | None, str | Promise]] = {
    "30": (30, _("the last 30 days")),
    "90": (90, _("the last 90 days")),
    "365": (365, _("the last year")),
    "all": (None, _("all time")),
}
USUAL = "90"
"""The period of a page nobody has chosen another for: it costs the same however old the city is."""
GROUPINGS: dict[str, tuple[str, str | Promise]] = {
    "office": ("c.organisation_id", _("Office")),
    "district": ("coalesce(t.district_id, t.id)", _("District")),
    "group": ("coalesce(k.group_id, k.id)", _("Group of categories")),
    "category": ("p.category_id", _("Category")),
    "month": (
        "to_char(c.opened_at AT TIME ZONE current_setting('TimeZone'), 'YYYY-MM')",
        _("Month"),
    ),
}
"""What the table can be divided by: SQL that is ours alone, and the word."""
_JOINS = {
    "district": "JOIN places_territory t ON t.id = c.territory_id",
    "group": "JOIN problems_category k ON k.id = p.category_id",
}
"""Tables that are read only where the division asks for them."""

MEASURES: dict[str, tuple[str | Promise, str | Promise]] = {
    "received": (_("Received"), _("Problems reported here in the period.")),
    "moderated_in_time": (
        _("Read in 24 hours"),
        _("Reports a moderator published or rejected within 24 hours."),
    ),
    "moderated_late": (
        _("Read later"),
        _(
            "Reports that were published or rejected after 24 hours, or published without a "
            "moderator, or that wait longer than that."
        ),
    ),
    "answered_in_time": (
        _("Answered in time"),
        _("The office gave its first answer or refusal by its first term."),
    ),
    "answered_late": (
        _("Answered late"),
        _("The office gave its first answer or refusal after its first term."),
    ),
    "late_now": (
        _("Late, no first answer"),
        _("The first term is over and there is no answer yet."),
    ),
    "returned": (_("Returned"), _("The author returned an answer at least once.")),
    **{one.name: (one.title, one.sentence) for one in OUTCOMES},
    "answer_median": (
        _("Answer, median"),
        _(
            "Days from the report to the first answer or refusal, for what was answered: half "
            "took no longer."
        ),
    ),
    "answer_p90": (_("Answer, nine of ten"), _("Nine of ten answers took no longer.")),
    "solution_median": (
        _("Solution, median"),
        _("Days from the report to the author's confirmation, for what was confirmed."),
    ),
    "solution_p90": (
        _("Solution, nine of ten"),
        _("Nine of ten confirmed solutions took no longer."),
    ),
}
"""Every number of the table: its word, and how it is counted."""
PARTS = tuple(one.name for one in OUTCOMES)
"""The counts that add up to what was received."""
COUNTS = tuple(name for name in MEASURES if not name.endswith(("_median", "_p90")))
TIMES = tuple(name for name in MEASURES if name.endswith(("_median", "_p90")))


@dataclass(frozen=True)
class Choice:
    """What the reader wants to see."""

    city: Territory | None
    district: Territory | None = None
    category: str = ""
    office: str = ""
    period: str = USUAL
    by: str = "office"
    then: str = ""
    year: int | None = None
    """A year of the report (UTC), for the score cards of offices; not in an address."""

    def parameters(self) -> dict[str, str]:
        """The choice as it stands in an address."""
        values = {
            "city": self.city.code if self.city and self.city.imported else "",
            "district": self.district.code if self.district else "",
            "category": self.category,
            "office": self.office,
            "period": self.period if self.period != USUAL else "",
            "by": self.by if self.by != "office" else "",
            "then": self.then,
        }
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True)
class Line:
    """One row of the table, or the whole."""

    keys: tuple[str, ...]
    """What the row is of, in words; empty for the whole."""
    codes: tuple[str, ...]
    """The same by code, for files."""
    values: Mapping[str, int | None]
    """Counts, and times in whole seconds; None where nothing was there to measure."""

    def days(self, name: str) -> float | None:
        """A time in days."""
        seconds = self.values[name]
        return None if seconds is None else seconds / DAY

    def cells(self) -> list[tuple[str, int | float | None]]:
        """The values as the page shows them: name, count or days."""
        return [(n, self.days(n) if n in TIMES else self.values[n]) for n in MEASURES]

    @property
    def in_time_share(self) -> float | None:
        """Of the answers given, the share given in time; None without an answer."""
        given = (self.values["answered_in_time"] or 0) + (self.values["answered_late"] or 0)
        return (self.values["answered_in_time"] or 0) / given if given else None


@dataclass(frozen=True)
class Statistics:
    """The table, the whole, and what was left out of the times."""

    choice: Choice
    at: dt.datetime
    since: dt.datetime | None
    total: Line
    lines: Sequence[Line]
    imported: int
    """Records of other systems in the same choice: counted apart, without times."""


_READ = "coalesce(p.accepted_at, CASE WHEN c.state = 'rejected' THEN c.closed_at END)"


def _times(until: str) -> str:
    """Median and ninth decile of the time from the report to a moment: intervals are sorted once
    for both, and ``percentile_disc`` names a time that occurred."""
    return (
        f"percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY {until} - c.opened_at)"
        f" FILTER (WHERE {until} IS NOT NULL)"
    )


_WHOLE = "cases_case c" + WITH_PROBLEM
_BOUNDED = "cases_case c" + EACH_PROBLEM
"""Of the last days the problems are looked up one by one: the past behind them is not read."""
_SELECT = f"""
SELECT {{keys}}, {{whole}},
 count(*),
 count(*) FILTER (WHERE {_READ} <= c.opened_at + %(day)s),
 count(*) FILTER (WHERE ({_READ} > c.opened_at + %(day)s
   OR (c.state = 'moderation' AND c.opened_at + %(day)s < %(at)s))),
 count(*) FILTER (WHERE p.answered_at <= p.answer_due_at),
 count(*) FILTER (WHERE p.answered_at > p.answer_due_at),
 count(*) FILTER (WHERE p.answered_at IS NULL
   AND c.state IN ('work', 'returned', 'handed_back', 'disputed') AND p.answer_due_at < %(at)s),
 count(*) FILTER (WHERE p.returns > 0),
 {OUTCOME_COUNTS},
 {_times("p.answered_at")},
 {_times("p.confirmed_at")},
 CASE WHEN EXISTS (SELECT FROM problems_problem WHERE source <> '') THEN
  (SELECT count(*) FROM {{tables}} WHERE p.source <> '' AND {{where}}) ELSE 0 END
FROM {{tables}}
{{joins}}
WHERE p.source = '' AND {{where}}
GROUP BY GROUPING SETS (({{keys}}), ())
"""


def read(parameters: Mapping[str, str], places: Atlas, known: Kinds) -> Choice:
    """The choice in an address; what means nothing is left out."""
    city = places.by_code.get(parameters.get("city", ""))
    if city is None or city not in places.cities:
        city = places.home()
    district = places.by_code.get(parameters.get("district", ""))
    if district is None or city is None or district.parent_id != city.pk:
        district = None
    category = parameters.get("category", "")
    by, then = parameters.get("by", ""), parameters.get("then", "")
    by = by if by in GROUPINGS else "office"
    return Choice(
        city=city,
        district=district,
        category=category if category in known.by_code else "",
        office=parameters.get("office", "")[:80].replace("\x00", ""),
        period=parameters.get("period", "") if parameters.get("period") in PERIODS else USUAL,
        by=by,
        then=then if then in GROUPINGS and then != by else "",
    )


def statistics(
    choice: Choice, at: dt.datetime, *, places: Atlas | None = None, known: Kinds | None = None
) -> Statistics:
    """The table of a choice as it stands at a moment: two queries besides the categories."""
    places, known = places or atlas(), known or kinds()
    where = ["c.opened_at <= %(at)s"]
    more: dict[str, Any] = {"at": at, "day": MODERATION}
    place = choice.district or choice.city
    if place is not None:
        where.append("c.territory_id = ANY(%(territories)s)")
        more["territories"] = places.inside(place)
    if choice.category:
        where.append("p.category_id = ANY(%(categories)s)")
        more["categories"] = known.under(choice.category)
    if choice.year:
        where.append("c.opened_at >= %(january)s AND c.opened_at < %(next)s")
        more["january"] = dt.datetime(choice.year, 1, 1, tzinfo=dt.UTC)
        more["next"] = dt.datetime(choice.year + 1, 1, 1, tzinfo=dt.UTC)
    if choice.office:
        where.append(
            "c.organisation_id ="
            " (SELECT id FROM organisations_organisation WHERE code = %(office)s)"
        )
        more["office"] = choice.office
    days = PERIODS[choice.period][0]
    since = at - dt.timedelta(days=days) if days else None
    if since is not None:
        where.append("c.opened_at > %(since)s")
        more["since"] = since
    groups = [choice.by, *([choice.then] if choice.then else [])]
    keys = ", ".join(GROUPINGS[g][0] for g in groups)
    joins = " ".join(_JOINS[g] for g in groups if g in _JOINS)
    sql = _SELECT.format(
        keys=keys,
        joins=joins,
        tables=_BOUNDED if days and days <= int(USUAL) else _WHOLE,
        whole=f"grouping({GROUPINGS[choice.by][0]})",
        where=" AND ".join(where),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, more)
        rows = cursor.fetchall()
    named = _Names(places, known, {r[groups.index("office")] for r in rows if "office" in groups})
    total, lines, imported = _nothing(), [], 0
    for row in rows:
        *counts, answer, solution, foreign = row[len(groups) + 1 :]
        times = [*(answer or (None, None)), *(solution or (None, None))]
        measured: dict[str, int | None] = dict(zip(COUNTS, counts, strict=True))
        measured |= {
            name: None if time is None else time // dt.timedelta(seconds=1)
            for name, time in zip(TIMES, times, strict=True)
        }
        if row[len(groups)]:
            total, imported = Line((), (), measured), foreign
            continue
        pairs = [named.of(g, row[i]) for i, g in enumerate(groups)]
        if measured["received"]:
            lines.append(
                Line(tuple(name for _code, name in pairs), tuple(c for c, _n in pairs), measured)
            )
    if choice.by == "month":
        lines.sort(key=lambda line: line.codes)
    else:
        sizes: dict[str, int] = {}
        for line in lines:
            sizes[line.codes[0]] = sizes.get(line.codes[0], 0) + (line.values["received"] or 0)
        lines.sort(
            key=lambda line: (
                -sizes[line.codes[0]],
                line.codes[0],
                -(line.values["received"] or 0),
                line.codes,
            )
        )
    return Statistics(choice, at, since, total, lines, imported)


def remembered(choice: Choice, at: dt.datetime, *, places: Atlas, known: Kinds) -> Statistics:
    """The table for a page: what takes long to count may be some minutes old, and its ``at`` says
    of which moment it is."""
    return kept(
        ("statistics", get_language(), choice),
        at,
        lambda: statistics(choice, at, places=places, known=known),
    ).value


def _nothing() -> Line:
    return Line((), (), {n: (None if n in TIMES else 0) for n in MEASURES})


class _Names:
    """The words of what the table is divided by."""

    def __init__(self, places: Atlas, known: Kinds, offices: set[int | None]) -> None:
        self._places, self._kinds = places, known
        wanted = [pk for pk in offices if pk is not None]
        self._offices = Organisation.objects.in_bulk(wanted) if wanted else {}

    def of(self, group: str, key: Any) -> tuple[str, str]:
        """Code and word of one value."""
        if key is None:
            return "", gettext("no office yet")
        if group == "office":
            office = self._offices[key]
            return office.code, str(office)
        if group == "district":
            place = self._places.by_id[key]
            return place.code, str(place)
        if group == "month":
            return key, key
        kind = self._kinds.by_id[key]
        return kind.code, str(kind)


def statistics_json(at: dt.datetime) -> dict[str, Any]:
    """The statistics of the home city over all time, for programs; times in seconds."""
    places, known = atlas(), kinds()
    result: dict[str, Any] = {"at": at.astimezone(dt.UTC).isoformat(timespec="seconds")}
    for by in ("office", "district", "category", "month"):
        choice = Choice(city=places.home(), period="all", by=by)
        found = statistics(choice, at, places=places, known=known)
        result.setdefault("city", choice.city.code if choice.city else None)
        result.setdefault("imported_records", found.imported)
        result.setdefault("total", dict(found.total.values))
        result[f"by_{by}"] = [
            {"code": line.codes[0], "name": line.keys[0], **line.values} for line in found.lines
        ]
    return result
