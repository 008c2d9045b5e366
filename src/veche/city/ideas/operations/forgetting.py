"""What becomes of what a person said and rated when they are forgotten."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from veche.city.ideas.models import (
    Comment,
    CommentObjection,
    CommentRating,
    CommentVersion,
    Rating,
)
from veche.city.ideas.operations.talk import blank_words
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


@operation
def forget_talk(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Comments stay without their author and without what they said before; those that nobody else
    has read lose their words. Ratings and objections of the person are deleted, and so are not
    counted any more."""
    own = Comment.objects.filter(author=person)
    waiting = list(own.filter(standing=Comment.Standing.WAITING).values_list("pk", flat=True))
    blank_words(comments=waiting)
    CommentVersion.objects.filter(comment__author=person).delete()
    comments = own.update(author=None)
    ratings = Rating.objects.filter(person=person).delete()[0]
    CommentRating.objects.filter(person=person).delete()
    CommentObjection.objects.filter(person=person).delete()
    record(
        kind="ideas.talk-forgotten",
        by=by,
        at=at,
        subject="ideas",
        public={"comments": comments, "ratings": ratings},
    )


def talk_of(person: Person) -> dict[str, Any]:
    """What a person said, rated and objected to, for their download."""
    said = Comment.objects.filter(author=person).select_related("matter").order_by("id")
    before: dict[int, list[dict[str, str]]] = {}
    for version in CommentVersion.objects.filter(comment__author=person).order_by("number"):
        told = {"text": version.text, "until": version.until.isoformat()}
        before.setdefault(version.comment_id, []).append(told)
    ratings = Rating.objects.filter(person=person).select_related("idea__case", "through__case")
    liked = CommentRating.objects.filter(person=person).select_related("comment__matter")
    objected = CommentObjection.objects.filter(person=person).select_related("comment__matter")
    return {
        "comments": [
            {
                "matter": one.matter.number,
                "at": one.at.isoformat(),
                "side": one.stance,
                "text": one.text,
                "standing": one.standing,
                "earlier": before.get(one.pk, []),
            }
            for one in said
        ],
        "ratings": [
            {
                "idea": one.idea.case.number,
                "value": one.value,
                "at": one.at.isoformat(),
                "standing": one.standing,
                "through": one.through.case.number if one.through else "",
            }
            for one in ratings.order_by("id")
        ],
        "comments_rated": [
            {"matter": one.comment.matter.number, "value": one.value, "at": one.at.isoformat()}
            for one in liked.order_by("id")
        ],
        "comments_objected_to": [
            {"matter": one.comment.matter.number, "reason": one.reason, "at": one.at.isoformat()}
            for one in objected.order_by("id")
        ],
    }
