"""The 200 offices and companies of the town, and which of them answers for what where."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from veche.town.geometry import SEED
from veche.town.names import Names, data, names

Kind = Literal["department", "operator", "company", "self_government"]


@dataclass(frozen=True)
class Office:
    """An organisation; `answers_for` holds (category, district) codes it must answer.

    `area` is the code of the district or neighbourhood it works in, None for the whole city.
    `pace` is the usual number of days to its first answer.
    """

    code: str
    kind: Kind
    names: Names
    area: str | None
    answers_for: tuple[tuple[str, str], ...]
    pace: float


# Code | kind | Russian | English | Chinese | categories it answers for in the whole city.
_CITY: Final = """
city-roads|department|Департамент дорог|Roads Department|道路局|signs
city-housing|department|Департамент жилья|Housing Department|住房局|
city-green|department|Департамент зелёного хозяйства|Green Spaces Department|绿化局|
city-transport|department|Департамент транспорта|Transport Department|交通局|stop-shelter
city-environment|department|Департамент чистоты|City Cleaning Department|环卫局|dump
city-energy|department|Департамент энергии и воды|Energy and Water Department|能源与供水局|
city-access|department|Отдел доступной среды|Accessible City Office|无障碍事务处|ramp
city-inspection|department|Жилищная инспекция|Housing Inspectorate|住房监察处|icicles
city-architecture|department|Отдел архитектуры|Architecture Office|建筑事务处|
city-people|department|Отдел обращений|Residents' Office|居民事务处|
water-utility|operator|Водоканал Вишня|Vishnya Water|樱桃河水务公司|leak hatch
heat-network|operator|Заречинские тепловые сети|Zarechye Heat|河湾热力公司|cold-home
city-light|operator|Горсвет Заречья|Zarechye Light|河湾照明公司|lamp-day
waste-operator|operator|Чистая Вишня|Clean Vishnya|樱桃河清运公司|bins bulky
bus-depot|operator|Автобусный парк № 1|Bus Depot No. 1|第一公交公司|bus-late
tram-depot|operator|Трамвайный парк|Tram Depot|电车公司|
boards|operator|Городские табло|City Displays|城市显示屏公司|stop-board
animal-help|operator|Служба помощи животным «Верный»|Verny Animal Service|忠友动物救助站|dogs
power-network|operator|Заречинские электросети|Zarechye Power|河湾电力公司|
gas-network|operator|Заречьегаз|Zarechye Gas|河湾燃气公司|
"""
# Ending of the code | kind | Russian, before the name of the district | English | Chinese |
# categories it answers for in its district.
_DISTRICT: Final = """
office|department|Администрация: |District Office: |区政府：|yard-cleaning parking
roads|department|Дорожный участок: |Road Works: |道路养护段：|pothole pavement road-ice
light|operator|Участок освещения: |Lighting Works: |照明维修段：|lamp-out dark-yard
green|operator|Садовый участок: |Gardeners: |园林维护段：|branch dead-tree bench
yards|operator|Служба дворов: |Yard Service: |院落服务站：|playground
"""
_FIRMS: Final = (
    ("Управляющая компания", "Housing Management", "物业公司"),
    ("Ремонтная компания", "Repairs", "维修公司"),
    ("Строительная компания", "Builders", "建筑公司"),
    ("Мастерская", "Workshop", "工坊"),
    ("Подрядчик", "Contractors", "承包公司"),
)


def _lines(block: str) -> Iterable[list[str]]:
    return (line.split("|") for line in block.strip().splitlines())


@cache
def offices() -> tuple[Office, ...]:
    """Return the 200 organisations, offices of the city first."""
    rng = random.Random(f"{SEED}offices")
    districts = [
        (f"zarechye-d{n}", names(row[0]), [names(part) for part in row[1:]])
        for n, row in enumerate(data("names.toml")["districts"], 1)
    ]
    out: list[Office] = []

    def add(
        code: str, kind: str, title: Names, area: str | None, answers: Iterable[tuple[str, str]]
    ) -> None:
        known: Kind
        for known in ("department", "operator", "company", "self_government"):
            if known == kind:
                pace = round(rng.lognormvariate(1.45, 0.3), 2)
                out.append(Office(code, known, title, area, tuple(answers), pace))

    for code, kind, ru, en, zh, tasks in _lines(_CITY):
        where = [(task, d) for task in tasks.split() for d, _, _ in districts]
        add(code, kind, {"ru": ru, "en": en, "zh": zh}, None, where)
    for district, title, _ in districts:
        for ending, kind, ru, en, zh, tasks in _lines(_DISTRICT):
            whole = {"ru": ru + title["ru"], "en": en + title["en"], "zh": zh + title["zh"]}
            where = [(task, district) for task in tasks.split()]
            add(f"{district[9:]}-{ending}", kind, whole, district, where)
    for district, _, parts in districts:
        for n, part in enumerate(parts, 1):
            council = {
                "ru": f"Совет соседей: {part['ru']}",
                "en": f"Neighbours' Council: {part['en']}",
                "zh": f"邻里委员会：{part['zh']}",
            }
            add(f"council-{district[9:]}-n{n}", "self_government", council, f"{district}-n{n}", ())
    firms = [(firm, name) for firm in _FIRMS for name in map(names, data("names.toml")["firms"])]
    for number in range(1, 200 - len(out) + 1):
        (ru, en, zh), name = firms[number % len(firms)]
        again = number // len(firms)
        tail = f" {again + 1}" if again else ""
        title = {
            "ru": f"{ru} «{name['ru']}{tail}»",
            "en": f"{name['en']}{tail} {en}",
            "zh": f"{name['zh']}{tail}{zh}",
        }
        add(f"firm-{number:03d}", "company", title, f"zarechye-d{number % 6 + 1}", ())
    return tuple(out)


@cache
def _responsible() -> dict[tuple[str, str], str]:
    return {pair: office.code for office in offices() for pair in office.answers_for}


def responsible(category: str, district: str) -> str:
    """Return the code of the office that answers for a category in a district; KeyError if none."""
    return _responsible()[category, district]
