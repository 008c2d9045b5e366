"""What tells private persons is found, and what only looks like it is left alone."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veche.core.moderation.numbers import chinese_id, inn, luhn, snils
from veche.core.moderation.personal_data import Kind, find, hide, parts


def _found(text: str) -> list[tuple[str, str]]:
    return [(one.kind.value, one.text) for one in find(text)]


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("Звоните +7 (912) 345-67-89", ["+7 (912) 345-67-89"]),
        ("8 912 345 67 89 или 89123456789", ["8 912 345 67 89", "89123456789"]),
        ("Минск, +375 29 123-45-67; 80 29 123 45 67", ["+375 29 123-45-67", "80 29 123 45 67"]),
        ("тел. 32-45-67, т.324567", ["32-45-67", "324567"]),
        ("打13812345678，座机010-62345678", ["13812345678", "010-62345678"]),
        ("ring +44 20 7946 0958 or call me at 555-0134", ["+44 20 7946 0958", "555-0134"]),
    ],
)
def test_telephones(text: str, phones: list[str]) -> None:
    assert _found(text) == [("phone", one) for one in phones]


@pytest.mark.parametrize(
    "text",
    [
        "Опора № 12345, договор 2026-000123, точка 53.505612, 49.243512.",
        "Улица Ленина, 12, корпус 2, с 12.11.2026 по 15.11.2026, с 10 до 18.",
        "Звоните 112, 101 или 8 800 555 35 35.",
        "На площади Ленина, у театра имени А. П. Чехова и на ул. Льва Толстого темно.",
        "Московский проспект, Новый Город, остановка Заречье.",
        "The Bridge Street lamp has been dark since Monday the 3rd.",
        "滨河路十二号的路灯不亮，已经三天了。",
        "В квартире 16 градусов тепла, батареи холодные.",
        "语文老师已经换了五个。",
        "Заявка 123456789012 и счёт на 1 500 000 рублей.",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "piece"),
    [
        ("пишите ivan.petrov@mail.ru", "email", "ivan.petrov@mail.ru"),
        ("пишите ivan собака mail точка ru", "email", "ivan собака mail точка ru"),
        ("паспорт 36 07 123456 выдан", "document", "36 07 123456"),
        ("серия 3607 № 123456", "document", "3607 № 123456"),
        ("СНИЛС 112-233-445 95", "document", "112-233-445 95"),
        ("плательщик 500100732259", "document", "500100732259"),
        ("身份证11010519491231002X。", "document", "11010519491231002X"),
        ("护照号E12345678", "document", "E12345678"),
        ("карта 4111 1111 1111 1111", "card", "4111 1111 1111 1111"),
        ("Заявление от Петровой Марии Ивановны", "name", "Петровой Марии Ивановны"),
        ("Принял Иванов И. И. вчера", "name", "Иванов И. И."),
        ("от Сергея Кузнецова", "name", "Сергея Кузнецова"),
        ("Меня зовут Анна", "name", "Анна"),
        ("Уважаемый Роман Владимирович, яма", "name", "Роман Владимирович"),
        ("Булко Анастасия Николаевна Адрес: дом 5", "name", "Булко Анастасия Николаевна"),
        ("我叫张伟，住在这里", "name", "张伟"),
        ("姓名：李小明", "name", "李小明"),
        ("My name is John Smith.", "name", "John Smith"),
        ("машина А123ВС63 стоит", "plate", "А123ВС63"),
        ("1234 AB-7", "plate", "1234 AB-7"),
        ("京A12345停在草坪上", "plate", "京A12345"),
        ("дом 5, кв. 15", "flat", "кв. 15"),
        ("@ivan_petrov", "account", "@ivan_petrov"),
    ],
)
def test_what_is_found(text: str, kind: str, piece: str) -> None:
    assert (kind, piece) in _found(text)


def test_checksums() -> None:
    assert luhn("4111111111111111") and not luhn("4111111111111112")
    assert snils("11223344595") and not snils("11223344596")
    assert inn("500100732259") and not inn("500100732258")
    assert chinese_id("11010519491231002X") and not chinese_id("110105194912310021")


def test_hiding_puts_the_kind_in_its_place_and_changes_nothing_else() -> None:
    text = "Звоните +7 912 345-67-89, Иванов И. И. Яма у дома 7."
    hidden = hide(text, find(text), lambda kind: f"[{kind}]")
    assert hidden == "Звоните [phone], [name] Яма у дома 7."
    assert find(hidden) == []


def test_the_parts_make_the_text() -> None:
    text = "Звоните +7 912 345-67-89, кв. 5."
    cut = parts(text, find(text))
    assert "".join(piece for piece, _one in cut) == text
    assert [one.kind for _piece, one in cut if one] == [Kind.PHONE, Kind.FLAT]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_without_overlaps(text: str) -> None:
    found = find(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(text[one.start : one.end] == one.text for one in found)


@pytest.mark.parametrize(
    "piece",
    ["1 ", "А. ", "+7(", "a.", "Иванов ", "паспорт", "телефон", "Сосед ", "от Марии ", "1-", "张",
     "серия 12 ", "@a", "京A1", "кв "],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    began = time.process_time()
    find(piece * 10_000)
    assert time.process_time() - began < 1.0
