"""What this module holds about a person, and how it is erased; one file a part."""

from __future__ import annotations

import datetime as dt
from types import ModuleType
from typing import TYPE_CHECKING, Any

from veche.city.pilots import (
    personal_agreements,
    personal_applications,
    personal_companies,
    personal_experts,
    personal_papers,
    personal_trials,
)
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.people.models import Person

PARTS: tuple[ModuleType, ...] = (
    personal_companies, personal_applications, personal_agreements, personal_trials,
    personal_experts, personal_papers,
)  # fmt: skip


def collect(person: Person) -> dict[str, Any]:
    """What somebody did in the programme, by part."""
    found: dict[str, Any] = {}
    for part in PARTS:
        found.update(part.collect(person))
    return found


@inside
def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Forget what the programme knows of somebody besides what they did in office."""
    for part in PARTS:
        part.erase(by=by, at=at, person=person)
