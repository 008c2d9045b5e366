"""The pilot programme of the invented town: companies, experts, sites, three years of applications.

Pure data: the same every time, and nothing of it is real. Moments are counted in days before now.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from veche.town.geometry import SEED, town
from veche.town.names import Names, data, latin, names, street_names
from veche.town.streets import address_at

APPLICATIONS: Final = 550
COMPANIES: Final = 400
EXPERTS: Final = 120
SITES: Final = 90
TRIALS: Final = 43
TESTERS: Final = 5_000
ROLLED_OUT: Final = 18
"""Of the trials: 42 in a hundred."""
PAST_DAYS: Final = 1_080
REVIEWS: Final = 3
ENVIRONMENTS: Final = {
    "school": "school", "clinic": "clinic", "park": "park", "depot": "depot", "street": "street",
    "house": "indoors",
}  # fmt: skip


@dataclass(frozen=True)
class Topic:
    """A goal, a target or a technology."""

    code: str
    names: Names
    under: str = ""
    """The goal of a target."""
    targets: tuple[str, ...] = ()
    """What solutions of a technology serve."""


@dataclass(frozen=True)
class TownCriterion:
    """What experts mark."""

    code: str
    names: Names
    weight: int
    anchors: tuple[Names, ...]


@dataclass(frozen=True)
class TownCall:
    """A call, or the intake that is always open (no department)."""

    code: str
    titles: Names
    tasks: Names
    department: str
    technologies: tuple[str, ...]
    opened: int
    wanted: int | None


@dataclass(frozen=True)
class TownCompany:
    """A company with its one product."""

    index: int
    names: Names
    country: str
    scheme: str
    identifier: str
    size: str
    women_led: bool | None
    founded: int
    language: str
    technology: str
    product: str
    text: str
    evidence: str
    serves: str
    accessibility: str
    readiness: int


@dataclass(frozen=True)
class TownSite:
    """A place that takes trials."""

    code: str
    kind: str
    owner: str
    names: Names
    lon: float
    lat: float
    area: str
    address: str
    environment: str
    offers: dict[str, bool | int]
    reaches: dict[str, int]
    """How many people a month, by group."""
    places: int


@dataclass(frozen=True)
class TownIndicator:
    """What a trial measures, and what came of it."""

    code: str
    name: str
    unit: str
    measure: str
    direction: str
    baseline: float
    threshold: float
    by_testers: bool
    values: tuple[float, ...]
    """Of measurements; of testers the middle of what they answer."""


@dataclass(frozen=True)
class TownTrial:
    """A trial: where, how long, who tested, what it cost and what followed."""

    site: int
    days: int
    testers: int
    hypotheses: tuple[str, ...]
    indicators: tuple[TownIndicator, ...]
    summary: str
    cost: int
    answer: str
    """buy, stop, or empty: the department has not answered."""
    because: str
    contract: int
    """Roubles; 0: none followed."""


@dataclass(frozen=True)
class TownApplication:
    """An application and its whole way; every moment is so many days before now."""

    company: int
    call: str
    title: str
    text: str
    language: str
    sent: float
    steps: tuple[tuple[str, float], ...]
    """Moves after it was sent, with their days before now."""
    reason: str = ""
    marks: tuple[tuple[int, tuple[int, ...], str], ...] = ()
    """Of each expert: who, marks in the order of the criteria, what they said."""
    trial: TownTrial | None = None
    cast: str = ""
    """Whose of the cast it is."""


@dataclass(frozen=True)
class Told:
    """Words of the programme that stand in no language but the town's own."""

    reasons: dict[str, tuple[str, ...]] = field(default_factory=dict)
    minutes: str = ""
    safety: str = ""
    privacy: str = ""
    sample: str = ""


@cache
def goals() -> tuple[Topic, ...]:
    """The nine goals."""
    return tuple(Topic(code, names(line)) for code, line in data("pilots.toml")["goals"].items())


@cache
def targets() -> tuple[Topic, ...]:
    """The twenty-five targets, each under its goal."""
    rows = data("pilots.toml")["targets"].items()
    return tuple(Topic(code, names(line), code.partition(".")[0]) for code, line in rows)


@cache
def technologies() -> tuple[Topic, ...]:
    """The technologies by which solutions are sorted."""
    found = []
    for code, line in data("pilots.toml")["technologies"].items():
        text, served = line.rpartition("|")[0], line.rpartition("|")[2]
        found.append(Topic(code, names(text), targets=tuple(served.split())))
    return tuple(found)


@cache
def agency() -> tuple[Names, Names]:
    """The agency, and its programme."""
    told = data("pilots.toml")["agency"]
    return names(told["names"]), names(told["programme"])


@cache
def told() -> Told:
    """Words that are said again and again."""
    rows = data("pilots.toml")["reasons"]
    lists = {key: tuple(value) for key, value in rows.items() if isinstance(value, list)}
    return Told(lists, rows["minutes"], rows["safety"], rows["privacy"], rows["sample"])


@cache
def criteria() -> tuple[TownCriterion, ...]:
    """What experts mark, with what every mark means."""
    found = []
    for code, row in data("pilots.toml")["criteria"].items():
        words = zip(*(row[language].split("|") for language in ("ru", "en", "zh")), strict=True)
        anchors = tuple({"ru": ru, "en": en, "zh": zh} for ru, en, zh in words)
        found.append(TownCriterion(code, names(row["names"]), row["weight"], anchors))
    return tuple(found)


@cache
def calls() -> tuple[TownCall, ...]:
    """The calls of departments, oldest first, then the standing intake."""
    found = []
    for code, line in data("pilots.toml")["calls"].items():
        ru, en, zh, task_ru, task_en, task_zh, office, kinds, opened, wanted = line.split("|")
        found.append(
            TownCall(
                code, {"ru": ru, "en": en, "zh": zh},
                {"ru": task_ru, "en": task_en, "zh": task_zh}, office, tuple(kinds.split()),
                int(opened), int(wanted),
            )
        )  # fmt: skip
    found.sort(key=lambda one: -one.opened)
    standing = data("pilots.toml")["standing"]
    found.append(
        TownCall(
            "standing", names(standing["titles"]), names(standing["task"]), "",
            tuple(one.code for one in technologies()), PAST_DAYS + 20, None,
        )
    )  # fmt: skip
    return tuple(found)


def _inn(number: int) -> str:
    """A taxpayer's number of ten digits with its check digit; of no real company's region."""
    digits = [int(one) for one in f"99{number:07}"]
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    check = sum(a * b for a, b in zip(digits, weights, strict=True)) % 11 % 10
    return "".join(map(str, digits)) + str(check)


_USCC: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _uscc(number: int) -> str:
    """A Chinese unified social credit code with its check character."""
    body = f"91999999MA{number:07}"
    weight, whole = 1, 0
    for letter in body:
        whole += _USCC.index(letter) * weight
        weight = weight * 3 % 31
    return body + _USCC[(31 - whole % 31) % 31]


@cache
def companies() -> tuple[TownCompany, ...]:
    """The companies, most of them small."""
    rng = random.Random(f"{SEED}pilots")
    parts = data("pilots.toml")
    first, second = parts["companies"]["first"], parts["companies"]["second"]
    abroad, han = parts["companies"]["latin"], parts["companies"]["han"]
    said = parts["sentences"]
    pairs = [f"{a}{b}" for a in first for b in second]
    rng.shuffle(pairs)
    found = []
    for index in range(COMPANIES):
        kind = rng.random()
        country, language = ("RU", "ru") if kind < 0.86 else ("CN", "zh") if kind < 0.93 else (
            rng.choice(("DE", "KZ", "BY", "FI")), "en")  # fmt: skip
        again = index // len(pairs)
        if language == "ru":
            word = pairs[index % len(pairs)] + (f"-{again + 1}" if again else "")
            title = {"ru": f"ООО «{word}»", "en": f"{latin(word)} LLC", "zh": f"{latin(word)}公司"}
        else:
            word = f"{rng.choice(han if language == 'zh' else abroad)} {index}"
            title = dict.fromkeys(("ru", "en", "zh"), word)
        technology = rng.choice(technologies()).code
        ru, en, zh = rng.choice(parts["solutions"][technology]).split("|")
        text = {
            "ru": " ".join(rng.sample(said["what"], 2)), "en": said["english"],
            "zh": said["chinese"],
        }[language]  # fmt: skip
        scheme, identifier = {
            "RU": ("RU-INN", _inn(index + 1)), "CN": ("CN-USCC", _uscc(index + 1)),
        }.get(country, (f"{country}-REG", f"{country}{100_000 + index}"))  # fmt: skip
        found.append(
            TownCompany(
                index, title, country, scheme, identifier,
                rng.choices(("micro", "small", "medium", "large"), (30, 45, 18, 7))[0],
                rng.choices((True, False, None), (22, 58, 20))[0],
                rng.randint(2004, 2025), language, technology,
                {"ru": ru, "en": en, "zh": zh}[language], text, rng.choice(said["shows"]),
                rng.choice(said["serves"]), rng.choice(said["access"]),
                rng.choices(range(3, 10), (4, 8, 14, 22, 26, 16, 10))[0],
            )
        )  # fmt: skip
    return tuple(found)


@cache
def sites() -> tuple[TownSite, ...]:
    """The sites, by thirty owners."""
    rng = random.Random(f"{SEED}sites")
    shapes = data("pilots.toml")["sites"]
    areas = [one for one in town().areas if one.level == 2]
    streets = street_names()
    kinds = [kind for kind in shapes if kind != "text"]
    found = []
    for index in range(SITES):
        kind = kinds[index % len(kinds)]
        word = streets[(index * 7) % len(streets)][1]
        title = {
            language: line.format(n=1 + index // len(kinds), name=word[language])
            for language, line in names(shapes[kind]).items()
        }
        area = areas[(index * 7) % len(areas)]
        place = address_at(rng, area.code)
        offers: dict[str, bool | int] = {
            feature: True
            for feature in ("power", "network", "step_free", "toilet", "lit", "roofed", "staff")
            if rng.random() < 0.7
        }
        offers["people"] = people = rng.choice((60, 120, 300, 800, 2000))
        most = rng.sample(("children", "old", "disabled", "passengers"), 2)
        found.append(
            TownSite(
                f"site-{index + 1:02}", kind, f"{kind}-owner-{1 + index % 5}", title,
                place.lon, place.lat, area.code, place.text, ENVIRONMENTS[kind], offers,
                {group: people // (2 + place) for place, group in enumerate(most)},
                rng.choice((1, 1, 2, 3)),
            )
        )  # fmt: skip
    return tuple(found)
