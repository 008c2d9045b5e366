"""Being for or against an idea: one row a person, counted by the database.

New accounts that come many in a minute are let in, but what is more than the rule allows is held:
it is marked, shown as held and counted only when somebody has looked (`operations.rushes`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.ideas import access
from veche.city.ideas.models import Call, Idea, Rating, Rush, RushRule
from veche.city.ideas.operations.initiatives import check_endorses, reach_if_enough
from veche.city.ideas.operations.refusals import ResidentsOnly
from veche.city.ideas.procedure import FACILITATOR, SUPPORTED
from veche.city.ideas.talking import RUSH_DAYS, RUSH_MOST, RUSH_SECONDS
from veche.core.cases.models import Case
from veche.core.cases.operations import subject
from veche.core.cases.queries import procedure_of
from veche.core.journal.operations import record
from veche.core.moderation.limits import ADDRESS, PERSON, declare, spend
from veche.core.notices.holders import tell_holders
from veche.core.notices.operations import follow
from veche.errors import Invalid, NotAllowed, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

declare("rating", PERSON, 400, title=_("supporting and liking"))
declare("rating", ADDRESS, 2_000)


class NotRatedNow(Refused):
    """The idea stands where nobody is for or against it any more."""

    code = "not-rated-now"
    sentence = _("This idea cannot be supported now: {state}.")


class SignInToRate(NotAllowed):
    """Only somebody with an account counts, and once."""

    code = "sign-in-to-rate"
    sentence = _("Sign in first: each person is counted once.")


class RatingVoid(Refused):
    """It was taken out of the count by a decision."""

    code = "rating-void"
    sentence = _(
        "Your voice for this idea was taken out together with others of a rush. The page of the"
        " idea says why and whom to write to."
    )


class ForOrAgainst(Invalid):
    """Neither for nor against."""

    code = "rating-value"
    sentence = _("Choose for or against.")


def rush_rule() -> tuple[int, int]:
    """How many ratings of one idea by new accounts count in a minute, and for how many days an
    account is new: the city's own numbers, else those of the program."""
    row = RushRule.objects.values_list("most", "days").first()
    return row or (RUSH_MOST, RUSH_DAYS)


@inside
def rated_idea(idea: int) -> Idea:
    """The idea that a rating of this one goes to: itself, or the one it was joined to; its case is
    held where it stands until this transaction ends, while others rate it too.

    Raises:
        NotRatedNow: it cannot be rated.
        veche.operation.OutsideOperation: no operation is under way.
    """
    found = Idea.objects.select_related("call__case__territory").get(pk=idea)
    for _step in range(20):
        if found.into_id is None:
            break
        found = Idea.objects.select_related("call__case__territory").get(pk=found.into_id)
    # Whoever moves or joins it waits for those who rate, and they for it. Whoever endorses an
    # initiative may be the one who moves it: they come one after the other.
    how = "UPDATE" if found.kind == Idea.Kind.INITIATIVE else "SHARE"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT FROM cases_case WHERE id = %s FOR {how}", [found.pk])
    case = Case.objects.select_related("territory").get(pk=found.pk)
    found.case = case
    if case.state not in (*SUPPORTED, "collecting") or case.hidden_at is not None:
        raise NotRatedNow(state=procedure_of(case).by_code[case.state].title)
    return found


def check_takes_part(call: Call | None, person: Person | None, at: dt.datetime) -> None:
    """Whether somebody may take part in what a call asks: rate and comment.

    Raises:
        SignInToRate: nobody is signed in.
        ResidentsOnly: it asks residents, and the city does not know that this is one.
    """
    if person is None:
        raise SignInToRate
    if call is None or call.who != Call.Who.RESIDENTS:
        return
    if not access.lives_in(person, call, at):
        raise ResidentsOnly(place=call.case.territory)


_PUT = """
INSERT INTO ideas_rating (idea_id, person_id, value, at, standing, fresh, rush_id)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (idea_id, person_id) DO UPDATE SET value = excluded.value, at = excluded.at,
    through_id = NULL
WHERE ideas_rating.value <> excluded.value OR ideas_rating.through_id IS NOT NULL
"""


@operation
def rate(
    *,
    by: Person | None,
    at: dt.datetime,
    idea: int,
    value: int,
    sender: Mapping[str, str] | None = None,
) -> Rating:
    """Somebody is for (1) or against (-1) an idea; said twice it is said once.

    A rating of a joined idea goes to the one that goes on. ``sender`` says against whose limits it
    counts besides the person's own. The rating that comes back says whether it counts or waits.

    Raises:
        NotRatedNow, ForOrAgainst: see there.
        SignInToRate, ResidentsOnly: this person cannot take part.
        RatingVoid: it was taken out by a decision.
        veche.city.ideas.operations.initiatives.NotEndorsedThere, OnlyEndorsed: it is an
            initiative, which residents of its place endorse.
        veche.core.moderation.limits.TooMany: more than one person or network may.
    """
    if value not in (-1, 1):
        raise ForOrAgainst
    about = rated_idea(idea)
    check_takes_part(about.call, by, at)
    assert by is not None
    if about.kind == Idea.Kind.INITIATIVE:
        check_endorses(about, by, value, at)
    known = Rating.objects.filter(idea=about, person=by).first()
    if known is not None and known.standing == Rating.Standing.VOID:
        raise RatingVoid
    if known is None:
        spend(by=by, at=at, what="rating", keys=sender or {})
    record(
        kind="ideas.rated",
        by=by,
        at=at,
        subject=subject(about.case),
        personal={"value": value},
    )
    if value == 1:
        follow(by=by, at=at, case=about.case)
    fresh, rush = (False, None) if known is not None else _rush(about, by, at)
    standing = Rating.Standing.HELD if rush is not None else Rating.Standing.COUNTED
    with connection.cursor() as cursor:  # last: from here on the idea's row waits for the commit
        cursor.execute(
            _PUT, [about.pk, by.pk, value, at, standing, fresh, rush.pk if rush else None]
        )
    if about.kind == Idea.Kind.INITIATIVE:
        reach_if_enough(at=at, case=about.case)
    return Rating.objects.get(idea=about, person=by)


def _rush(idea: Idea, person: Person, at: dt.datetime) -> tuple[bool, Rush | None]:
    """Whether an account is new, and the rush that its rating comes in, if it does."""
    most, days = rush_rule()
    if at - person.since >= dt.timedelta(days=days):
        return False, None
    # New accounts wait for each other here, so that no more are counted than the rule says.
    Idea.objects.select_for_update(of=("self",), no_key=True).filter(pk=idea.pk).first()
    since = at - dt.timedelta(seconds=RUSH_SECONDS)
    # Those too whose moment is a little later: of many at once the later one may be here first.
    came = Rating.objects.filter(idea=idea, fresh=True, at__gt=since)
    if came[:most].count() < most:
        return True, None
    rush, begun = Rush.objects.get_or_create(
        idea=idea,
        outcome=Rush.Outcome.OPEN,
        defaults={"began_at": at, "most": most, "days": days},
    )
    if begun:
        record(
            kind="ideas.rush-began",
            by=None,
            at=at,
            subject=subject(idea.case),
            public={"most": most, "days": days},
        )
        for role in (FACILITATOR, "moderator"):
            tell_holders(by=None, at=at, case=idea.case, kind="ideas.rush", role=role)
    return True, rush


@operation
def unrate(*, by: Person, at: dt.datetime, idea: int) -> None:
    """Somebody is neither for nor against an idea any more; said twice it is said once.

    Raises:
        NotRatedNow: it cannot be rated.
        RatingVoid: it was taken out by a decision, which stays.
    """
    about = rated_idea(idea)
    mine = Rating.objects.filter(idea=about, person=by)
    if mine.filter(standing=Rating.Standing.VOID).exists():
        raise RatingVoid
    record(kind="ideas.unrated", by=by, at=at, subject=subject(about.case))
    mine.delete()
