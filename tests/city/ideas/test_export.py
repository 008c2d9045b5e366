"""Files of a call: what stands in them, who may take them, and that they are streamed."""

from __future__ import annotations

import csv
import io
import json
import uuid

import pytest
from django.test import Client

from tests.cast import START
from tests.city.ideas.ideas import HOUR, Ideas
from veche.city.ideas.models import Call, Idea
from veche.city.ideas.operations import talk
from veche.city.ideas.operations.ratings import rate
from veche.city.ideas.queries import export
from veche.core.journal.models import Record

pytestmark = pytest.mark.django_db
LATER = START + 3 * HOUR


@pytest.fixture
def idea(made: Ideas) -> Idea:
    """Three ideas of a call with ratings and comments; the first of them."""
    call = made.calling()
    first = made.idea_of(
        call, title='=HYPERLINK("x") and "quotes"', text="-1 line\nand\ttwo \\ three."
    )
    second = made.idea_of(call, title="Speed humps by the school")
    made.written(call, title="Nobody has read this one")
    for one, value in ((first, 1), (second, -1)):
        rate(by=made.town.neighbour, at=LATER, idea=one.pk, value=value)
    talk.say(
        by=made.town.head, at=LATER, matter=first.pk, text="@everybody, привет 你好",
        submission=uuid.uuid4(), stance="for",
    )  # fmt: skip
    return first


def table(call: Call, what: str) -> list[dict[str, str]]:
    """A file as a table program reads it."""
    text = b"".join(export.stream(call, what, "csv")).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def lines(call: Call, what: str) -> list[dict[str, object]]:
    """A file as a program reads it, line by line."""
    text = b"".join(export.stream(call, what, "ndjson")).decode()
    return [json.loads(line) for line in text.splitlines()]


def test_ratings_say_who_by_a_code_of_this_file(made: Ideas, idea: Idea) -> None:
    """The same person is the same code within one file and another in the next."""
    assert idea.call is not None
    rows = table(idea.call, "ratings")
    assert sorted(row["side"] for row in rows) == ["against", "for"]
    assert len({row["participant"] for row in rows}) == 1
    again = table(idea.call, "ratings")
    assert {row["participant"] for row in rows}.isdisjoint(row["participant"] for row in again)
    assert rows[0]["day"] == LATER.date().isoformat()
    whole = json.dumps(rows)
    assert made.town.neighbour.name not in whole
    assert str(made.town.neighbour.email) not in whole


def test_words_come_through_unchanged_and_run_nowhere(made: Ideas, idea: Idea) -> None:
    """Lines, tabs, backslashes and quotes stay in NDJSON; a table program runs no formula."""
    assert idea.call is not None
    said = {row["question"]: row["answer"] for row in lines(idea.call, "answers")
            if row["idea"] == idea.case.number}  # fmt: skip
    assert said["title"] == '=HYPERLINK("x") and "quotes"'
    assert said["text"] == "-1 line\nand\ttwo \\ three."
    cells = {row["question"]: row["answer"] for row in table(idea.call, "answers")
             if row["idea"] == idea.case.number}  # fmt: skip
    assert cells["title"].startswith("'=HYPERLINK")
    assert cells["text"].startswith("'-1 line")
    comment = lines(idea.call, "comments")[0]
    assert (comment["text"], comment["stance"]) == ("@everybody, привет 你好", "for")
    assert table(idea.call, "comments")[0]["text"].startswith("'@everybody")


def test_what_nobody_may_read_is_in_no_file(made: Ideas, idea: Idea) -> None:
    """An unread idea is left out, and so is another call."""
    assert idea.call is not None
    assert "Nobody has read" not in json.dumps(lines(idea.call, "answers"))
    assert len({row["idea"] for row in lines(idea.call, "answers")}) == 2
    other = made.calling(titles={"en": "Another call", "ru": "Другой"})
    assert lines(other, "ratings") == []
    assert table(other, "ratings") == []


def test_pages(client: Client, made: Ideas, idea: Idea, monkeypatch: pytest.MonkeyPatch) -> None:
    """For those who work on the call; each file that was taken is noted; it is streamed."""
    monkeypatch.setattr("veche.clock.now", lambda: LATER + HOUR)
    assert idea.call is not None
    here = f"/en/ideas/calls/{idea.call.case.number}/export/"
    assert client.get(here).status_code == 302
    client.force_login(made.town.neighbour)
    assert client.get(here).status_code == 403
    assert client.post(f"{here}ratings.csv").status_code == 403
    client.force_login(made.town.facilitator)
    assert "Who is for and against which idea" in client.get(here).content.decode()
    answer = client.post(f"{here}ratings.csv")
    assert answer.streaming
    assert b"".join(answer.streaming_content).count(b"\n") == 3  # type: ignore[attr-defined]
    assert client.post(f"{here}secrets.csv").status_code == 404
    taken = Record.objects.get(kind="ideas.exported")
    assert taken.public == {"file": "ratings", "form": "csv"}
