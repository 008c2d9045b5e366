"""Names of people in a text, found by the signs that stand with them. Pure Python."""

from __future__ import annotations

import re
from collections.abc import Iterator

Pieces = Iterator[tuple[int, int]]

_WORD = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"
_PATRONYMIC = (
    r"[А-ЯЁ][а-яё]+(?:(?:ов|ев|ьев)(?:ич(?:а|у|ем|е)?)|(?:овн|евн|ьевн|иничн|ичн)(?:а|ы|е|у|ой))"
)
_PATRONYMIC_SHORT = r"(?:Ильич|Лукич|Кузьмич|Фомич|Никитич)(?:а|у|ем|е)?"
_ANY_PATRONYMIC = rf"(?:{_PATRONYMIC}|{_PATRONYMIC_SHORT})"
_WITH_PATRONYMIC = re.compile(
    rf"(?<!\w)(?:{_WORD}\s+)?{_WORD}\s+{_ANY_PATRONYMIC}(?:\s+{_WORD})?(?!\w)"
)
_SURNAME_END = re.compile(
    r"(?:ов|ев|ёв|ин|ын)(?:а|у|ым|е|ой)?$|(?:ск|цк)(?:ий|ого|ому|им|ом|ая|ой|ую)$"
    r"|(?:енко|чук|щук|юк|ян|дзе|швили|ович|евич|ец)(?:а|у|ом|е)?$|(?:ых|их)$"
)
_INITIALS = re.compile(
    rf"(?<![\w.])(?P<a>{_WORD})\s+[А-ЯЁ]\.(?:\s?[А-ЯЁ]\.)?(?!\w)"
    rf"|(?<![\w.])[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?(?P<b>{_WORD})(?!\w)"
)
_FIRST = frozenset(
    [
        "александр",
        "алексе",
        "анатоли",
        "андре",
        "антон",
        "артем",
        "артём",
        "борис",
        "вадим",
        "валенти",
        "валери",
        "васили",
        "виктор",
        "виталий",
        "витали",
        "владимир",
        "владислав",
        "вячеслав",
        "геннади",
        "георги",
        "глеб",
        "григори",
        "данил",
        "денис",
        "дмитри",
        "евгени",
        "егор",
        "иван",
        "игор",
        "илья",
        "ильи",
        "илье",
        "константин",
        "кирилл",
        "лев",
        "леонид",
        "максим",
        "михаил",
        "никита",
        "никиты",
        "никите",
        "никола",
        "олег",
        "павел",
        "павл",
        "петр",
        "пётр",
        "роман",
        "руслан",
        "семен",
        "семён",
        "серге",
        "станислав",
        "степан",
        "тимур",
        "федор",
        "фёдор",
        "эдуард",
        "юри",
        "яков",
        "ярослав",
        "рашид",
        "ринат",
        "марат",
        "ильдар",
        "александра",
        "алена",
        "алёна",
        "алина",
        "алла",
        "анастаси",
        "анна",
        "анны",
        "анне",
        "анну",
        "валентин",
        "вера",
        "веры",
        "вере",
        "виктори",
        "галин",
        "дарь",
        "диан",
        "екатерин",
        "елен",
        "елизавет",
        "жанн",
        "зинаид",
        "зо",
        "ирин",
        "карин",
        "ксени",
        "ларис",
        "лиди",
        "любов",
        "людмил",
        "маргарит",
        "марин",
        "мари",
        "надежд",
        "натали",
        "наталь",
        "нин",
        "оксан",
        "ольг",
        "полин",
        "раис",
        "светлан",
        "софи",
        "тамар",
        "татьян",
        "юли",
        "яны",
        "яне",
        "гульнар",
        "альфи",
    ]
)
_ENDINGS = ("", "а", "я", "у", "ю", "й", "ь", "ы", "и", "е", "ом", "ем", "ой", "ей", "ью", "ия",
            "ии", "ию")  # fmt: skip
_AFTER_STREET = re.compile(
    r"(?:\b(?:ул|улиц\w+|пр|пр-т|просп|проспект\w*|пер|переул\w+|пл|площад\w+|бульвар\w*|б-р|"
    r"наб|набережн\w+|проезд\w*|шоссе|им|имени|парк\w*|сквер\w*|школ\w+|памятник\w*|театр\w*|"
    r"библиотек\w+|музе\w+|остановк\w+|станци\w+|больниц\w+|street|square)\.?\s+)"
    r"(?:имени\s+|им\.\s+)?$",
    re.I,
)
_STREET = re.compile(
    r"улиц\w+|проспект\w*|переул\w+|площад\w+|бульвар\w*|набережн\w+|проезд\w*|шоссе|дом\w*|"
    r"корпус\w*|строени\w+|подъезд\w*|литер\w*|квартир\w*|город\w*|район\w*",
    re.I,
)
_CUE = re.compile(
    r"(?<!\w)(?i:меня зовут|мо[её] имя|фамилия|заявитель(?:ница)?|подпись|с уважением|"
    r"обращается|гражданин|гражданка|гр\.|собственник|жилец|сосед(?:ка)?|контактное лицо|фио)"
    r"\s?[,:—–-]?\s+(?:[а-яё]+\s+)?(?P<it>[А-ЯЁ][а-яё]+(?:[ -][А-ЯЁ][а-яё]+){0,2})"
    r"|(?<!\w)[Оо]т\s+(?:[а-яё]{4,}\s+)?(?P<of>[А-ЯЁ][а-яё]+(?:\s+[А-ЯЁ][а-яё]+){1,2})"
    r"|(?<!\w)(?P<pair>[А-ЯЁ][а-яё]+\s+[А-ЯЁ][а-яё]+)(?!\w)",
)
_ENGLISH = re.compile(
    r"\b(?:[Mm]y name is|[Mm]y neighbour|[Ss]igned(?: by)?|Contact|contact|[Rr]egards|[Ss]incerely|"
    r"[Yy]ours|[Nn]ame|I am called)\s?[,:]?\s+"
    r"(?P<it>[A-Z][a-z'’]+(?:[ -](?:[A-Z]\.\s)?[A-Z][a-z'’]+){0,2})"
    r"|\b(?P<title>(?:Mr|Mrs|Ms|Miss|Dr)\.?\s[A-Z][a-z'’]+(?:\s[A-Z][a-z'’]+)?)"
    r"|\bI am (?P<am>[A-Z][a-z'’]+\s[A-Z][a-z'’]+)",
)
_NOT_NAMES = frozenset(
    [
        "The",
        "This",
        "That",
        "There",
        "It",
        "Street",
        "Road",
        "Avenue",
        "City",
        "Council",
        "Office",
        "Bridge",
        "Please",
        "Thank",
        "Thanks",
    ]
)
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛"
    "叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_CHINESE = re.compile(
    rf"(?:我叫|我名叫|名字叫|叫做|姓名|本人|联系人|投诉人|报案人|业主|邻居|住户)[是为:：\s]{{0,2}}"
    rf"(?P<it>(?:欧阳|司马|上官|诸葛|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}})"
    rf"|(?P<title>[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}(?:先生|女士|小姐|师傅|老师|阿姨|大爷|大妈))"
)
_NOT_GIVEN = "住在的是家电，。,. 在和与有说想要把被向已就也都从到对不没上下来去、：；！？"


def people(text: str) -> Pieces:
    """Where somebody is named."""
    for match in _WITH_PATRONYMIC.finditer(text):
        start, end = match.span()
        first, last = match.group().split()[0], match.group().split()[-1]
        if first.lower().startswith(("уважаем", "добр", "дорог", "глубокоуважаем")):
            start += len(first)
        if not (_surname(last) or re.search(_ANY_PATRONYMIC + "$", last)):
            end -= len(last)  # a word that only happens to begin with a capital
        if not _named_after(text, start):
            yield start, end
    for match in _INITIALS.finditer(text):
        surname = match.group("a") or match.group("b")
        two = match.group().count(".") > 1
        if _STREET.fullmatch(surname) or _named_after(text, match.start()):
            continue
        if two or _surname(surname):
            yield match.span()
    for match in _CUE.finditer(text):
        name = match.lastgroup or "it"
        start, end = match.span(name)
        if _named_after(text, start):
            continue
        if name == "it" or _person(match.group(name).split()):
            yield start, end
    yield from _english(text)
    yield from _chinese(text)


def _named_after(text: str, start: int) -> bool:
    """Whether a street, a school or a theatre bears the name."""
    return _AFTER_STREET.search(text[max(0, start - 40) : start]) is not None


def _surname(word: str) -> bool:
    return len(word) > 3 and _SURNAME_END.search(word) is not None


def _first_name(word: str) -> bool:
    low = word.lower()
    return any(
        low.endswith(end) and low[: len(low) - len(end)] in _FIRST for end in _ENDINGS if end
    ) or (low in _FIRST and len(low) > 3)


def _person(words: list[str]) -> bool:
    """A first name and a surname, in either order; both signs are asked for."""
    firsts = [_first_name(word) for word in words]
    return any(
        first and any(_surname(word) for other, word in enumerate(words) if other != place)
        for place, first in enumerate(firsts)
    )


def _english(text: str) -> Pieces:
    for match in _ENGLISH.finditer(text):
        name = match.lastgroup or "it"
        if match.group(name).split()[0] not in _NOT_NAMES:
            yield match.span(name)


def _chinese(text: str) -> Pieces:
    for match in _CHINESE.finditer(text):
        name = match.lastgroup or "it"
        start, end = match.span(name)
        bare = name == "title" and end - start == 3 and match.group(name).endswith("老师")
        if bare and start and "\u4e00" <= text[start - 1] <= "\u9fff":
            continue  # 语文老师 teaches a subject and is nobody
        while name == "it" and end - start > 1 and text[end - 1] in _NOT_GIVEN:
            end -= 1
        if end - start > 1:
            yield start, end
