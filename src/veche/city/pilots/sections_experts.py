"""What this part shows on the page of an application: who reads it, reviews and scores."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from veche.city.pilots.access.applications import is_public, relations
from veche.city.pilots.models import ReviewTask
from veche.city.pilots.operations.assigning import OPEN, needed
from veche.city.pilots.operations.reviews import done
from veche.city.pilots.queries import reviews as queries
from veche.city.pilots.queries.experts import tasks_of
from veche.city.pilots.queries.scores import picture
from veche.city.pilots.section import Section
from veche.city.pilots.words.experts import STANDINGS, reason

if TYPE_CHECKING:
    from veche.city.pilots.engines.scoring import Score
    from veche.city.pilots.models import Application
    from veche.core.people.models import Person

STATES = (
    "review", "panel", "matching", "methodology", "agreement", "running", "evaluating",
    "answering", "rolled_out", "not_rolled_out", "rejected",
)  # fmt: skip


def context(
    application: Application, person: Person | None, at: dt.datetime
) -> dict[str, Any] | None:
    """The reviews that the reader may see, and what they can do."""
    stands = relations(application, person, at)
    have, wanted = done(application), needed(application)
    agency = "agency" in stands
    state = application.case.state
    if not have and state != "review":
        return None
    shown = queries.reviews(application, person, stands)
    values = [one.score for one in shown]
    own = None
    if person is not None and "expert" in stands:
        rows = ReviewTask.objects.filter(application=application, expert=person.pk)
        own = rows.exclude(standing__in=["refused", "taken_back"]).first()
    tasks = tasks_of(application) if agency else []
    return {
        "have": have,
        "needed": wanted,
        "complete": have >= wanted,
        "told_count": agency or is_public(application),
        "shown": shown,
        "low": min(values, default=None),
        "high": max(values, default=None),
        "picture": picture(values, _score(application)) if values else None,
        "criteria": queries.by_criterion(shown),
        "tasks": [
            {
                "task": one, "word": STANDINGS[one.standing], "reason": reason(one.reason),
                "open": one.standing in OPEN and state == "review",
            }
            for one in tasks
        ],
        "agency_waits": agency and state == "review",
        "own_task": own,
    }  # fmt: skip


def _score(application: Application) -> Score | None:
    """The scores as they were written, for the picture."""
    from veche.city.pilots.engines.scoring import Score

    if application.mean is None or application.adjusted is None:
        return None
    return Score(application.mean, application.adjusted, application.uncertainty, 0, 0, 0)


SECTIONS: tuple[Section, ...] = (
    Section(
        part="experts",
        states=STATES,
        template="pilots/experts_section.html",
        context=context,
        public=True,
        relations=("agency", "expert", "panellist", "company"),
    ),
)
