"""The people of the town, all invented: the cast, the staff of the offices, and 5,000 residents."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import Final

from veche.town.geometry import SEED, town
from veche.town.names import Names, latin
from veche.town.offices import offices

MAIL: Final = "example.org"
"""The domain of every invented address; reserved, so nothing sent to it reaches anyone."""


@dataclass(frozen=True)
class Member:
    """Someone the demo can sign in as.

    `organisation` is an office's code, `area` the district or neighbourhood of the role or home,
    `language` the code ``ru``, ``en`` or ``zh``.
    """

    key: str
    names: Names
    role: str
    organisation: str | None
    area: str | None
    language: str
    email: str


@dataclass(frozen=True)
class Resident:
    """One of the many; `index` counts from 0 and is what a past problem's `author` means."""

    index: int
    name: str
    names: Names
    email: str
    neighbourhood: str
    language: str


_CAST: Final = """
resident|Ольга Тихонова|Olga Tikhonova|奥莉加·季霍诺娃|resident||zarechye-d6-n1|ru
other-resident|Рашид Галеев|Rashid Galeyev|拉希德·加列耶夫|resident||zarechye-d4-n2|ru
moderator|Марина Лебедева|Marina Lebedeva|玛丽娜·列别杰娃|moderator|city-people||ru
facilitator|Игорь Соболев|Igor Sobolev|伊戈尔·索博列夫|facilitator|city-people||ru
officer|Пётр Дорохов|Pyotr Dorokhov|彼得·多罗霍夫|officer|d6-roads|zarechye-d6|ru
dispatcher|Светлана Ким|Svetlana Kim|斯韦特兰娜·金|dispatcher|d6-office|zarechye-d6|ru
inspector|Андрей Журавлёв|Andrey Zhuravlyov|安德烈·茹拉夫廖夫|inspector|city-inspection||ru
expert|Фарида Сафина|Farida Safina|法丽达·萨菲娜|expert|||ru
doctor|Елена Воронцова|Yelena Vorontsova|叶莲娜·沃龙佐娃|doctor|||ru
founder|Ли Вэй|Li Wei|李薇|founder|firm-001||zh
pupil|Миша Ершов|Misha Yershov|米沙·叶尔绍夫|pupil||zarechye-d1-n2|ru
auditor|Дэвид Холлоуэй|David Holloway|戴维·霍洛韦|auditor|||en
administrator|Наталья Белова|Natalya Belova|娜塔莉娅·别洛娃|administrator|city-people||ru
"""

_WOMEN: Final = ["Анна", "Мария", "Елена", "Ольга", "Татьяна", "Наталья", "Ирина", "Светлана", "Екатерина", "Юлия", "Людмила", "Галина", "Дарья", "Марина", "Вера", "Надежда", "Ксения", "Алина", "Полина", "Валентина", "Нина", "Лариса", "Алёна", "Евгения", "Софья", "Кира", "Зоя"]
_MEN: Final = ["Александр", "Сергей", "Дмитрий", "Андрей", "Алексей", "Михаил", "Иван", "Николай", "Владимир", "Евгений", "Павел", "Роман", "Максим", "Игорь", "Олег", "Денис", "Антон", "Илья", "Кирилл", "Юрий", "Виктор", "Фёдор", "Степан", "Тимофей", "Глеб", "Лев", "Матвей"]
_SURNAMES: Final = ["Берегов", "Родников", "Ключников", "Рябинин", "Калинин", "Ягодин", "Сливкин", "Малинкин", "Пчелин", "Медов", "Хлебников", "Пекарев", "Мельников", "Гончаров", "Ткачёв", "Бондарев", "Плотников", "Столяров", "Кузнецов", "Лодочников", "Рыбаков", "Парусов", "Якорев", "Туманов", "Снегирёв", "Морозов", "Ветров", "Зорин", "Лунёв", "Звездин", "Журавлёв", "Соловьёв", "Голубев", "Скворцов", "Ласточкин", "Воробьёв", "Сорокин", "Лисицын", "Зайцев", "Барсуков", "Бобров", "Ершов", "Карасёв", "Щукин", "Сомов", "Осокин", "Камышов", "Травин", "Лугов", "Степнов", "Лесов", "Дубов", "Клёнов", "Берёзин", "Липин", "Осинин", "Тополев", "Вербин", "Сиренев", "Васильков", "Ромашкин", "Маков", "Тихонов", "Громов", "Быстров", "Смирнов", "Веселов", "Добров", "Мудров", "Старов", "Новиков", "Верхов", "Городнов", "Посадов", "Слободин", "Затонов", "Песчанов", "Каменев", "Глинин", "Соколов", "Орлов", "Лебедев", "Гусев", "Уткин", "Чайкин", "Белов", "Чернов", "Рыжов", "Серов", "Зеленин", "Краснов", "Золотов", "Серебров", "Медников", "Чугунов", "Литейщиков"]
# Women's names, men's names and surnames of families that came from elsewhere.
_OTHERS: Final = tuple(
    tuple(part.split() for part in line.split("|"))
    for line in (
        "Айгуль Гузель Лилия Альбина Динара|Рустам Ильдар Марат Динар Тимур|"
        "Сафин Галеев Ахметов Валиев Нуриев Шарипов Закиров",
        "Ануш Гаяне Лусине Нарине|Армен Тигран Карен Арам|Арамян Геворгян Саркисян Манукян",
        "Гульнора Нигора Зульфия Дильбар|Дилшод Бахтиёр Рустам Анвар|Каримов Юсупов Рахимов",
    )
)
_GUESTS: Final = {
    "en": ("Emma Clarke|Thomas Reed|Helen Ward|Oliver Grant|Nora Bell|Samuel Price|Alice Moore"),
    "zh": ("王梅|张伟明|刘洋|陈静|赵磊|孙丽|周强|吴敏|郑凯|何雪"),
}


def _woman(surname: str) -> str:
    return surname + "а" if surname.endswith(("ов", "ев", "ёв", "ин", "ын")) else surname


@cache
def cast() -> tuple[Member, ...]:
    """Return the few people whom tests, screenshots and the demo's sign-in share."""
    out: list[Member] = []
    for line in _CAST.strip().splitlines():
        key, ru, en, zh, role, organisation, area, language = line.split("|")
        title = {"ru": ru, "en": en, "zh": zh}
        email = f"{key}@{MAIL}"
        out.append(Member(key, title, role, organisation or None, area or None, language, email))
    return tuple(out)


@cache
def staff() -> tuple[Member, ...]:
    """Return one officer for every office that answers for something, the cast's officer first."""
    taken = {member.organisation: member for member in cast() if member.role == "officer"}
    rng = random.Random(f"{SEED}staff")
    out: list[Member] = []
    for office in offices():
        if not office.answers_for:
            continue
        title = _russian(rng)
        email = f"{office.code}@{MAIL}"
        new = Member(
            f"staff-{office.code}", title, "officer", office.code, office.area, "ru", email
        )
        out.append(taken.get(office.code, new))
    return tuple(sorted(out, key=lambda member: member.key != "officer"))


def _russian(rng: random.Random) -> Names:
    surname = rng.choice(_SURNAMES)
    if rng.random() < 0.56:
        ru = f"{rng.choice(_WOMEN)} {_woman(surname)}"
    else:
        ru = f"{rng.choice(_MEN)} {surname}"
    return _three(ru)


def _three(ru: str) -> Names:
    written = " ".join(latin(word) for word in ru.split())
    return {"ru": ru, "en": written, "zh": written}


@cache
def residents(n: int = 5000) -> tuple[Resident, ...]:
    """Return `n` residents; neighbourhoods with flats have more of them than those with gardens."""
    rng = random.Random(f"{SEED}residents")
    areas = [area.code for area in town().neighbourhoods]
    homes = rng.choices(areas, [rng.uniform(0.5, 2.0) for _ in areas], k=n)
    guests = {language: block.split("|") for language, block in _GUESTS.items()}
    out: list[Resident] = []
    for index, home in enumerate(homes):
        luck = rng.random()
        language = "ru"
        if luck < 0.03:
            language = "en" if luck < 0.015 else "zh"
            name = rng.choice(guests[language])
            title = {"ru": name, "en": name, "zh": name}
        elif luck < 0.13:
            women, men, surnames = rng.choice(_OTHERS)
            surname = rng.choice(surnames)
            if rng.random() < 0.5:
                title = _three(f"{rng.choice(women)} {_woman(surname)}")
            else:
                title = _three(f"{rng.choice(men)} {surname}")
        else:
            title = _russian(rng)
        email = f"resident-{index + 1:04d}@{MAIL}"
        out.append(Resident(index, title["ru"], title, email, home, language))
    return tuple(out)
