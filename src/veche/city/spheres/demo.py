"""The demo town's spheres: meters of a resident, a leak, lines, cameras, orders."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal
from types import ModuleType

from django.conf import settings

from veche.city.pulse.models import Source, Stream, Thing
from veche.city.pulse.operations.intake import Row, take
from veche.city.spheres import demo_town as told
from veche.city.spheres.models import Camera, CameraEvent, Kind, TaskingCapability
from veche.city.spheres.operations import cameras, network, occurrences, past, tasks
from veche.city.spheres.operations.rides import Ride, count_rides
from veche.city.spheres.operations.tariffs import set_tariff
from veche.city.spheres.operations.timetable import load_timetable
from veche.city.spheres.queries.transport import DELAY
from veche.core.cases.terms import city_zone
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.places.models import Territory

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LONG_AGO = 200 * DAY
VEHICLES = 48


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Fill every sphere with a little of its own."""
    people = {
        one.cast: one
        for one in Person.objects.filter(cast__in=("resident", "operator", "dispatcher"))
    }
    offices = {one.code: one for one in Organisation.objects.all()}
    places = {one.code: one for one in Territory.objects.all()}
    sources = {one.code: one for one in Source.objects.all()}
    _meters(people["resident"], at)
    zones = _zones(places, offices, at)
    _lines(sources["bus-telemetry"], at)
    rides = _rides(places, at)
    seen = _cameras(sources["camera-events"], offices, people["operator"], at)
    rows = [occurrences.Happened(*one) for one in told.occurrences(at)]
    entered = occurrences.enter_occurrences(by=None, at=at, source="112", rows=rows)
    _switching(people, places, at)
    report(
        f"spheres: {zones} zones, {rides} rides, {seen} events of cameras, "
        f"{entered.added} occurrences"
    )


def _meters(resident: Person, at: dt.datetime) -> None:
    for kind, since, price, norm, above in told.TARIFFS:
        set_tariff(
            by=None, at=at - LONG_AGO, kind=kind, since=dt.date(*since), price=Decimal(price),
            norm=Decimal(norm) if norm else None, price_above=Decimal(above) if above else None,
            ground="Приказ о тарифах / Order on tariffs",
        )  # fmt: skip
    rng = random.Random(7)
    first = at - 330 * DAY

    def numbers(start: int, usual: float, months: int) -> list[tuple[dt.datetime, Decimal]]:
        found, number = [], float(start)
        for n in range(months):
            found.append((first + 30 * DAY * n, Decimal(f"{number:.1f}")))
            number += usual * (0.8 + 0.4 * rng.random())
        return found

    meters = (
        (Kind.COLD_WATER.value, "В-118204", "кухня", numbers(412, 6.2, 11)),
        (Kind.HOT_WATER.value, "Г-118205", "кухня", numbers(287, 4.1, 11)),
        (Kind.ELECTRICITY.value, "90417733", "", numbers(18230, 190, 11)),
    )
    past.meters_of(by=None, at=at, person=resident, told=meters)


def _zones(places: dict[str, Territory], offices: dict[str, Organisation], at: dt.datetime) -> int:
    """A zone of water in every district; in one of them a pipe has been losing for two days."""
    rows = Stream.objects.filter(property__code__in=("district-water", "house-water"))
    inlets: dict[int, Stream] = {}
    houses: dict[int, list[Stream]] = {}
    for one in rows.select_related("thing__territory", "property").order_by("pk"):
        place = one.thing.territory
        if place is None or place.district_id is None or one.property is None:
            continue
        if one.property.code == "district-water":
            inlets.setdefault(place.district_id, one)
        else:
            houses.setdefault(place.district_id, []).append(one)
    districts = [p for p in places.values() if p.pk in inlets and houses.get(p.pk)]
    for district in districts:
        network.add_zone(
            by=None, at=at - LONG_AGO, code=f"water-{district.code}",
            names={
                "en": f"Water, {district.names.get('en', '')}",
                "ru": f"Вода, {district.names.get('ru', '')}",
                "zh": f"供水，{district.names.get('zh', '')}",
            },
            kind="water", unit="m³", territory=district, owner=offices["water-utility"],
            inlet=inlets[district.pk], meters=houses[district.pk],
        )  # fmt: skip
    if districts:
        today = at.astimezone(city_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
        worst = inlets[districts[-1].pk]
        past.spring_leak(by=None, at=at, stream=worst, since=today - 2 * DAY, more=55.0)
        network.reckon_losses(by=None, at=at, days=26)
    return len(districts)


def _lines(source: Source, at: dt.datetime) -> None:
    timetable, names = told.timetable(at, settings.TIME_ZONE)
    load_timetable(
        by=None, at=at - DAY, code="zarechye", told=timetable, stop_names=names,
        names={"en": "Zarechye", "ru": "Заречье", "zh": "河湾"},
    )  # fmt: skip
    vehicles = [(f"bus-{n}", f"Автобус {n}", None, None, None) for n in range(1, VEHICLES + 1)]
    past.streams_of(
        by=None, at=at, source=source, property=DELAY, words="Опоздание машины", unit="s",
        things=vehicles,
    )  # fmt: skip


def _rides(places: dict[str, Territory], at: dt.datetime) -> int:
    """Three days of rides between districts, a few of them so few that they are left out."""
    rng = random.Random(11)
    districts = sorted(
        (p for p in places.values() if p.kind == Territory.Kind.DISTRICT), key=lambda p: p.code
    )
    today = at.astimezone(city_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    rides = []
    for day in range(1, 4):
        for a, origin in enumerate(districts):
            for b, end in enumerate(districts):
                far = abs(a - b)
                if far >= 4:
                    rides.append(
                        Ride(today - day * DAY + 9 * HOUR, "bus", origin.pk, end.pk,
                             rng.choice((2, 4, 7, 31)))
                    )  # fmt: skip
                    continue
                for hour in range(5, 24):
                    rush = 3 if hour in (7, 8, 17, 18) else 1
                    number = int(420 * rush / (1 + far) ** 2 * (0.7 + 0.6 * rng.random()))
                    mode = "tram" if (a + b + hour) % 3 == 0 else "bus"
                    moment = today - day * DAY + hour * HOUR
                    rides.append(Ride(moment, mode, origin.pk, end.pk, max(number, 1)))
    return count_rides(by=None, at=at, rides=rides, digest="demo")


def _cameras(
    source: Source, offices: dict[str, Organisation], operator: Person, at: dt.datetime
) -> int:
    from veche.town import geometry as g

    areas = g.town().neighbourhoods
    spots, things = [], []
    for n in range(16):
        area = areas[(n * 5) % len(areas)]
        point = area.outline.representative_point()
        lon, lat = round(point.x + 0.001, 6), round(point.y + 0.0006, 6)
        spots.append((told.CAMERAS[n % len(told.CAMERAS)], area, lon, lat))
        things.append((f"camera-{n + 1}", f"Камера {n + 1}", None, lon, lat))
    streams = past.streams_of(
        by=None, at=at, source=source, property="camera-event", words="Событие с камеры", unit="",
        things=things,
    )  # fmt: skip
    for n, ((kind, notices, keeps, office, title, *why), area, lon, lat) in enumerate(spots):
        ru, en, zh = title.split("|")
        purpose = dict(zip(("ru", "en", "zh"), why, strict=True))
        cameras.register_camera(
            by=None, at=at - LONG_AGO, code=f"{kind}-{n + 1}", owner=offices[office],
            names={
                "ru": f"{ru}: {area.names['ru']}",
                "en": f"{en}: {area.names['en']}",
                "zh": f"{zh}：{area.names['zh']}",
            },
            longitude=lon, latitude=lat, looks_at=told.LOOKS_AT, purpose=purpose,
            ground=told.GROUND, keeps_days=keeps, object_to="cameras@example.org",
            since=(at - LONG_AGO).date(), notices=notices, thing=streams[n].thing,
        )  # fmt: skip
    rows = []
    for n in range(14):
        spot = n % len(spots)
        told_kind = spots[spot][0][1][0]
        moment = at - (3 + 4 * n) * HOUR
        result = {"kind": told_kind, "sure": round(0.62 + (n * 7 % 36) / 100, 2)}
        rows.append(Row(streams[spot].pk, moment, result=result))
    take(by=None, at=at, source=source, rows=rows)
    cameras.take_events(by=None, at=at - HOUR)
    for n, event in enumerate(CameraEvent.objects.order_by("at")[:9]):
        cameras.decide(
            by=operator, at=at - HOUR, event=event.pk, confirmed=n % 4 != 2,
            why="" if n % 4 != 2 else "Машина аварийной службы / An emergency vehicle / 应急车辆",
        )  # fmt: skip
    return Camera.objects.count() and len(rows)


LIGHT = {
    "type": "DataRecord",
    "field": [
        {"name": "light", "type": "Quantity", "label": "Свет / Light / 亮度",
         "uom": {"code": "%"}, "constraint": {"interval": [[0, 100]]}},
    ],
}  # fmt: skip
PUMP = {
    "type": "DataRecord",
    "field": [{"name": "pump", "type": "Boolean", "label": "Насос / Pump / 水泵"}],
}


def _switching(
    people: dict[str | None, Person], places: dict[str, Territory], at: dt.datetime
) -> None:
    """A light that one operator sets, and a pump that needs two; an order waits for the second."""
    dispatcher, operator = people["dispatcher"], people["operator"]
    district = places["zarechye-d6"]
    appoint(by=None, at=at - LONG_AGO, person=dispatcher, role="operator", territory=district)
    for prefix, code, names, record, hurts in (
        ("light-cabinet-", "light", ("Свет на улицах", "Street light", "路灯"), LIGHT, False),
        ("water-tank-", "pump", ("Насос", "Pump", "水泵"), PUMP, True),
    ):
        thing = Thing.objects.filter(code__startswith=prefix, territory__district=district).first()
        if thing is None:
            continue
        ru, en, zh = names
        made: TaskingCapability = tasks.add_capability(
            by=None, at=at - LONG_AGO, thing=thing, code=f"{code}-{district.code[-2:]}",
            names={
                "ru": f"{ru}: {district.names['ru']}",
                "en": f"{en}: {district.names['en']}",
                "zh": f"{zh}：{district.names['zh']}",
            },
            actuator=f"{en} controller", parameters=record, hurts=hurts,
        )  # fmt: skip
        if hurts:
            tasks.order(
                by=dispatcher, at=at - dt.timedelta(minutes=1), capability=made.pk,
                parameters={"pump": False}, why="Вибрация: меняем подшипник / Vibration / 振动",
            )  # fmt: skip
        else:
            done = tasks.order(
                by=operator, at=at - 5 * HOUR, capability=made.pk, parameters={"light": 60},
                why="Ночной режим / Night mode / 夜间模式",
            )  # fmt: skip
            tasks.tell_task(
                by=None, at=at - 5 * HOUR + dt.timedelta(seconds=9), task=done.pk,
                source=thing.source_id, state="completed", answer="60 %",
            )  # fmt: skip
