"""How the words of ideas and initiatives are moderated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from veche.city.ideas.access import is_author
from veche.city.ideas.models import Idea
from veche.city.ideas.operations import reading
from veche.city.ideas.operations.wording import ANSWER, POINT, put_words
from veche.city.ideas.procedure import PUBLIC_IDEA, PUBLIC_INITIATIVE
from veche.city.ideas.queries.talk import words as comment_words
from veche.core.moderation.written import Words, Written
from veche.languages import here

if TYPE_CHECKING:
    from django.http import HttpRequest

    from veche.core.cases.models import Case


def words(case: Case) -> Sequence[Words]:
    """Title, text, what was said to the questions of its call, and the points it asks for."""
    idea = Idea.objects.select_related("call").filter(pk=case.pk).first()
    if idea is None:
        return []
    found = [Words("title", _("Title"), idea.title), Words("text", _("Idea"), idea.text)]
    asked = {one["code"]: here(one["names"]) for one in idea.call.questions} if idea.call else {}
    found += [
        Words(f"{ANSWER}{code}", asked.get(code, code), text) for code, text in idea.answers.items()
    ]
    if idea.kind == Idea.Kind.INITIATIVE:
        from veche.city.ideas.models import Point

        found += [
            Words(f"{POINT}{one.number}", _("Point"), one.text)
            for one in Point.objects.filter(initiative_id=idea.pk)
        ]
    return found + comment_words(case)


def url(case: Case) -> str:
    """The page of an idea."""
    return reverse("ideas:idea", args=[case.number])


def written_by(request: HttpRequest, case: Case) -> bool:
    """Whether whoever asks wrote it."""
    from veche.core.organisations.middleware import asker

    idea = Idea.objects.select_related("case").filter(pk=case.pk).first()
    return idea is not None and is_author(idea, asker(request).person)


WRITTEN = Written(
    procedures=("idea", "initiative"),
    words=words,
    put=put_words,
    url=url,
    is_author=written_by,
    public=tuple(dict.fromkeys((*PUBLIC_IDEA, *PUBLIC_INITIATIVE))),
    reject=reading.reject,
    remove=reading.remove,
    goes_to=reading.goes_to,
    overturned=reading.publish_after_all,
)
