"""A call goes its way: its phases end by the city's clock, and the office closes it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.ideas import rules
from veche.city.ideas.choosing import MOST_AT_ONCE
from veche.city.ideas.models import Call, Idea
from veche.city.ideas.operations.calls import answered_until
from veche.city.ideas.operations.refusals import StillUnanswered
from veche.city.ideas.procedure import CALLED_OFF_FROM, WAITING
from veche.core.cases.models import CaseClock
from veche.core.cases.operations import move_case
from veche.core.cases.operations.clocks import start_clock
from veche.core.cases.operations.many import move_cases
from veche.core.notices.operations import tell_followers, tell_followers_of_many
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person


@operation
def end_phases(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The last phase in which residents take part is over: the office answers. A standing call
    goes on for another year."""
    call = Call.objects.get(case=case)
    if call.standing:
        case = move_case(by=by, at=at, case=case, move="go_on")
        # A step that stays leaves the clock as it is; this one begins anew.
        CaseClock.objects.filter(case=case, stopped_at__isnull=True).update(stopped_at=at)
        case.due_at = at + dt.timedelta(days=rules.STANDING_DAYS)
        start_clock(case, at, case.due_at)
        case.save(update_fields=["due_at"], force_update=True)
        return case
    until = answered_until(call, at)
    case = move_case(by=by, at=at, case=case, move="end_phases", until=until)
    tell_followers(by=by, at=at, case=case, kind="ideas.phases-over")
    return case


@operation
def call_off_ideas(*, by: None, at: dt.datetime, call: int) -> int:
    """End some ideas of a call that was called off: nobody owes them an answer any more. Whoever
    follows one is told. Returns how many ended; none when all have."""
    over = Call.objects.filter(case=call, case__state="cancelled")
    rows = Idea.objects.filter(call__in=over, case__state__in=CALLED_OFF_FROM)
    pks = list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    moved = move_cases(by=by, at=at, cases=pks, move="call_off")
    ended = sorted(moved.cases)
    if ended:
        tell_followers_of_many(by=by, at=at, cases=ended, kind="ideas.called-off")
    return len(ended)


@operation
def close_call(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """The office has answered every idea of the call.

    Raises:
        StillUnanswered: some have no answer yet, or a moderator has still to read them.
    """
    states = (*WAITING, "moderation", "appealed", "appealed_up")
    waiting = Idea.objects.filter(call_id=case.pk, case__state__in=states).count()
    if waiting:
        raise StillUnanswered(count=waiting)
    case = move_case(by=by, at=at, case=case, move="close", seen=seen)
    tell_followers(by=by, at=at, case=case, kind="ideas.call-answered")
    return case
