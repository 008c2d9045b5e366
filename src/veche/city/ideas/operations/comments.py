"""What readers and moderators do with comments: object, show, take out; each with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from veche.city.ideas.models import Comment, CommentObjection, CommentVersion
from veche.city.ideas.operations.talk import CommentGone, OwnComment, tell_of
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.moderation import reasons
from veche.core.moderation.access import MODERATOR, as_moderator
from veche.core.moderation.limits import PERSON, declare, spend
from veche.core.moderation.models import Original
from veche.core.moderation.operations import decided
from veche.core.moderation.operations.redaction import TERM
from veche.core.notices.holders import tell_holders
from veche.core.notices.operations import tell_people
from veche.errors import NotFound
from veche.operation import inside, operation
from veche.texts import readable

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person

declare("objection", PERSON, 20, title=_("objections to comments"))

FIELD = "comment:"
"""Before the number of a comment in the field of its words."""
PASSED_AFTER = dt.timedelta(hours=24)
"""What no moderator has read by then is shown."""
MOST = 200


@operation
def object_to_comment(*, by: Person, at: dt.datetime, comment: int, reason: str) -> Comment:
    """A reader thinks that a comment breaks the rules; said twice it is said once.

    Raises:
        NotFound, CommentGone, OwnComment: see there.
        veche.core.moderation.reasons.UnknownReason: the reason is not on the list.
        veche.core.moderation.limits.TooMany: more than one person may.
    """
    reasons.check(reason, reasons.HIDE)
    found = Comment.objects.select_related("matter__territory").filter(pk=comment).first()
    if found is None:
        raise NotFound
    if not found.shown:
        raise CommentGone
    if found.author_id == by.pk:
        raise OwnComment
    first = found.objections == 0
    _row, made = CommentObjection.objects.get_or_create(
        comment=found, person=by, defaults={"reason": reason, "at": at}
    )
    if made:
        spend(by=by, at=at, what="objection", keys={})
    record(
        kind="ideas.comment-objected",
        by=by,
        at=at,
        subject=subject(found.matter),
        public={"comment": found.pk, "reason": reason},
    )
    if made and first:
        tell_holders(by=by, at=at, case=found.matter, kind="ideas.comment-to-read", role=MODERATOR)
    return found


def _of(comments: Sequence[int], standing: Sequence[str]) -> list[Comment]:
    rows = (
        Comment.objects.select_for_update(of=("self",))
        .select_related("matter__territory", "above", "office")
        .filter(pk__in=list(comments)[:MOST], standing__in=standing)
        .order_by("id")
    )
    found = list(rows)
    if not found:
        raise NotFound
    return found


def _settle(comments: Sequence[Comment], at: dt.datetime) -> None:
    CommentObjection.objects.filter(
        comment__in=[one.pk for one in comments], settled_at__isnull=True
    ).update(settled_at=at)


@operation
def keep_comments(*, by: Person, at: dt.datetime, comments: Sequence[int]) -> int:
    """A moderator finds nothing wrong: what waited is shown, objections are settled; how many.

    Raises:
        NotFound: none of them is there to be read.
        OwnComment: they wrote one of them.
        veche.core.cases.operations.NoRoleForMove: they do not moderate there.
    """
    found = _of(comments, (Comment.Standing.SHOWN, Comment.Standing.WAITING))
    for one in found:
        as_moderator(by, at, one.matter)
        if one.author_id == by.pk:
            raise OwnComment
    _show(found, by, at)
    _settle(found, at)
    return len(found)


def _show(found: Sequence[Comment], by: Person | None, at: dt.datetime) -> None:
    waited = [one for one in found if one.standing == Comment.Standing.WAITING]
    Comment.objects.filter(pk__in=[one.pk for one in waited]).update(
        shown=True, standing=Comment.Standing.SHOWN
    )
    for one in found:
        about, public = subject(one.matter), {"comment": one.pk}
        if by is None:
            record(kind="ideas.comment-passed", by=None, at=at, subject=about, public=public)
        else:
            record(kind="ideas.comment-kept", by=by, at=at, subject=about, public=public)
    for one in waited:
        if one.author_id is not None:
            tell_people(
                by=by, at=at, told=[(one.author_id, one.matter_id)], kind="ideas.comment-shown"
            )
        tell_of(one, one.above, one.matter, by, at)


@operation
def remove_comments(*, by: Person, at: dt.datetime, comments: Sequence[int], reason: str) -> int:
    """A moderator takes comments out; the words are kept apart for an objection of their author,
    who is told and whom another moderator hears. Returns how many.

    Raises:
        NotFound: none of them is there to be read.
        veche.core.moderation.reasons.UnknownReason: the reason is not on the list.
        veche.core.cases.operations.NoRoleForMove: they do not moderate there.
    """
    reasons.check(reason, reasons.HIDE)
    found = _of(comments, (Comment.Standing.SHOWN, Comment.Standing.WAITING))
    for one in found:
        as_moderator(by, at, one.matter)
    for one in found:
        case = one.matter
        original = Original(
            case=case,
            kind="text",
            field=f"{FIELD}{one.pk}",
            writer_id=one.author_id,
            text=one.text,
            at=at,
            until=at + TERM,
        )
        original.save(force_insert=True)
        decided(by=by, at=at, case=case, kind="redact", reason=reason, original=original)
        record(
            kind="ideas.comment-removed",
            by=by,
            at=at,
            subject=subject(case),
            public={"comment": one.pk, "reason": reason},
        )
        if one.author_id is not None:
            tell_people(
                by=by, at=at, told=[(one.author_id, case.pk)], kind="moderation.words-hidden"
            )
    Comment.objects.filter(pk__in=[one.pk for one in found]).update(
        shown=False, standing=Comment.Standing.REMOVED, text=""
    )
    _settle(found, at)
    return len(found)


@inside
def put_comment_words(*, case: Case, field: str, text: str) -> None:
    """Other words in place of those of a comment, within an operation of moderation; a comment
    that was taken out comes back with them.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    number = field.removeprefix(FIELD)
    found = (
        Comment.objects.select_for_update(of=("self",))
        .filter(matter=case, pk=int(number) if number.isdigit() else 0)
        .exclude(standing=Comment.Standing.WITHDRAWN)
        .first()
    )
    if found is None:
        return
    text = readable(text)
    if found.standing == Comment.Standing.REMOVED:
        found.shown, found.standing = True, Comment.Standing.SHOWN
    else:
        # What is hidden stood in earlier versions too: of those nothing is left but when.
        earlier = CommentVersion.objects.filter(comment=found)
        earlier.filter(text=found.text).update(text=text)
        earlier.exclude(text=text).update(text="…")
    found.text = text
    found.save(update_fields=["text", "shown", "standing"])


@operation
def _pass(*, by: None, at: dt.datetime, comments: Sequence[int]) -> int:
    found = _of(comments, (Comment.Standing.WAITING,))
    _show(found, None, at)
    return len(found)


def pass_unread_comments(*, at: dt.datetime) -> int:
    """Show the comments that no moderator has read in `PASSED_AFTER`; returns how many. A timer
    calls it."""
    since = at - PASSED_AFTER
    # What was reworded waits since then, however old it is.
    lately = CommentVersion.objects.filter(comment=OuterRef("pk"), until__gt=since)
    rows = Comment.objects.filter(standing=Comment.Standing.WAITING, at__lte=since)
    rows = rows.exclude(Exists(lately))
    waiting = list(rows.order_by("at", "id").values_list("pk", flat=True)[:MOST])
    return _pass(by=None, at=at, comments=waiting) if waiting else 0
