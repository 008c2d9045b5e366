"""Other words in the place of an idea's, as moderators and authors hide parts of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veche.city.ideas import rules
from veche.city.ideas.models import Idea, Point, Version
from veche.city.ideas.operations.comments import FIELD, put_comment_words
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.cases.models import Case

ANSWER, POINT = "answer:", "point:"
"""Before the code of a question, or the number of a point, in the name of its words."""


@inside
def put_words(*, case: Case, field: str, text: str) -> None:
    """Put other words in the place of an idea's; called by the operation that hides parts.

    What was hidden stood in earlier versions too: those that held the very same words get the
    others as well, and of the rest nothing is left but when they stood.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    if field.startswith(FIELD):
        put_comment_words(case=case, field=field, text=text)
        return
    idea = Idea.objects.select_for_update(of=("self",)).get(case=case)
    if field in ("title", "text"):
        most = rules.LONGEST_TITLE if field == "title" else rules.LONGEST_TEXT + 500
        before = getattr(idea, field)
        Version.objects.filter(idea=idea, **{field: before}).update(**{field: text[:most]})
        Version.objects.filter(idea=idea).exclude(**{field: text[:most]}).update(**{field: "…"})
        Idea.objects.filter(pk=idea.pk).update(**{field: text[:most]})
    elif field.startswith(ANSWER):
        answers = {**idea.answers, field.removeprefix(ANSWER): text}
        Idea.objects.filter(pk=idea.pk).update(answers=answers)
    elif field.startswith(POINT):
        number = field.removeprefix(POINT)
        Point.objects.filter(initiative_id=idea.pk, number=int(number)).update(text=text)
