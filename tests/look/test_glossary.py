"""The catalogue says one thing with one word: the glossary is read and kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.architecture.source import ROOT

from veche.look import messages

PAGE = ROOT / "docs" / "glossary.md"
HAN = r"\u3400-\u9fff"
ENDINGS = "(?:|а|у|ом|е|ы|ов|ам|ами|ах)"


def rows(title: str) -> list[list[str]]:
    """The cells of the table under this heading."""
    part = PAGE.read_text("utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def words(cell: str) -> list[str]:
    return [word for word in (one.strip() for one in re.split("[,;]", cell)) if word]


def pattern(word: str) -> re.Pattern[str]:
    """How a word of the last column is looked for: see the page."""
    if re.search(f"[{HAN}!！„]", word):
        return re.compile(re.escape(word))
    kinds = {"*": r"\w*", "~": ENDINGS}
    body = re.escape(word.rstrip("*~")) + kinds.get(word[-1], "")
    return re.compile(rf"(?<!\w){body}(?!\w)", re.IGNORECASE)


def said() -> Iterator[tuple[str, str, str]]:
    """Fragment, language and text of everything in the catalogue."""
    for entry in messages.entries():
        for text in filter(None, (entry.msgid, entry.plural)):
            yield entry.fragment, "en", text
        for code, texts in entry.texts.items():
            for text in texts:
                yield entry.fragment, code, text


SAID = list(said())
SHUNNED = [word for *_, cell in rows("Things and people") for word in words(cell)]
NEVER = [word for _, cell in rows("Never") for word in words(cell) if "…" not in word]


def test_the_tables_are_read() -> None:
    assert len(rows("Things and people")) > 30
    assert {"ведомств*", "单位"} <= set(SHUNNED) and "你" in NEVER


@pytest.mark.parametrize(
    ("word", "hit", "miss"),
    [
        ("отдел~", "в отделе нет", "хранится отдельно"),
        ("ведомств*", "Ведомство ответило", "уведомление"),
        ("данный", "Данный случай", "данные города"),
        ("单位", "承办单位", "部门"),
        ("админ~", "спросите админа", "администратор"),
    ],
)
def test_a_shunned_word_is_found_and_its_neighbour_is_not(word: str, hit: str, miss: str) -> None:
    assert pattern(word).search(hit) and not pattern(word).search(miss)


def test_no_sentence_uses_a_shunned_word() -> None:
    shunned = [(word, pattern(word)) for word in (*SHUNNED, *NEVER)]
    found = [
        f"{fragment} ({code}): {word} in {text!r}"
        for fragment, code, text in SAID
        for word, form in shunned
        if form.search(text)
    ]
    assert found == []


@pytest.mark.parametrize(("column", "code"), [(1, "en"), (2, "ru"), (3, "zh")])
def test_every_word_of_the_glossary_is_in_use(column: int, code: str) -> None:
    text = "\n".join(one for _, language, one in SAID if language == code).casefold()
    # A Russian word is looked for without its ending.
    cut = 2 if code == "ru" else 0
    stems = {
        row[column]: [word[: max(4, len(word) - cut)] for word in row[column].casefold().split()]
        for row in rows("Things and people")
    }
    assert [word for word, parts in stems.items() if not all(p in text for p in parts)] == []


@pytest.mark.parametrize(
    ("code", "form", "why"),
    [
        ("zh", rf"[{HAN}][,;:?()]|[,;:?(][{HAN}]", "half-width punctuation beside Chinese"),
        ("zh", rf"[{HAN}，。：；？（）“”] | [{HAN}，。：；？（）“”]", "a space beside Chinese"),
        ("ru", r"[а-яё,] В(?:ы|ас|ам|ами|аш\w*)\b", "a capital letter for the reader"),
        ("ru", r"[“”]|(?<![=\w])\"(?!num)", "quotation marks that are not «»"),
        ("ru", r"\w -\s|\s- \w", "a hyphen in place of a dash"),
    ],
)
def test_signs_are_those_of_the_language(code: str, form: str, why: str) -> None:
    sign = re.compile(form)
    found = [
        f"{fragment}: {why}: {text!r}"
        for fragment, language, text in SAID
        if language == code and sign.search(text)
    ]
    assert found == []
