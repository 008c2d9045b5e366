"""Rules that a city sets for its problems: how near is the same place, what authors can tick."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from veche.city.problems.models import Category, NearRule, StandardAnswer
from veche.core.journal.operations import record
from veche.core.organisations.access import check_keeps_rules
from veche.errors import Invalid, NotFound
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

TOPICS = ("result", "time", "words", "people")
"""What a ready answer is about."""
FARTHEST = 2000
"""Metres; beyond it nothing is the same place."""
LONGEST = 730
"""Days; after it what happens again is new."""
NEAR, ANSWERS = "rules:near", "rules:answers"
"""What the records are about, for the histories on the pages."""


class UnknownTheme(Invalid):
    """There is no such category or group."""

    code = "unknown-theme"
    sentence = _("Choose a category from the list.")
    field = "theme"


class OutOfRange(Invalid):
    """A number that the rule cannot have."""

    code = "out-of-range"
    sentence = _("Write a number from 1 to {most}.")


class NoSuchRule(NotFound):
    """The rule holds no more."""

    code = "no-such-rule"
    sentence = _("This rule holds no more.")


class RuleForAll(Invalid):
    """The rule for all categories can be changed but not ended."""

    code = "rule-for-all"
    sentence = _("The rule for all categories stays: change its numbers.")
    field = "theme"


class WordsMissing(Invalid):
    """What can be ticked must be said in every language, and about something known."""

    code = "words-missing"
    sentence = _("Write the words in all three languages.")
    field = "en"


@operation
def set_near_rule(
    *,
    by: Person | None,
    at: dt.datetime,
    theme: str,
    metres: int,
    came_back_metres: int,
    came_back_days: int,
) -> NearRule:
    """Say how near is the same place for a category, for a group, or (empty) for all.

    Raises:
        UnknownTheme, OutOfRange: the rule cannot be like this.
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
    """
    check_keeps_rules(by, at)
    if theme and not Category.objects.filter(code=theme).exists():
        raise UnknownTheme
    numbers = {
        "metres": (metres, FARTHEST),
        "came_back_metres": (came_back_metres, FARTHEST),
        "came_back_days": (came_back_days, LONGEST),
    }
    for number, most in numbers.values():
        if not 1 <= number <= most:
            raise OutOfRange(most=most)
    values = {name: number for name, (number, _most) in numbers.items()}
    rule, _made = NearRule.objects.update_or_create(theme=theme, defaults=values)
    record(
        kind="problems.near-rule-set",
        by=by,
        at=at,
        subject=NEAR,
        public={"theme": theme, **values},
    )
    return rule


@operation
def end_near_rule(*, by: Person | None, at: dt.datetime, theme: str) -> None:
    """The rule of a category holds no more: that of its group or of the city does.

    Raises:
        RuleForAll: it is the one that holds for all.
        NoSuchRule: there is none.
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
    """
    check_keeps_rules(by, at)
    if not theme:
        raise RuleForAll
    gone, _by_model = NearRule.objects.filter(theme=theme).delete()
    if not gone:
        raise NoSuchRule
    record(kind="problems.near-rule-ended", by=by, at=at, subject=NEAR, public={"theme": theme})


@operation
def set_standard_answer(
    *,
    by: Person | None,
    at: dt.datetime,
    topic: str,
    good: bool,
    names: Mapping[str, str],
    position: int = 0,
    code: str = "",
) -> StandardAnswer:
    """Add what an author can tick, or change the one of this code; offered from now on.

    Raises:
        WordsMissing: words are missing in a language, or it is about nothing known.
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
    """
    check_keeps_rules(by, at)
    said = {language: " ".join(names.get(language, "").split()) for language in ("en", "ru", "zh")}
    if not all(said.values()) or topic not in TOPICS:
        raise WordsMissing
    code = code or _free(slugify(said["en"])[:34] or topic)
    values = {"topic": topic, "good": good, "names": said, "position": position, "active": True}
    answer, _made = StandardAnswer.objects.update_or_create(code=code, defaults=values)
    record(
        kind="problems.standard-answer-set",
        by=by,
        at=at,
        subject=ANSWERS,
        public={"code": code, **values},
    )
    return answer


def _free(code: str) -> str:
    taken = set(StandardAnswer.objects.filter(code__startswith=code).values_list("code", flat=True))
    tries = [code, *(f"{code}-{n}" for n in range(2, len(taken) + 3))]
    return next(one for one in tries if one not in taken)


@operation
def end_standard_answer(*, by: Person | None, at: dt.datetime, code: str) -> None:
    """It is offered no more; what was ticked stays and keeps its words.

    Raises:
        NoSuchRule: nothing of this code is offered.
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
    """
    check_keeps_rules(by, at)
    if not StandardAnswer.objects.filter(code=code, active=True).update(active=False):
        raise NoSuchRule
    record(
        kind="problems.standard-answer-ended",
        by=by,
        at=at,
        subject=ANSWERS,
        public={"code": code},
    )
