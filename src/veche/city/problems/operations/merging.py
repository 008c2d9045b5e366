"""The same thing reported twice goes on once: joining, separating, “this is mine too”."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.problems.models import Joined, Problem
from veche.city.problems.operations.moderation import _accepted
from veche.city.problems.procedure import OFFICER, OPEN, PUBLIC
from veche.core.cases.models import Case, CaseEvent
from veche.core.cases.operations import move_case
from veche.core.journal.operations import record
from veche.core.moderation.procedure import DISPATCHER
from veche.core.notices.operations import (
    carry_followers,
    follow,
    part_followers,
    tell_followers,
)
from veche.errors import Invalid, NotFound, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

_HANDED = ("work", "returned")


class NotTheSame(Invalid):
    """A problem cannot be joined to this one."""

    code = "not-joinable"
    sentence = _("It cannot be joined to this problem: {why}")
    field = "number"


class NotJoined(Refused):
    """It is not joined to anything."""

    code = "not-joined"
    sentence = _("This problem is not joined to another.")


class TooLateToUndo(Refused):
    """What was joined can no longer be taken back."""

    code = "too-late-to-unjoin"
    sentence = _(
        "Only whoever joined it can take that back, and only while nothing has happened since."
    )


class MineAlready(Refused):
    """The author of a problem counts already."""

    code = "mine-already"
    sentence = _("You reported it yourself: you are counted.")


def why_not(child: Case, parent: Case) -> str:
    """Why ``child`` cannot be joined to ``parent``, in words; empty when it can."""
    if parent.pk == child.pk:
        return str(_("it is the same number."))
    if parent.procedure != child.procedure or parent.state not in OPEN:
        return str(_("it is not open here."))
    if parent.state == "record_open":
        return str(_("it is a record of another system."))
    if parent.opened_at > child.opened_at:
        return str(_("it was reported later; the later one is joined to the earlier."))
    if parent.territory.city_id != child.territory.city_id:
        return str(_("it lies in another city."))
    if child.state in _HANDED and parent.organisation_id != child.organisation_id:
        return str(_("it lies with another office."))
    return ""


@operation
def merge(
    *, by: Person, at: dt.datetime, case: Case, parent: Case, seen: int | None = None
) -> Case:
    """Join a problem to the earlier one that says the same. Whoever followed it follows that one
    from now on and is told so once; its outcome is that of the other, and is not counted again.

    Raises:
        NotTheSame: the other one is later, over, elsewhere or with another office.
    """
    # In the order of their numbers: two that are joined crosswise at one moment do not block.
    locked = {
        one.pk: one
        for one in Case.objects.select_for_update(of=("self",))
        .filter(pk__in=[case.pk, parent.pk])
        .select_related("territory")
        .order_by("pk")
    }
    child, other = locked[case.pk], locked[parent.pk]
    if why := why_not(child, other):
        raise NotTheSame(why=why)
    role = {"moderation": "moderator", "routing": "dispatcher"}.get(child.state, OFFICER)
    case = move_case(
        by=by,
        at=at,
        case=child,
        move="merge",
        seen=seen,
        public={"parent": other.number},
    )
    Joined(child=case, parent=other, role=role, at=at).save(force_insert=True)
    # What a moderator joins has been read by them: it is shown, as a part of the other.
    Problem.objects.filter(case=case, accepted_at__isnull=True).update(accepted_at=at)
    tell_followers(
        by=by, at=at, case=case, kind="problems.merged", details={"parent": other.number}
    )
    carry_followers(by=by, at=at, case=case, to=other)
    return case


@operation
def split(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """Undo :func:`merge`: the problem goes its own way again, from the office that answers for it;
    those who came to the other one by it alone follow that one no longer.

    Raises:
        NotJoined: it is not joined.
    """
    joined = _joined(case)
    accepted = Problem.objects.values_list("accepted_at", flat=True).get(case=case)
    case = move_case(
        by=by, at=at, case=case, move="split", seen=seen, public={"parent": joined.parent.number}
    )
    _part(joined, case, by, at)
    case = _accepted(case, by, at, told="problems.split")
    if accepted is not None:
        Problem.objects.filter(case=case).update(accepted_at=accepted)
    return case


@operation
def unjoin(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """A dispatcher or an officer takes back that they joined a problem: it stands where it stood,
    under the promise it had. For as long as nothing has happened since, to it or to the other.

    Raises:
        NotJoined: it is not joined.
        TooLateToUndo: somebody else joined it, or one of the two went on since.
    """
    joined = _joined(case)
    if not may_unjoin(joined, by):
        raise TooLateToUndo
    move = "unjoin_work" if joined.role == OFFICER else "unjoin"
    case = move_case(
        by=by, at=at, case=case, move=move, seen=seen, public={"parent": joined.parent.number}
    )
    _part(joined, case, by, at)
    tell_followers(by=by, at=at, case=case, kind="problems.split")
    return case


def may_unjoin(joined: Joined, person: Person) -> bool:
    """Whether this person joined it and nothing has happened since, to it or to the other."""
    if joined.role not in (OFFICER, DISPATCHER):
        return False
    last = CaseEvent.objects.filter(case=joined.child_id).order_by("-seq").first()
    parent = joined.parent
    return (
        last is not None
        and last.move == "merge"
        and last.actor_id == person.pk
        and (parent.moved_at is None or parent.moved_at <= joined.at)
        and parent.closed_at is None
    )


def _joined(case: Case) -> Joined:
    found = (
        Joined.objects.select_for_update(of=("self",))
        .filter(child=case, until__isnull=True)
        .select_related("parent")
        .first()
    )
    if found is None:
        raise NotJoined
    return found


def _part(joined: Joined, case: Case, by: Person, at: dt.datetime) -> None:
    """The two go their own ways, and so do those who follow them."""
    joined.until = at
    joined.save(update_fields=["until"])
    others = Joined.objects.filter(parent=joined.parent, until__isnull=True)
    part_followers(
        by=by,
        at=at,
        case=case,
        to=joined.parent,
        carried_at=joined.at,
        others=list(others.values_list("child_id", flat=True)),
    )


@operation
def mine_too(*, by: Person, at: dt.datetime, case: Case) -> None:
    """Somebody says “this is mine too” instead of reporting it again: counted once, and told of
    every step. Of a joined problem the one it goes on in is followed.

    Raises:
        MineAlready: they reported it.
        NotFound: everybody cannot read it.
    """
    from veche.city.problems.queries.merging import root_of

    case = Case.objects.get(pk=root_of(case).pk)
    if case.state not in PUBLIC or case.hidden_at is not None:
        raise NotFound
    if case.author_id == by.pk:
        raise MineAlready
    follow(by=by, at=at, case=case)
    record(kind="problems.mine-too", by=by, at=at, subject=f"problem:{case.number}")
