"""A resident says what is wrong."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from veche.city.problems import rules
from veche.city.problems.models import Category, Problem
from veche.city.problems.operations.borders import near_object, sides
from veche.city.problems.operations.refusals import (
    AlreadyReported,
    AnonymousNotAllowed,
    AnswerMissing,
    OutsideCity,
    TooManyPhotographs,
    UnknownCategory,
    UrgentFirst,
)
from veche.core.cases.operations import attach, open_case
from veche.core.files.operations import keep
from veche.core.moderation.limits import PERSON, PLACE, declare, place_key, spend
from veche.core.moderation.operations.spam import note_text
from veche.core.notices.operations import follow
from veche.core.places.queries import atlas
from veche.languages import here
from veche.operation import operation
from veche.texts import readable, sized

if TYPE_CHECKING:
    from veche.core.files.photographs import Photograph
    from veche.core.people.models import Person
    from veche.core.places.queries import Atlas

# Beside the operation that spends them: they count in every process that can report.
declare("problem.report", PERSON, 10, title=_("problems"))
declare("problem.report", PLACE, 20)


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
    sender: Mapping[str, str] | None = None,
    not_urgent: bool = False,
    vouched: bool = False,
    channel: str = "",
    object_id: int | None = None,
    side: str = "",
    places: Atlas | None = None,
) -> Problem:
    """A resident says what is wrong and where; it goes to a moderator.

    ``object_id`` is the object of the registry that is meant; ``side`` the code of the territory
    that the author names where the point lies at a border.

    ``places`` is the atlas that the form was just read against, where there is one.

    ``channel`` says how it came when not through this site: ``telephone``, ``counter``, ``letter``.

    ``author_key`` is the digest of an anonymous author's secret; a person signed in needs none.
    ``sender`` says against whose limits it counts (``person``: a browser's secret, ``address``:
    `veche.core.moderation.limits.network_address`); without it nothing is limited, as for a clerk
    who takes reports of many. ``not_urgent``: the author read the emergency number and says that
    nobody is in danger. ``vouched``: a visitor has shown an e-mail address a moment ago
    (`veche.core.people.once`), which is as good as an account for this one report.

    Raises:
        UrgentFirst: the words speak of danger and nobody said that it is over.
        veche.core.moderation.limits.TooMany: as many as are taken.
        AlreadyReported: this form made a problem before (its number is in ``details["number"]``,
            empty when the two came at the same moment: ask `queries.made_by` then).
        ObjectElsewhere: the object is not near the point.
        OutsideCity, UnknownCategory, TextLength, AnswerMissing, TooManyPhotographs,
        AnonymousNotAllowed: what was given cannot be accepted.
    """
    made = Problem.objects.filter(submission=submission).values("case__number")
    kind = (
        Category.objects.filter(code=category).annotate(made=Coalesce(Subquery(made), Value("")))
    ).first()
    if kind is not None and kind.made:
        raise AlreadyReported(number=kind.made)
    if kind is None or not kind.active:
        raise UnknownCategory
    if by is None and not vouched and not kind.anonymous_allowed:
        raise AnonymousNotAllowed
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_TEXT)
    given = {code: value.strip() for code, value in (answers or {}).items() if value.strip()}
    for code in rules.question_faults(kind.questions, given):
        question = next(q for q in kind.questions if q["code"] == code)
        raise AnswerMissing(question=here(question["names"]) or code, question_code=code)
    if len(photographs) > rules.MOST_PHOTOGRAPHS:
        raise TooManyPhotographs(most=rules.MOST_PHOTOGRAPHS)
    danger = rules.urgent(kind.urgent_words, text)
    if danger and not not_urgent:
        raise UrgentFirst(words=danger)
    places = places or atlas()
    home = places.home()
    territory = places.at(longitude, latitude, city=home.pk if home else None)
    if territory is None:
        raise OutsideCity(city=home or _("the city"))
    thing = near_object(object_id, longitude, latitude, at)
    territory, other = sides(places, kind.code, territory, longitude, latitude, side)
    case = open_case(
        by=by,
        at=at,
        procedure="problem",
        move="report",
        theme=kind.code,
        territory=territory,
        public={
            "category": kind.code,
            **({"not_urgent": danger} if danger else {}),
            **({"channel": channel} if channel else {}),
            **({"object": f"{thing.kind.code}:{thing.identifier}"} if thing else {}),
        },
        personal={"text": text},
    )
    problem = Problem(
        case=case,
        category=kind,
        text=text,
        address=" ".join(readable(address).split())[:240],
        longitude=longitude,
        latitude=latitude,
        answers=given,
        author_key=author_key,
        submission=submission,
        object=thing,
        beside=other,
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
    if sender is not None:
        near = place_key(longitude, latitude)
        keys = {**sender, "place": near}
        spend(by=by, at=at, what="problem.report", keys=keys, case=case.pk)
        note_text(at=at, text=text, case=case)
    if by is not None:
        follow(by=by, at=at, case=case)
    return problem
