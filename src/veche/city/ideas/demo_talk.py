"""What the residents of the demo town say about ideas, and one rush that waits for a look."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from veche.city.ideas.models import Call, Comment, Idea
from veche.city.ideas.operations import comments as moderating
from veche.city.ideas.operations import talk
from veche.city.ideas.operations.talk_past import PastComment, load_rush, load_talk
from veche.core.organisations.models import Holding
from veche.core.people.models import Person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TALKED = 40
"""So many of the most supported ideas are talked about."""


def load(call: Call, at: dt.datetime, residents: Sequence[int]) -> int:
    """Comments on the ideas of a call that runs, one of them official, one held, one objected to;
    and ratings that came in a rush. Returns how many comments."""
    from veche.town.talk import OFFICIAL, RUSH, SPAM, comments

    ideas = list(
        Idea.objects.filter(call=call, public=True, into=None, case__state="open")
        .select_related("case")
        .order_by("-supporters", "pk")[:TALKED]
    )
    people = range(len(residents))
    past: list[PastComment] = []
    for place, idea in enumerate(ideas):
        begins, first = idea.published_at or at, len(past)
        past += [
            PastComment(
                matter=idea.pk,
                author=residents[one.author],
                stance=one.stance,
                text=one.text,
                at=min(at - HOUR, begins + one.hours * HOUR),
                above=None if one.above is None else first + one.above,
                likes=tuple(residents[person] for person in one.likes),
                dislikes=tuple(residents[person] for person in one.dislikes),
            )
            for one in comments(place, idea.language.partition("-")[0], people)
        ]
    count = load_talk(by=None, at=at, comments=past)
    held = Holding.objects.filter(organisation=call.office, role="officer", until=None)
    officer = held.select_related("person").latest("id").person
    known = Person.objects.in_bulk(residents[-2:])
    for by, text, official, idea in (
        (officer, OFFICIAL, True, ideas[0]),
        (known[residents[-1]], SPAM, False, ideas[1]),
    ):
        talk.say(
            by=by, at=at - 2 * HOUR, matter=idea.pk, text=text, official=official,
            submission=uuid.uuid5(uuid.NAMESPACE_URL, f"{idea.pk}:{text}"),
        )  # fmt: skip
    against = Comment.objects.filter(matter__in=[one.pk for one in ideas], stance="against")
    worst = against.exclude(author=residents[-2]).order_by("-dislikes", "pk").first()
    if worst is not None:
        moderating.object_to_comment(
            by=known[residents[-2]], at=at - HOUR, comment=worst.pk, reason="insult"
        )
    load_rush(
        by=None, at=at, idea=ideas[2].pk, people=residents[-RUSH - 10 : -10],
        began=(at - 3 * HOUR).replace(second=0),
    )  # fmt: skip
    return count + 2
