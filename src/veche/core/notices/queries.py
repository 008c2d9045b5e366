"""Reading notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from veche.core.notices.models import Following, Notice

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person


def notices_of(person: Person, limit: int = 50) -> list[Notice]:
    """The latest notices of a person, newest first."""
    return list(Notice.objects.filter(person=person).select_related("case").order_by("-id")[:limit])


def follows(person: Person | None, case: Case) -> bool:
    """Whether the person follows the case."""
    if person is None or not person.is_authenticated:
        return False
    return Following.objects.filter(person=person, case=case).exists()


def followers(case: Case) -> int:
    """How many follow the case."""
    return Following.objects.filter(case=case).count()


def followed(cases: Sequence[int]) -> set[int]:
    """Which of these cases anybody follows."""
    rows = Following.objects.filter(case_id__in=cases).values_list("case_id", flat=True)
    return set(rows.distinct())
