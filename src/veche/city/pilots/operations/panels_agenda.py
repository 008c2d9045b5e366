"""A panel is called, and applications come onto its agenda."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.db.models import Max

from veche.city.pilots.access.companies import check_agency
from veche.city.pilots.access.conflicts import check_may_see
from veche.city.pilots.models import (
    Application,
    Panel,
    PanelItem,
    PanelMember,
    PanelVote,
    Programme,
    ReviewTask,
)
from veche.city.pilots.operations import refusals_experts as no
from veche.city.pilots.operations.applications import locked
from veche.city.pilots.operations.assigning import OPEN, needed
from veche.city.pilots.operations.reviews import done, put_scores
from veche.core.cases.operations import move_case
from veche.core.journal.operations import record
from veche.core.notices.operations import tell_people
from veche.core.organisations.conflicts import conflicted_people
from veche.core.organisations.models import Holding
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

CONFLICT = "conflict"
"""What stands as the reason of who stepped aside because of a tie; the tie is not written there."""


def subject(panel: Panel) -> str:
    """How the journal names a panel."""
    return f"panel:{panel.pk}"


@operation
def call_panel(
    *,
    by: Person | None,
    at: dt.datetime,
    programme: Programme,
    titles: Mapping[str, str],
    meets_at: dt.datetime,
    members: Collection[Person],
    chair: Person,
    quorum: int | None = None,
) -> Panel:
    """Call a panel: its day, its members and who chairs. They are told when something is on its
    agenda.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        PanelThere: one of this title and moment was called.
        PanelWrong, NotAPanellist: it cannot be like this.
    """
    check_agency(by, at, programme)
    # One at a time, so that a press that came twice finds the panel of the first.
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    if Panel.objects.filter(
        programme=programme, meets_at=meets_at, titles=dict(titles), closed_at__isnull=True
    ).exists():
        raise no.PanelThere
    panel = Panel(programme=programme, titles=dict(titles), meets_at=meets_at,
                  quorum=programme.quorum if quorum is None else quorum)  # fmt: skip
    _put(panel, at, members, chair)
    record(kind="pilots.panel-called", by=by, at=at, subject=subject(panel))
    return panel


@operation
def set_panel(
    *,
    by: Person | None,
    at: dt.datetime,
    panel: Panel,
    titles: Mapping[str, str],
    meets_at: dt.datetime,
    members: Collection[Person],
    chair: Person,
    quorum: int,
) -> Panel:
    """Change a panel that does not sit yet.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        PanelOpen: it sits or has closed.
        PanelWrong, NotAPanellist: it cannot be like this.
    """
    panel = locked_panel(panel)
    check_agency(by, at, panel.programme)
    if panel.opened_at is not None:
        raise no.PanelOpen
    panel.titles, panel.meets_at, panel.quorum = dict(titles), meets_at, quorum
    PanelVote.objects.filter(item__panel=panel).delete()
    panel.members.all().delete()
    _put(panel, at, members, chair)
    for item in panel.items.select_related("application__company__organisation"):
        recuse_tied(at=at, item=item)
    record(kind="pilots.panel-set", by=by, at=at, subject=subject(panel))
    return panel


@inside
def _put(panel: Panel, at: dt.datetime, members: Collection[Person], chair: Person) -> None:
    people = {one.pk: one for one in members} | {chair.pk: chair}
    good = any(panel.titles.values()) and panel.meets_at >= at and (
        1 <= panel.quorum <= len(people)
    )  # fmt: skip
    if not good:
        raise no.PanelWrong(quorum=panel.quorum)
    held = Holding.objects.filter(role="panellist", person__in=people, since__lte=at)
    sits = set(held.exclude(until__lte=at).values_list("person_id", flat=True))
    for pk, one in people.items():
        if pk not in sits:
            raise no.NotAPanellist(name=str(one))
    panel.save()
    PanelMember.objects.bulk_create(
        PanelMember(panel=panel, person=one, chairs=pk == chair.pk) for pk, one in people.items()
    )


def locked_panel(panel: Panel) -> Panel:
    """A panel, held until the operation ends."""
    rows = Panel.objects.select_for_update(of=("self",)).select_related("programme__agency")
    return rows.get(pk=panel.pk)


def locked_item(item: PanelItem) -> PanelItem:
    """An item with what it is about, held until the operation ends."""
    rows = PanelItem.objects.select_for_update(of=("self",)).select_related(
        "panel__programme__agency", "application__case__territory",
        "application__company__organisation", "application__programme", "application__call",
    )  # fmt: skip
    return rows.get(pk=item.pk)


@operation
def bring(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    panel: Panel | None = None,
    seen: int | None = None,
) -> Application:
    """Bring an application before the panel, onto the agenda of one if one is named: all its
    reviews are in, exactly as many as it needs.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        NotReadYet: reviews are missing, or an expert still reads.
        ItemThere, PanelOpen: of the agenda.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    application = locked(application)
    check_may_see(by, application, at)
    check_agency(by, at, application.programme)
    have, wanted = done(application), needed(application)
    reading = ReviewTask.objects.filter(application=application, standing__in=OPEN).exists()
    if application.case.state == "review" and (have != wanted or reading):
        raise no.NotReadYet(done=have, needed=wanted)
    application.case = move_case(by=by, at=at, case=application.case, move="bring", seen=seen)
    put_scores(by=None, at=at, call=application.call)
    if panel is not None:
        add_item(by=by, at=at, panel=panel, application=application)
    return Application.objects.select_related("case").get(pk=application.pk)


@operation
def add_item(*, by: Person, at: dt.datetime, panel: Panel, application: Application) -> PanelItem:
    """Put an application on the agenda. Members tied to its company step aside by this, and never
    see it.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        NotReadYet: it does not lie before the panel.
        PanelOpen: the panel has closed.
        ItemThere: it is on an agenda.
    """
    # The application first, as all others do: else two could wait for each other.
    application = locked(application)
    panel = locked_panel(panel)
    check_may_see(by, application, at)
    check_agency(by, at, panel.programme)
    if panel.closed_at is not None or panel.programme_id != application.programme_id:
        raise no.PanelOpen
    if application.case.state != "panel":
        raise no.NotReadYet(done=done(application), needed=needed(application))
    if PanelItem.objects.filter(application=application, decided_at__isnull=True).exists():
        raise no.ItemThere
    if panel.items.filter(application=application).exists():
        raise no.ItemThere
    last = panel.items.aggregate(last=Max("place"))["last"] or 0
    item = PanelItem.objects.create(panel=panel, application=application, place=last + 1)
    tied = recuse_tied(at=at, item=item)
    record(kind="pilots.panel-item", by=by, at=at, subject=subject(panel))
    told = [
        (one.person_id, application.pk) for one in panel.members.all() if one.person_id not in tied
    ]
    if told:
        tell_people(by=by, at=at, told=told, kind="pilots.on-agenda")
    return item


@inside
def recuse_tied(*, at: dt.datetime, item: PanelItem) -> frozenset[int]:
    """Whoever is tied to the company steps aside, also who has voted; their numbers."""
    application = item.application
    tied = conflicted_people(
        organisation=application.company.organisation, at=at,
        years=application.programme.cooling_years,
    )  # fmt: skip
    for member in PanelMember.objects.filter(panel=item.panel_id, person__in=tied):
        PanelVote.objects.update_or_create(
            item=item,
            member=member,
            defaults={"choice": PanelVote.Choice.RECUSED, "reason": CONFLICT, "at": at},
        )
    return tied
