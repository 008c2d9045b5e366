"""Panels as those may see them who ask: nothing of what they are kept from, not even a gap."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from veche.city.pilots.access.applications import is_public
from veche.city.pilots.access.conflicts import barred
from veche.city.pilots.models import Application, Panel, PanelItem, PanelMember, PanelVote
from veche.city.pilots.operations.refusals_experts import UnknownPanel
from veche.city.pilots.rules import panels as rules
from veche.core.organisations.models import Holding
from veche.core.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Sequence


def panellists(at: dt.datetime) -> list[Person]:
    """Who may be called to a panel."""
    held = Holding.objects.filter(role="panellist", since__lte=at).exclude(until__lte=at)
    return list(Person.objects.filter(pk__in=held.values("person")).order_by("name", "pk"))


def panels(person: Person | None, *, agency: bool) -> QuerySet[Panel]:
    """The panels somebody may see: those that closed; to members theirs, to the agency all."""
    rows = Panel.objects.order_by("-meets_at", "-pk")
    if agency:
        return rows
    closed = Q(closed_at__isnull=False)
    mine = Q(members__person=person) if person is not None else Q()
    return rows.filter(closed | mine).distinct() if person is not None else rows.filter(closed)


def panel_for(pk: int, person: Person | None, *, agency: bool) -> Panel:
    """One panel.

    Raises:
        UnknownPanel: there is none, or it is not public and they have no seat.
    """
    rows = Panel.objects.select_related("programme__agency", "closed_by")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise UnknownPanel
    seat = person is not None and found.members.filter(person=person).exists()
    if found.closed_at is None and not agency and not seat:
        raise UnknownPanel
    return found


@dataclass(frozen=True)
class Item:
    """Something on the agenda."""

    item: PanelItem
    application: Application
    tally: rules.Tally
    votes: list[PanelVote]
    mine: PanelVote | None

    @property
    def open(self) -> bool:
        """Whether it waits for its decision."""
        return self.item.decided_at is None


def agenda(panel: Panel, person: Person | None, at: dt.datetime, *, inside: bool) -> list[Item]:
    """The items somebody may see, in their order: inside, all but those they may not know of; the
    public those that were decided."""
    rows = (
        PanelItem.objects.filter(panel=panel)
        .select_related("application__case", "application__company__organisation", "panel")
        .order_by("place", "pk")
    )
    if inside:
        rows = rows.exclude(application__in=barred(person, at))
        found = list(rows)
    else:
        found = [
            one for one in rows if one.decision in ("select", "decline")
            and is_public(one.application)
        ]  # fmt: skip
    votes: dict[int, list[PanelVote]] = {one.pk: [] for one in found}
    for vote in PanelVote.objects.filter(item__in=found).select_related("member__person"):
        votes[vote.item_id].append(vote)
    return [
        Item(
            item=one,
            application=one.application,
            tally=rules.tally((vote.choice for vote in votes[one.pk]), panel.quorum),
            votes=votes[one.pk],
            mine=next(
                (v for v in votes[one.pk] if person and v.member.person_id == person.pk), None
            ),
        )
        for one in found
    ]


def members(panel: Panel) -> list[PanelMember]:
    """Who sits, the chair first."""
    return list(panel.members.select_related("person").order_by("-chairs", "person__name", "pk"))


def to_be_put(panel: Panel, applications: Sequence[Application]) -> list[Application]:
    """Applications that wait for an agenda, among those the reader may know of."""
    there = PanelItem.objects.filter(
        Q(panel=panel) | Q(decided_at__isnull=True), application__in=applications
    ).values_list("application_id", flat=True)
    taken = set(there)
    return [one for one in applications if one.pk not in taken]


def coming(at: dt.datetime) -> list[Panel]:
    """Panels that have not closed, to which an application can still be brought."""
    rows = Panel.objects.filter(closed_at__isnull=True, meets_at__gte=at - dt.timedelta(days=30))
    return list(rows.order_by("meets_at", "pk"))
