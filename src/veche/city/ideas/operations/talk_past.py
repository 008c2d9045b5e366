"""Talk of the past, loaded together: what a demo town or another platform brings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from veche.city.ideas.models import Comment, CommentRating, Rating, Rush
from veche.city.ideas.operations.ratings import rush_rule
from veche.core.journal.operations import record
from veche.operation import operation


@dataclass(frozen=True)
class PastComment:
    """A comment; ``above`` is the place of an earlier one in the same list."""

    matter: int
    author: int
    stance: str
    text: str
    at: dt.datetime
    above: int | None = None
    likes: tuple[int, ...] = ()
    dislikes: tuple[int, ...] = ()


@operation
def load_talk(*, by: None, at: dt.datetime, comments: Sequence[PastComment]) -> int:
    """Bring comments with their ratings, counted as if they had been said one by one; nobody is
    told. Returns how many."""
    made: dict[int, Comment] = {}
    waiting = dict(enumerate(comments))
    while waiting:
        # What answers something is written once that stands: one statement for each depth.
        ready = {
            place: one for place, one in waiting.items() if one.above is None or one.above in made
        }
        rows = Comment.objects.bulk_create(
            Comment(
                matter_id=one.matter,
                author_id=one.author,
                stance=one.stance if one.above is None else Comment.Stance.NONE,
                text=one.text,
                at=one.at,
                above=None if one.above is None else made[one.above],
            )
            for one in ready.values()
        )
        if not rows:
            raise ValueError("a comment answers one that is not there")
        made.update(zip(ready, rows, strict=True))
        waiting = {place: one for place, one in waiting.items() if place not in ready}
    CommentRating.objects.bulk_create(
        CommentRating(comment=made[place], person_id=person, value=value, at=one.at)
        for place, one in enumerate(comments)
        for people, value in ((one.likes, 1), (one.dislikes, -1))
        for person in people
        if person != one.author
    )
    record(
        kind="ideas.talk-brought",
        by=by,
        at=at,
        subject="ideas",
        public={"comments": len(made)},
    )
    return len(made)


@operation
def load_rush(
    *, by: None, at: dt.datetime, idea: int, people: Sequence[int], began: dt.datetime
) -> Rush:
    """Bring ratings that came in one minute from new accounts and are held: nobody is told."""
    most, days = rush_rule()
    rush = Rush.objects.create(idea_id=idea, began_at=began, most=most, days=days)
    Rating.objects.bulk_create(
        (
            Rating(
                idea_id=idea,
                person_id=person,
                value=1,
                at=began + dt.timedelta(seconds=place * 55 / len(people)),
                standing=Rating.Standing.HELD,
                fresh=True,
                rush=rush,
            )
            for place, person in enumerate(people)
        ),
        ignore_conflicts=True,
    )
    record(
        kind="ideas.rush-began",
        by=by,
        at=at,
        subject="ideas",
        public={"most": most, "days": days, "brought": len(people)},
    )
    return rush
