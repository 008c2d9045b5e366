"""What is said about an idea, an initiative or a call: comments in threads, for, against, neither.

A comment can be read at once; only where its score of spam is high a moderator reads it first, or
the term passes it (`reading`-like: `PASSED_AFTER`). Readers object to comments, moderators answer
(`operations.comments`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection
from django.utils.translation import gettext_lazy as _

from veche.city.ideas.models import Call, Comment, CommentRating, CommentVersion, Idea
from veche.city.ideas.operations.ratings import check_takes_part
from veche.city.ideas.operations.refusals import AlreadyWritten, NothingReworded
from veche.city.ideas.procedure import HEAD, OFFICER
from veche.city.ideas.talking import LONGEST_COMMENT, SHORTEST_COMMENT
from veche.core.cases.models import Case
from veche.core.cases.operations import NoRoleForMove, in_scope, role_name, subject
from veche.core.journal.operations import record
from veche.core.moderation.limits import ADDRESS, PERSON, declare, spend
from veche.core.moderation.operations.spam import judge
from veche.core.notices.holders import tell_holders
from veche.core.notices.operations import follow, tell_people
from veche.core.organisations.queries import holdings
from veche.errors import Invalid, NotAllowed, NotFound, Refused
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person

declare("comment", PERSON, 60, title=_("comments"))
declare("comment", ADDRESS, 200)

TALKED = {
    "idea": ("open", "shortlisted", "at_vote", "accepted", "objected"),
    "initiative": ("collecting", "reached"),
    "call": ("running",),
}
"""States in which a matter can be talked about, by its procedure."""


class NotTalkedAbout(Refused):
    """The matter stands where nobody comments any more."""

    code = "not-talked-about"
    sentence = _("Nothing more can be said here: this has ended.")


class NotYourComment(NotAllowed):
    """Somebody else wrote it."""

    code = "not-your-comment"
    sentence = _("Somebody else wrote this comment.")


class CommentGone(Refused):
    """The comment was taken back or taken out."""

    code = "comment-gone"
    sentence = _("This comment is not shown any more.")


class OwnComment(Refused):
    """Nobody finds their own comment helpful, or objects to it."""

    code = "own-comment"
    sentence = _("This is your own comment.")


class UnknownStance(Invalid):
    """For, against or neither."""

    code = "unknown-stance"
    sentence = _("Choose for, against or neither.")
    field = "stance"


def call_of(matter: Case) -> Call | None:
    """The call that a matter is or answers; None for an initiative."""
    if matter.procedure == "call":
        return Call.objects.select_related("case__territory").get(pk=matter.pk)
    idea = Idea.objects.select_related("call__case__territory").get(pk=matter.pk)
    return idea.call


def office_of(matter: Case, by: Person, at: dt.datetime) -> Organisation | None:
    """The office in whose name somebody may speak about a matter: the one it lies with."""
    for one in holdings(by, at):
        if one.role in (OFFICER, HEAD) and in_scope(one, matter, "organisation"):
            return one.organisation
    return None


def _held(matter: int) -> Case:
    """The matter, held where it stands until this transaction ends.

    Raises:
        NotTalkedAbout: nobody can comment there now.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM cases_case WHERE id = %s FOR SHARE", [matter])
    case = Case.objects.select_related("territory", "organisation").get(pk=matter)
    if case.state not in TALKED.get(case.procedure, ()) or case.hidden_at is not None:
        raise NotTalkedAbout
    return case


@operation
def say(
    *,
    by: Person | None,
    at: dt.datetime,
    matter: int,
    text: str,
    submission: uuid.UUID,
    stance: str = "none",
    above: int | None = None,
    official: bool = False,
    sender: Mapping[str, str] | None = None,
) -> Comment:
    """Somebody comments on a matter, or replies to a comment on it.

    ``official``: in the name of the office the matter lies with. The comment that comes back says
    whether it is shown or waits for a moderator. Whoever is replied to, and the author of the
    matter, is told.

    Raises:
        veche.city.ideas.operations.refusals.AlreadyWritten: this form made one before.
        NotTalkedAbout, UnknownStance, CommentGone: see there.
        veche.city.ideas.operations.ratings.SignInToRate, ResidentsOnly: not by this person.
        veche.core.cases.operations.NoRoleForMove: they do not speak for the office.
        veche.texts.TextLength: too short or too long.
        veche.core.moderation.limits.TooMany: they have said as much as one may.
    """
    for number in Comment.objects.filter(submission=submission).values_list(
        "matter__number", flat=True
    ):
        raise AlreadyWritten(number=number)
    case = _held(matter)
    if stance not in Comment.Stance.values:
        raise UnknownStance
    check_takes_part(call_of(case), by, at)
    assert by is not None
    upper = None
    if above is not None:
        upper = Comment.objects.filter(pk=above, matter=case).first()
        if upper is None or not upper.shown:
            raise CommentGone
    office = office_of(case, by, at) if official else None
    if official and office is None:
        raise NoRoleForMove(role=role_name(OFFICER))
    score = judge(by=by, at=at, what="comment", text=text, case=case)
    waits = score.high and office is None
    text = sized(text, SHORTEST_COMMENT, LONGEST_COMMENT)
    spend(by=by, at=at, what="comment", keys=sender or {})
    made = Comment(
        matter=case,
        above=upper,
        author=by,
        office=office,
        stance=stance if upper is None else Comment.Stance.NONE,
        text=text,
        at=at,
        shown=not waits,
        standing=Comment.Standing.WAITING if waits else Comment.Standing.SHOWN,
        marks=score.kept() if score.high else [],
        submission=submission,
    )
    try:
        made.save(force_insert=True)
    except IntegrityError as error:
        # Two clicks at the same moment: the second waited here until the first was kept.
        raise AlreadyWritten(number=case.number) from error
    made.refresh_from_db(fields=["root", "depth", "speaker"])  # as the database filled them
    record(
        kind="ideas.commented",
        by=by,
        at=at,
        subject=subject(case),
        public={"comment": made.pk, "official": office is not None, "waits": waits},
        personal={"text": text, "stance": made.stance},
    )
    follow(by=by, at=at, case=case)
    if waits:
        tell_holders(by=by, at=at, case=case, kind="ideas.comment-to-read", role="moderator")
    else:
        tell_of(made, upper, case, by, at)
    return made


def tell_of(
    comment: Comment, upper: Comment | None, case: Case, by: Person | None, at: dt.datetime
) -> None:
    """Tell, within an operation, whoever is replied to, and the author of the matter."""
    writer = comment.author_id
    replied = upper.author_id if upper is not None else None
    if replied is not None and replied != writer:
        tell_people(by=by, at=at, told=[(replied, case.pk)], kind="ideas.comment-answered")
    if case.author_id not in (None, writer, replied):
        assert case.author_id is not None
        kind = "ideas.office-commented" if comment.office_id else "ideas.commented"
        tell_people(by=by, at=at, told=[(case.author_id, case.pk)], kind=kind)


def _locked(pk: int, by: Person | None = None) -> Comment:
    """A comment that is shown or waits, locked; of ``by`` where given.

    Raises:
        NotFound, CommentGone, NotYourComment: see there.
    """
    found = (
        Comment.objects.select_for_update(of=("self",))
        .select_related("matter__territory")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound
    if by is not None and found.author_id != by.pk:
        raise NotYourComment
    if found.standing not in (Comment.Standing.SHOWN, Comment.Standing.WAITING):
        raise CommentGone
    return found


@operation
def reword_comment(
    *, by: Person, at: dt.datetime, comment: int, text: str, seen: int | None = None
) -> Comment:
    """Its author says it in other words; what it said before stays to be read.

    ``seen`` is the version they had before them.

    Raises:
        NotFound, CommentGone, NotYourComment, NotTalkedAbout: see there.
        veche.core.cases.operations.NoRoleForMove: they speak for the office no more.
        veche.city.ideas.operations.refusals.NothingReworded: the words are the same, or others
            were put in their place meanwhile.
        veche.texts.TextLength: too short or too long.
    """
    found = _locked(comment, by)
    case = _held(found.matter_id)
    if found.office_id is not None and office_of(case, by, at) is None:
        raise NoRoleForMove(role=role_name(OFFICER))
    score = judge(by=by, at=at, what="comment", text=text, case=None)
    # The text it had is no repetition of it.
    high = score.points - sum(m.points for m in score.marks if m.code == "repeated") >= 5
    text = sized(text, SHORTEST_COMMENT, LONGEST_COMMENT)
    if text == found.text or (seen is not None and seen != found.version):
        raise NothingReworded
    spend(by=by, at=at, what="comment", keys={})
    CommentVersion(comment=found, number=found.version, text=found.text, until=at).save(
        force_insert=True
    )
    found.text, found.version = text, found.version + 1
    if high and found.office_id is None:
        found.shown, found.standing = False, Comment.Standing.WAITING
        found.marks = score.kept()
    found.save(update_fields=["text", "version", "shown", "standing", "marks"])
    record(
        kind="ideas.comment-reworded",
        by=by,
        at=at,
        subject=subject(case),
        public={"comment": found.pk, "version": found.version},
        personal={"text": text},
    )
    return found


@operation
def take_back(*, by: Person, at: dt.datetime, comment: int) -> Comment:
    """Its author takes a comment back: its words are gone, the replies stay.

    Raises:
        NotFound, CommentGone, NotYourComment: see there.
    """
    found = _locked(comment, by)
    blank_words(comments=[found.pk])
    found.text, found.shown, found.standing = "", False, Comment.Standing.WITHDRAWN
    record(
        kind="ideas.comment-taken-back",
        by=by,
        at=at,
        subject=subject(found.matter),
        public={"comment": found.pk},
    )
    return found


@inside
def blank_words(*, comments: list[int]) -> None:
    """Delete the words of comments and what they said before; they stand as taken back.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    CommentVersion.objects.filter(comment__in=comments).delete()
    Comment.objects.filter(pk__in=comments).update(
        text="", shown=False, standing=Comment.Standing.WITHDRAWN
    )


@operation
def like(*, by: Person | None, at: dt.datetime, comment: int, value: int) -> Comment:
    """Somebody finds a comment helpful (1), not helpful (-1), or neither any more (0).

    Raises:
        NotFound, CommentGone, OwnComment, UnknownStance, NotTalkedAbout: see there.
        veche.city.ideas.operations.ratings.SignInToRate, ResidentsOnly: not by this person.
        veche.core.moderation.limits.TooMany: more than one person may.
    """
    if value not in (-1, 0, 1):
        raise UnknownStance
    found = Comment.objects.filter(pk=comment).first()
    if found is None:
        raise NotFound
    if not found.shown:
        raise CommentGone
    case = _held(found.matter_id)
    check_takes_part(call_of(case), by, at)
    assert by is not None
    if found.author_id == by.pk:
        raise OwnComment
    mine = CommentRating.objects.filter(comment=found, person=by)
    if value and not mine.exists():
        spend(by=by, at=at, what="rating", keys={})
    record(
        kind="ideas.comment-liked",
        by=by,
        at=at,
        subject=subject(case),
        public={"comment": found.pk},
        personal={"value": value},
    )
    if value:
        CommentRating.objects.update_or_create(
            comment=found, person=by, defaults={"value": value, "at": at}
        )
    else:
        mine.delete()
    found.refresh_from_db(fields=["likes", "dislikes"])
    return found
