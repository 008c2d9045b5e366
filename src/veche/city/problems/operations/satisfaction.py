"""How the author found it: one word after each decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from veche.city.problems import rules
from veche.city.problems.models import (
    CheckRound,
    CheckTask,
    Problem,
    Satisfaction,
    StandardAnswer,
)
from veche.city.problems.operations.refusals import TooLate
from veche.city.problems.procedure import PROCEDURE, PUBLIC
from veche.core.cases.models import Case
from veche.core.cases.operations import move_case
from veche.core.cases.operations.files import detach_all
from veche.core.files.operations import forget_photographs
from veche.core.journal.operations import record
from veche.errors import Invalid, NotAllowed, Refused
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

UNREAD = ("moderation", "asked")
"""States in which no moderator has passed a problem, and its author can take it back."""
RATED = {"confirm": "confirm", "return": "return", "lapse": "lapse", "verify": "lapse"}
"""Step after which the author is asked → what it is called."""
RATE_DAYS = dt.timedelta(days=30)
"""How long the author can say it."""


class NothingToRate(Refused):
    """No decision of the author is waiting for a word."""

    code = "nothing-to-rate"
    sentence = _("There is nothing to rate now.")


class RatedAlready(Refused):
    """It has been said."""

    code = "rated-already"
    sentence = _("You have said already how it went. Thank you.")


class ScoreMissing(Invalid):
    """No score from 1 to 5."""

    code = "score-missing"
    sentence = _("Choose a face from 1 to 5.")
    field = "score"


class OnlyItsAuthor(NotAllowed):
    """Somebody else wants to say how the author found it."""

    code = "only-its-author"
    sentence = _("Only the author of the problem may do this.")


@operation
def rate(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    score: int,
    answers: Sequence[str] = (),
    text: str = "",
    text_public: bool = False,
) -> Satisfaction:
    """The author says how it went, from 1 to 5, by standard answers and in own words; ``by`` is
    empty for an anonymous author whose secret was checked. The words are for the office alone
    unless ``text_public``; the rest is published as counts of at least five.

    Raises:
        OnlyItsAuthor, NothingToRate, RatedAlready, ScoreMissing, TooLate: it cannot be said.
    """
    from veche.city.problems.queries.satisfaction import rated_step

    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if (by.pk if by else None) != case.author_id:
        raise OnlyItsAuthor
    step = rated_step(case)
    if step is None:
        raise NothingToRate
    if at > step.at + RATE_DAYS:
        raise TooLate
    if score not in range(1, 6):
        raise ScoreMissing
    known = set(StandardAnswer.objects.filter(active=True).values_list("code", flat=True))
    said = Satisfaction(
        case=case,
        seq=step.seq,
        decision=RATED[step.move],
        organisation_id=step.organisation_id,
        score=score,
        answers=[code for code in dict.fromkeys(answers) if code in known],
        text=sized(text, 0, rules.LONGEST_REASON),
        text_public=text_public and bool(text.strip()),
        at=at,
    )
    try:
        with transaction.atomic():
            said.save(force_insert=True)
    except IntegrityError as error:
        raise RatedAlready from error
    record(
        kind="problems.rated",
        by=by,
        at=at,
        subject=f"problem:{case.number}",
        public={"step": step.seq},
        personal={"score": score, "answers": said.answers, "text": said.text},
    )
    return said


NEVER = tuple(s.code for s in PROCEDURE.states if s.final and s.code not in PUBLIC)
"""Ends in which nobody reads a problem."""


def _take_back(person: Person, at: dt.datetime) -> None:
    """What no moderator has passed is not published after its author is gone."""
    unread = Case.objects.filter(author=person, procedure="problem", state__in=UNREAD)
    for case in unread.order_by("id"):
        move_case(by=person, at=at, case=case, move="withdraw")


@operation
def forget_unpublished(*, by: Person | None, at: dt.datetime, person: Person) -> int:
    """Take the words and photographs out of a person's problems that ended without being public;
    returns how many problems. The photographs go with every copy, unless a public matter shows the
    very same picture."""
    unread = Problem.objects.filter(case__author=person, case__state__in=NEVER)
    cases = list(unread.values_list("pk", flat=True))
    unread.update(text="", address="", answers={})
    files = detach_all(by=by, at=at, cases=cases)
    forget_photographs(by=by, at=at, files=files)
    record(
        kind="problems.unpublished-forgotten",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        public={"problems": len(cases), "photographs": len(files)},
    )
    return len(cases)


def turned_down(*, by: Person, at: dt.datetime, case: Case) -> None:
    """An objection was turned down: where its author is gone, nothing of it is kept."""
    if case.author is not None and not case.author.is_active:
        forget_unpublished(by=by, at=at, person=case.author)


@operation
def forget_words(*, by: Person | None, at: dt.datetime, person: Person) -> int:
    """Take out the words a person wrote to an office alone, with the words and photographs of
    problems that were never public or are no more, and give the checks that wait for them to
    others. Marks stay in their counts; what volunteers found stays, nobody is named there."""
    rows = Satisfaction.objects.filter(case__author=person, text_public=False)
    blanked = rows.exclude(text="").update(text="")
    _take_back(person, at)
    blanked += forget_unpublished(by=by, at=at, person=person)
    waiting = CheckTask.objects.filter(volunteer=person, ended_at__isnull=True)
    CheckRound.objects.filter(pk__in=waiting.values("round")).update(next_at=None)
    waiting.update(said="declined", ended_at=at)
    record(
        kind="problems.words-forgotten",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        public={"words": blanked},
    )
    return blanked
