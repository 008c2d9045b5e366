"""Initiatives for their list, for the page of one, and for who waits for an answer too long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, Max, QuerySet
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from veche.city.ideas.access import lives_at
from veche.city.ideas.models import Idea, Initiative, Point, Rating
from veche.city.ideas.procedure import OFFICER, PUBLIC_INITIATIVE
from veche.city.ideas.states import shown
from veche.core.cases.operations import in_scope
from veche.core.places.queries import Atlas, atlas

if TYPE_CHECKING:
    from veche.core.organisations.middleware import Asker
    from veche.core.places.models import Territory

PAGE = 50
OUTCOMES: Mapping[str, str | Promise] = {
    Point.Outcome.WILL: _("Will be done"),
    Point.Outcome.PARTLY: _("Will be done in part"),
    Point.Outcome.WONT: _("Will not be done"),
}
GROUPS: Mapping[str, tuple[str | Promise, tuple[str, ...]]] = {
    "": (_("all initiatives"), PUBLIC_INITIATIVE),
    "collecting": (_("that collect endorsements"), ("collecting",)),
    "reached": (_("that an office must answer"), ("reached",)),
    "overdue": (_("whose answer is overdue"), ("reached",)),
    "answered": (_("that were answered"), ("answered",)),
    "lapsed": (_("that too few endorsed"), ("lapsed", "withdrawn")),
}


@dataclass(frozen=True)
class Choice:
    """What of all initiatives is shown."""

    group: str = ""
    place: Territory | None = None

    @property
    def query(self) -> str:
        """As the address says it; empty for everything."""
        given = {"show": self.group, "place": self.place.code if self.place else ""}
        text = urlencode({name: value for name, value in given.items() if value})
        return f"?{text}" if text else ""


def read_choice(data: Mapping[str, str], places: Atlas) -> Choice:
    """The choice that an address says; what it says wrongly is left out."""
    group = data.get("show", "")
    return Choice(
        group=group if group in GROUPS else "",
        place=places.by_code.get(data.get("place", "")),
    )


@dataclass(frozen=True)
class Line:
    """An initiative in a list."""

    initiative: Initiative
    idea: Idea
    share: int
    """Of the endorsements that are needed, in hundredths; a hundred at most."""
    state: str
    overdue: int
    """Whole days by which its answer is late; 0 where it is not."""


def rows(choice: Choice, at: dt.datetime) -> QuerySet[Initiative]:
    """The initiatives of a choice: what waits longest for its answer first, then the newest."""
    states = GROUPS[choice.group][1]
    found = Initiative.objects.filter(idea__case__state__in=states, idea__public=True)
    if choice.group == "overdue":
        found = found.filter(idea__case__due_at__lt=at)
    if choice.place is not None:
        places = atlas()
        within = [choice.place.pk]
        within += [
            one.pk
            for one in places.by_id.values()
            if choice.place.pk in (one.district_id, one.city_id)
        ]
        found = found.filter(idea__case__territory_id__in=within)
    order = ["idea__case__due_at"] if choice.group in ("overdue", "reached") else ["-pk"]
    return (
        found.select_related("idea__case__territory", "office")
        .defer("idea__case__territory__outline")
        .order_by(*order)
    )


def line(one: Initiative, at: dt.datetime) -> Line:
    """One of them as a list shows it."""
    idea, case = one.idea, one.idea.case
    late = case.state == "reached" and case.due_at is not None and case.due_at < at
    return Line(
        initiative=one,
        idea=idea,
        share=min(100, idea.supporters * 100 // one.needed),
        state=shown(case.procedure, case.state),
        overdue=max(1, (at - case.due_at).days) if late and case.due_at else 0,
    )


def overdue(at: dt.datetime) -> int:
    """How many answers are overdue."""
    return rows(Choice("overdue"), at).count()


def moved_last() -> dt.datetime | None:
    """When one of them moved last."""
    found: dt.datetime | None = Initiative.objects.filter(idea__public=True).aggregate(
        last=Max(F("idea__case__moved_at"))
    )["last"]
    return found


def about(idea: Idea, asker: Asker, at: dt.datetime) -> dict[str, Any]:
    """What ``parts/initiative.html`` shows of an initiative; nothing of an idea. Three queries."""
    if idea.kind != Idea.Kind.INITIATIVE:
        return {}
    one = Initiative.objects.select_related("office").get(pk=idea.pk)
    one.idea = idea
    person, case = asker.person, idea.case
    mine = None
    if person is not None:
        mine = Rating.objects.filter(idea=idea, person=person).first()
    return {
        "one": one,
        "line": line(one, at),
        "left": max(0, one.needed - idea.supporters),
        "points": [
            (point, OUTCOMES.get(point.outcome, "")) for point in one.points.order_by("number")
        ],
        "mine": mine,
        "person": person,
        "lives": person is not None and lives_at(person, case.territory_id, at),
        "open": case.state == "collecting" and case.hidden_at is None,
        "answers": case.state == "reached"
        and any(h.role == OFFICER and in_scope(h, case, "organisation") for h in asker.holdings),
    }
