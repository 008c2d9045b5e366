"""What authors said about how it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veche.city.problems.models import Satisfaction, StandardAnswer
from veche.city.problems.operations.satisfaction import RATED
from veche.core.cases.models import Case, CaseEvent
from veche.languages import here


def rated_step(case: Case) -> CaseEvent | None:
    """The last decision of the author, or their silence, that can be rated."""
    return (
        CaseEvent.objects.filter(case=case, move__in=list(RATED), source="check")
        .order_by("-seq")
        .first()
    )


def may_rate(case: Case) -> bool:
    """Whether the author has not yet said how the last decision went."""
    step = rated_step(case)
    return step is not None and not Satisfaction.objects.filter(case=case, seq=step.seq).exists()


def standard_answers() -> list[StandardAnswer]:
    """What can be ticked, good ones first, in the order the city gave them."""
    rows = StandardAnswer.objects.filter(active=True)
    return list(rows.order_by("-good", "position", "code"))


@dataclass(frozen=True)
class Rated:
    """What an author said once."""

    row: Satisfaction
    answers: Sequence[str]
    """The standard answers in the reader's language."""
    text: str
    """The words, where the reader may read them."""


def ratings(case: Case, *, inside: bool) -> list[Rated]:
    """What the author said, for the page of the problem: with everything for the office
    (``inside``), and for everybody the words alone that the author made public."""
    rows = list(Satisfaction.objects.filter(case=case).order_by("seq"))
    if not inside:
        return [Rated(row, (), row.text) for row in rows if row.text_public and row.text]
    names = {a.code: here(a.names) for a in StandardAnswer.objects.all()}
    return [Rated(row, [names.get(c, c) for c in row.answers], row.text) for row in rows]
