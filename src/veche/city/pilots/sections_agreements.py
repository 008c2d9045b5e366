"""What this part shows on the page of an application: agreements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from veche.city.pilots.access.agreements import agreements_of, is_party, methodologies_for
from veche.city.pilots.access.applications import standing
from veche.city.pilots.queries import agreements as queries
from veche.city.pilots.section import Section

if TYPE_CHECKING:
    from veche.city.pilots.models import Application
    from veche.core.people.models import Person

_AFTER = ("running", "evaluating", "answering", "rolled_out", "not_rolled_out", "withdrawn")
_READERS = ("company", "agency", "department", "site")


def _methodology(
    application: Application, person: Person | None, at: dt.datetime
) -> Mapping[str, Any] | None:
    stand = standing(application, person, at)
    found = methodologies_for(stand)
    writes = application.case.state == "methodology" and bool(
        stand.relations & {"company", "agency"}
    )
    if not found and not writes:
        return None
    shown = found[0] if found else None
    return {
        "shown": shown,
        "lines": queries.lines(shown) if shown else [],
        "writes": writes,
        "approves": stand.agency and writes and shown is not None,
    }


def _agreement(
    application: Application, person: Person | None, at: dt.datetime
) -> Mapping[str, Any] | None:
    stand = standing(application, person, at)
    found = agreements_of(stand)
    draws = stand.agency and application.case.state == "agreement"
    current = next((one for one in found if one.ended_at is None), None)
    if current is None and not draws:
        return None
    return {
        "current": current,
        "parties": queries.parties(current, (), {}) if current else [],
        "insider": is_party(stand),
    }


SECTIONS: tuple[Section, ...] = (
    Section(
        "agreement", ("agreement", "methodology", *_AFTER), "pilots/agreements_section.html",
        _agreement, public=True, relations=_READERS,
    ),
    Section(
        "methodology", ("methodology", "agreement", *_AFTER),
        "pilots/agreements_methodology_section.html", _methodology, public=True,
        relations=_READERS,
    ),
)  # fmt: skip
