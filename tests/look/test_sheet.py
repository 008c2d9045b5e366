"""The style sheet: small, readable in light and dark, without anything from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from veche import look

SHEET = (Path(look.__file__).parent / "static/look/look.css").read_text("utf-8")
WORDS = ("ink", "quiet", "river", "copper", "good", "watch", "warn", "bad", "stale")
LARGEST = 45 * 1024


def tokens(selector: str) -> dict[str, str]:
    found = re.search(re.escape(selector) + r"\s*{(.*?)}", SHEET, re.DOTALL)
    assert found
    return dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", found.group(1)))


LIGHT = tokens(':root, [data-theme="light"]')
DARK = tokens('\n[data-theme="dark"]')


def light_of(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, two: str) -> float:
    a, b = sorted((light_of(one), light_of(two)), reverse=True)
    return (a + 0.05) / (b + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ink", WORDS)
@pytest.mark.parametrize("ground", ["paper", "surface", "tint"])
def test_words_can_be_read(theme: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(theme[ink], theme[ground]) >= 4.5


def test_both_themes_know_the_same_colours() -> None:
    system = re.search(r':root:not\(\[data-theme="light"\]\)\s*{(.*?)}', SHEET, re.DOTALL)
    assert system
    asked = dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", system.group(1)))
    assert LIGHT.keys() == DARK.keys()
    assert asked == DARK


def test_the_sheet_is_small_and_loads_nothing() -> None:
    assert len(SHEET.encode()) <= LARGEST
    assert "url(" not in SHEET
    assert "@import" not in SHEET
