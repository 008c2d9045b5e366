"""The documentation says nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.architecture.source import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]+)[^)]*\)")
NAME = re.compile(r"`(\w+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = [
        target
        for _text, target in LINK.findall(page.read_text())
        if "://" not in target and not target.startswith("mailto:")
        and not (page.parent / target).exists()
    ]  # fmt: skip
    assert broken == []


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs" / "policy").glob("*.md")), ids=lambda p: p.name
)
def test_a_rule_names_functions_and_tests_that_exist(page: Path) -> None:
    for text, target in LINK.findall(page.read_text()):
        if target.endswith(".py"):
            source = (page.parent / target).read_text()
            for name in NAME.findall(text):
                assert re.search(rf"(def|class) {name}\b|^{name}\b", source, re.M), (name, target)


def test_every_decision_stands_in_the_list() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text()))
    assert listed == {p.name for p in folder.glob("[0-9]*.md")}


def test_the_readme_gives_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    assert "./veche demo" in text
    assert "./veche test" in text
