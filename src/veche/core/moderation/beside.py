"""What the page of any matter shows of moderation, to whom it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from veche.core.moderation import queries
from veche.core.moderation.access import judge_of, moderator_of
from veche.core.moderation.models import HIDING, OriginalLook
from veche.core.moderation.operations.objections import objectionable
from veche.core.moderation.spam import Mark, signs_of
from veche.core.moderation.written import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from veche.core.cases.models import Case
    from veche.core.moderation.models import Decision
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person


_READ = ("moderation", "appealed")
"""States in which a moderator reads what nobody else has read."""


@dataclass(frozen=True)
class Beside:
    """For ``moderation/parts/beside.html``, under the name ``moderation``."""

    appeal_open: bool = False
    appealed: bool = False
    judge: bool = False
    parts: bool = False
    looks: int = 0
    objections: Sequence[Decision] = ()
    """What was hidden of the author's words, and can be objected to or was."""
    signs: Sequence[Mark] = ()
    """Signs of spam, for whoever reads it before it is published."""


def beside(case: Case, person: Person | None, held: Sequence[Holding], *, author: bool) -> Beside:
    """What concerns whoever asks; for everybody else nothing, and no query."""
    moderator = moderator_of(held, case) is not None
    above = case.state == "appealed_up" and judge_of(held, case, climbed=True) is not None
    if not author and not moderator and not above:
        return Beside()
    rows = queries.decisions(case)
    turned = [one for one in rows if one.kind in ("reject", "remove")]
    decision = turned[-1] if turned else None
    judges = above if decision is not None and decision.climbed_at else moderator
    own = [one for one in rows if one.original is None or one.original.writer_id is None]
    appealed = decision is not None and bool(decision.appeal)
    return Beside(
        appeal_open=author and queries.may_appeal(case),
        appealed=author and appealed,
        judge=judges
        and decision is not None
        and decision.appeal == "open"
        and (person is None or decision.person_id != person.pk),
        parts=author or moderator,
        objections=[one for one in own if one.appeal or objectionable(one)]
        if author and any(one.kind in HIDING for one in own)
        else (),
        signs=_signs(case) if moderator and case.state in _READ else (),
        looks=OriginalLook.objects.filter(original__case=case).count() if author else 0,
    )


def _signs(case: Case) -> Sequence[Mark]:
    return signs_of(case, [one.text for one in words_of(case)]).marks
