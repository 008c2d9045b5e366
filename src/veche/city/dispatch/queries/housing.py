"""What is shut off now and soon, who rang, and where the crews are."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q

from veche.city.dispatch import words_housing as said
from veche.city.dispatch.access import offices, tier_of
from veche.city.dispatch.housing_procedure import OPEN
from veche.city.dispatch.models import Call, Crew, CrewTrip, Incident, ShutOff
from veche.city.dispatch.procedure import OPEN as OPEN_INCIDENT
from veche.city.dispatch.rules_housing import stands_in, theme_of
from veche.core.notices.matters import Choice, Matter, Shown, Theme
from veche.core.notices.rules import street_of
from veche.core.notices.streets import DRAWN
from veche.core.places.models import CityObject, Feature
from veche.core.places.queries import Atlas, atlas
from veche.errors import NotFound
from veche.languages import LANGUAGES

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from veche.core.organisations.models import Holding
    from veche.core.places.models import Territory

LATELY = dt.timedelta(days=7)
"""How long a shut-off that is over is still shown."""
MOST = 300
MOST_CALLS = 100


@dataclass(frozen=True)
class Filter:
    """Which shut-offs: of a service, of a street (and house), of a place."""

    service: str = ""
    street: str = ""
    house: str = ""
    place: Territory | None = None


def read_filter(given: Mapping[str, str], places: Atlas) -> Filter:
    """What an address asks for; what is not known asks for nothing."""
    words = " ".join(given.get("q", "").replace("\x00", "").split())[:160]
    street, _comma, house = words.rpartition(",")
    if not street or not house.strip()[:1].isdigit():
        street, house = words, ""
    service = given.get("service", "")
    code = given.get("place", "")
    place = next((one for one in places.by_id.values() if one.code == code), None)
    return Filter(service if service in said.SERVICES else "", street, house.strip(), place)


def full() -> QuerySet[ShutOff]:
    """Shut-offs with all that their sentences need."""
    return ShutOff.objects.select_related(
        "case__territory", "case__organisation", "incident__case", "incident__kind"
    )


def shown(which: Filter, at: dt.datetime, places: Atlas) -> list[ShutOff]:
    """What is shut off, what is announced, what was over in the last week: in this order."""
    rows = full().filter(
        Q(case__state__in=OPEN) | Q(case__closed_at__gt=at - LATELY), case__hidden_at=None
    )
    if which.service:
        rows = rows.filter(service=which.service)
    if which.place is not None:
        # What is told of a larger place concerns those inside it.
        above = [pk for pk in (which.place.district_id, which.place.city_id) if pk]
        rows = rows.filter(case__territory__in=[*places.inside(which.place), *above])
    found = list(rows.order_by("starts_at", "case_id")[:MOST])
    if which.street:
        asked = street_of(which.street)
        found = [
            one
            for one in found
            if not one.street
            or (
                asked in street_of(one.street)
                and (not which.house or stands_in(which.house, one.houses))
            )
        ]
    order = {"running": 0, "announced": 1}
    return sorted(found, key=lambda one: (order.get(one.case.state, 2), one.ends_at))


def state_of(shut_off: ShutOff, at: dt.datetime) -> str:
    """The state of its case, or ``late`` where it runs longer than was promised first."""
    state = shut_off.case.state
    return "late" if state == "running" and shut_off.first_ends_at < at else state


def counts(rows: Sequence[ShutOff]) -> list[tuple[str, int]]:
    """How many are shut off now, by service, the most first."""
    found = Counter(one.service for one in rows if one.case.state == "running")
    return [(str(said.SERVICES[code]), count) for code, count in found.most_common()]


def shut_off(number: str) -> ShutOff:
    """The shut-off of this number.

    Raises:
        veche.errors.NotFound: there is none.
    """
    found = full().filter(case__number=number, case__hidden_at=None).first()
    if found is None:
        raise NotFound
    return found


def known_near(
    territory: Territory, at: dt.datetime, places: Atlas
) -> tuple[list[ShutOff], list[Incident]]:
    """What whoever answers a call may know already: open shut-offs and incidents of the place, of
    what lies in it and of what it lies in."""
    around = [
        *places.inside(territory),
        *(pk for pk in (territory.district_id, territory.city_id) if pk),
    ]
    off = full().filter(case__state__in=OPEN, case__territory__in=around)
    open_ones = Incident.real.filter(case__state__in=OPEN_INCIDENT, case__territory__in=around)
    open_ones = open_ones.select_related("case", "kind")
    return (
        list(off.order_by("starts_at")[:50]),
        list(open_ones.order_by("-reported_at")[:50]),
    )


# --- calls ------------------------------------------------------------------------------------


def said_of(incident: Incident) -> list[str]:
    """What callers said of an incident, the first first; nothing of those that were forgotten."""
    rows = Call.objects.filter(incident=incident).exclude(said="").order_by("at", "pk")
    return list(rows.values_list("said", flat=True))


def calls() -> list[Call]:
    """The last calls, the newest first."""
    rows = Call.objects.select_related(
        "territory", "kind", "incident__case", "shut_off__case", "taken_by", "rung_by"
    )
    return list(rows.order_by("-at", "-id")[:MOST_CALLS])


def to_ring_back() -> list[Call]:
    """Callers who wait to hear how it ended, and it has ended."""
    rows = Call.objects.filter(ring_back=True, rung_at__isnull=True, forgotten_at__isnull=True)
    rows = rows.filter(
        Q(incident__ended_at__isnull=False)
        | Q(shut_off__restored_at__isnull=False)
        | Q(incident__isnull=True, shut_off__isnull=True)
    )
    rows = rows.select_related("incident__case", "shut_off__case", "territory", "kind")
    return list(rows.order_by("at")[:MOST_CALLS])


def calls_by_outcome(since: dt.datetime) -> Counter[str]:
    """How many calls ended how since a moment."""
    return Counter(Call.objects.filter(at__gte=since).values_list("outcome", flat=True))


# --- crews ------------------------------------------------------------------------------------


def crews(held: Collection[Holding]) -> list[Crew]:
    """The crews somebody with these roles can send, with the trip each is on; dispatchers send
    those of every office."""
    rows = Crew.objects.filter(until__isnull=True).select_related("organisation")
    home = atlas().home()
    if home is None or not any(one.role == "dispatcher" for one in held):
        rows = rows.filter(organisation__in=offices(held))
    trips = CrewTrip.objects.filter(freed_at__isnull=True).select_related("incident__case")
    rows = rows.prefetch_related(Prefetch("trips", trips, to_attr="now"))
    return sorted(rows, key=lambda one: (bool(one.now), str(one.organisation), one.name))  # type: ignore[attr-defined]


def open_incidents(held: Collection[Holding]) -> list[Incident]:
    """Incidents that somebody with these roles may send a crew to."""
    rows = Incident.objects.filter(case__state__in=OPEN_INCIDENT).select_related(
        "case__territory", "case__organisation", "kind"
    )
    mine = offices(held)
    return [
        one
        for one in rows.order_by("-severity", "-reported_at")[:200]
        if one.case.organisation_id in mine or tier_of(held, one.case.territory)
    ]


# --- streets ----------------------------------------------------------------------------------


_HOUSE = re.compile(r"(\d+[\w/-]*)\s*(?:号|號)?\s*$")


def point_of(street: str, territory: Territory) -> tuple[float, float]:
    """Where a shut-off is drawn: the middle of its street where the map knows it there, else the
    middle of its place. Longitude and latitude."""
    return _street(street, territory) or _middle(territory)


def spot_of(address: str, territory: Territory) -> tuple[float, float] | None:
    """Where an address of a place lies: its house, where a register of things has it, else the
    middle of its street, where the map knows it. Longitude and latitude; None where neither does.
    """
    asked, house = street_of(address), _HOUSE.search(address)
    if asked and house:
        inside = atlas().inside(territory)
        rows = CityObject.objects.filter(territory__in=inside, until=None, address__icontains=asked)
        for one in rows.order_by("pk").only("address", "longitude", "latitude"):
            there = _HOUSE.search(one.address)
            same = there is not None and there[1].casefold() == house[1].casefold()
            if same and street_of(one.address) == asked:
                return one.longitude, one.latitude
    return _street(address, territory)


def _middle(territory: Territory) -> tuple[float, float]:
    west, south, east, north = territory.bounds
    return ((west + east) / 2, (south + north) / 2)


def _street(street: str, territory: Territory) -> tuple[float, float] | None:
    """The middle of the street of this name that lies nearest to the middle of a place."""
    middle, asked = _middle(territory), street_of(street)
    if not asked:
        return None
    rows = Feature.objects.filter(city=territory.city_id or territory.pk, kind__in=DRAWN)
    best: tuple[float, float] | None = None
    least = float("inf")
    for one in rows.only("names", "geometry"):
        if asked not in {street_of(str(name)) for name in one.names.values()}:
            continue
        lines = one.geometry["coordinates"]
        line = lines if one.geometry["type"] == "LineString" else lines[0]
        x, y = line[len(line) // 2][:2]
        away = (x - middle[0]) ** 2 + (y - middle[1]) ** 2
        if away < least:
            best, least = (float(x), float(y)), away
    return best


# --- notices ----------------------------------------------------------------------------------


def matter_of(one: ShutOff) -> Matter:
    """A shut-off as a letter or a feed names it."""
    case = one.case
    place = atlas().by_id.get(case.territory_id, case.territory)
    return Matter(
        number=case.number,
        title=said.title(one, place),
        procedure="shut_off",
        public=case.hidden_at is None,
        street=street_of(one.street),
        longitude=one.longitude,
        latitude=one.latitude,
        themes=(case.theme,),
        at=case.opened_at,
        moved_at=case.moved_at,
    )


def find(cases: Sequence[int]) -> Mapping[int, Matter]:
    """Shut-offs by the numbers of their cases."""
    return {one.pk: matter_of(one) for one in full().filter(pk__in=list(cases))}


def newest(choice: Choice, most: int) -> list[Matter]:
    """The newest shut-offs of a choice."""
    rows = full().filter(case__hidden_at=None)
    if choice.territories:
        rows = rows.filter(case__territory__in=choice.territories)
    if choice.theme:
        rows = rows.filter(case__theme=choice.theme)
    found = [matter_of(one) for one in rows.order_by("-case_id")[:MOST]]
    if choice.street:
        found = [one for one in found if one.street == choice.street]
    return found[:most] if not choice.circle else []


def themes() -> list[Theme]:
    """Every service is a theme one can subscribe to."""
    return [Theme(theme_of(code), _in_all(code)) for code in said.SERVICES]


def _in_all(code: str) -> dict[str, str]:
    from django.utils import translation

    out = {}
    for language in LANGUAGES:
        with translation.override("zh-hans" if language == "zh" else language):
            out[language] = str(said.SERVICES[code])
    return out


SHUT_OFFS = Shown(find=find, url="dispatch:shut-off", newest=newest, themes=themes)
