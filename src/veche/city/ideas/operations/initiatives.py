"""Initiatives: opened by anyone, endorsed by residents, answered by an office point by point."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from veche.city.ideas import endorsing, rules
from veche.city.ideas.access import lives_at
from veche.city.ideas.models import Idea, Initiative, InitiativeRule, Point
from veche.city.ideas.operations.calls import THEME
from veche.city.ideas.operations.refusals import AlreadyWritten, SignInFirst, TooManyPhotographs
from veche.city.ideas.operations.writing import PICTURE, checked_words, placed
from veche.core.cases.models import Case
from veche.core.cases.operations import attach, move_case, open_case
from veche.core.files.operations import keep
from veche.core.journal.operations import record
from veche.core.moderation.limits import PERSON, declare, spend
from veche.core.moderation.operations.spam import note_text
from veche.core.notices.holders import tell_holders
from veche.core.notices.operations import follow, tell_followers
from veche.core.organisations.access import check_keeps_rules
from veche.errors import Invalid, NotAllowed
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.files.photographs import Photograph
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

declare("initiative", PERSON, 3, title=_("initiatives"))


class PointsMissing(Invalid):
    """An initiative asks for something, and not for too much at once."""

    code = "initiative-points"
    sentence = _("Write what you ask for: one to {most} points.")
    field = "points"


class NotEndorsedThere(NotAllowed):
    """Residents of the place oblige the office, nobody else."""

    code = "not-endorsed-there"
    sentence = _("Residents of {place} endorse it. Let the city confirm where you live first.")


class OnlyEndorsed(Invalid):
    """Nobody is counted against an initiative."""

    code = "only-endorsed"
    sentence = _("An initiative is endorsed or not; nobody is counted against it.")


class AnswersMissing(Invalid):
    """The office answers every point."""

    code = "initiative-answers"
    sentence = _("Answer every point: what you will do, and why.")
    field = "answers"


class NeededOutOfRange(Invalid):
    """A number that one street or nobody would reach."""

    code = "initiative-needed"
    sentence = _("Between {least} and {most}.")
    field = "needed"


def needed_in(kind: str) -> int:
    """How many endorsements oblige an office in territories of this kind."""
    row = InitiativeRule.objects.filter(kind=kind).values_list("needed", flat=True).first()
    return row or endorsing.NEEDED[kind]


@operation
def write_initiative(
    *,
    by: Person | None,
    at: dt.datetime,
    territory: Territory,
    office: Organisation,
    submission: uuid.UUID,
    title: str,
    text: str,
    points: Sequence[str],
    language: str = "en",
    longitude: float | None = None,
    latitude: float | None = None,
    photographs: Sequence[Photograph] = (),
    sender: Mapping[str, str] | None = None,
) -> Initiative:
    """Somebody asks an office for something, in points; a moderator reads it first.

    Raises:
        AlreadyWritten: this form made one before.
        SignInFirst: nobody is signed in.
        TitleLength, TextLength, PointsMissing, OutsideCall, TooManyPhotographs: it cannot be
            taken so.
        veche.core.moderation.limits.TooMany: the person has written as many as one may.
    """
    for number in Idea.objects.filter(submission=submission).values_list("case__number", flat=True):
        raise AlreadyWritten(number=number)
    if by is None:
        raise SignInFirst
    title, text = checked_words(title, text)
    asked = [
        sized(one, endorsing.SHORTEST_POINT, endorsing.LONGEST_POINT)
        for one in points
        if one.strip()
    ]
    if not 1 <= len(asked) <= endorsing.MOST_POINTS:
        raise PointsMissing(most=endorsing.MOST_POINTS)
    if len(photographs) > rules.MOST_PHOTOGRAPHS:
        raise TooManyPhotographs(most=rules.MOST_PHOTOGRAPHS)
    placed(territory, longitude, latitude)  # the point lies in it; it stays the whole's initiative
    case = open_case(
        by=by,
        at=at,
        procedure="initiative",
        move="write",
        theme=THEME,
        territory=territory,
        public={"office": office.code},
        personal={"title": title, "text": text, "points": asked},
    )
    idea = Idea(
        case=case,
        kind=Idea.Kind.INITIATIVE,
        title=title,
        text=text,
        language=language,
        longitude=longitude,
        latitude=latitude,
        submission=submission,
    )
    try:
        idea.save(force_insert=True)
    except IntegrityError as error:
        # Two clicks at the same moment: the second waited here until the first was kept.
        raise AlreadyWritten(number="") from error
    made = Initiative(idea=idea, office=office, needed=needed_in(territory.kind))
    made.save(force_insert=True)
    Point.objects.bulk_create(
        Point(initiative=made, number=number, text=one) for number, one in enumerate(asked, 1)
    )
    for photograph in photographs:
        file = keep(by=by, at=at, photograph=photograph)
        attach(by=by, at=at, case=case, file=file, kind=PICTURE)
    spend(by=by, at=at, what="initiative", keys=sender or {}, case=case.pk if sender else None)
    note_text(at=at, text=" ".join([text, *asked]), case=case)
    follow(by=by, at=at, case=case)
    return made


def check_endorses(idea: Idea, person: Person, value: int, at: dt.datetime) -> None:
    """Whether somebody may endorse an initiative.

    Raises:
        OnlyEndorsed: they are against it.
        NotEndorsedThere: the city does not know that they live there.
    """
    if value != 1:
        raise OnlyEndorsed
    if not lives_at(person, idea.case.territory_id, at):
        raise NotEndorsedThere(place=idea.case.territory)


@inside
def reach_if_enough(*, at: dt.datetime, case: Case) -> bool:
    """Oblige the office once enough people have endorsed; returns whether this did it.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if case.state != "collecting":
        return False
    enough = Initiative.objects.filter(pk=case.pk, idea__supporters__gte=F("needed"))
    if not enough.exists():
        return False
    case = move_case(by=None, at=at, case=case, move="reach")
    Initiative.objects.filter(pk=case.pk).update(reached_at=at)
    tell_followers(by=None, at=at, case=case, kind="ideas.reached")
    tell_holders(by=None, at=at, case=case, kind="ideas.to-answer", role="officer")
    return True


@operation
def reach(*, by: None, at: dt.datetime, case: Case) -> bool:
    """Endorsements that were held for a look are counted now, and are enough."""
    return reach_if_enough(at=at, case=case)


def sweep(*, at: dt.datetime) -> int:
    """Find initiatives with enough endorsements that nobody has moved; returns how many it were.
    A timer calls it."""
    waiting = Initiative.objects.filter(
        idea__case__state="collecting", idea__supporters__gte=F("needed")
    )
    rows = list(waiting.select_related("idea__case")[:100])
    return sum(reach(by=None, at=at, case=one.idea.case) for one in rows)


@operation
def lapse(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The time for endorsements is over and they were too few; where they are enough, because held
    ones were counted a moment ago, the office is obliged instead."""
    if reach_if_enough(at=at, case=case):
        return Case.objects.get(pk=case.pk)
    case = move_case(by=by, at=at, case=case, move="lapse")
    tell_followers(by=by, at=at, case=case, kind="ideas.lapsed")
    return case


@operation
def answer_initiative(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    answers: Mapping[int, tuple[str, str]],
    seen: int | None = None,
) -> Case:
    """The office answers every point: what it will do (`Point.Outcome`), and why.

    Raises:
        AnswersMissing: a point has no answer.
        TextLength: one is too short or too long.
        MoveNotPossible, NoRoleForMove, Changed: see `veche.core.cases.operations`.
    """
    points = list(Point.objects.select_for_update().filter(initiative_id=case.pk))
    for point in points:
        outcome, text = answers.get(point.number, ("", ""))
        if outcome not in Point.Outcome.values:
            raise AnswersMissing
        point.outcome = outcome
        point.answer = sized(text, endorsing.SHORTEST_ANSWER, endorsing.LONGEST_ANSWER)
    told = {str(one.number): one.outcome for one in points}
    case = move_case(by=by, at=at, case=case, move="answer", seen=seen, public={"points": told})
    Point.objects.bulk_update(points, ["outcome", "answer"])
    Initiative.objects.filter(pk=case.pk).update(answered_at=at)
    tell_followers(by=by, at=at, case=case, kind="ideas.answered-points")
    return case


@operation
def set_needed(*, by: Person | None, at: dt.datetime, kind: str, needed: int) -> InitiativeRule:
    """Set how many endorsements oblige an office in territories of one kind; what was written
    before keeps its own number.

    Raises:
        NeededOutOfRange: see there.
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules.
    """
    check_keeps_rules(by, at)
    least, most = endorsing.LEAST_NEEDED, endorsing.MOST_NEEDED
    if kind not in endorsing.NEEDED or not least <= needed <= most:
        raise NeededOutOfRange(least=least, most=most)
    row, _made = InitiativeRule.objects.update_or_create(kind=kind, defaults={"needed": needed})
    record(
        kind="ideas.initiative-rule-set", by=by, at=at, subject="ideas",
        public={"kind": kind, "needed": needed},
    )  # fmt: skip
    return row
