"""What is published of ideas verifies, tells of nobody, and says what the pages say."""

from __future__ import annotations

import csv
import json
import uuid
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.cast import START
from tests.city.ideas.ideas import DAY, HOUR, Ideas
from veche.city.ideas import datasets as mine
from veche.city.ideas.models import Idea
from veche.city.ideas.operations import talk
from veche.city.ideas.operations.ratings import rate
from veche.core.opendata import publish, verifier

pytestmark = pytest.mark.django_db
LATER = START + 3 * HOUR
AT = START + 60 * DAY
CITY = {"en": "Zarechye", "ru": "Заречье", "zh": "河湾"}


@pytest.fixture
def idea(made: Ideas) -> Idea:
    """Two ideas that can be read and one that cannot; seven for, three against, two comments."""
    call = made.calling()
    other = made.idea_of(made.calling(), title="Benches along the river")
    for person in made.people(6):
        rate(by=person, at=LATER, idea=other.pk, value=1)
    first = made.idea_of(call)
    second = made.idea_of(call, title="Speed humps by the school")
    made.written(call, title="Unread words of Ivan")
    for place, person in enumerate(made.people(10)):
        rate(by=person, at=LATER, idea=first.pk, value=1 if place < 7 else -1)
    for one, text, stance in ((first, "Yes, at last.", "for"), (second, "Too slow.", "against")):
        talk.say(
            by=made.town.head, at=LATER, matter=one.pk, text=text, stance=stance,
            submission=uuid.uuid4(),
        )  # fmt: skip
    spam = "Best casino! www.one.com two.ru/x https://three.org"
    talk.say(by=made.town.neighbour, at=LATER, matter=first.pk, text=spam, submission=uuid.uuid4())
    return first


def published(folder: Path) -> Path:
    """A publication of this module."""
    target = folder / "out"
    target.mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        publish.write(
            cursor, target, datasets=mine.DATASETS, figures=mine.FIGURES, at=AT, city=CITY
        )
    return target


def test_it_verifies_and_says_what_the_pages_say(idea: Idea, tmp_path: Path) -> None:
    """Counters, sides, numbers instead of names."""
    folder = published(tmp_path)
    checked = verifier.verify_publication(folder)
    assert checked["ok"], checked["first_difference"]

    def rows(name: str) -> list[dict[str, str]]:
        with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    ideas = {row["number"]: row for row in rows("ideas")}
    row = ideas[idea.case.number]
    assert (row["supporters"], row["opponents"], row["comments"]) == ("7", "3", "1")
    assert len(ideas) == 3
    comments = rows("idea_comments")
    assert [(one["side"], one["participant"]) for one in comments] == [
        ("for", "1"),
        ("against", "1"),
    ]
    assert sorted(one["ideas"] for one in rows("idea_calls")) == ["1", "2"]


def test_nobody_is_told_of(idea: Idea, tmp_path: Path) -> None:
    """No person, no unread words; fewer than five voices are not even counted."""
    folder = published(tmp_path)
    files = [path for path in folder.rglob("*") if path.is_file()]
    whole = "".join(path.read_text(encoding="utf-8") for path in files)
    for words in ("Unread words of Ivan", "@example.org", "casino"):
        assert words not in whole
    assert not (folder / "data" / "idea_ratings.csv").exists()
    cells = json.loads((folder / "figures" / "idea_ratings_by_call.json").read_text())["cells"]
    known = {tuple(cell["group"]): cell["values"] for cell in cells}
    numbers = sorted({group[0] for group in known})
    assert known[numbers[0], "against"] == [None, None]
    assert '"values": [3' not in json.dumps(cells)
