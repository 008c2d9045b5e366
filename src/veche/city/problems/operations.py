"""Everything that can happen to a problem."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from veche.city.problems import rules
from veche.city.problems.models import Category, Problem
from veche.core.cases.models import Case
from veche.core.cases.operations import attach, move_case, open_case
from veche.core.files.operations import keep
from veche.core.notices.operations import follow, tell_followers
from veche.core.organisations.queries import answers_for
from veche.core.places.queries import atlas
from veche.errors import Invalid, Refused
from veche.languages import here
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.files.photographs import Photograph
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person


class AlreadyReported(Refused):
    """The same form came twice; ``number`` names the problem it made."""

    code = "already-reported"
    sentence = _("This report has been received already: {number}.")


class OutsideCity(Invalid):
    """The point is not in the city."""

    code = "outside-city"
    sentence = _("This point lies outside {city}. Choose a place inside the outline on the map.")
    field = "point"


class UnknownCategory(Invalid):
    """The category does not exist or is no longer used."""

    code = "unknown-category"
    sentence = _("There is no such category. Choose one from the list.")
    field = "category"


class TextLength(Invalid):
    """Too few or too many characters."""

    code = "text-length"
    sentence = _("Write between {least} and {most} characters; now there are {count}.")
    field = "text"


class AnswerMissing(Invalid):
    """A required question of the category has no fitting answer."""

    code = "question-unanswered"
    sentence = _("Answer the question “{question}”.")
    field = "answers"


class TooManyPhotographs(Invalid):
    """More photographs than are taken."""

    code = "too-many-photographs"
    sentence = _("At most {most} photographs.")
    field = "photograph"


class AnonymousNotAllowed(Invalid):
    """The category needs somebody who is signed in."""

    code = "anonymous-not-allowed"
    sentence = _("For this category the city needs to know who asks. Sign in first.")
    field = "category"


class UnknownReason(Invalid):
    """The reason is not on the list."""

    code = "unknown-reason"
    sentence = _("Choose a reason from the list.")
    field = "reason"


def _sized(text: str, least: int, most: int) -> str:
    text = rules.readable(text).strip()
    if not least <= len(text) <= most:
        raise TextLength(least=least, most=most, count=len(text))
    return text


@operation
def report(
    *,
    by: Person | None,
    at: dt.datetime,
    submission: uuid.UUID,
    category: str,
    text: str,
    longitude: float,
    latitude: float,
    address: str = "",
    answers: Mapping[str, str] | None = None,
    photographs: Sequence[Photograph] = (),
    author_key: str | None = None,
) -> Problem:
    """A resident says what is wrong and where; it goes to a moderator.

    ``author_key`` is the digest of an anonymous author's secret; a person signed in needs none.

    Raises:
        AlreadyReported: this form made a problem before (its number is in ``details["number"]``,
            empty when the two came at the same moment: ask `queries.made_by` then).
        OutsideCity, UnknownCategory, TextLength, AnswerMissing, TooManyPhotographs,
        AnonymousNotAllowed: what was given cannot be accepted.
    """
    made = Problem.objects.filter(submission=submission).values_list("case__number", flat=True)
    for number in made:
        raise AlreadyReported(number=number)
    kind = Category.objects.filter(code=category, active=True).first()
    if kind is None:
        raise UnknownCategory
    if by is None and not kind.anonymous_allowed:
        raise AnonymousNotAllowed
    text = _sized(text, rules.SHORTEST_TEXT, rules.LONGEST_TEXT)
    given = {code: value.strip() for code, value in (answers or {}).items() if value.strip()}
    for code in rules.question_faults(kind.questions, given):
        question = next(q for q in kind.questions if q["code"] == code)
        raise AnswerMissing(question=here(question["names"]) or code, question_code=code)
    if len(photographs) > rules.MOST_PHOTOGRAPHS:
        raise TooManyPhotographs(most=rules.MOST_PHOTOGRAPHS)
    places = atlas()
    home = places.home()
    territory = places.at(longitude, latitude, city=home.pk if home else None)
    if territory is None:
        raise OutsideCity(city=home or _("the city"))
    case = open_case(
        by=by,
        at=at,
        procedure="problem",
        move="report",
        theme=kind.code,
        territory=territory,
        public={"category": kind.code},
        personal={"text": text},
    )
    problem = Problem(
        case=case,
        category=kind,
        text=text,
        address=" ".join(rules.readable(address).split())[:240],
        longitude=longitude,
        latitude=latitude,
        answers=given,
        author_key=author_key,
        submission=submission,
    )
    try:
        problem.save(force_insert=True)
    except IntegrityError as error:
        # Two clicks at the same moment: the second waited here until the first was kept.
        raise AlreadyReported(number="") from error
    for photograph in photographs:
        attach(
            by=by, at=at, case=case, file=keep(by=by, at=at, photograph=photograph), kind="before"
        )
    if by is not None:
        follow(by=by, at=at, case=case)
    return problem


@operation
def accept(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """A moderator passes a problem; it goes to whoever answers for it there."""
    case = move_case(by=by, at=at, case=case, move="accept", seen=seen)
    return _accepted(case, by, at)


@operation
def pass_unmoderated(*, by: None, at: dt.datetime, case: Case) -> Case:
    """Nobody moderated within the term: the problem is passed, and the lateness stays counted.

    The city promises an answer within 24 hours (`docs/policy/moderation.md`); a resident does not
    wait because a moderator did not come.
    """
    case = move_case(by=by, at=at, case=case, move="pass")
    return _accepted(case, by, at, told="problems.passed")


def _accepted(
    case: Case, by: Person | None, at: dt.datetime, told: str = "problems.accepted"
) -> Case:
    Problem.objects.filter(case=case).update(accepted_at=at)
    office = answers_for(case.theme, case.territory)
    if office is not None:
        case = move_case(by=None, at=at, case=case, move="route", organisation=office)
        Problem.objects.filter(case=case).update(assigned_at=at, answer_due_at=case.due_at)
    tell_followers(by=by, at=at, case=case, kind=told)
    return case


@operation
def reject(
    *, by: Person, at: dt.datetime, case: Case, reason: str, text: str, seen: int | None = None
) -> Case:
    """A moderator turns a problem down, with a reason from the list and words for the author.

    Raises:
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
    """
    if reason not in rules.REJECTION_REASONS:
        raise UnknownReason
    text = _sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    case = move_case(
        by=by, at=at, case=case, move="reject", seen=seen, public={"reason": reason, "text": text}
    )
    tell_followers(by=by, at=at, case=case, kind="problems.rejected")
    return case


@operation
def assign(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    organisation: Organisation,
    seen: int | None = None,
) -> Case:
    """A dispatcher gives a problem that nobody answers for to an office."""
    case = move_case(by=by, at=at, case=case, move="assign", organisation=organisation, seen=seen)
    Problem.objects.filter(case=case).update(assigned_at=at, answer_due_at=case.due_at)
    tell_followers(by=by, at=at, case=case, kind="problems.assigned")
    return case


@operation
def answer(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    text: str,
    photographs: Sequence[Photograph] = (),
    seen: int | None = None,
) -> Case:
    """The office says what was done, with evidence; the author checks it.

    Raises:
        TextLength, TooManyPhotographs: what was given cannot be accepted.
    """
    text = _sized(text, rules.SHORTEST_TEXT, rules.LONGEST_ANSWER)
    if len(photographs) > rules.MOST_PHOTOGRAPHS:
        raise TooManyPhotographs(most=rules.MOST_PHOTOGRAPHS)
    case = move_case(by=by, at=at, case=case, move="answer", seen=seen, public={"text": text})
    Problem.objects.filter(case=case, answered_at__isnull=True).update(answered_at=at)
    for photograph in photographs:
        attach(
            by=by, at=at, case=case, file=keep(by=by, at=at, photograph=photograph), kind="after"
        )
    tell_followers(by=by, at=at, case=case, kind="problems.answered")
    return case


@operation
def refuse(
    *, by: Person, at: dt.datetime, case: Case, reason: str, text: str, seen: int | None = None
) -> Case:
    """The office says that it will not be done, with a reason from the list and in words.

    Raises:
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
    """
    if reason not in rules.REFUSAL_REASONS:
        raise UnknownReason
    text = _sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    case = move_case(
        by=by, at=at, case=case, move="refuse", seen=seen, public={"reason": reason, "text": text}
    )
    Problem.objects.filter(case=case, answered_at__isnull=True).update(answered_at=at)
    tell_followers(by=by, at=at, case=case, kind="problems.refused")
    return case


@operation
def confirm(
    *, by: Person | None, at: dt.datetime, case: Case, text: str = "", seen: int | None = None
) -> Case:
    """The author has looked: it is done."""
    case = move_case(by=by, at=at, case=case, move="confirm", seen=seen, public=_said(text))
    Problem.objects.filter(case=case).update(confirmed_at=at)
    tell_followers(by=by, at=at, case=case, kind="problems.confirmed")
    return case


@operation
def send_back(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    text: str,
    photographs: Sequence[Photograph] = (),
    seen: int | None = None,
) -> Case:
    """The author has looked: it is not done; the same office works again, on a shorter term.

    Raises:
        TextLength: the author did not say what is missing.
    """
    text = _sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    case = move_case(by=by, at=at, case=case, move="return", seen=seen, public={"text": text})
    Problem.objects.filter(case=case).update(returns=F("returns") + 1)
    for photograph in photographs:
        attach(
            by=by, at=at, case=case, file=keep(by=by, at=at, photograph=photograph), kind="check"
        )
    tell_followers(by=by, at=at, case=case, kind="problems.returned")
    return case


@operation
def leave_unconfirmed(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The author did not look within the term: answered, not confirmed — never called solved."""
    case = move_case(by=by, at=at, case=case, move="lapse")
    tell_followers(by=by, at=at, case=case, kind="problems.unconfirmed")
    return case


@operation
def withdraw(*, by: Person | None, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """The author takes the problem back."""
    case = move_case(by=by, at=at, case=case, move="withdraw", seen=seen)
    tell_followers(by=by, at=at, case=case, kind="problems.withdrawn")
    return case


def _said(text: str) -> dict[str, str]:
    text = text.strip()
    return {"text": _sized(text, 1, rules.LONGEST_REASON)} if text else {}
