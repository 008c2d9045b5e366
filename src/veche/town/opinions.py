"""Statements about the yards of the town, and what three kinds of residents say to them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

STATEMENTS: Final[tuple[tuple[str, int, int, int], ...]] = (
    # Words; of a hundred of each kind (drivers, families, the old), how many agree.
    ("Во дворе должно быть светло до утра.", 88, 90, 94),
    ("Скамейки нужны со спинкой и подлокотником.", 78, 84, 97),
    ("Мусорную площадку надо закрыть и мыть.", 92, 93, 95),
    ("Деревья у дома важнее, чем ещё пять мест для машин.", 12, 90, 74),
    ("Мест для машин должно быть столько, сколько квартир.", 93, 14, 30),
    ("Въезд во двор надо закрыть шлагбаумом.", 76, 22, 61),
    ("На газоне машинам не место, даже ночью.", 34, 94, 92),
    ("Детская площадка важнее парковки.", 25, 95, 55),
    ("Площадку для подростков надо ставить не под окнами.", 70, 62, 96),
    ("Музыка во дворе после девяти вечера мешает.", 55, 44, 96),
    ("Во дворе можно выделить место, где собака бегает без поводка.", 58, 66, 18),
    ("За парковку у дома можно брать небольшую плату.", 9, 62, 40),
    ("Снег надо убирать сначала с дорожек, потом с проезда.", 27, 90, 96),
    ("Проезд во дворе можно сузить ради тротуара.", 11, 86, 72),
    ("Camera at the entrance of the yard: yes.", 84, 40, 77),
    ("Cycle racks belong at every entrance.", 38, 93, 31),
    ("A yard should have a tap with drinking water in summer.", 66, 90, 83),
    ("Cars may stand in the yard at night only.", 8, 71, 66),
    ("Every yard needs a charger for electric cars.", 71, 48, 12),
    ("Paths should go where people walk, not where they were drawn.", 86, 92, 88),
    ("Старые тополя надо заменить, а не просто спилить.", 64, 91, 86),
    ("Бельевые верёвки и сушилки во дворе пусть остаются.", 24, 33, 84),
    ("Спортивные снаряды нужны и для пожилых.", 52, 71, 93),
    ("Гаражи-ракушки пора убрать.", 31, 88, 60),
    ("Во дворе нужен стол для шахмат и лото.", 30, 46, 95),
    ("Клумбу жители посадят сами, если дадут землю.", 41, 87, 90),
    ("Лучше отремонтировать асфальт, чем ставить качели.", 90, 16, 58),
    ("У подъезда должен быть пандус, даже если он занимает место машины.", 48, 93, 97),
    ("Соседи должны решать сами, где стоянка, а где газон.", 79, 83, 80),
    ("Скорость во дворе: не больше десяти километров в час.", 44, 95, 95),
    ("院子里的灯应该夜里也亮着。", 86, 88, 93),
    ("树荫比停车位更重要。", 14, 92, 70),
    ("应该为老人设更多长椅。", 61, 73, 98),
    ("儿童游乐场应该有围栏。", 66, 91, 82),
    ("每家应该有一个停车位。", 91, 17, 28),
    ("楼下应该有自行车停放处。", 40, 92, 36),
    ("晚上九点以后院子里应该安静。", 57, 52, 97),
    ("垃圾应该分类收集。", 60, 92, 69),
    ("Посреди двора нужен навес от дождя.", 33, 76, 74),
    ("О работах во дворе надо предупреждать за неделю.", 95, 94, 96),
)
ABOUT_ONE: Final = "У меня есть машина."
"""A statement that says who one is: it makes no groups."""
PEOPLE: Final = 300
SHARES: Final = (0.34, 0.4, 0.26)
"""How many of the participants are of each kind."""
_SEED: Final = 307


@dataclass(frozen=True)
class TownVote:
    """What one participant says to one statement, so many days after the first word."""

    participant: int
    statement: int
    value: int
    day: float


def votes() -> list[TownVote]:
    """What the participants say: some see few statements, most see many; the same each time."""
    chance = random.Random(_SEED)
    found = []
    for participant in range(PEOPLE):
        kind = chance.choices(range(3), SHARES)[0]
        came = chance.uniform(0, 18)
        seen = min(1.0, max(0.12, chance.gauss(0.72, 0.25)))
        for number, (_words, *shares) in enumerate(STATEMENTS):
            if chance.random() > seen:
                continue
            if chance.random() < 0.09:
                value = 0
            else:
                value = 1 if chance.random() * 100 < shares[kind] else -1
            found.append(TownVote(participant, number, value, came + number / 2000))
        if chance.random() < seen:
            owns = chance.random() < (0.95, 0.4, 0.2)[kind]
            found.append(TownVote(participant, len(STATEMENTS), 1 if owns else -1, came))
    return found
