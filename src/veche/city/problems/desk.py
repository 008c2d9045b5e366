"""Problems in the one queue of those who work for the city."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from veche import clock
from veche.city.problems import operations
from veche.city.problems.access import seen_by
from veche.city.problems.acts import DESK_ACTIONS, acts_for
from veche.city.problems.desk_forms import FORMS, MANY
from veche.city.problems.models import Category, Problem, headline, unsaid
from veche.city.problems.operations import many
from veche.city.problems.procedure import PROCEDURE
from veche.city.problems.queries import desk as desks
from veche.city.problems.queries.asked import answered
from veche.city.problems.queries.matter import stand, steps_of
from veche.city.problems.queries.responsibility import duty
from veche.core.cases.models import Case
from veche.core.cases.operations import in_scope
from veche.core.desk.adapter import Desk, DeskAction, DeskLine, Panel
from veche.core.desk.queries import drafts_of
from veche.core.organisations.middleware import asker
from veche.languages import here
from veche.look.context import place
from veche.searching import holds

_LINES = """
SELECT p.case_id, c.number, p.text, p.address, p.category_id, k.names
FROM problems_problem p JOIN cases_case c ON c.id = p.case_id
JOIN problems_category k ON k.id = p.category_id WHERE p.case_id = ANY(%s)
"""


def lines(cases: Sequence[int]) -> dict[int, DeskLine]:
    """What the queue says of these problems."""
    page = place("problems:list")
    found: dict[int, DeskLine] = {}
    kinds: dict[int, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [list(cases)])
        rows = cursor.fetchall()
    for pk, number, text, address, category, names in rows:
        if category not in kinds:
            kinds[category] = here(json.loads(names))
        kind = kinds[category]
        found[pk] = DeskLine(
            title=headline(text) or unsaid(kind, address),
            place=address,
            url=f"{page}{number}/",
            theme=kind,
            text=text,
        )
    return found


def find(text: str) -> QuerySet[Any, Any]:
    """Problems whose words or address hold a text."""
    words, values = holds("text || ' ' || address", text)
    return Problem.objects.extra(where=[words], params=values).values("pk")


def themes() -> Mapping[str, str]:
    """The categories residents can choose."""
    rows = Category.objects.filter(active=True, imported=False).values_list("code", "names")
    return {code: here(names) for code, names in rows}


def panel(
    request: HttpRequest, case: Case, drafts: Mapping[str, dict[str, str]] | None = None
) -> Panel:
    """The problem in the side panel, with a form for every step this person can make now.

    Raises:
        NotFound: this person may not see it.
    """
    who, at = asker(request), clock.now()
    problem = seen_by(case.number, who.person, who.holdings)
    folder = desks.folder(problem, at)
    if drafts is None:
        drafts = drafts_of(who.person, case)
    back = request.path if request.method == "GET" else place("desk:queue")
    query = request.GET.copy()
    query.pop("open", None)
    if query:
        back += f"?{query.urlencode()}"
    possible = {}
    for move in PROCEDURE.moves_from(problem.case.state):
        right = any(
            h.role == move.role and in_scope(h, problem.case, move.scope) for h in who.holdings
        )
        if move.name in FORMS and right:
            possible[move.name] = FORMS[move.name](
                problem=problem,
                auto_id=f"id_{move.name}_%s",
                initial={"next": back, **drafts.get(move.name, {})},
            )
    shown = list(enumerate(folder.pictures, 1))
    said = duty(problem, folder.events, at, inside=True)
    return Panel(
        "problems/desk_panel.html",
        {
            "folder": folder,
            "problem": problem,
            "stand": stand(problem, at, folder.events),
            "steps": steps_of(folder.events, problem, shown),
            "pictures": shown,
            "answers": answered(problem),
            "forms": possible,
            "duties": acts_for(problem.case, who.holdings, False, at, said.asked is not None),
            "duty": said,
            "back": back,
            "now": at,
        },
        line=DeskLine(
            title=problem.title,
            place=problem.address,
            url=place("problems:list") + f"{case.number}/",
            theme=str(problem.category),
            text=problem.text,
        ),
    )


DESK = Desk(
    title=_("Problems"),
    procedures=("problem",),
    lines=lines,
    panel=panel,
    find=find,
    themes=themes,
    own_forms=True,
    actions=(
        DeskAction(
            "answer",
            _("Answer"),
            run=operations.answer,
            key="a",
            address="problems:answer",
            bulk=many.answer_many,
            bulk_form=MANY["answer"],
        ),
        DeskAction(
            "accept",
            _("Publish"),
            run=operations.accept,
            key="a",
            address="problems:accept",
            bulk=many.accept_many,
            bulk_form=MANY["accept"],
        ),
        DeskAction(
            "assign",
            _("Give to the office"),
            run=operations.assign,
            key="a",
            address="problems:assign",
            bulk=many.assign_many,
            bulk_form=MANY["assign"],
        ),
        DeskAction(
            "refuse",
            _("Refuse"),
            run=operations.refuse,
            key="r",
            grave=True,
            address="problems:refuse",
            bulk=many.refuse_many,
            bulk_form=MANY["refuse"],
        ),
        DeskAction(
            "reject",
            _("Do not publish"),
            run=operations.reject,
            key="r",
            grave=True,
            address="problems:reject",
            bulk=many.reject_many,
            bulk_form=MANY["reject"],
        ),
        *DESK_ACTIONS,
    ),
)
