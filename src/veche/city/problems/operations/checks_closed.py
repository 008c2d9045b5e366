"""Volunteers are not asked about what is shown to nobody."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.problems.models import CheckRound, CheckTask
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.cases.models import Case


@inside
def close_checks(*, case: Case, at: dt.datetime) -> None:
    """The matter is shown to nobody any more: whoever was asked need not go. Called by the
    operation that hides or removes it.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    waiting = CheckTask.objects.filter(round__case_id=case.pk, ended_at__isnull=True)
    waiting.update(ended_at=at, closed="hidden")


@inside
def reopen_checks(*, case: Case, at: dt.datetime) -> None:
    """The matter is shown again: whoever was asked and still has time goes after all, and the
    others are sought anew. Called by the operation that shows it.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    rounds = CheckRound.objects.filter(case_id=case.pk, ended_at__isnull=True)
    tasks = CheckTask.objects.filter(round__in=rounds, closed="hidden", due_at__gt=at)
    tasks.update(ended_at=None, closed="")
    rounds.update(next_at=None)
