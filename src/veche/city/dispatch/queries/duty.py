"""Who is on duty: now, for a place or an office, and in the weeks to come, with the gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_duty
from veche.city.dispatch.access import DISPATCHER, OF_OFFICE
from veche.city.dispatch.models import (
    DutyList,
    DutyTurn,
    HandOver,
    Incident,
    IncidentTask,
    TurnSwap,
)
from veche.city.dispatch.models.incidents import WITHOUT_LEAD
from veche.city.dispatch.procedure import OPEN
from veche.city.dispatch.queries import modes
from veche.core.organisations.models import Holding
from veche.errors import NotFound

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

AHEAD = dt.timedelta(days=28)
"""How far ahead the page of a list looks."""


class UnknownList(NotFound):
    """There is no such duty list."""

    code = "unknown-duty-list"
    sentence = _("There is no duty list with the code “{asked}”.")


class UnknownHandOver(NotFound):
    """There is no such hand-over."""

    code = "unknown-hand-over"
    sentence = _("There is no such hand-over.")


@dataclass(frozen=True)
class Gap:
    """From a moment to a moment nobody is the first to be called."""

    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True)
class Now:
    """A list, who is on duty by it now (the first to be called first), and what comes next."""

    list: DutyList
    turns: tuple[DutyTurn, ...]
    following: DutyTurn | None
    not_taken: HandOver | None
    """A hand-over that nobody has taken yet."""


def lists() -> QuerySet[DutyList]:
    """The lists in use: the city's, the districts', the neighbourhoods', then the offices'."""
    return (
        DutyList.objects.filter(until__isnull=True)
        .select_related("organisation", "territory")
        .defer("territory__outline")
        .order_by("-tier", "pk")
    )


def in_force(at: dt.datetime) -> QuerySet[DutyTurn]:
    """The turns of a moment, those called first before the others; without those of people who
    hold no role any more with which to act: they are not called."""
    held = Holding.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at), person=OuterRef("person"), since__lte=at
    )
    place = "list__territory"
    reaches = Q(territory__isnull=True)
    for around in (place, f"{place}__district", f"{place}__city"):
        reaches |= Q(territory=OuterRef(around))
    of_office = held.filter(role__in=OF_OFFICE, organisation=OuterRef("list__organisation"))
    # Of the dispatchers' lists alone: an office is not called by its dispatchers' roles.
    acts = Q(Exists(of_office)) | (
        Q(list__territory__isnull=False) & Q(Exists(held.filter(reaches, role=DISPATCHER)))
    )
    return (
        DutyTurn.objects.filter(acts, since__lte=at, until__gt=at, list__until__isnull=True)
        .select_related("person", "instead_of", "list")
        .order_by("list_id", "-lead", "since", "pk")
    )


def on_duty(
    *,
    organisation: Organisation | None = None,
    territory: Territory | None = None,
    at: dt.datetime,
) -> list[Person]:
    """Who is on duty at a moment for an office, or for a place: the most local list first, and on
    each list the first to be called first. Empty where nobody is.

    While a mode lasts at the place that names a duty list, that list comes before the others.
    """
    rows = in_force(at)
    if organisation is not None:
        return _people(rows.filter(list__organisation=organisation))
    if territory is None:
        return _people(rows)
    around = [territory.pk, territory.district_id, territory.city_id]
    places = [pk for pk in dict.fromkeys(around) if pk is not None]
    meanwhile = modes.mode_at(territory, at).duty
    asked = Q(list__territory_id__in=places)
    found = rows.filter(asked | Q(list__code=meanwhile) if meanwhile else asked)
    return _people(
        sorted(
            found,
            key=lambda one: (one.list.code != meanwhile, one.list.tier or 0, not one.lead),
        )
    )


def called_first(territory: Territory, tier: int, *, drill: bool, at: dt.datetime) -> list[Person]:
    """Who is on duty at a moment for one tier of a place, and by the list that a mode of the place
    names meanwhile. Empty where nobody is."""
    around = [pk for pk in (territory.pk, territory.district_id, territory.city_id) if pk]
    asked = Q(list__tier=tier, list__territory_id__in=around)
    meanwhile = modes.mode_at(territory, at, drill=drill).duty
    rows = in_force(at).filter(asked | Q(list__code=meanwhile) if meanwhile else asked)
    return _people(rows)


def _people(turns: Iterable[DutyTurn]) -> list[Person]:
    return list({one.person_id: one.person for one in turns}.values())


def now(at: dt.datetime) -> list[Now]:
    """Every list with who is on duty by it, in three queries."""
    turns: dict[int, list[DutyTurn]] = {}
    for one in in_force(at):
        turns.setdefault(one.list_id, []).append(one)
    following: dict[int, DutyTurn] = {}
    later = (
        DutyTurn.objects.filter(since__gt=at, since__lte=at + AHEAD, lead=True)
        .select_related("person")
        .order_by("list_id", "since")
        .distinct("list_id")
    )
    for one in later:
        following[one.list_id] = one
    waiting = {
        one.list_id: one
        for one in HandOver.objects.filter(taken_at__isnull=True).order_by("list_id", "at")
    }
    return [
        Now(one, tuple(turns.get(one.pk, ())), following.get(one.pk), waiting.get(one.pk))
        for one in lists()
    ]


def turns_of(duty: DutyList, since: dt.datetime, until: dt.datetime) -> list[DutyTurn]:
    """The turns of a list that touch a time, in order."""
    rows = DutyTurn.objects.filter(list=duty, since__lt=until, until__gt=since)
    return list(rows.select_related("person", "instead_of").order_by("since", "-lead", "pk"))


def gaps(turns: Sequence[DutyTurn], since: dt.datetime, until: dt.datetime) -> list[Gap]:
    """When nobody is the first to be called, between two moments."""
    found: list[Gap] = []
    covered = since
    for one in sorted((t for t in turns if t.lead), key=lambda turn: turn.since):
        if one.since > covered:
            found.append(Gap(covered, min(one.since, until)))
        covered = max(covered, one.until)
        if covered >= until:
            break
    if covered < until:
        found.append(Gap(covered, until))
    return [one for one in found if one.until > one.since]


def mine(person: Person, at: dt.datetime) -> list[DutyTurn]:
    """The turns of a person that are not over, the next first."""
    rows = DutyTurn.objects.filter(person=person, until__gt=at, list__until__isnull=True)
    return list(rows.select_related("list", "instead_of").order_by("since")[:200])


def asked_of(person: Person, at: dt.datetime) -> list[TurnSwap]:
    """Exchanges that wait for a person's answer, of turns that have not begun."""
    rows = TurnSwap.objects.filter(
        asked_of=person, answered_at__isnull=True, mine__since__gt=at, theirs__since__gt=at
    )
    return list(rows.select_related("mine__list", "theirs__list", "asked_by").order_by("asked_at"))


def with_open(lists: Iterable[DutyList]) -> frozenset[int]:
    """The numbers of those of some lists for which something is open, as `open_incidents` says, but
    drills: for them nothing is written by itself. Two queries however many lists."""
    asked = list(lists)
    if not asked:
        return frozenset()
    rows = Incident.real.filter(case__state__in=OPEN).values_list(
        "case__state",
        "case__organisation_id",
        "case__territory_id",
        "case__territory__district_id",
        "case__territory__city_id",
        "tier",
        "first_tier",
        "claimed_at",
    )
    busy = set(
        IncidentTask.objects.filter(
            case__closed_at__isnull=True, incident__case__state__in=OPEN, incident__drill=False
        ).values_list("organisation_id", flat=True)
    )
    at_tier: set[tuple[int | None, int]] = set()
    for state, office, here, district, city, tier, first, claimed in rows:
        if state not in WITHOUT_LEAD and office is not None:
            busy.add(office)
        led = range(first, tier + 1) if claimed is None else (tier,)
        at_tier |= {(place, one) for place in (here, district, city) for one in {*led, tier}}
    return frozenset(
        one.pk
        for one in asked
        if (one.organisation_id in busy)
        or (one.territory_id is not None and (one.territory_id, one.tier or 0) in at_tier)
    )


def open_incidents(duty: DutyList) -> QuerySet[Incident]:
    """What is open for whoever stands on a list: incidents that its office leads or helps in, or
    those of its place that its tier leads."""
    rows = (
        Incident.objects.filter(case__state__in=OPEN)
        .select_related("case__territory", "case__organisation", "kind")
        .defer("case__territory__outline")
        .order_by("-severity", "case__due_at", "pk")
    )
    if duty.organisation_id is not None:
        return rows.filter(
            (Q(case__organisation=duty.organisation_id) & ~Q(case__state__in=WITHOUT_LEAD))
            | Q(tasks__organisation=duty.organisation_id, tasks__case__closed_at__isnull=True)
        ).distinct()
    place = duty.territory_id
    here = (
        Q(case__territory=place)
        | Q(case__territory__district=place)
        | Q(case__territory__city=place)
    )
    tier = duty.tier or 0
    # A tier that has not taken it up yet leaves the lower one leading: both have it.
    return rows.filter(here).filter(
        Q(tier=tier) | Q(tier__gt=tier, claimed_at__isnull=True, first_tier__lte=tier)
    )


def list_for(code: str) -> DutyList:
    """The list of this code.

    Raises:
        UnknownList: there is none.
    """
    rows = DutyList.objects.select_related("organisation", "territory")
    found = rows.filter(code=code).first()
    if found is None:
        raise UnknownList(asked=code)
    return found


def candidates(duty: DutyList, at: dt.datetime) -> list[Person]:
    """Who could stand on a list: officers and the head of its office, or the dispatchers of its
    place and those around it; by name."""
    held = Holding.objects.filter(since__lte=at).exclude(until__lte=at)
    if duty.organisation_id is not None:
        held = held.filter(role__in=OF_OFFICE, organisation=duty.organisation_id)
    else:
        place = duty.territory
        around = [place.pk, place.district_id, place.city_id] if place else []
        held = held.filter(role=DISPATCHER).filter(
            Q(territory__isnull=True) | Q(territory__in=[pk for pk in around if pk])
        )
    found = {one.person_id: one.person for one in held.select_related("person")}
    return sorted(found.values(), key=str)


def exchangeable(turn: DutyTurn, at: dt.datetime) -> list[DutyTurn]:
    """Turns of others on the same list that have not begun: what one can ask to exchange for."""
    rows = DutyTurn.objects.filter(list=turn.list_id, since__gt=at).exclude(person=turn.person_id)
    return list(rows.select_related("person").order_by("since")[:60])


def to_hand_over(person: Person, at: dt.datetime) -> list[DutyTurn]:
    """Turns of a person that end within an hour or ended within a day, with no hand-over yet."""
    rows = DutyTurn.objects.filter(
        person=person,
        lead=True,
        since__lt=at,
        until__lte=at + rules_duty.BEFORE_END,
        until__gt=at - rules_duty.LOOK_BACK,
    ).exclude(pk__in=HandOver.objects.values("turn"))
    return list(rows.select_related("list").order_by("until"))


def to_take_over(person: Person, at: dt.datetime) -> list[HandOver]:
    """Hand-overs that nobody has taken, of lists on which a person is on duty, or comes on duty
    within the hour."""
    mine = DutyTurn.objects.filter(
        person=person, since__lte=at + rules_duty.BEFORE_END, until__gt=at
    ).values("list")
    rows = HandOver.objects.filter(taken_at__isnull=True, list__in=mine)
    return list(rows.exclude(turn__person=person).select_related("list", "by").order_by("at"))


def hand_overs(duty: DutyList) -> list[HandOver]:
    """The last hand-overs of a list, the newest first."""
    rows = duty.hand_overs.select_related("by", "taken_by", "turn__person")
    return list(rows.annotate(open=Count("lines")).order_by("-at")[:30])


def hand_over(pk: int) -> HandOver:
    """One hand-over with its lines.

    Raises:
        UnknownHandOver: there is none.
    """
    rows = HandOver.objects.select_related(
        "list__territory", "list__organisation", "by", "taken_by", "turn__person"
    ).prefetch_related("lines__incident__case__territory", "lines__incident__kind")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise UnknownHandOver
    return found
