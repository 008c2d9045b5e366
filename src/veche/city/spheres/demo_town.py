"""What the demo town's spheres are made of: lines, cameras, occurrences, tariffs. No tables."""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from veche.city.spheres.gtfs import Timetable
from veche.town import geometry as g

HEADWAY: Final = 900
"""Seconds between two of a line."""
FIRST, LAST = 5 * 3600, 25 * 3600
DAYS = 60

TARIFFS: Final = (
    ("cold_water", (2025, 7, 1), "46.20", None, None),
    ("cold_water", (2026, 7, 1), "51.80", None, None),
    ("hot_water", (2026, 7, 1), "232.40", None, None),
    ("electricity", (2025, 7, 1), "4.60", None, None),
    ("electricity", (2026, 7, 1), "5.10", "150", "7.30"),
    ("gas", (2026, 7, 1), "8.90", None, None),
    ("heat", (2026, 7, 1), "2480.00", None, None),
)
"""Kind, first day, price, norm of a month, price above it."""


def timetable(at: dt.datetime, zone: str) -> tuple[Timetable, dict[str, dict[str, str]]]:
    """The timetable of the town: a bus in every district and two trams; names of the stops."""
    town = g.town()
    told = Timetable(zone, "zarechye")
    names: dict[str, dict[str, str]] = {}
    hoods: dict[str, list[str]] = {}
    for area in town.neighbourhoods:
        point = area.outline.representative_point()
        told.stops.append((area.code, area.names["ru"], round(point.x, 6), round(point.y, 6)))
        names[area.code] = dict(area.names)
        hoods.setdefault(str(area.parent), []).append(area.code)
    parts = list(hoods.values())
    ways = [(f"{n}", 3, part) for n, part in enumerate(parts, 1)]
    ways += [("T1", 0, [part[0] for part in parts]), ("T2", 0, [part[-1] for part in parts])]
    for line, mode, way in ways:
        told.lines.append((line, line, "", mode))
        for turn, stops in enumerate((way, way[::-1])):
            for start in range(FIRST + turn * 300 + len(line) * 120, LAST, HEADWAY):
                trip = f"{line}-{turn}-{start}"
                told.trips.append((trip, line, "every-day", names[stops[-1]]["ru"]))
                for n, stop in enumerate(stops):
                    when = start + n * (240 if mode == 3 else 360)
                    told.calls.append((trip, stop, n, when, when))
    today = at.date()
    told.days = {("every-day", today + dt.timedelta(days=n)) for n in range(-3, DAYS)}
    return told, names


CAMERAS: Final = (
    ("crossing", ("red-light",), 14, "city-roads", "Перекрёсток|Crossing|路口",
     "Проезд на красный свет: он убивает на этом перекрёстке.",
     "Driving through red lights: they kill at this crossing.", "查处闯红灯：该路口曾因此伤人。"),
    ("bus-lane", ("bus-lane",), 7, "city-transport", "Автобусная полоса|Bus lane|公交专用道",
     "Чтобы автобусы не стояли из-за машин на их полосе.",
     "So that buses are not held up by cars in their lane.", "避免社会车辆占道使公交受阻。"),
    ("yard", ("dumping", "blocked-way"), 5, "waste-operator",
     "Мусорная площадка|Waste bins|垃圾投放点",
     "Свалки у площадки и закрытый проезд пожарных машин.",
     "Rubbish left beside the bins, and the way for fire engines blocked.",
     "查看乱堆垃圾和消防通道被堵。"),
    ("square", ("crowd",), 3, "city-people", "Площадь|Square|广场",
     "Опасная давка на праздниках: считаются люди, а не лица.",
     "Dangerous crowds at feasts: people are counted, faces are not looked at.",
     "节日防踩踏：只计人数，不看面孔。"),
)  # fmt: skip
"""Kind, what it says by itself, days it keeps pictures, owner, names, purpose by language."""
GROUND: Final = {
    "en": "Order of the city on cameras in public places, 12 March 2025, No. 118",
    "ru": "Постановление города о камерах в общественных местах от 12 марта 2025 г. № 118",
    "zh": "2025年3月12日第118号《公共场所摄像头管理令》",
}
LOOKS_AT: Final = {
    "en": "The carriageway and the pavement beside it; no windows and no yards of houses.",
    "ru": "Проезжая часть и тротуар рядом; ни окон, ни дворов домов.",
    "zh": "车行道及旁边人行道；不拍摄窗户和住宅院落。",
}

TEXTS: Final = {
    "crash": ("Два автомобиля столкнулись на перекрёстке на мокрой дороге.",
              "Автобус задел припаркованную машину у остановки.",
              "Велосипедист упал: крышка люка ниже дороги.",
              "Машину занесло на льду, сбит дорожный знак."),
    "fire": ("Загорелся мусор в контейнере, потушен за десять минут.",
             "Задымление в подвале, тлела проводка."),
    "flood": ("Подвал залит после прорыва трубы.", "Вода стоит на проезжей части после дождя."),
    "theft": ("Унесены велосипеды от стойки у станции.", "Снята решётка ливнёвки."),
    "damage": ("Разбита остановка, стекло на тротуаре.", "Сломана скамейка в сквере."),
    "fall": ("Упала ветка на детскую площадку, никто не пострадал.",),
    "gas": ("Запах газа в подъезде, вентиль перекрыт.",),
}  # fmt: skip


def occurrences(
    at: dt.datetime, count: int = 260
) -> list[tuple[str, str, dt.datetime, float, float, str]]:
    """What happened in three months: number, kind, moment, longitude, latitude, words."""
    rng = random.Random(f"{g.SEED}occurrences")
    town = g.town()
    kinds = ["crash"] * 9 + ["theft"] * 4 + ["damage"] * 4 + ["flood"] * 2 + ["fire"] * 2
    kinds += ["fall", "gas"]
    found = []
    for n in range(1, count + 1):
        kind = rng.choice(kinds)
        area = rng.choice(town.neighbourhoods[: 12 if kind == "crash" else None])
        point = area.outline.representative_point()
        hour = rng.choice((7, 8, 8, 9, 13, 17, 18, 18, 19, 22, 23, 1))
        when = at - dt.timedelta(days=rng.random() * 90)
        when = when.replace(hour=(hour - 4) % 24, minute=rng.randrange(60), second=0)
        if when >= at:
            when -= dt.timedelta(days=1)
        lon = point.x + rng.gauss(0, 0.0012)
        lat = point.y + rng.gauss(0, 0.0008)
        found.append((f"Z-{n:04d}", kind, when, lon, lat, rng.choice(TEXTS[kind])))
    return found
