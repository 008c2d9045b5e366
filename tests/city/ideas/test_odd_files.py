"""Files that are not what they should be: one clear sentence and status 2, and no wrong numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from veche.city.ideas.opinion.votes import in_order
from veche.project import cli

HEAD = "timestamp,datetime,comment-id,voter-id,vote\n"
SAID = HEAD + "".join(
    f"{p},x,{s},{p},{(p + s) % 3 - 1}\n" for p in range(12) for s in range(8)
)  # fmt: skip
COMMENTS = "comment-id,moderated,comment-body\n" + "".join(f"{s},1,Text {s}\n" for s in range(8))
Say = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Write files, run a word of ``veche ideas`` over them; status, JSON and what was said."""

    def run(word: str, files: dict[str, str | bytes], *args: str) -> tuple[int, Any, str]:
        for name, text in files.items():
            data = text if isinstance(text, bytes) else text.encode()
            (tmp_path / name).write_bytes(data)
        given = [one.replace("@", f"{tmp_path}/") for one in args]
        status = cli.main(["ideas", word, *given, "--json"])
        told = capsys.readouterr()
        return status, json.loads(told.out) if told.out else {}, told.err

    return run


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"votes.csv": ""}, "empty"),
        ({"votes.csv": HEAD}, "no votes"),
        ({"votes.csv": "a,b\n1,2\n"}, "line 2: there is no participant"),
        ({"votes.csv": HEAD + "1,x,1,1,NaN\n"}, "line 2: the vote is “NaN”"),
        ({"votes.csv": HEAD + "1,x,1\n"}, "3 cells"),
        ({"votes.csv": HEAD + f"{'9' * 400},x,1,1,1\n"}, "…” is not a moment"),
        ({"votes.csv": SAID.encode("utf-16")}, "not UTF-8"),
        ({"votes.json": '[{"pid":[1],"tid":1,"vote":1}]'}, "entry 1: the participant is not"),
        ({"votes.json": '[{"pid":1,"tid":NaN,"vote":1}]'}, "entry 1: the comment-id is not"),
        ({"votes.csv": SAID, "comments.csv": COMMENTS + "3,-1,Other\n"}, "statement 3 stands"),
        ({"participants-votes.csv": "participant,0\n1,1\n1,-1\n"}, "participant 1 stands"),
        ({"participants-votes.csv": "participant,group-id\n1,0\n"}, "no votes"),
    ],
)
def test_a_conversation_that_cannot_be_read(say: Say, files: dict[str, Any], why: str) -> None:
    status, found, told = say("opinion-map", files, "@")
    assert (status, found) == (2, {})
    assert why in told and told.count("\n") == 1 and len(told) < 300


def test_windows_and_linux_write_the_same_conversation(say: Say) -> None:
    files = {"votes.csv": SAID, "comments.csv": COMMENTS}
    _status, plain, _told = say("opinion-map", files, "@")
    odd = {name: ("\ufeff" + text).replace("\n", "\r\n") for name, text in files.items()}
    _status, other, _told = say("opinion-map", odd, "@")
    for one in (plain, other):
        del one["seconds"], one["seconds_with_reading"]
    assert plain == other and len(plain["groups"]) == 12


def test_a_group_of_nobody_who_took_part_changes_no_number(say: Say) -> None:
    files = {"votes.csv": SAID}
    given = {str(person): person % 2 for person in range(12)}
    some = json.dumps(given)
    more = json.dumps(given | {"99": 7, "100": None})
    status, exact, told = say("opinion-map", files | {"g.json": some}, "@", "--groups", "@g.json")
    assert (status, told) == (0, "")
    status, found, told = say("opinion-map", {"g.json": more}, "@", "--groups", "@g.json")
    assert status == 0 and "1 of its participants took no part" in told
    assert found["consensus"] == exact["consensus"] and found["agreed"] == exact["agreed"]
    assert list(found["group_votes"]) == ["0", "1"]


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        ('{"99": 1}', "none of its participants"),
        ('{"1": NaN}', "not a name or number"),
        ('{"1": 1e400}', "not a name or number"),
        ('{"1": [1]}', "not a name or number"),
        ('{"1": 1, "1.0": 2}', "stands there twice"),
        ("[1]", "not an object"),
        ("{", "not JSON"),
        ("{}", "nobody"),
    ],
)
def test_groups_that_cannot_be_taken(say: Say, groups: str, why: str) -> None:
    files = {"votes.csv": SAID, "g.json": groups}
    status, found, told = say("opinion-map", files, "@", "--groups", "@g.json")
    assert (status, found) == (2, {}) and why in told and told.count("\n") == 1


def test_ids_of_any_length_have_their_place(say: Say) -> None:
    long = "9" * 5000
    assert in_order(["b", long, "10", "9", "07", "a"]) == ["07", "9", "10", long, "a", "b"]
    status, found, _told = say("opinion-map", {"votes.csv": HEAD + f"1,x,{long},1,1\n"}, "@")
    assert status == 0 and found["statements"] == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", "no column “text”; there are a, b."),
        ("id,text,text\n1,a,b\n", "two columns “text”"),
        ("id,text\n1,a\n1,b\n", "line 3: the id “1” stands there twice."),
        ("id,text\n,a\n", "line 2: the column “id” is empty."),
        ("id,text\n1\n", "line 2: 1 cells"),
        (b"id,text\n1,\xff\n", "not UTF-8"),
    ],
)
def test_texts_that_cannot_be_compared(say: Say, text: str | bytes, why: str) -> None:
    status, found, told = say("similar", {"t.csv": text}, "@t.csv", "--text", "text", "--id", "id")
    assert (status, found) == (2, {}) and why in told and told.count("\n") == 1


def test_a_query_of_texts_without_letters_finds_nothing(say: Say) -> None:
    asked = ("@t.csv", "--text", "text", "--id", "id", "--query", "bench")
    for text in ("id,text\n1,\n2,😀😀\n", "id,text\n"):
        status, found, _told = say("similar", {"t.csv": text}, *asked)
        assert status == 0 and found["query"] == []
