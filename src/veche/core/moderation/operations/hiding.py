"""Hiding a published matter, by law or for personal data, and showing it again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.core.cases.models import Case
from veche.core.moderation import reasons
from veche.core.moderation.access import as_moderator
from veche.core.moderation.operations.decisions import decided
from veche.core.moderation.written import whole
from veche.core.notices.operations import tell_followers, write_anew
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.moderation.models import Sweep
    from veche.core.people.models import Person


@operation
def hide_matter(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    reason: str,
    sweep: Sweep | None = None,
    tell: bool = True,
) -> Case:
    """Hide the words, the place and the photographs of a matter; its clocks run on.

    Its page says that it is hidden, why and since when. Nothing changes when it is hidden already.

    Raises:
        veche.core.moderation.reasons.UnknownReason: the reason is not on the list.
        veche.core.cases.operations.NoRoleForMove: they do not moderate there.
    """
    reasons.check(reason, reasons.SPAM if sweep else reasons.HIDE)
    as_moderator(by, at, case)
    Case.objects.filter(pk=case.pk, hidden_at__isnull=True).update(hidden_at=at)
    case.refresh_from_db(fields=["hidden_at"])
    decided(by=by, at=at, case=case, kind="hide", reason=reason, sweep=sweep)
    whole(case, at, hidden=True)
    write_anew(by=by, at=at, cases=[case])
    if tell:
        tell_followers(by=by, at=at, case=case, kind="moderation.hidden")
    return case


@inside
def show_again(*, case: Case, at: dt.datetime) -> None:
    """Show a hidden matter; called by the operation that decided it.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    Case.objects.filter(pk=case.pk).update(hidden_at=None)
    case.refresh_from_db(fields=["hidden_at"])
    whole(case, at, hidden=False)


@operation
def show_matter(
    *, by: Person, at: dt.datetime, case: Case, sweep: Sweep | None = None, tell: bool = True
) -> Case:
    """Show a hidden matter again.

    Raises:
        veche.core.cases.operations.NoRoleForMove: they do not moderate there.
    """
    as_moderator(by, at, case)
    show_again(case=case, at=at)
    decided(by=by, at=at, case=case, kind="show", sweep=sweep)
    if tell:
        tell_followers(by=by, at=at, case=case, kind="moderation.shown")
    return case
