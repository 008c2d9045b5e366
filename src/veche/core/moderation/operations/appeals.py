"""An author objects once; somebody else decides; the outcome stands in the public log."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.cases.operations import NoRoleForMove, move_case, subject
from veche.core.journal.operations import record
from veche.core.moderation.access import ABOVE, SameModerator, judge_of
from veche.core.moderation.models import Decision
from veche.core.moderation.procedure import ADMINISTRATOR
from veche.core.moderation.written import written_of
from veche.core.notices.holders import tell_holders
from veche.core.notices.operations import tell_followers
from veche.core.organisations.queries import holdings
from veche.errors import Invalid, NotFound, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person

SHORTEST, LONGEST = 10, 2000


class AlreadyAppealed(Refused):
    """An author objects once."""

    code = "already-appealed"
    sentence = _("You have objected to this decision once: the outcome stands.")


class NoWords(Invalid):
    """Too few or too many words."""

    code = "words-missing"
    sentence = _("Write why, in {least} to {most} characters.")
    field = "text"


def checked(text: str) -> str:
    """Words of a person.

    Raises:
        NoWords: too few or too many.
    """
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not SHORTEST <= len(text) <= LONGEST:
        raise NoWords(least=SHORTEST, most=LONGEST)
    return text


def _rejection(case: Case) -> Decision:
    found = (
        Decision.objects.select_for_update()
        .filter(case=case, kind__in=["reject", "remove"])
        .order_by("-id")
        .first()
    )
    if found is None:
        raise NotFound
    return found


@operation
def appeal(
    *, by: Person | None, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Decision:
    """The author objects to a rejection, once, in words; another moderator decides within a term.

    ``by`` is None for an anonymous author, whom the page knows by their secret.

    Raises:
        AlreadyAppealed: they did before.
        NoWords: they did not say why.
    """
    text = checked(text)
    if Decision.objects.filter(case=case).exclude(appeal="").exists():
        raise AlreadyAppealed
    decision = _rejection(case)
    moved = move_case(by=by, at=at, case=case, move="appeal", seen=seen, personal={"text": text})
    decision.appeal, decision.appealed_at, decision.appeal_text = "open", at, text
    decision.appeal_due_at = moved.due_at
    decision.save(update_fields=["appeal", "appealed_at", "appeal_text", "appeal_due_at"])
    record(kind="moderation.appealed", by=by, at=at, subject=subject(case))
    return decision


@operation
def climb_appeal(*, by: None, at: dt.datetime, case: Case) -> Case:
    """No second moderator decided within the term (in a small city there may be none): it comes up
    to the control department and the administrators, and its author is told."""
    case = move_case(by=by, at=at, case=case, move="climb")
    Decision.objects.filter(case=case, appeal="open").update(
        climbed_at=at, appeal_due_at=case.due_at
    )
    record(kind="moderation.climbed", by=by, at=at, subject=subject(case))
    tell_followers(by=by, at=at, case=case, kind="moderation.climbed")
    for role in ABOVE:
        tell_holders(by=by, at=at, case=case, kind="moderation.to-judge", role=role)
    return case


@operation
def judge(
    *, by: Person, at: dt.datetime, case: Case, overturn: bool, text: str, seen: int | None = None
) -> Decision:
    """Another moderator decides the appeal and says why; overturned, the matter goes its way.

    Once it came up (`climb_appeal`) the control department or an administrator decides.

    Raises:
        veche.core.cases.operations.NoRoleForMove: they do not decide there.
        SameModerator: who decided first cannot judge.
        NoWords: they did not say why.
    """
    text = checked(text)
    decision = Decision.objects.select_for_update().filter(case=case, appeal="open").first()
    if decision is None:
        raise NotFound
    if decision.person_id == by.pk:
        raise SameModerator
    climbed = decision.climbed_at is not None
    holding = judge_of(holdings(by, at), case, climbed=climbed)
    if holding is None:
        raise NoRoleForMove(role=_("the control department") if climbed else _("a moderator"))
    outcome, move = ("overturned", "overturn") if overturn else ("upheld", "uphold")
    if holding.role == ADMINISTRATOR:
        move = f"{move}_above"
    written = written_of(case)
    lies = written.goes_to(case, at) if overturn and written.goes_to is not None else {}
    moved = move_case(
        by=by,
        at=at,
        case=case,
        move=move,
        seen=seen,
        public={"text": text},
        **lies,
    )
    decision.appeal, decision.judged_at, decision.judge = outcome, at, by
    decision.judge_role, decision.judge_text = holding.role, text
    decision.save(update_fields=["appeal", "judged_at", "judge", "judge_role", "judge_text"])
    record(
        kind="moderation.judged", by=by, at=at, subject=subject(case), public={"outcome": outcome}
    )
    if overturn and written.overturned is not None:
        written.overturned(by=by, at=at, case=moved)
    else:
        if not overturn and written.upheld is not None:
            written.upheld(by=by, at=at, case=moved)
        tell_followers(by=by, at=at, case=case, kind=f"moderation.{outcome}")
    return decision
