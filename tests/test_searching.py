"""Words are found by an index in every script, and none is missed by it."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from veche.searching import drops, holds, indexes, need_trigrams

pytestmark = pytest.mark.django_db
TEXTS = (
    "Глубокая ЯМА у остановки «Школа»", "Ёлка упала на дорогу", "Не горит светильник во дворе",
    "学校门口的路灯不亮了", "路面有一个大坑，路灯也坏了", "灯", "A deep hole by the bus stop",
    "100% of it_all is wet", "Hole № 5, near the shop", "", "Дом 15/2, подъезд 3", "ямочный ремонт",
)  # fmt: skip


@pytest.fixture
def table(db: None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE found_words (id int, text text, place text)")
        rows = list(TEXTS) + [f"Nothing to see at number {n}" for n in range(3000)]
        cursor.executemany(
            "INSERT INTO found_words VALUES (%s, %s, %s)",
            [(n, text, "улица Мира") for n, text in enumerate(rows)],
        )
        for statement in indexes("found_words", "found_words", "text || ' ' || place"):
            cursor.execute(statement)
        cursor.execute("ANALYZE found_words")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE found_words")


def found(text: str, *, scan: bool = True) -> set[int]:
    words, values = holds("text || ' ' || place", text)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan = {'on' if scan else 'off'}")
        cursor.execute(f"SELECT id FROM found_words WHERE {words} AND id < 100", values)
        return {number for (number,) in cursor.fetchall()}


def plan(text: str) -> str:
    words, values = holds("text || ' ' || place", text)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN SELECT id FROM found_words WHERE {words}", values)
        return " ".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("яма", {0}),
        ("ям", {0, 11}),
        ("ел", {1}),
        ("Ё", {1, 2, 10, 11}),
        ("елка", {1}),
        ("ЁЛК", {1}),
        ("светильник во", {2}),
        ("路灯", {3, 4}),
        ("路灯也", {4}),
        ("灯", {3, 4, 5}),
        ("HOLE", {6, 8}),
        ("100%", {7}),
        ("it_all", {7}),
        ("№ 5", {8}),
        ("15/2", {10}),
        ("no such words", set()),
    ],
)
def test_what_holds_a_text_is_found(table: None, text: str, numbers: set[int]) -> None:
    assert {n for n in found(text) if n < len(TEXTS)} == numbers
    assert {n for n in found(text, scan=False) if n < len(TEXTS)} == numbers


def test_an_index_misses_nothing_that_reading_finds(table: None) -> None:
    rng = random.Random(4)
    for _try in range(150):
        text = rng.choice([one for one in TEXTS if len(one) > 2])
        begin = rng.randrange(len(text) - 1)
        piece = text[begin : begin + rng.randint(1, 6)].strip() or "a"
        wanted = {n for n, one in enumerate(TEXTS) if piece.lower() in one.lower()}
        assert wanted <= found(piece, scan=False), piece


@pytest.mark.parametrize(
    ("text", "index"),
    [("светильник", "_trgm"), ("bus stop", "_trgm"), ("яма", "_trgm"), ("路灯", "_han")],
)
def test_the_index_is_used(table: None, text: str, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(show_trgm('яма'))")
        knows = cursor.fetchone()[0] > 0
    if index == "_trgm" and not text.isascii() and not knows:
        pytest.skip("the kind of letters of this database is C: it knows Latin ones only")
    assert f"found_words{index}" in plan(text)


def test_other_texts_cost_the_index_of_chinese_nothing(table: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM found_words WHERE cardinality(han_pairs(text)) > 0")
        assert cursor.fetchone()[0] == 2
        cursor.execute("SELECT han_pairs('路灯 is 坏了')")
        assert sorted(cursor.fetchone()[0]) == ["坏了", "路灯"]
        for statement in drops("found_words"):
            cursor.execute(statement)


class Refusing:
    """A database whose user may make no extension."""

    answers = (None, (False,))

    def __init__(self) -> None:
        self.left = list(self.answers)

    def __enter__(self) -> Refusing:
        return self

    def __exit__(self, *_fault: object) -> None:
        pass

    def cursor(self) -> Refusing:
        return self

    def execute(self, sql: str) -> None:
        assert "CREATE EXTENSION" not in sql

    def fetchone(self) -> tuple[bool] | None:
        return self.left.pop(0)


def test_who_may_not_make_the_extension_is_told_what_to_do() -> None:
    class Editor:
        connection = Refusing()

    with pytest.raises(ProgrammingError, match="run CREATE EXTENSION pg_trgm"):
        need_trigrams(None, Editor())  # type: ignore[arg-type]
