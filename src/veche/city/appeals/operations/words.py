"""Other words in the place of a letter's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veche.city.appeals import rules
from veche.city.appeals.models import Appeal
from veche.core.cases.models import CaseEvent
from veche.core.moderation.written import STEP
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.cases.models import Case


@inside
def put_words(*, case: Case, field: str, text: str) -> None:
    """Put other words in the place of a letter's; called by the operation that hides parts.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    if field in ("title", "text"):
        most = rules.LONGEST_TITLE if field == "title" else rules.LONGEST_TEXT + 500
        Appeal.objects.filter(pk=case.pk).update(**{field: text[:most]})
    elif field.startswith(STEP):
        said = CaseEvent.objects.filter(case=case, move__in=("answer", "refuse")).order_by("-seq")
        if said.values_list("seq", flat=True).first() == int(field.removeprefix(STEP)):
            Appeal.objects.filter(pk=case.pk).update(answer=text)
