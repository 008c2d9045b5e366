"""How the words and photographs of problems are moderated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.problems import operations
from veche.city.problems.access import is_author
from veche.city.problems.models import CheckTask, Problem, Satisfaction
from veche.city.problems.operations.checks import SAID
from veche.city.problems.operations.checks_closed import close_checks, reopen_checks
from veche.city.problems.operations.removal import (
    CHECK,
    RATING,
    publish_after_all,
    put_words,
    remove,
)
from veche.city.problems.operations.satisfaction import turned_down
from veche.city.problems.procedure import PUBLIC
from veche.core.moderation.written import Words, Written
from veche.languages import here

if TYPE_CHECKING:
    from django.http import HttpRequest

    from veche.core.cases.models import Case


def words(case: Case) -> Sequence[Words]:
    """What was written of a problem: its text, its address, the answers typed in words, what
    volunteers found, and what its author let everybody read of how the work went."""
    problem = Problem.objects.select_related("category").get(case_id=case.pk)
    found = [
        Words("text", _("What is wrong"), problem.text),
        Words("address", _("Address or landmark"), problem.address),
    ]
    for question in problem.category.questions:
        code = question.get("code", "")
        if question.get("kind") == "text" and problem.answers.get(code):
            label = here(question.get("names") or {}) or code
            found.append(Words(f"answer:{code}", label, str(problem.answers[code])))
    checks = CheckTask.objects.filter(round__case_id=case.pk, said__in=SAID).exclude(text="")
    for task in checks.order_by("ended_at", "id"):
        label = gettext("What a volunteer found")
        found.append(Words(f"{CHECK}{task.pk}", label, task.text, task.volunteer_id))
    said = Satisfaction.objects.filter(case_id=case.pk, text_public=True).exclude(text="")
    for row in said.order_by("seq"):
        label = gettext("How the author found the work")
        found.append(Words(f"{RATING}{row.pk}", label, row.text))
    return found


def url(case: Case) -> str:
    """The page of a problem."""
    return reverse("problems:matter", args=[case.number])


def written_by(request: HttpRequest, case: Case) -> bool:
    """Whether whoever asks reported it."""
    from veche.core.organisations.middleware import asker

    problem = Problem.objects.select_related("case").filter(case_id=case.pk).first()
    held = request.session.get("problems") if "sessionid" in request.COOKIES else None
    secret = str(held.get(case.number, "")) if isinstance(held, dict) else ""
    return problem is not None and is_author(problem, asker(request).person, secret)


WRITTEN = Written(
    procedures=("problem",),
    words=words,
    put=put_words,
    url=url,
    is_author=written_by,
    public=PUBLIC,
    reject=operations.reject,
    remove=remove,
    overturned=publish_after_all,
    upheld=turned_down,
    hid=close_checks,
    shown=reopen_checks,
)
