"""What the page of any matter shows of moderation, to whom it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from veche.core.moderation import queries
from veche.core.moderation.access import moderator_of
from veche.core.moderation.models import OriginalLook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from veche.core.cases.models import Case
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person


@dataclass(frozen=True)
class Beside:
    """For ``moderation/parts/beside.html``, under the name ``moderation``."""

    appeal_open: bool = False
    appealed: bool = False
    judge: bool = False
    parts: bool = False
    looks: int = 0


def beside(case: Case, person: Person | None, held: Sequence[Holding], *, author: bool) -> Beside:
    """What concerns whoever asks; for everybody else nothing, and no query."""
    moderator = moderator_of(held, case) is not None
    if not author and not moderator:
        return Beside()
    decision = queries.last_rejection(case)
    appealed = decision is not None and bool(decision.appeal)
    return Beside(
        appeal_open=author and queries.may_appeal(case),
        appealed=author and appealed,
        judge=moderator
        and decision is not None
        and decision.appeal == "open"
        and (person is None or decision.person_id != person.pk),
        parts=True,
        looks=OriginalLook.objects.filter(original__case=case).count() if author else 0,
    )
