"""What is in demand: themes at places, ranked by the problems, vital signs and ideas of a year.

The formula is in `veche.city.pilots.rules.demand`. Problems are counted by the statistics of
problems themselves, so that whoever doubts a number finds the same one there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language

from veche.city.ideas.procedure import PUBLIC_IDEA
from veche.city.pilots.models import DemandTheme, Evidence, Product
from veche.city.pilots.rules import demand as rules
from veche.city.pilots.rules.demand import Counted, Offered, Scored, Wanted
from veche.city.problems.queries import statistics
from veche.city.problems.queries.categories import Kinds, kinds
from veche.city.pulse.models import Indicator
from veche.core.places.queries import Atlas, atlas
from veche.kept import kept

if TYPE_CHECKING:
    from veche.core.places.models import Territory

_DAYS = """
SELECT m.theme, coalesce(t.district_id, t.id), count(DISTINCT day.day),
       array_agg(DISTINCT m.code ORDER BY m.code)
FROM unnest(%(signs)s::bigint[], %(themes)s::text[], %(codes)s::text[]) AS m (sign, theme, code)
JOIN pulse_alarm a ON a.indicator_id = m.sign
JOIN places_territory t ON t.id = a.territory_id
CROSS JOIN LATERAL generate_series(
    (greatest(a.first_at, %(since)s) AT TIME ZONE current_setting('TimeZone'))::date,
    (least(coalesce(a.returned_at, a.closed_at, %(at)s), %(at)s)
        AT TIME ZONE current_setting('TimeZone'))::date,
    interval '1 day') AS day (day)
WHERE NOT a.drill AND a.worst IN ('warning', 'critical') AND a.first_at <= %(at)s
    AND coalesce(a.returned_at, a.closed_at, %(at)s) >= %(since)s
GROUP BY 1, 2
"""
_IDEAS = """
SELECT DISTINCT m.theme, coalesce(t.district_id, t.id), i.case_id, i.supporters
FROM unnest(%(words)s::text[], %(themes)s::text[]) AS m (word, theme)
JOIN ideas_idea i ON searched(i.title || ' ' || i.text) LIKE m.word
JOIN cases_case c ON c.id = i.case_id
JOIN places_territory t ON t.id = c.territory_id
WHERE i.public AND i.published_at > %(since)s AND i.published_at <= %(at)s
    AND c.hidden_at IS NULL AND c.state = ANY(%(states)s)
"""

_ENDED = ("withdrawn", "combined", "called_off")
"""Ideas that count no more: taken back, counted within another, or ended with their call."""


@dataclass(frozen=True)
class Row:
    """One row of what is in demand, with its words and the page where it is recounted."""

    scored: Scored
    name: str
    """The theme in the reader's language."""
    place: Territory

    @property
    def counted(self) -> Counted:
        """What it was reckoned from."""
        return self.scored.counted

    @property
    def key(self) -> str:
        """How a form and an address name it."""
        return f"{self.counted.theme}@{self.place.code}"

    @property
    def statistics_url(self) -> str:
        """The page of the statistics of problems that counts the same."""
        place = {"district": self.place.code} if self.place.kind != "city" else {}
        query = {**place, "category": self.counted.theme, "period": "365", "by": "month"}
        return f"{reverse('problems:statistics')}?{urlencode(query)}"

    @property
    def url(self) -> str:
        """The page on which every number of the row is told apart."""
        return f"{reverse('pilots:demand-row')}?{urlencode({'row': self.key})}"

    def share(self, count: int) -> float | None:
        """A part of the problems, 0 to 1; None where there was none."""
        return count / self.counted.problems if self.counted.problems else None

    @property
    def shares(self) -> tuple[float | None, float | None, float | None]:
        """The shares that were unresolved, came back, and were late."""
        one = self.counted
        return self.share(one.unresolved), self.share(one.returned), self.share(one.late)


def demand(
    *, at: dt.datetime, theme: str = "", place: Territory | None = None, places: Atlas | None = None
) -> list[Row]:
    """What is in demand in the home city at a moment, the most wanted first; a theme or a place
    narrows it, and the ranks stay those of the whole."""
    places = places or atlas()
    found = kept(("pilots-demand", get_language()), at, lambda: _count(at, places)).value
    inside = None if place is None else {place.pk, *places.inside(place)}
    return [
        row
        for row in found
        if (not theme or row.counted.theme == theme)
        and (inside is None or row.counted.place in inside)
    ]


def row_of(key: str, at: dt.datetime) -> Row | None:
    """The row that a form or an address names; None where there is none."""
    return next((row for row in demand(at=at) if row.key == key), None)


def _count(at: dt.datetime, places: Atlas) -> list[Row]:
    known, home = kinds(imported=False), places.home()
    if home is None:
        return []
    since = at - dt.timedelta(days=rules.DAYS)
    settings = {one.theme: one for one in DemandTheme.objects.all()}
    counted = _problems(at, places, known)
    for (theme, place), (days, signs) in _signs(at, since, settings, known).items():
        old = counted.get((theme, place)) or Counted(theme, place)
        counted[theme, place] = replace(old, days=days, signs=signs)
    for (theme, place), (ideas, supporters) in _ideas(at, since, settings).items():
        old = counted.get((theme, place)) or Counted(theme, place)
        counted[theme, place] = replace(old, ideas=ideas, supporters=supporters)
    return [
        Row(one, theme_name(one.counted.theme, known), places.by_id[one.counted.place])
        for one in rules.scored(counted.values())
        if one.counted.place in places.by_id and not places.by_id[one.counted.place].imported
    ]


def _problems(at: dt.datetime, places: Atlas, known: Kinds) -> dict[tuple[str, int], Counted]:
    choice = statistics.Choice(city=places.home(), period="365", by="group", then="district")
    table = statistics.remembered(choice, at, places=places, known=kinds())
    found = {}
    for line in table.lines:
        theme, code = line.codes
        place, values = places.by_code[code], line.values
        found[theme, place.pk] = Counted(
            theme=theme,
            place=place.pk,
            problems=values["received"] or 0,
            unresolved=sum(values[name] or 0 for name in ("unfinished", "unconfirmed", "refused")),
            returned=values["returned"] or 0,
            late=sum(values[name] or 0 for name in ("answered_late", "late_now")),
        )
    return found


def signs_of(settings: Mapping[str, DemandTheme], known: Kinds) -> list[tuple[Indicator, str]]:
    """The public vital signs with the theme each speaks of: one reckoned from problems of a theme
    speaks of that; others as the city says for their sphere."""
    by_sphere = {sphere: theme for theme, one in settings.items() for sphere in one.spheres}
    found = []
    for sign in Indicator.objects.filter(active=True, public=True).order_by("code"):
        own = sign.formula.get("theme", "") if sign.formula.get("over") == "matters" else ""
        kind = known.by_code.get(own)
        group = known.by_id.get(kind.group_id) if kind and kind.group_id else kind
        theme = group.code if group else by_sphere.get(sign.sphere, "")
        if theme:
            found.append((sign, theme))
    return found


def _signs(
    at: dt.datetime, since: dt.datetime, settings: Mapping[str, DemandTheme], known: Kinds
) -> dict[tuple[str, int], tuple[int, tuple[str, ...]]]:
    signs = signs_of(settings, known)
    if not signs:
        return {}
    values: dict[str, Any] = {
        "at": at,
        "since": since,
        "signs": [sign.pk for sign, _theme in signs],
        "codes": [sign.code for sign, _theme in signs],
        "themes": [theme for _sign, theme in signs],
    }
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, values)
        return {(theme, place): (days, tuple(codes))
                for theme, place, days, codes in cursor.fetchall()}  # fmt: skip


def ideas_of(
    settings: Mapping[str, DemandTheme], at: dt.datetime, since: dt.datetime
) -> list[tuple[str, int, int, int]]:
    """The public ideas of a time that hold a word of a theme: theme, place, number of the case,
    how many support it."""
    pairs = [
        (f"%{connection.ops.prep_for_like_query(word.lower().replace('ё', 'е'))}%", theme)
        for theme, one in settings.items()
        for word in one.words
        if word.strip()
    ]
    if not pairs:
        return []
    values: dict[str, Any] = {
        "at": at,
        "since": since,
        "words": [word for word, _theme in pairs],
        "themes": [theme for _word, theme in pairs],
        "states": [state for state in PUBLIC_IDEA if state not in _ENDED],
    }
    with connection.cursor() as cursor:
        cursor.execute(_IDEAS, values)
        return list(cursor.fetchall())


def _ideas(
    at: dt.datetime, since: dt.datetime, settings: Mapping[str, DemandTheme]
) -> dict[tuple[str, int], tuple[int, int]]:
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for theme, place, _idea, supporters in ideas_of(settings, at, since):
        ideas, people = found.get((theme, place), (0, 0))
        found[theme, place] = ideas + 1, people + supporters
    return found


def theme_name(code: str, known: Kinds | None = None) -> str:
    """The name of a theme in the reader's language; its code where it is not known."""
    kind = (known or kinds()).by_code.get(code)
    return str(kind) if kind else code


def themes(known: Kinds | None = None) -> list[tuple[str, str]]:
    """The themes of the city, by code and name: groups of categories, and categories in none."""
    rows = (known or kinds(imported=False)).rows
    return [(row.code, str(row)) for row in rows if row.group_id is None]


def evidence_of(row: Row, at: dt.datetime) -> list[Evidence]:
    """The lines of evidence that a row gives a call, not kept yet: one for each kind there is."""
    one, parts = row.counted, row.scored
    with translation.override("en"):  # `address_here` puts the reader's language in its place
        statistics_url, own = row.statistics_url, row.url
    since = (at - dt.timedelta(days=rules.DAYS)).date()
    told = (
        (Evidence.Kind.PROBLEMS, one.problems, parts.problems, statistics_url),
        (Evidence.Kind.INDICATOR, one.days, parts.indicator, own),
        (Evidence.Kind.IDEAS, one.ideas, parts.ideas, own),
    )
    return [
        Evidence(
            kind=kind, theme=one.theme, territory=row.place, count=count, since=since,
            until=at.date(), score=score, address=address,
        )
        for kind, count, score, address in told
        if count
    ]  # fmt: skip


def address_here(address: str) -> str:
    """The address of a line of evidence in the reader's language."""
    language = get_language() or "en"
    return f"/{language}/{address.removeprefix('/en/')}" if address.startswith("/en/") else address


@dataclass(frozen=True)
class First:
    """A solution and the demand it meets."""

    product: Product
    met: float
    """The scores of what it fits, added up."""
    rows: Sequence[Row]
    """What it fits, the most wanted first."""


def test_first(*, at: dt.datetime, most: int = 100) -> list[First]:
    """What should be tested first: products that are made, ranked by the demand that their
    technologies and targets meet; those that meet none are left out."""
    solved = {
        one.theme: (
            frozenset(t.pk for t in one.technologies.all()),
            frozenset(t.pk for t in one.targets.all()),
        )
        for one in DemandTheme.objects.prefetch_related("technologies", "targets")
    }
    rows = [row for row in demand(at=at) if any(solved.get(row.counted.theme, ()))]
    wanted = [Wanted(row.scored.score, *solved[row.counted.theme]) for row in rows]
    if not wanted:
        return []
    found = []
    products = Product.objects.filter(retired_at__isnull=True).select_related(
        "company__organisation"
    )
    for product in products.prefetch_related("technologies", "targets").order_by("pk"):
        offered = Offered(
            product.pk,
            frozenset(t.pk for t in product.technologies.all()),
            frozenset(t.pk for t in product.targets.all()),
        )
        total = rules.met(offered, wanted)
        if total:
            fitting = [r for r, w in zip(rows, wanted, strict=True) if rules.fits(offered, w)]
            found.append(First(product, total, fitting[:5]))
    return sorted(found, key=lambda one: (-one.met, one.product.pk))[:most]
