"""The people of the town, all invented: the cast, the staff of the offices, and 5,000 residents."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import Final

from veche.town.geometry import SEED, town
from veche.town.names import Names, data, latin
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
second-moderator|Олег Зимин|Oleg Zimin|奥列格·济明|moderator|city-people||ru
moderator|Марина Лебедева|Marina Lebedeva|玛丽娜·列别杰娃|moderator|city-people||ru
planner|Леонид Арсентьев|Leonid Arsentyev|列昂尼德·阿尔先季耶夫|planner|city-people||ru
facilitator|Игорь Соболев|Igor Sobolev|伊戈尔·索博列夫|facilitator|||ru
officer|Пётр Дорохов|Pyotr Dorokhov|彼得·多罗霍夫|officer|d6-roads|zarechye-d6|ru
head|Галина Руднева|Galina Rudneva|加林娜·鲁德涅娃|head|d6-roads|zarechye-d6|ru
arbiter|Олег Савельев|Oleg Savelyev|奥列格·萨韦利耶夫|arbiter|city-people||ru
controller|Тамара Юдина|Tamara Yudina|塔玛拉·尤金娜|controller|city-people||ru
clerk|Зинаида Котова|Zinaida Kotova|季娜伊达·科托娃|clerk|city-people||ru
registrar|Вера Полякова|Vera Polyakova|薇拉·波利亚科娃|registrar|city-architecture||ru
organiser|Анна Белкина|Anna Belkina|安娜·别尔金娜|organiser|city-people||ru
commissioner|Виктор Назаров|Viktor Nazarov|维克托·纳扎罗夫|commissioner|||ru
poll-clerk|Роза Ахметова|Roza Akhmetova|罗扎·阿赫梅托娃|poll_clerk|city-people||ru
second-poll-clerk|Илья Громов|Ilya Gromov|伊利亚·格罗莫夫|poll_clerk|city-people||ru
volunteer|Алия Нуриева|Aliya Nuriyeva|阿利娅·努里耶娃|volunteer||zarechye-d6|ru
dispatcher|Светлана Ким|Svetlana Kim|斯韦特兰娜·金|dispatcher|d6-office|zarechye-d6|ru
watch|Камиль Ибрагимов|Kamil Ibragimov|卡米尔·伊布拉吉莫夫|dispatcher|city-people||ru
second-watch|Нина Осокина|Nina Osokina|尼娜·奥索金娜|dispatcher|city-people||ru
mayor|Раиса Мельникова|Raisa Melnikova|赖莎·梅利尼科娃|mayor|city-people||ru
inspector|Андрей Журавлёв|Andrey Zhuravlyov|安德烈·茹拉夫廖夫|inspector|city-inspection||ru
expert|Фарида Сафина|Farida Safina|法丽达·萨菲娜|expert|||ru
doctor|Елена Воронцова|Yelena Vorontsova|叶莲娜·沃龙佐娃|doctor|||ru
founder|Ли Вэй|Li Wei|李薇|founder|firm-001||zh
programme|Артём Лаврентьев|Artyom Lavrentyev|阿尔乔姆·拉夫连季耶夫|pilot_officer|||ru
panellist|Георгий Панин|Georgy Panin|格奥尔吉·帕宁|panellist|||ru
site|Эльвира Сафронова|Elvira Safronova|埃莉维拉·萨夫罗诺娃|site_owner|||ru
pupil|Миша Ершов|Misha Yershov|米沙·叶尔绍夫|pupil||zarechye-d1-n2|ru
steward|Лев Аксёнов|Lev Aksyonov|列夫·阿克肖诺夫|steward|city-people||ru
operator|Лилия Хасанова|Liliya Khasanova|莉莉娅·哈萨诺娃|operator|city-people||ru
analyst|Ирина Штольц|Irina Stolz|伊琳娜·施托尔茨|analyst|city-people||ru
auditor|Дэвид Холлоуэй|David Holloway|戴维·霍洛韦|auditor|||en
administrator|Наталья Белова|Natalya Belova|娜塔莉娅·别洛娃|administrator|city-people||ru
"""


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
    women, men, surnames = _words()
    out: list[Member] = []
    for office in offices():
        if not office.answers_for:
            continue
        title = _russian(rng, women, men, surnames)
        email = f"{office.code}@{MAIL}"
        new = Member(
            f"staff-{office.code}", title, "officer", office.code, office.area, "ru", email
        )
        out.append(taken.get(office.code, new))
    return tuple(sorted(out, key=lambda member: member.key != "officer"))


@cache
def heads() -> tuple[Member, ...]:
    """Return the head of every office that answers for something, the cast's head first."""
    taken = {member.organisation: member for member in cast() if member.role == "head"}
    rng = random.Random(f"{SEED}heads")
    women, men, surnames = _words()
    out: list[Member] = []
    for office in offices():
        if not office.answers_for:
            continue
        title = _russian(rng, women, men, surnames)
        email = f"head-{office.code}@{MAIL}"
        new = Member(f"head-{office.code}", title, "head", office.code, office.area, "ru", email)
        out.append(taken.get(office.code, new))
    return tuple(sorted(out, key=lambda member: member.key != "head"))


def _words() -> tuple[list[str], list[str], list[str]]:
    """Return women's names, men's names and surnames."""
    words = data("names.toml")
    return words["women"].split(), words["men"].split(), words["surnames"].split()


def _russian(
    rng: random.Random, women: list[str], men: list[str], surnames: list[str], share: float = 0.56
) -> Names:
    """Return a full name, a woman's with the probability `share`."""
    surname = rng.choice(surnames)
    if rng.random() < share:
        return _three(f"{rng.choice(women)} {_woman(surname)}")
    return _three(f"{rng.choice(men)} {surname}")


def _three(ru: str) -> Names:
    written = " ".join(latin(word) for word in ru.split())
    return {"ru": ru, "en": written, "zh": written}


@cache
def residents(n: int = 5000) -> tuple[Resident, ...]:
    """Return `n` residents; neighbourhoods with flats have more of them than those with gardens."""
    rng = random.Random(f"{SEED}residents")
    areas = [area.code for area in town().neighbourhoods]
    homes = rng.choices(areas, [rng.uniform(0.5, 2.0) for _ in areas], k=n)
    words = data("names.toml")
    guests = {language: words[f"guests_{language}"].split("|") for language in ("en", "zh")}
    others = [[part.split() for part in line.split("|")] for line in words["others"]]
    own = _words()
    out: list[Resident] = []
    for index, home in enumerate(homes):
        luck = rng.random()
        language = "ru"
        if luck < 0.03:
            language = "en" if luck < 0.015 else "zh"
            name = rng.choice(guests[language])
            title = {"ru": name, "en": name, "zh": name}
        elif luck < 0.13:
            women, men, surnames = rng.choice(others)
            title = _russian(rng, women, men, surnames, 0.5)
        else:
            title = _russian(rng, *own)
        email = f"resident-{index + 1:04d}@{MAIL}"
        out.append(Resident(index, title["ru"], title, email, home, language))
    return tuple(out)
