"""Initiatives of the demo town: one that lacks one endorsement, one that an office must answer, one
whose answer is overdue, and one that was answered."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from veche.city.ideas import bulk
from veche.city.ideas.models import Initiative
from veche.city.ideas.operations import initiatives, reading
from veche.core.organisations.models import Holding, Organisation
from veche.core.people.models import Person
from veche.core.places.models import Territory

if TYPE_CHECKING:
    from veche.town.initiatives import TownInitiative

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def load(present: dt.datetime, residents: Sequence[int], moderator: Person) -> int:
    """Write them, let residents endorse them, answer one; returns how many it were.

    ``residents`` are the accounts that can endorse, by their numbers.
    """
    from veche.town.initiatives import INITIATIVES

    for number, told in enumerate(INITIATIVES):
        _load(told, present, residents[number * 600 :], moderator)
    return len(INITIATIVES)


def _load(
    told: TownInitiative, present: dt.datetime, residents: Sequence[int], moderator: Person
) -> None:
    written = present + told.written * DAY
    made = initiatives.write_initiative(
        by=Person.objects.get(pk=residents[0]),
        at=written,
        territory=Territory.objects.get(code=told.area),
        office=Organisation.objects.get(code=told.office),
        submission=uuid.uuid5(uuid.NAMESPACE_URL, f"{told.area}:{told.title}"),
        title=told.title,
        text=told.text,
        points=told.points,
        language="zh-hans" if told.language == "zh" else told.language,
    )
    case = reading.accept(by=moderator, at=written + 3 * HOUR, case=made.idea.case)
    needed = Initiative.objects.values_list("needed", flat=True).get(pk=made.pk)
    at = present + (told.reached if told.reached is not None else -1) * DAY
    crowd = residents[1 : 1 + needed - told.short]
    bulk.load_ratings(by=None, at=at, ratings=((made.pk, person, 1) for person in crowd))
    if told.reached is None:
        return
    initiatives.reach(by=None, at=at, case=case)
    if told.answered is None:
        return
    held = Holding.objects.filter(organisation__code=told.office, role="officer", until=None)
    case.refresh_from_db()
    initiatives.answer_initiative(
        by=held.select_related("person").latest("id").person,
        at=present + told.answered * DAY,
        case=case,
        answers=dict(enumerate(told.answers, 1)),
    )
