"""The demo town's duty lists, rotations and handbook, written many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from veche.city.dispatch import rules_duty
from veche.city.dispatch.models import (
    DutyList,
    DutyTurn,
    EssentialService,
    HandbookEntry,
    HandbookHelper,
    HandbookStep,
    IncidentKind,
    Rotation,
    RotationPerson,
)
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.organisations.models import Holding, Organisation
from veche.core.people.models import Person
from veche.core.places.models import Territory
from veche.operation import operation

if TYPE_CHECKING:
    from veche.town.dispatch import TownKind

DAY = dt.timedelta(days=1)
BEFORE, AHEAD = 300 * DAY, 28 * DAY
PAST = 14 * DAY
"""So far back the turns of the past go."""
LISTED = ("city-energy", "city-transport", "fire-rescue", "ambulance", "power-network",
          "water-utility", "heat-network", "gas-network", "d6-roads")  # fmt: skip
"""Offices that stand on a list of their own, as far as the town has them."""
TELEPHONE = "8-000-112-{n:02d}-{m:02d}"
"""Invented: no network has such numbers."""
SERVICES = {"power-cut": "hospital-power", "water-main": "drinking-water",
            "heating-failure": "heating", "road-blocked": "bridge"}  # fmt: skip


@operation
def load_duty(*, by: None, at: dt.datetime) -> int:
    """Lists for the city, its districts and the offices that are called, each with a rotation and
    its turns; how many turns."""
    held = Holding.objects.filter(until__isnull=True).select_related("person")
    dispatchers: dict[int, list[Person]] = {}
    officers: dict[int, list[Person]] = {}
    for one in held.filter(role__in=("dispatcher", "officer", "head")).order_by("pk"):
        if one.role == "dispatcher" and one.territory_id:
            dispatchers.setdefault(one.territory_id, []).append(one.person)
        elif one.organisation_id:
            officers.setdefault(one.organisation_id, []).append(one.person)
    lists: list[tuple[DutyList, list[Person]]] = []
    tiers = {"city": 3, "district": 2}
    whole: list[Person] = []
    for place in Territory.objects.filter(imported=False, kind__in=tiers).defer("outline"):
        mine = dispatchers.get(place.pk, [])
        if place.kind == "city":
            # Whose role names no place is a dispatcher of the city too.
            anywhere = held.filter(role="dispatcher", territory__isnull=True)
            whole = mine = mine or [one.person for one in anywhere]
        code = f"duty-{place.code}"
        made = _list(code, place.names, tiers[place.kind], len(lists), territory=place)
        lists.append((made, mine))
    for office in Organisation.objects.filter(code__in=LISTED).order_by("pk"):
        lists.append((_list(f"duty-{office.code}", office.names, None, len(lists), office=office),
                      officers.get(office.pk, [])))  # fmt: skip
    # Where a district has no dispatcher of its own those of the city stand in.
    staffed = [(one, people or (whole if one.territory_id else [])) for one, people in lists]
    DutyList.objects.bulk_create([one for one, _people in staffed])
    rotations = [
        Rotation(list=one, hours=12 if one.tier else 24, hour=8, begins=(at - BEFORE).date())
        for one, people in staffed
        if people
    ]
    Rotation.objects.bulk_create(rotations)
    people_of = {one.pk: people for one, people in staffed}
    RotationPerson.objects.bulk_create(
        [
            RotationPerson(rotation=one, person=person, place=place)
            for one in rotations
            for place, person in enumerate(people_of[one.list_id])
        ]
    )
    turns = [turn for one in rotations for turn in _turns(one, people_of[one.list_id], at)]
    DutyTurn.objects.bulk_create(turns, batch_size=2000)
    record(
        kind="dispatch.turns-made",
        by=by,
        at=at,
        subject="duty",
        public={"turns": len(turns), "rotations": len(rotations)},
    )
    return len(turns)


def _list(
    code: str,
    names: dict[str, str],
    tier: int | None,
    n: int,
    *,
    territory: Territory | None = None,
    office: Organisation | None = None,
) -> DutyList:
    said = {"en": "On duty: {}", "ru": "Дежурные: {}", "zh": "{}值班"}
    return DutyList(
        code=code[:40],
        names={code: text.format(names.get(code, "")) for code, text in said.items()},
        organisation=office,
        territory=territory,
        tier=tier,
        telephone=TELEPHONE.format(n=n // 100, m=n % 100),
    )


def _turns(rotation: Rotation, people: Sequence[Person], at: dt.datetime) -> list[DutyTurn]:
    found = rules_duty.slots(
        begins=rotation.begins,
        hour=rotation.hour,
        hours=rotation.hours,
        days=rotation.days,
        zone=city_zone(),
        since=at - PAST,
        until=at + AHEAD,
    )
    return [
        DutyTurn(
            list_id=rotation.list_id,
            person=people[slot.number % len(people)],
            since=slot.since,
            until=slot.until,
            made_ahead=True,
        )
        for slot in found
    ]


@operation
def load_handbook(*, by: None, at: dt.datetime, kinds: Sequence[TownKind]) -> int:
    """An entry of the handbook for every kind of the town; how many."""
    from veche.town.handbook import asked_of, book

    known = {one.code: one for one in IncidentKind.objects.all()}
    offices = {one.code: one for one in Organisation.objects.filter(imported=False)}
    services = {one.code: one for one in EssentialService.objects.all()}
    pages = book()
    rows = [
        HandbookEntry(
            kind=known[one.code],
            version=1,
            since=at - BEFORE,
            lead_theme=known[one.code].theme,
            text=pages[one.code].text,
            vulnerable=pages[one.code].vulnerable,
        )
        for one in kinds
        if one.code in pages and one.code in known
    ]
    HandbookEntry.objects.bulk_create(rows)
    entries = {one.kind.code: one for one in rows}
    HandbookStep.objects.bulk_create(
        [
            HandbookStep(entry=entry, place=n, words=words)
            for code, entry in entries.items()
            for n, words in enumerate(pages[code].steps, 1)
        ]
    )
    HandbookHelper.objects.bulk_create(
        [
            HandbookHelper(entry=entries[one.code], place=n, organisation=offices[code],
                           asked=asked_of(code))
            for one in kinds
            if one.code in entries
            for n, code in enumerate((c for c in one.helpers if c in offices), 1)
        ]
    )  # fmt: skip
    HandbookEntry.services.through.objects.bulk_create(
        [
            HandbookEntry.services.through(
                handbookentry_id=entries[code].pk, essentialservice_id=services[service].pk
            )
            for code, service in SERVICES.items()
            if code in entries and service in services
        ]
    )
    record(
        kind="dispatch.handbook-set",
        by=by,
        at=at,
        subject="handbook",
        public={"entries": len(rows)},
    )
    return len(rows)
