"""Who took part in a vote that was announced, for those who keep count of taking part."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from veche.city.ballots.models import Part, RollEntry
from veche.core.people.models import Person


def took_part(number: str, among: QuerySet[Person]) -> list[int]:
    """The numbers of those people of ``among`` who took part in the vote of this number.

    Read from the rows that the count itself leaves: that somebody took part, neither when nor
    how they chose.
    """
    rows = RollEntry.objects.filter(
        Exists(Part.objects.filter(entry=OuterRef("pk"))),
        vote__case__number=number,
        person__in=among,
        struck_at=None,
    )
    return list(rows.order_by("person_id").values_list("person_id", flat=True))
