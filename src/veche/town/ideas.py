"""Calls for ideas of the town, and what its residents write, support and say against."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shapely import Point

from veche.town.geometry import SEED, Area, town
from veche.town.names import Names, data

LANGUAGES: Final = ("ru", "en", "zh")
QUESTION: Final[Names] = {
    "en": "Who would look after it?",
    "ru": "Кто будет за этим ухаживать?",
    "zh": "由谁来维护？",
}
ANSWERS: Final[Names] = {
    "en": "The neighbours; three of them have put their names down.",
    "ru": "Соседи: трое уже записались.",
    "zh": "邻居们：已有三人报名。",
}


@dataclass(frozen=True)
class TownCall:
    """A call of the town: its phases are (kind, first day, last day) seen from the present."""

    key: str
    office: str
    titles: Names
    texts: Names
    promises: Names
    phases: tuple[tuple[str, int, int], ...]
    ideas: int
    seed: int


@dataclass(frozen=True)
class TownIdea:
    """An idea; `author` is the index of a resident, `day` counts from the call's first day."""

    author: int
    language: str
    title: str
    text: str
    neighbourhood: str
    lon: float
    lat: float
    answer: str
    day: float
    supporters: tuple[int, ...]
    opponents: tuple[int, ...]


YARDS: Final = TownCall(
    key="yards",
    office="city-green",
    titles={
        "en": "Your yard next year",
        "ru": "Ваш двор в следующем году",
        "zh": "明年您的院落",
    },
    texts={
        "en": "What should change in the yards and streets around your home? Say what, where and"
        " for whom. One idea may be small: a bench, a lamp, a path.",
        "ru": "Что изменить во дворах и на улицах рядом с вашим домом? Скажите что, где и для кого."
        " Идея может быть маленькой: скамейка, лампа, дорожка.",
        "zh": "您家附近的院落和街道应该有什么改变？请说明做什么、在哪里、为了谁。"
        "建议可以很小：一张长椅、一盏灯、一条小路。",
    },
    promises={
        "en": "Experts sum the ideas up, residents vote, and the twenty chosen are built next year."
        " Every author gets an answer.",
        "ru": "Эксперты обобщат идеи, жители проголосуют, и двадцать выбранных сделают в следующем"
        " году. Ответ получит каждый автор.",
        "zh": "专家归纳建议，居民投票，选出的二十项明年实施。每位作者都会得到答复。",
    },
    phases=(
        ("collect", -21, 16),
        ("discuss", -21, 23),
        ("synthesise", 16, 37),
        ("vote", 40, 54),
        ("answer", 55, 85),
    ),
    ideas=300,
    seed=61,
)
TREES: Final = TownCall(
    key="trees",
    office="city-green",
    titles={
        "en": "Where should trees grow?",
        "ru": "Где посадить деревья?",
        "zh": "树种在哪里？",
    },
    texts={
        "en": "The town plants four hundred trees in two springs. Say where and which.",
        "ru": "За две весны город посадит четыреста деревьев. Скажите где и какие.",
        "zh": "城市将在两个春天种四百棵树。请说明种在哪里、种什么。",
    },
    promises={
        "en": "The office answers every idea; what is taken up becomes a promise with a date.",
        "ru": "Служба ответит на каждую идею; принятое станет обещанием со сроком.",
        "zh": "部门答复每条建议；被采纳的将成为有期限的承诺。",
    },
    phases=(("collect", -120, -95), ("discuss", -120, -85), ("answer", -85, -50)),
    ideas=40,
    seed=62,
)


def _inside(area: Area, rng: random.Random) -> tuple[float, float]:
    """A point in a neighbourhood, away from its border."""
    within = area.outline.buffer(-0.0008)
    if within.is_empty:
        within = area.outline
    west, south, east, north = within.bounds
    for _try in range(40):
        lon, lat = rng.uniform(west, east), rng.uniform(south, north)
        if within.contains(Point(lon, lat)):
            return lon, lat
    middle = within.representative_point()
    return middle.x, middle.y


def ideas(call: TownCall, residents: int = 5000) -> Iterator[TownIdea]:
    """Return what is written for a call, the earliest first; the same every time."""
    rng = random.Random(SEED + call.seed)
    kinds = [line.split("|") for line in data("ideas.toml")[call.key].strip().splitlines()]
    areas = town().neighbourhoods
    pairs = [(kind, area) for kind in range(len(kinds)) for area in range(len(areas))]
    rng.shuffle(pairs)
    first, last = call.phases[0][1], min(call.phases[0][2], 0)
    days = sorted(rng.uniform(0.1, last - first - 1.5) for _ in range(call.ideas))
    for day, (kind, place) in zip(days, pairs, strict=False):
        # Most people of the town write Russian.
        tongue = rng.choices((0, 1, 2), (80, 10, 10))[0]
        area = areas[place]
        name = area.names[LANGUAGES[tongue]]
        lon, lat = _inside(area, rng)
        crowd = rng.sample(range(residents), int(rng.paretovariate(1.1) * 3) % 90 + 3)
        against = rng.randrange(1 + len(crowd) // 4)
        yield TownIdea(
            author=rng.randrange(residents),
            language=LANGUAGES[tongue],
            title=kinds[kind][tongue].format(place=name),
            text=kinds[kind][3 + tongue].format(place=name),
            neighbourhood=area.code,
            lon=lon,
            lat=lat,
            answer=ANSWERS[LANGUAGES[tongue]] if rng.random() < 0.3 else "",
            day=day,
            supporters=tuple(crowd[against:]),
            opponents=tuple(crowd[:against]),
        )
