"""The panel sits, votes, decides, and signs its minutes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.pilots.access.companies import check_agency
from veche.city.pilots.access.conflicts import barred, check_may_see
from veche.city.pilots.models import Panel, PanelItem, PanelMember, PanelVote
from veche.city.pilots.operations import refusals_experts as no
from veche.city.pilots.operations.applications import locked
from veche.city.pilots.operations.panels_agenda import (
    add_item,
    bring,
    call_panel,
    locked_item,
    locked_panel,
    recuse_tied,
    set_panel,
    subject,
)
from veche.city.pilots.operations.telling_applications import tell_company
from veche.city.pilots.rules import panels as rules
from veche.core.cases.operations import move_case
from veche.core.journal.operations import record
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

SHORTEST, LONGEST = 10, 4000


@operation
def open_panel(*, by: Person, at: dt.datetime, panel: Panel) -> Panel:
    """The panel sits down: from now on votes are taken.

    Raises:
        NotAMember: neither a member nor the agency.
        PanelOpen: it sits or has closed.
    """
    panel = locked_panel(panel)
    if not panel.members.filter(person=by).exists():
        check_agency(by, at, panel.programme)
    if panel.opened_at is not None:
        raise no.PanelOpen
    panel.opened_at = at
    panel.save(update_fields=["opened_at"])
    rows = panel.items.filter(decided_at__isnull=True)
    for item in rows.select_related("application__company__organisation"):
        recuse_tied(at=at, item=item)
    record(kind="pilots.panel-opened", by=by, at=at, subject=subject(panel))
    return panel


def member_of(panel: Panel, person: Person) -> PanelMember:
    """The seat of somebody.

    Raises:
        NotAMember: they have none.
    """
    found = panel.members.filter(person=person).first()
    if found is None:
        raise no.NotAMember
    return found


@operation
def come(*, by: Person, at: dt.datetime, panel: Panel) -> PanelMember:
    """A member has come. Twice is once.

    Raises:
        NotAMember: they have no seat.
        PanelNotOpen: it does not sit.
    """
    panel = locked_panel(panel)
    member = member_of(panel, by)
    if panel.opened_at is None or panel.closed_at is not None:
        raise no.PanelNotOpen
    member.came_at = member.came_at or at
    member.save(update_fields=["came_at"])
    record(kind="pilots.panel-came", by=by, at=at, subject=subject(panel))
    return member


@inside
def _seat(by: Person, at: dt.datetime, item: PanelItem) -> tuple[PanelItem, PanelMember]:
    item = locked_item(item)
    member = member_of(item.panel, by)
    check_may_see(by, item.application, at)
    if item.panel.opened_at is None or item.panel.closed_at is not None:
        raise no.PanelNotOpen
    if item.decided_at is not None:
        raise no.ItemDecided
    return item, member


@operation
def recuse(*, by: Person, at: dt.datetime, item: PanelItem, reason: str) -> PanelVote:
    """A member steps aside from an item, for good, and says why.

    Raises:
        NotAMember: they have no seat.
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        PanelNotOpen, ItemDecided: not now.
        veche.texts.TextLength: they do not say why.
    """
    item, member = _seat(by, at, item)
    said = sized(reason, 5, 500)
    made, _fresh = PanelVote.objects.update_or_create(
        item=item,
        member=member,
        defaults={"choice": PanelVote.Choice.RECUSED, "reason": said, "at": at},
    )
    record(kind="pilots.panel-recused", by=by, at=at, subject=subject(item.panel))
    return made


@operation
def vote(
    *, by: Person, at: dt.datetime, item: PanelItem, choice: str, reason: str = ""
) -> PanelVote:
    """Vote on an item; until it is decided the last vote of a member counts.

    Raises:
        NotAMember: they have no seat.
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        PanelNotOpen, NotThere, ItemDecided: not now.
        StepsAside: they stepped aside.
        VoteWrong: no such vote.
    """
    item, member = _seat(by, at, item)
    if member.came_at is None:
        raise no.NotThere
    if choice not in rules.CHOICES:
        raise no.VoteWrong
    there = PanelVote.objects.filter(item=item, member=member).first()
    if there is not None and there.choice == PanelVote.Choice.RECUSED:
        raise no.StepsAside
    made, _fresh = PanelVote.objects.update_or_create(
        item=item,
        member=member,
        defaults={"choice": choice, "reason": sized(reason, 0, 500), "at": at},
    )
    record(kind="pilots.panel-voted", by=by, at=at, subject=subject(item.panel))
    return made


def tally_of(item: PanelItem) -> rules.Tally:
    """The votes on an item."""
    choices = PanelVote.objects.filter(item=item).values_list("choice", flat=True)
    return rules.tally(choices, item.panel.quorum)


@operation
def decide(
    *, by: Person, at: dt.datetime, item: PanelItem, reason: str, seen: int | None = None
) -> PanelItem:
    """Write down what the votes say: chosen or declined by the majority; with as many on either
    side the application waits for another panel. The reason is public, and the company is told.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        PanelNotOpen, ItemDecided: not now.
        NoQuorum: too few voted.
        DecisionReason: no reason is given.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    application = locked(item.application_id)
    item = locked_item(item)
    check_may_see(by, application, at)
    check_agency(by, at, item.panel.programme)
    if item.decided_at is not None:
        raise no.ItemDecided
    if item.panel.opened_at is None or item.panel.closed_at is not None:
        raise no.PanelNotOpen
    recuse_tied(at=at, item=item)
    count = tally_of(item)
    if not count.enough:
        raise no.NoQuorum(voted=count.voted, quorum=count.quorum)
    said = sized(reason, SHORTEST, LONGEST, no.DecisionReason)
    outcome = count.outcome
    if outcome != "later":
        application.case = move_case(
            by=by, at=at, case=application.case, move=outcome, seen=seen, public={"text": said}
        )
        application.decided_at = at
        application.reason = said if outcome == "decline" else application.reason
        application.save(update_fields=["decided_at", "reason"])
        kind = "pilots.chosen" if outcome == "select" else "pilots.declined"
        tell_company(by=by, at=at, application=application, kind=kind)
    return _settle(by, at, item, outcome, said)


@inside
def _settle(
    by: Person | None, at: dt.datetime, item: PanelItem, outcome: str, reason: str
) -> PanelItem:
    item.decision, item.reason, item.decided_at = outcome, reason, at
    item.save(update_fields=["decision", "reason", "decided_at"])
    record(kind="pilots.panel-decided", by=by, at=at, subject=subject(item.panel))
    return item


@operation
def put_off(*, by: Person, at: dt.datetime, item: PanelItem, reason: str) -> PanelItem:
    """Leave an item to another panel, without a decision.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        ItemDecided: it was decided.
        DecisionReason: no reason is given.
    """
    item = locked_item(item)
    check_may_see(by, item.application, at)
    check_agency(by, at, item.panel.programme)
    if item.decided_at is not None:
        raise no.ItemDecided
    said = sized(reason, SHORTEST, LONGEST, no.DecisionReason)
    return _settle(by, at, item, "later", said)


@operation
def close_panel(*, by: Person, at: dt.datetime, panel: Panel, minutes: str) -> Panel:
    """The chair signs the minutes: the panel is over, and its page is public. What the chair may
    not know of and the agency has not decided about waits for another panel.

    Raises:
        NotTheChair: somebody else.
        PanelNotOpen: it does not sit.
        ItemsOpen: something was neither decided nor put off.
        MinutesNeeded: there are no minutes.
    """
    panel = locked_panel(panel)
    if not panel.members.filter(person=by, chairs=True).exists():
        raise no.NotTheChair
    if panel.opened_at is None or panel.closed_at is not None:
        raise no.PanelNotOpen
    rest = panel.items.filter(decided_at__isnull=True).order_by("pk")
    kept = barred(by, at)
    if rest.exclude(application__in=kept).exists():
        raise no.ItemsOpen
    # A chair who is tied would learn by a refusal that there is more: it waits for another panel.
    for item in rest.select_for_update(of=("self",)).select_related("panel"):
        _settle(None, at, item, "later", "")
    panel.minutes = sized(minutes, 20, 20_000, no.MinutesNeeded)
    panel.closed_at, panel.closed_by = at, by
    panel.save(update_fields=["minutes", "closed_at", "closed_by"])
    record(kind="pilots.panel-closed", by=by, at=at, subject=subject(panel))
    return panel


__all__ = [
    "add_item",
    "bring",
    "call_panel",
    "close_panel",
    "come",
    "decide",
    "member_of",
    "open_panel",
    "put_off",
    "recuse",
    "set_panel",
    "tally_of",
    "vote",
]
