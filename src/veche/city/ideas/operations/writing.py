"""Somebody writes an idea, rewords it, takes it back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from veche.city.ideas import access, rules
from veche.city.ideas.models import Call, Idea, Merge, Version
from veche.city.ideas.operations.calls import THEME
from veche.city.ideas.operations.merging import locked
from veche.city.ideas.operations.refusals import (
    AlreadyWritten,
    AnswerMissing,
    NothingReworded,
    OthersJoined,
    OutsideCall,
    TitleLength,
    TooManyPhotographs,
)
from veche.core.cases.operations import attach, move_case, open_case
from veche.core.files.operations import keep
from veche.core.moderation.limits import PERSON, declare, spend
from veche.core.moderation.operations.spam import note_text
from veche.core.notices.operations import follow, tell_followers
from veche.core.places.queries import atlas
from veche.languages import here
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.files.photographs import Photograph
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

declare("idea", PERSON, 20, title=_("ideas"))

PICTURE = "before"
"""What the photographs of an idea are called among those of a case."""


def checked_words(title: str, text: str) -> tuple[str, str]:
    """Title and text as they are kept.

    Raises:
        TitleLength, TextLength: too short or too long.
    """
    title = sized(" ".join(title.split()), rules.SHORTEST_TITLE, rules.LONGEST_TITLE, TitleLength)
    return title, sized(text, rules.SHORTEST_TEXT, rules.LONGEST_TEXT)


def checked_answers(call: Call, given: Mapping[str, str]) -> dict[str, str]:
    """What was said to the questions of a call, as it is kept.

    Raises:
        AnswerMissing: one that must be answered was not.
        TextLength: one is too long.
    """
    kept = {}
    for question in call.questions:
        said = sized(given.get(question["code"], ""), 0, rules.LONGEST_ANSWER)
        if said:
            kept[question["code"]] = said
        elif question.get("required"):
            name = here(question["names"]) or question["code"]
            raise AnswerMissing(question=name, question_code=question["code"])
    return kept


def placed(area: Territory, longitude: float | None, latitude: float | None) -> Territory:
    """The territory an idea is about: that of its point, else the whole of ``area``.

    Raises:
        OutsideCall: the point lies outside.
    """
    if longitude is None or latitude is None:
        return area
    places = atlas()
    home = places.home()
    place = places.at(longitude, latitude, city=home.pk if home else None)
    if place is None or area.pk not in (place.pk, place.district_id, place.city_id):
        raise OutsideCall(place=area)
    return place


@operation
def write_idea(
    *,
    by: Person | None,
    at: dt.datetime,
    call: Call,
    submission: uuid.UUID,
    title: str,
    text: str,
    language: str = "en",
    answers: Mapping[str, str] | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    photographs: Sequence[Photograph] = (),
    sender: Mapping[str, str] | None = None,
) -> Idea:
    """Somebody answers a call with an idea; a moderator reads it first.

    ``sender`` says against whose limits it counts besides the person's own.

    Raises:
        AlreadyWritten: this form made one before.
        SignInFirst, NotTaken, ResidentsOnly: this person may not write to this call now.
        TitleLength, TextLength, AnswerMissing, OutsideCall, TooManyPhotographs: it cannot be
            taken so.
        veche.core.moderation.limits.TooMany: the person has written as many as one may.
    """
    for number in Idea.objects.filter(submission=submission).values_list("case__number", flat=True):
        raise AlreadyWritten(number=number)
    access.check_writes(call, by, at)
    title, text = checked_words(title, text)
    given = checked_answers(call, answers or {})
    if len(photographs) > rules.MOST_PHOTOGRAPHS:
        raise TooManyPhotographs(most=rules.MOST_PHOTOGRAPHS)
    territory = placed(call.case.territory, longitude, latitude)
    case = open_case(
        by=by,
        at=at,
        procedure="idea",
        move="write",
        theme=THEME,
        territory=territory,
        public={"call": call.case.number},
        personal={"title": title, "text": text},
    )
    idea = Idea(
        case=case,
        call=call,
        title=title,
        text=text,
        language=language,
        answers=given,
        longitude=longitude,
        latitude=latitude,
        submission=submission,
    )
    try:
        idea.save(force_insert=True)
    except IntegrityError as error:
        # Two clicks at the same moment: the second waited here until the first was kept.
        raise AlreadyWritten(number="") from error
    for photograph in photographs:
        file = keep(by=by, at=at, photograph=photograph)
        attach(by=by, at=at, case=case, file=file, kind=PICTURE)
    spend(by=by, at=at, what="idea", keys=sender or {}, case=case.pk if sender else None)
    note_text(at=at, text=text, case=case)
    assert by is not None
    follow(by=by, at=at, case=case)
    return idea


@operation
def reword(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    title: str,
    text: str,
    seen: int | None = None,
) -> Idea:
    """The author says it in other words; what it said before stays to be read.

    Raises:
        NothingReworded: the words are the same.
        TitleLength, TextLength: too short or too long.
        veche.core.moderation.limits.TooMany: the person has written as many as one may.
    """
    title, text = checked_words(title, text)
    # The case before the idea, as those who rate, join and move it do.
    idea = locked([case.pk])[case.pk]
    if (idea.title, idea.text) == (title, text):
        raise NothingReworded
    case = move_case(
        by=by, at=at, case=case, move="reword", seen=seen, public={"version": idea.version + 1}
    )
    Version(
        idea=idea, number=idea.version, title=idea.title, text=idea.text, until=at
    ).save(force_insert=True)  # fmt: skip
    idea.title, idea.text, idea.version = title, text, idea.version + 1
    idea.save(update_fields=["title", "text", "version"], force_update=True)
    spend(by=by, at=at, what="idea", keys={})
    note_text(at=at, text=text, case=case)
    tell_followers(by=by, at=at, case=case, kind="ideas.reworded")
    idea.case = case
    return idea


@operation
def withdraw(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """The author takes an idea back; what others said about it stays to be read.

    Raises:
        OthersJoined: it carries ideas of others, with those who support them.
    """
    locked([case.pk])
    if Merge.objects.filter(parent=case.pk, undone_at__isnull=True).exists():
        raise OthersJoined
    case = move_case(by=by, at=at, case=case, move="withdraw", seen=seen)
    tell_followers(by=by, at=at, case=case, kind="ideas.withdrawn")
    return case
