"""What testers said in words and allowed everybody to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from veche.city.pilots.models import TesterAnswer
from veche.city.pilots.rules.testers import LEAST

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from veche.city.pilots.models import Trial

FIELD = "tester:"
"""Before the number of an answer, in the name of its words for moderators."""


@dataclass(frozen=True)
class Published:
    """What some testers said of one indicator, of nobody."""

    indicator: str
    words: tuple[str, ...]


def published(trials: QuerySet[Trial]) -> list[TesterAnswer]:
    """The answers of some trials whose words everybody may read now: their trial is over, who wrote
    them can still take them back, and at least five people have allowed it in the same trial."""
    rows = TesterAnswer.objects.filter(
        tester__trial__in=trials.filter(ended_at__isnull=False),
        tester__left_at__isnull=True,
        tester__person__isnull=False,
        public=True,
    ).exclude(words="")
    found = list(rows.select_related("indicator", "tester").order_by("pk"))
    people: dict[int, set[int]] = {}
    for one in found:
        people.setdefault(one.tester.trial_id, set()).add(one.tester_id)
    return [one for one in found if len(people[one.tester.trial_id]) >= LEAST]


def published_words(trial: Trial) -> list[Published]:
    """What everybody reads on the page of a trial, by indicator; sorted by the words themselves, so
    that the order tells nothing."""
    by_name: dict[tuple[int, str], list[str]] = {}
    for one in published(type(trial).objects.filter(pk=trial.pk)):
        key = (one.indicator.place, one.indicator.name)
        by_name.setdefault(key, []).append(one.words)
    return [Published(name, tuple(sorted(by_name[place, name]))) for place, name in sorted(by_name)]
