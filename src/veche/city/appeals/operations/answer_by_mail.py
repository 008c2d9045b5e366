"""An e-mail address kept for one letter, from somebody without an account who asked for it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.appeals import rules
from veche.city.appeals.models import AnswerByMail
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.people.operations.once import send_outcome
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person

TERM = dt.timedelta(days=rules.ADDRESS_DAYS)
MOST_AT_ONCE = 200


@operation
def keep_address(*, by: None, at: dt.datetime, case: Case, email: str, language: str) -> None:
    """Keep the address until the answer is there, `TERM` at most."""
    AnswerByMail.objects.create(case=case, email=email, language=language, until=at + TERM)
    record(kind="appeals.address-kept", by=by, at=at, subject=subject(case))


def address_of(case: Case) -> AnswerByMail | None:
    """The address kept for a letter; None where there is none."""
    if case.author_id is not None:
        return None
    return AnswerByMail.objects.filter(case_id=case.pk).first()


@inside
def tell_by_mail(*, by: Person | None, at: dt.datetime, case: Case) -> bool:
    """Say to the address kept for a letter that there is an answer, and delete it; returns whether
    there was one. Called by the operation that gives the answer, in its transaction.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    kept = address_of(case)
    if kept is None:
        return False
    send_outcome(by=by, at=at, email=kept.email, number=case.number, language=kept.language)
    forget_address(by=by, at=at, case=case)
    return True


@operation
def forget_address(*, by: Person | None, at: dt.datetime, case: Case) -> bool:
    """Delete the address kept for a letter or a correction; returns whether there was one."""
    gone = AnswerByMail.objects.filter(case=case).delete()[0]
    record(
        kind="appeals.address-forgotten",
        by=by,
        at=at,
        subject=subject(case),
        public={"addresses": gone},
    )
    return bool(gone)


@operation
def _forget_old(*, by: None, at: dt.datetime, cases: list[int]) -> None:
    gone = AnswerByMail.objects.filter(pk__in=cases).delete()[0]
    record(
        kind="appeals.address-forgotten",
        by=by,
        at=at,
        subject="appeals",
        public={"addresses": gone},
    )


def forget_old_addresses(*, at: dt.datetime) -> int:
    """Delete addresses kept as long as may be; returns how many. A timer calls it."""
    old = AnswerByMail.objects.filter(until__lt=at).order_by("until")
    cases = list(old.values_list("pk", flat=True)[:MOST_AT_ONCE])
    if cases:
        _forget_old(by=None, at=at, cases=cases)
    return len(cases)
