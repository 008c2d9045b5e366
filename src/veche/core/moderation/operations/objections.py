"""Whoever wrote or photographed what was hidden objects once: another moderator decides, and later
somebody above.

An objection to a rejection moves the matter by its procedure (`appeals`); here the matter goes on
meanwhile, so that the decision itself keeps the term.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.cases.operations import NoRoleForMove, subject
from veche.core.cases.queries import procedure_of
from veche.core.cases.terms import due_at
from veche.core.journal.operations import record
from veche.core.moderation.access import ABOVE, MODERATOR, SameModerator, judge_of
from veche.core.moderation.models import HIDING, Decision
from veche.core.moderation.operations.appeals import AlreadyAppealed, checked
from veche.core.moderation.operations.giving_back import give_back, stands
from veche.core.moderation.operations.redaction import NotTheWriter
from veche.core.notices.holders import tell_holders
from veche.core.notices.operations import tell_people
from veche.core.organisations.queries import holdings
from veche.errors import NotFound, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person

MOST = 200


class HiddenSince(Refused):
    """The decision is not the last about these words or this photograph, or the originals were
    deleted."""

    code = "hidden-since"
    sentence = _(
        "This decision is not the last about these words or this photograph, or its term is over."
    )


def objectionable(decision: Decision) -> bool:
    """Whether an objection can be made: nobody objected yet, and it `stands`."""
    if decision.kind not in HIDING or decision.role == "author" or decision.appeal:
        return False
    return stands(decision)


def writer_of(decision: Decision) -> int | None:
    """Who wrote or photographed what was hidden; None for an author without an account."""
    writer = decision.original.writer_id if decision.original is not None else None
    author: int | None = decision.case.author_id
    return writer or author


def _locked(pk: int) -> Decision:
    found = (
        Decision.objects.select_for_update(of=("self",))
        .select_related("case", "case__territory", "original")
        .filter(pk=pk, kind__in=HIDING)
        .first()
    )
    if found is None:
        raise NotFound
    return found


@operation
def object_to_hiding(*, by: Person | None, at: dt.datetime, decision: int, text: str) -> Decision:
    """Whoever wrote the words objects, once, in words; another moderator decides within a term.

    ``by`` is None for an anonymous author, whom the page knows by their secret.

    Raises:
        NotTheWriter: somebody else wrote them.
        AlreadyAppealed: they did before.
        HiddenSince: it is not the last decision about these words, or they were deleted.
        NoWords: they did not say why.
    """
    text = checked(text)
    found = _locked(decision)
    if (by.pk if by else None) != writer_of(found):
        raise NotTheWriter
    if found.appeal:
        raise AlreadyAppealed
    if not objectionable(found):
        raise HiddenSince
    case = found.case
    found.appeal, found.appealed_at, found.appeal_text = "open", at, text
    found.appeal_due_at = due_at(procedure_of(case), "appealed", case.theme, at)
    found.save(update_fields=["appeal", "appealed_at", "appeal_text", "appeal_due_at"])
    record(
        kind="moderation.appealed",
        by=by,
        at=at,
        subject=subject(case),
        public={"decision": found.kind},
    )
    tell_holders(by=by, at=at, case=case, kind="moderation.to-judge", role=MODERATOR)
    return found


@operation
def judge_hiding(
    *, by: Person, at: dt.datetime, decision: int, overturn: bool, text: str
) -> Decision:
    """Another moderator decides, or somebody above; overturned, the words are shown again.

    Raises:
        NotFound: nobody objects to it.
        SameModerator: who decided first cannot judge.
        veche.core.cases.operations.NoRoleForMove: they do not decide there.
        HiddenSince: more was hidden of these words meanwhile, and they cannot come back so.
        NoWords: they did not say why.
    """
    text = checked(text)
    found = _locked(decision)
    if found.appeal != "open":
        raise NotFound
    if found.person_id == by.pk:
        raise SameModerator
    case, climbed = found.case, found.climbed_at is not None
    holding = judge_of(holdings(by, at), case, climbed=climbed)
    if holding is None:
        raise NoRoleForMove(role=_("the control department") if climbed else _("a moderator"))
    if overturn:
        if not stands(found):
            raise HiddenSince
        give_back(found, by, at)
    outcome = "overturned" if overturn else "upheld"
    about = "photograph" if found.kind == "photograph" else "words"
    found.appeal, found.judged_at, found.judge = outcome, at, by
    found.judge_role, found.judge_text = holding.role, text
    found.save(update_fields=["appeal", "judged_at", "judge", "judge_role", "judge_text"])
    record(
        kind="moderation.judged", by=by, at=at, subject=subject(case), public={"outcome": outcome}
    )
    _tell_writer(found, by, at, f"moderation.{about}-{outcome}")
    return found


def _tell_writer(decision: Decision, by: Person | None, at: dt.datetime, kind: str) -> None:
    writer = writer_of(decision)
    if writer is not None:
        tell_people(by=by, at=at, told=[(writer, decision.case_id)], kind=kind)


@operation
def _climb(*, by: None, at: dt.datetime, decision: int) -> None:
    """One objection comes up to the control department and the administrators.

    Raises:
        NotFound: it was judged, or came up, since it was looked up.
    """
    found = _locked(decision)
    if found.appeal != "open" or found.climbed_at is not None:
        raise NotFound
    case: Case = found.case
    found.climbed_at = at
    found.appeal_due_at = due_at(procedure_of(case), "appealed_up", case.theme, at)
    found.save(update_fields=["climbed_at", "appeal_due_at"])
    record(kind="moderation.climbed", by=by, at=at, subject=subject(case))
    _tell_writer(found, by, at, "moderation.climbed")
    for role in ABOVE:
        tell_holders(by=by, at=at, case=case, kind="moderation.to-judge", role=role)


def climb_objections(*, at: dt.datetime) -> int:
    """Let objections to hidden words come up when their term is over; returns how many. A timer
    calls it; objections that move a matter come up by their procedure."""
    late = Decision.objects.filter(
        appeal="open", climbed_at__isnull=True, appeal_due_at__lt=at, kind__in=HIDING
    )
    climbed = 0
    for pk in list(late.order_by("appeal_due_at").values_list("pk", flat=True)[:MOST]):
        with contextlib.suppress(NotFound):
            _climb(by=None, at=at, decision=pk)
            climbed += 1
    return climbed
