"""Letters, questions and thanks: written, passed on, answered, rated.

What a private letter and its answer say stands in the letter's own row and in the erasable part of
the journal, never in the public part of a step.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from veche.city.appeals import rules
from veche.city.appeals.models import Appeal, Topic
from veche.city.appeals.operations import answer_by_mail as by_mail
from veche.city.appeals.operations.enclosing import enclose
from veche.city.appeals.operations.refusals import (
    AlreadyWritten,
    NotPublic,
    SameOffice,
    SignInFirst,
    TitleLength,
    TooManyFiles,
    UnknownTopic,
)
from veche.core.cases.operations import move_case, open_case
from veche.core.moderation.limits import declare, spend
from veche.core.moderation.operations import turn_down
from veche.core.moderation.operations.spam import note_text
from veche.core.notices.operations import announce, follow, tell_followers
from veche.core.organisations.queries import answers_for
from veche.core.places.queries import atlas, territory_by_code
from veche.operation import operation
from veche.texts import UnknownReason, sized

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.files.documents import Document
    from veche.core.files.photographs import Photograph
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person

declare("appeal", "person", 10, title=_("letters"))

ROUTES = {"letter": "route", "question": "route_question", "thanks": "pass_on"}


@operation
def write(
    *,
    by: Person | None,
    at: dt.datetime,
    submission: uuid.UUID,
    kind: str,
    title: str,
    text: str,
    topic: str,
    public: bool,
    office: Organisation | None = None,
    territory: str = "",
    author_key: str | None = None,
    sender: Mapping[str, str] | None = None,
    photographs: Sequence[Photograph] = (),
    documents: Sequence[Document] = (),
    tell: tuple[str, str] | None = None,
) -> Appeal:
    """Somebody writes to the city: a letter, a question or thanks.

    A public one goes to a moderator first, a private one to the office at once. ``territory`` is
    the code of the author's district, if they say it; else it concerns the whole city.

    Whoever has no account has shown an e-mail address a moment ago (`veche.core.people.once`):
    ``author_key`` is the digest of the secret in their way back, ``sender`` says against whose
    limits the letter counts (`veche.core.moderation.limits.spend`). ``tell`` is their address and
    language, where they ask to be told of the answer: it is kept until then.

    Raises:
        SignInFirst, UnknownTopic, TextLength, TitleLength, TooManyFiles: it cannot be taken so.
        AlreadyWritten: this form made one before.
        veche.core.moderation.limits.TooMany: the person has written as many as one may.
    """
    for number in Appeal.objects.filter(submission=submission).values_list(
        "case__number", flat=True
    ):
        raise AlreadyWritten(number=number)
    if by is None and not author_key:
        raise SignInFirst
    if len(photographs) + len(documents) > rules.MOST_FILES:
        raise TooManyFiles(most=rules.MOST_FILES)
    about = Topic.objects.filter(code=topic, active=True).first()
    if about is None or kind not in Appeal.Kind.values:
        raise UnknownTopic
    title = sized(" ".join(title.split()), rules.SHORTEST_TITLE, rules.LONGEST_TITLE, TitleLength)
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_TEXT)
    places = atlas()
    place = territory_by_code(territory) if territory else places.home()
    if place is None:
        raise UnknownTopic
    case = open_case(
        by=by,
        at=at,
        procedure="appeal",
        move="write" if public else "send",
        theme=about.code,
        territory=place,
        public={"kind": kind, "topic": about.code, "public": public},
        personal={"title": title, "text": text},
    )
    appeal = Appeal(
        case=case,
        kind=kind,
        topic=about,
        office=office,
        public=public,
        title=title,
        text=text,
        submission=submission,
        author_key=author_key if by is None else None,
    )
    try:
        appeal.save(force_insert=True)
    except IntegrityError as error:
        # Two clicks at the same moment: the second waited here until the first was kept.
        raise AlreadyWritten(number="") from error
    spend(by=by, at=at, what="appeal", keys=sender or {}, case=case.pk if sender else None)
    if public:
        note_text(at=at, text=text, case=case)
    if photographs or documents:
        enclose(by=by, at=at, case=case, photographs=photographs, documents=documents)
    if by is not None:
        follow(by=by, at=at, case=case)
    elif tell is not None:
        by_mail.keep_address(by=None, at=at, case=case, email=tell[0], language=tell[1])
    if not public:
        appeal.case = _routed(appeal, case, at)
    return appeal


def _routed(
    appeal: Appeal,
    case: Case,
    at: dt.datetime,
    office: Organisation | None = None,
    public: Mapping[str, str] | None = None,
) -> Case:
    """Give it to the office, if one is known; else it waits for a dispatcher."""
    office = office or appeal.office or answers_for(case.theme, case.territory)
    if office is None:
        return case
    move = ROUTES[appeal.kind]
    case = move_case(by=None, at=at, case=case, move=move, organisation=office, public=public)
    given: dict[str, Any] = {"given_at": at}
    if appeal.kind != Appeal.Kind.THANKS:
        given["answer_due_at"] = case.due_at
    Appeal.objects.filter(pk=case.pk).update(**given)
    kind = "appeals.passed-on" if appeal.kind == Appeal.Kind.THANKS else "appeals.given"
    tell_followers(by=None, at=at, case=case, kind=kind)
    if kind == "appeals.passed-on":
        by_mail.tell_by_mail(by=None, at=at, case=case)
    return case


def letter_of(case: Case) -> Appeal:
    """The letter of a case, with its topic and the office its author chose."""
    return Appeal.objects.select_related("topic", "office").get(case=case)


@operation
def accept(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """A moderator passes it: everybody can read it, and the office has it."""
    case = move_case(by=by, at=at, case=case, move="accept", seen=seen)
    Appeal.objects.filter(pk=case.pk).update(accepted_at=at)
    tell_followers(by=by, at=at, case=case, kind="appeals.accepted")
    announce(by=by, at=at, case=case, kind="appeals.new")
    return _routed(letter_of(case), case, at)


@operation
def pass_unread(*, by: None, at: dt.datetime, case: Case) -> Case:
    """Nobody moderated within the term: it is passed on, and the lateness stays counted."""
    case = move_case(by=by, at=at, case=case, move="pass")
    Appeal.objects.filter(pk=case.pk).update(accepted_at=at)
    tell_followers(by=by, at=at, case=case, kind="appeals.passed")
    announce(by=by, at=at, case=case, kind="appeals.new")
    return _routed(letter_of(case), case, at)


@operation
def close_to_others(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """A moderator finds private things in it: the office gets it, nobody else will read it."""
    case = move_case(by=by, at=at, case=case, move="close_to_others", seen=seen)
    Appeal.objects.filter(pk=case.pk).update(accepted_at=at, public=False)
    tell_followers(by=by, at=at, case=case, kind="appeals.closed")
    return _routed(letter_of(case), case, at)


@operation
def reject(
    *, by: Person, at: dt.datetime, case: Case, reason: str, text: str, seen: int | None = None
) -> Case:
    """A moderator turns it down, with a reason from the list and words for the author.

    Raises:
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
    """
    case = turn_down(
        by=by, at=at, case=case, move="reject", reason=reason, text=text, seen=seen,
        told="appeals.rejected",
    )  # fmt: skip
    by_mail.tell_by_mail(by=by, at=at, case=case)
    return case


@operation
def remove(
    *, by: Person, at: dt.datetime, case: Case, reason: str, text: str, seen: int | None = None
) -> Case:
    """A moderator takes a published letter away: what should not have been passed.

    Raises:
        NotPublic: nobody but its office reads it.
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
    """
    if not letter_of(case).public:
        raise NotPublic
    case = turn_down(
        by=by, at=at, case=case, move="remove", reason=reason, text=text, seen=seen,
        told="appeals.removed",
    )  # fmt: skip
    by_mail.tell_by_mail(by=by, at=at, case=case)
    return case


@operation
def publish_after_all(*, by: Person, at: dt.datetime, case: Case) -> Case:
    """An appeal was granted: it is public and goes to its office."""
    Appeal.objects.filter(pk=case.pk).update(accepted_at=at)
    tell_followers(by=by, at=at, case=case, kind="moderation.overturned")
    announce(by=by, at=at, case=case, kind="appeals.new")
    return _routed(letter_of(case), case, at)


@operation
def assign(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    organisation: Organisation,
    seen: int | None = None,
) -> Case:
    """A dispatcher finds the office for what nobody answers for."""
    case = move_case(by=by, at=at, case=case, move="assign", organisation=organisation, seen=seen)
    return _routed(letter_of(case), case, at, organisation)


@operation
def hand_on(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    organisation: Organisation,
    text: str,
    seen: int | None = None,
) -> Case:
    """An office hands it on to another, and says why. What the author was promised stays.

    Raises:
        SameOffice: the office has it already.
        TextLength: the words are missing.
    """
    if organisation.pk == case.organisation_id:
        raise SameOffice
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    case = move_case(
        by=by,
        at=at,
        case=case,
        move="hand_on",
        organisation=organisation,
        seen=seen,
        **_said(letter_of(case), text),
    )
    tell_followers(by=by, at=at, case=case, kind="appeals.handed-on")
    return case


def _said(appeal: Appeal, text: str, **public: str) -> dict[str, Any]:
    """Words of a step: to everybody where everybody may read them, else to the erasable part."""
    if appeal.public:
        return {"public": {**public, "text": text}}
    return {"public": public, "personal": {"text": text}}


@operation
def answer(*, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None) -> Case:
    """The office answers.

    Raises:
        TextLength: what was given cannot be accepted.
    """
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_ANSWER)
    letter = letter_of(case)
    case = move_case(by=by, at=at, case=case, move="answer", seen=seen, **_said(letter, text))
    Appeal.objects.filter(pk=case.pk).update(answered_at=at, answer=text)
    tell_followers(by=by, at=at, case=case, kind="appeals.answered")
    by_mail.tell_by_mail(by=by, at=at, case=case)
    if letter.public:
        announce(by=by, at=at, case=case, kind="appeals.outcome")
    return case


@operation
def refuse(
    *, by: Person, at: dt.datetime, case: Case, reason: str, text: str, seen: int | None = None
) -> Case:
    """The office says that it will not answer or do it, with a reason from the list and in words.

    Raises:
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
    """
    if reason not in rules.REFUSAL_REASONS:
        raise UnknownReason
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    letter = letter_of(case)
    case = move_case(
        by=by,
        at=at,
        case=case,
        move="refuse",
        seen=seen,
        **_said(letter, text, reason=reason),
    )
    Appeal.objects.filter(pk=case.pk).update(answered_at=at, answer=text, reason=reason)
    tell_followers(by=by, at=at, case=case, kind="appeals.refused")
    by_mail.tell_by_mail(by=by, at=at, case=case)
    if letter.public:
        announce(by=by, at=at, case=case, kind="appeals.outcome")
    return case


@operation
def rate(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    satisfaction: str,
    text: str = "",
    seen: int | None = None,
) -> Case:
    """The author says whether the answer helps.

    Raises:
        UnknownReason: it is neither yes nor partly nor no.
        TextLength: the words are too many.
    """
    if satisfaction not in rules.SATISFACTION:
        raise UnknownReason
    text = sized(text, 0, rules.LONGEST_REASON)
    said = _said(letter_of(case), text, satisfaction=satisfaction) if text else {
        "public": {"satisfaction": satisfaction}
    }  # fmt: skip
    case = move_case(by=by, at=at, case=case, move="rate", seen=seen, **said)
    Appeal.objects.filter(pk=case.pk).update(satisfaction=satisfaction)
    tell_followers(by=by, at=at, case=case, kind="appeals.rated")
    return case


@operation
def leave_unrated(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The author did not say within the term whether the answer helps."""
    case = move_case(by=by, at=at, case=case, move="lapse")
    tell_followers(by=by, at=at, case=case, kind="appeals.unrated")
    return case


@operation
def withdraw(*, by: Person | None, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """The author takes a letter or a correction back."""
    case = move_case(by=by, at=at, case=case, move="withdraw", seen=seen)
    tell_followers(by=by, at=at, case=case, kind="appeals.withdrawn")
    if by_mail.address_of(case):
        by_mail.forget_address(by=by, at=at, case=case)
    return case
