"""Whether what was hidden can come back, and letting it come back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.core.cases.models import CaseEvent
from veche.core.files.operations import uncover
from veche.core.moderation.models import Decision, Original, ShownInstead
from veche.core.moderation.operations.hiding import show_again
from veche.core.moderation.written import STEP, written_of
from veche.core.notices.operations import write_anew
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.people.models import Person


def stands(decision: Decision) -> bool:
    """Whether something is hidden by this decision still: it is the last about these words or this
    photograph that was not given back, and what was hidden has not been deleted."""
    if decision.kind == "hide":
        last = Decision.objects.filter(case=decision.case_id, kind__in=["hide", "show"])
        return decision.case.hidden_at is not None and (
            last.order_by("-id").values_list("pk", flat=True).first() == decision.pk
        )
    original = decision.original
    if original is None or original.gone_at is not None:
        return False
    later = Original.objects.filter(kind=original.kind, pk__gt=original.pk)
    if original.kind == "photograph":
        # Wherever it was covered once more: a photograph is one, whichever matter shows it.
        later = later.filter(shown=original.shown)
    else:
        later = later.filter(case=decision.case_id, field=original.field)
    back = Decision.objects.filter(original__in=later, appeal="overturned")
    return not later.exclude(pk__in=back.values("original")).exists()


@inside
def give_back(decision: Decision, by: Person, at: dt.datetime) -> None:
    """Show again what a decision hid; called by the operation that judged it.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
        veche.core.files.operations.NotShown: the photograph is not there any more.
    """
    case, original = decision.case, decision.original
    if original is None:
        show_again(case=case, at=at)
        return
    if original.kind == "photograph":
        _picture(original, by, at)
    else:
        _words(original, by, at)
    write_anew(by=by, at=at, cases=[case])


def _picture(original: Original, by: Person, at: dt.datetime) -> None:
    file = uncover(by=by, at=at, digest=original.digest)
    # What was covered before this one is shown with the rectangles of that time only.
    earlier = Original.objects.filter(kind="photograph", shown=original.shown)
    earlier.exclude(pk=original.pk).update(shown=file.digest)
    Original.objects.filter(pk=original.pk).update(gone_at=at, digest="", shown="")


def _words(original: Original, by: Person, at: dt.datetime) -> None:
    case, text = original.case, original.text
    if original.field.startswith(STEP):
        seq = int(original.field.removeprefix(STEP))
        said = CaseEvent.objects.get(case=case, seq=seq)
        instead = ShownInstead.objects.filter(case=case, seq=seq)
        if text == said.public.get("text"):
            instead.delete()
        else:
            instead.update(text=text)
    written_of(case).put(case=case, field=original.field, text=text)
    Original.objects.filter(pk=original.pk).update(gone_at=at, text="")
