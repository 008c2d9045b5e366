"""What residents of the town say about ideas: for, against, neither, and to each other."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from veche.town.geometry import SEED

SAID: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "ru": {
        "for": (
            "Живу рядом: это нужно каждый день.",
            "Поддерживаю. У соседей сделали так же, и стало тише.",
            "Давно просим. Дети ходят здесь одни.",
            "Стоит недорого, а заметят все.",
        ),
        "against": (
            "Места и так мало: пропадут две стоянки.",
            "Через год это сломают, чинить будет некому.",
            "Сначала бы починили то, что есть.",
        ),
        "none": (
            "А кто будет убирать зимой?",
            "Хорошо бы увидеть на карте, где именно.",
        ),
        "reply": (
            "Мы уже договорились с соседями, список есть.",
            "В прошлом году чинили за неделю.",
            "Можно начать с половины, на той стороне.",
        ),
    },
    "en": {
        "for": (
            "I live next to it: it is needed every day.",
            "Yes. The next yard did it and it is quieter now.",
            "It costs little and everybody will see it.",
        ),
        "against": (
            "There is little room: two parking places would go.",
            "Please mend first what is there.",
        ),
        "none": ("Who clears it in winter?",),
        "reply": (
            "The neighbours have agreed, there is a list.",
            "One could begin with the other side.",
        ),
    },
    "zh": {
        "for": (
            "我就住在旁边，每天都需要。",
            "支持，隔壁院子做了以后安静多了。",
            "花费不多，大家都能受益。",
        ),
        "against": ("地方本来就小，会少两个车位。", "请先把现有的修好。"),
        "none": ("冬天由谁清扫？",),
        "reply": ("邻居们已经商量好了，有名单。", "可以先从另一边做起。"),
    },
}
OFFICIAL: Final = (
    "Мы осмотрели место: сети под землёй не мешают. Смету покажем здесь до конца месяца."
)
"""What the office that answers says about the most supported idea."""
SPAM: Final = "Лучшее казино! Переходи по ссылке www.win.top, bonus.shop/x и https://spin.site"
"""What a moderator finds waiting."""
RUSH: Final = 38
"""Ratings that came in one minute and are held."""


@dataclass(frozen=True)
class TownComment:
    """A comment; `author` is the index of a resident, `above` that of an earlier comment of the
    same idea, `hours` counts from the publication of the idea."""

    author: int
    stance: str
    text: str
    hours: float
    above: int | None
    likes: tuple[int, ...]
    dislikes: tuple[int, ...]


def comments(idea: int, language: str, people: Sequence[int]) -> Iterator[TownComment]:
    """What is said about the idea with this place among the most supported, by some of ``people``:
    the more supported, the more is said."""
    rng = random.Random(f"{SEED}:talk:{idea}")
    bank = SAID.get(language, SAID["ru"])
    stances = ["for"] * 3 + ["against"] * 2 + ["none"]
    told: list[str] = []
    for number in range(max(1, 9 - idea // 4)):
        above = None if number < 2 or rng.random() < 0.6 else rng.randrange(number)
        stance = "none" if above is not None else rng.choice(stances)
        fresh = [one for one in bank["reply" if above is not None else stance] if one not in told]
        if not fresh:
            continue
        text = rng.choice(fresh)
        told.append(text)
        crowd = rng.sample(people, min(len(people), rng.randrange(14)))
        cut = len(crowd) * 4 // 5
        yield TownComment(
            author=rng.choice(people),
            stance=stance,
            text=text,
            hours=2 + 5 * number + rng.random() * 4,
            above=above if above is not None and above < len(told) - 1 else None,
            likes=tuple(crowd[:cut]),
            dislikes=tuple(crowd[cut:]),
        )
