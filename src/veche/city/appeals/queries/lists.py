"""Lists and counts of letters and corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count, QuerySet

from veche.city.appeals import rules
from veche.city.appeals.access import appeals
from veche.city.appeals.models import Appeal, Correction, Topic
from veche.city.appeals.procedure import OPEN, OWED, PUBLIC
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas
from veche.languages import here
from veche.searching import holds

STATES = ("open", "answered", "refused", "late", "all")


@dataclass(frozen=True)
class Filter:
    """What a list of letters shows; its parameters stand in the address."""

    place: Territory | None = None
    kind: str = ""
    topic: str = ""
    office: str = ""
    state: str = "all"
    words: str = ""

    def parameters(self, **other: Any) -> str:
        """The filter as it stands in an address."""
        values: dict[str, Any] = {
            "place": self.place.code if self.place else "",
            "kind": self.kind,
            "topic": self.topic,
            "office": self.office,
            "state": self.state if self.state != "all" else "",
            "q": self.words,
        }
        return "?" + urlencode({k: v for k, v in {**values, **other}.items() if v})


def read(given: Mapping[str, str], places: Atlas) -> Filter:
    """The filter of an address; what is not known is left out."""

    def of(name: str, most: int = 80) -> str:
        return given.get(name, "").replace("\x00", "")[:most].strip()

    return Filter(
        place=places.by_code.get(of("place")),
        kind=of("kind") if of("kind") in Appeal.Kind.values else "",
        topic=of("topic"),
        office=of("office"),
        state=of("state") if of("state") in STATES else "all",
        words=of("q", 100),
    )


def chosen(which: Filter, at: dt.datetime, places: Atlas) -> QuerySet[Appeal]:
    """The public letters of the filter, newest first."""
    rows: QuerySet[Appeal] = appeals().filter(
        public=True, case__state__in=PUBLIC, case__hidden_at__isnull=True
    )
    if which.place is not None and which.place.kind != Territory.Kind.CITY:
        rows = rows.filter(case__territory_id__in=places.inside(which.place))
    if which.kind:
        rows = rows.filter(kind=which.kind)
    if which.topic:
        rows = rows.filter(topic__code=which.topic)
    if which.office:
        rows = rows.filter(case__organisation__code=which.office)
    match which.state:
        case "open":
            rows = rows.filter(case__state__in=OPEN)
        case "answered":
            rows = rows.filter(answered_at__isnull=False).exclude(case__state="refused")
        case "refused":
            rows = rows.filter(case__state="refused")
        case "late":
            rows = rows.filter(case__state__in=OWED, answer_due_at__lt=at)
    for word in which.words.split()[:6]:
        found, values = holds("a.title || ' ' || a.text", word)
        rows = rows.extra(  # each by its own index
            where=[
                f"appeals_appeal.case_id IN (SELECT a.case_id FROM appeals_appeal a WHERE {found}"
                " UNION SELECT n.id FROM cases_case n WHERE n.number = %s)"
            ],
            params=[*values, word],
        )
    return rows.order_by("-case__opened_at", "-case_id")


def topics(active: bool = True) -> list[Topic]:
    """What letters can be about, in order."""
    rows = Topic.objects.order_by("position", "id")
    return list(rows.filter(active=True) if active else rows)


def written_to() -> list[tuple[str, str]]:
    """Code and name of the offices that have public letters, by name."""
    rows = (
        Appeal.objects.filter(public=True, case__organisation__isnull=False)
        .values_list("case__organisation__code", "case__organisation__names")
        .distinct()
    )
    return sorted({code: here(names) for code, names in rows}.items(), key=lambda row: row[1])


@dataclass(frozen=True)
class Tally:
    """How many public letters there are and what became of them; of private ones how many."""

    received: int
    answered: int
    in_time: int
    late_now: int
    refused: int
    passed_on: int
    rated: Mapping[str, int]
    private: int | None
    """Those only their office reads; None while they are so few that a count could tell of one."""


def tally(at: dt.datetime) -> Tally:
    """What became of the letters, in one pass."""
    with connection.cursor() as cursor:
        cursor.execute(_TALLY, [at])
        row = cursor.fetchone()
    private = row[9] if row[9] == 0 or row[9] >= rules.CELLS else None
    rated = dict(zip(("yes", "partly", "no"), row[6:9], strict=True))
    received, answered, in_time, late_now, refused, passed_on = row[:6]
    return Tally(
        received=received,
        answered=answered,
        in_time=in_time,
        late_now=late_now,
        refused=refused,
        passed_on=passed_on,
        rated=rated,
        private=private,
    )


_TALLY = """
SELECT count(*) FILTER (WHERE a.public),
    count(*) FILTER (WHERE a.public AND a.answered_at IS NOT NULL AND c.state <> 'refused'),
    count(*) FILTER (WHERE a.public AND a.answered_at <= a.answer_due_at AND c.state <> 'refused'),
    count(*) FILTER (WHERE a.public AND c.state IN ('work', 'question') AND a.answer_due_at < %s),
    count(*) FILTER (WHERE a.public AND c.state = 'refused'),
    count(*) FILTER (WHERE a.public AND c.state = 'passed_on'),
    count(*) FILTER (WHERE a.public AND a.satisfaction = 'yes'),
    count(*) FILTER (WHERE a.public AND a.satisfaction = 'partly'),
    count(*) FILTER (WHERE a.public AND a.satisfaction = 'no'),
    count(*) FILTER (WHERE NOT a.public)
FROM appeals_appeal a JOIN cases_case c ON c.id = a.case_id
"""


def corrections() -> QuerySet[Correction]:
    """All corrections with what their rows name, newest first."""
    return Correction.objects.select_related(
        "case", "case__territory", "kind", "object", "object__kind", "owner"
    ).order_by("-case__opened_at", "-case_id")


def correction_counts() -> dict[str, int]:
    """How many corrections stand where: proposed, repaired, kept, withdrawn."""
    rows = Correction.objects.values_list("case__state").annotate(n=Count("pk"))
    found = dict.fromkeys(("proposed", "repaired", "kept", "withdrawn"), 0)
    found.update(dict(rows))
    return found
