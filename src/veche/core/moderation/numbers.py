"""Numbers that tell private persons: cards, documents, telephones. Pure Python.

A bare row of digits is believed only when its checksum fits; a lamp post, a contract or a matter
of the city has numbers too.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import pairwise

Pieces = Iterator[tuple[int, int]]

_FREE = r"(?<![0-9A-Za-zА-Яа-яЁё_.,/№#-])"
"""Not inside a word, a decimal, a fraction or another number; Chinese stands close to numbers."""
_END = r"(?![0-9A-Za-zА-Яа-яЁё_/]|[.,-]\d)"


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def luhn(number: str) -> bool:
    """Whether the digits of a bank card fit."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def snils(number: str) -> bool:
    """Whether the eleven digits of a Russian insurance number fit."""
    if len(number) != 11:
        return False
    total = sum(int(d) * (9 - place) for place, d in enumerate(number[:9]))
    return (total % 101) % 100 == int(number[9:])


def inn(number: str) -> bool:
    """Whether the twelve digits of a person's Russian tax number fit."""
    if len(number) != 12:
        return False
    first, second = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)

    def check(weights: tuple[int, ...]) -> int:
        return sum(w * int(d) for w, d in zip(weights, number, strict=False)) % 11 % 10

    return check(first) == int(number[10]) and check(second) == int(number[11])


def chinese_id(number: str) -> bool:
    """Whether an 18-character Chinese identity number fits: its date and its last character."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    if not re.fullmatch(r"[1-9]\d{16}[\dXx]", number):
        return False
    try:
        dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(w * int(d) for w, d in zip(weights, number, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()


def iban(number: str) -> bool:
    """Whether an international account number fits."""
    turned = number[4:] + number[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


_CARD = re.compile(_FREE + r"[2-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,7}" + _END)


def cards(text: str) -> Pieces:
    """Bank cards: thirteen to nineteen digits that fit."""
    for match in _CARD.finditer(text):
        number = _digits(match.group())
        if 13 <= len(number) <= 19 and luhn(number) and len(set(number)) > 1:
            yield match.span()


_CHECKED = (
    (re.compile(r"(?<![\w-])[1-9]\d{5}\s?\d{8}\s?\d{3}[\dXx](?![\w-])"), chinese_id, ""),
    (re.compile(_FREE + r"\d{12}" + _END), inn, ""),
    (re.compile(_FREE + r"\d{3}[- ]\d{3}[- ]\d{3}[- ]\d{2}" + _END), snils, ""),
    (re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?\b"), iban, "letters"),
)
_SAID = re.compile(
    r"(?:"
    r"(?:паспорт\w{0,4}|серия|серии)\D{0,24}(?P<ru>\d{2}\s?\d{2}\D{0,12}?\d{6})(?!\d)"
    r"|(?:снилс)\D{0,12}(?P<snils>\d[\d -]{8,14}\d)"
    r"|(?:инн)\D{0,8}(?P<inn>\d{12})(?!\d)"
    r"|(?:полис\w{0,3}|омс)\D{0,12}(?P<polis>\d{16})(?!\d)"
    r"|(?:passport|document)(?:\s(?:no|number|is|№))*[\s.:#]{1,3}(?P<en>[A-Z]{0,2}\d{6,9})\b"
    r"|(?:护照|身份证|证件)(?:号码|号)?[是为:：\s]{0,3}(?P<zh>[A-Z]{0,2}\d{7,17}[\dXx])"
    r"|(?:лицев\w{2,4}\s+сч[её]т\w{0,2}|л/с)\D{0,6}(?P<account>\d{6,20})(?!\d)"
    r")",
    re.I,
)
_SHAPED = re.compile(
    # A Russian passport written as on its page; a Belarusian passport and personal number.
    r"(?<![\w-])(?:\d{2}\s\d{2}\s(?:№\s?)?\d{6}|\d{4}\s№\s?\d{6}"
    r"|(?:AB|BM|HB|KH|MP|MC|KB|PP|АВ|ВМ|НВ|КН|МР|МС|КВ|РР)\s?\d{7}"
    r"|[1-6]\d{6}[A-ZА-Я]\d{3}[A-ZА-Я]{2}\d)(?![\w-])"
)


def documents(text: str) -> Pieces:
    """Passports, identity, insurance, tax and account numbers."""
    for pattern, fits, letters in _CHECKED:
        for match in pattern.finditer(text):
            number = re.sub(r"[\s-]", "", match.group())
            if fits(number if letters or fits is chinese_id else _digits(number)):
                yield match.span()
    for match in _SAID.finditer(text):
        for name, value in match.groupdict().items():
            if value:
                yield match.span(name)
    for match in _SHAPED.finditer(text):
        yield match.span()


_GAP = r"[\s\u00a0().–-]{0,3}"
_TELEPHONES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        # Russia and Kazakhstan: +7 or 8 and ten digits.
        _FREE + rf"(?:\+\s?7|8|7){_GAP}[3-9]\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{2}}{_GAP}\d{{2}}" + _END,
        # Belarus: +375 or 80 and nine digits.
        _FREE
        + rf"(?:\+?\s?375|80){_GAP}(?:17|25|29|33|44){_GAP}\d{{3}}{_GAP}\d{{2}}{_GAP}\d{{2}}"
        + _END,
        # China: a mobile number, a number with its area.
        _FREE + r"(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}" + _END,
        _FREE + r"0\d{2,3}[\s-]\d{7,8}" + _END,
        # Anywhere: a plus, a country and seven to twelve digits.
        r"(?<![\w+])\+\s?[1-9]\d{0,2}(?:[\s\u00a0().–-]{0,2}\d){7,12}" + _END,
    )
)
_CALLED = re.compile(
    # A town's own number, when a word says that it is one.
    r"(?<!\w)(?:тел(?:ефон\w{0,3})?|т|сот(?:овый)?|моб(?:ильный)?|звоните|звонить|позвоните|"
    r"phone|tel|mobile|call\s(?:me|us)|电话|手机|联系方式)"
    r"[.:：\s№]{0,4}(?:на|по|at|on|is|是|为)?\s?(?P<it>\+?\d(?:[\s().–-]{0,2}\d){4,14})",
    re.I,
)
_GLUED_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
"""In Chinese nothing stands between a word and a number."""
_PUBLIC = {"112", "101", "102", "103", "104", "110", "119", "120", "122", "12345", "911"}


def telephones(text: str) -> Pieces:
    """Telephone numbers; not those of rescuers, and not free lines of the city (8 800)."""
    for pattern in (*_TELEPHONES, _GLUED_MOBILE):
        for match in pattern.finditer(text):
            digits = _digits(match.group())
            if not digits.startswith(("8800", "7800")) and len(set(digits)) > 2:
                yield match.span()
    for match in _CALLED.finditer(text):
        digits = _digits(match.group("it"))
        if digits not in _PUBLIC and not digits.startswith("8800") and not _ladder(digits):
            yield match.span("it")


def _ladder(digits: str) -> bool:
    """1234567 is an example, not a number."""
    return all(int(b) - int(a) == 1 for a, b in pairwise(digits))
