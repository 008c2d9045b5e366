"""What this part shows on the page of an application: what the panel decided."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from veche.city.pilots.access.applications import is_public, relations
from veche.city.pilots.models import PanelItem, ReviewTask
from veche.city.pilots.operations.assigning import OPEN, needed
from veche.city.pilots.operations.panels import tally_of
from veche.city.pilots.operations.reviews import done
from veche.city.pilots.queries.panels import coming
from veche.city.pilots.section import Section
from veche.languages import here

if TYPE_CHECKING:
    from veche.city.pilots.models import Application
    from veche.core.people.models import Person

STATES = (
    "review", "panel", "matching", "methodology", "agreement", "running", "evaluating",
    "answering", "rolled_out", "not_rolled_out", "rejected",
)  # fmt: skip


def context(
    application: Application, person: Person | None, at: dt.datetime
) -> dict[str, Any] | None:
    """Where the panel stands with it, and what the agency can do."""
    stands = relations(application, person, at)
    agency, inside = "agency" in stands, bool(stands & {"agency", "panellist"})
    state = application.case.state
    rows = PanelItem.objects.filter(application=application).select_related("panel")
    items = [
        one
        for one in rows.order_by("panel__meets_at", "pk")
        # What was put off is told inside only; the public reads what was decided.
        if inside or (is_public(application) and one.decision in ("select", "decline"))
    ]
    brings = agency and (
        (state == "review" and _all_in(application))
        or (state == "panel" and not any(one.decided_at is None for one in items))
    )
    if not items and not brings and not (inside and state == "panel"):
        return None
    return {
        "items": [
            {
                "item": one,
                "tally": tally_of(one),
                "title": here(one.panel.titles),
                "linked": inside or one.panel.closed_at is not None,
            }
            for one in items
        ],
        "brings": brings,
        "panels": coming(at) if brings else [],
    }


def _all_in(application: Application) -> bool:
    reading = ReviewTask.objects.filter(application=application, standing__in=OPEN).exists()
    return done(application) == needed(application) and not reading


SECTIONS: tuple[Section, ...] = (
    Section(
        part="panels",
        states=STATES,
        template="pilots/panels_section.html",
        context=context,
        public=True,
        relations=("agency", "panellist"),
    ),
)
