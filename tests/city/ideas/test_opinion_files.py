"""What ``veche ideas opinion-map`` takes, gives and refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.city.ideas.test_opinion_engine import DATA, needs_data
from veche.project import cli

TABLE = """participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1,2
0,1,0,3,2,1,1,1,-1
1,,0,2,1,0,1,,0
2,0,1,3,1,2,-1,-1,1
"""
COMMENTS = """timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
1,x,0,7,2,1,1,"First, with a comma"
2,x,1,7,1,1,0,Second
3,x,2,7,1,1,-1,Rejected
"""
VOTES = """timestamp,datetime,comment-id,voter-id,vote
5,x,0,0,1
9,x,1,0,1
2,x,1,0,-1
3,x,2,0,-1
4,x,0,1,1
6,x,2,1,0
7,x,0,2,-1
8,x,1,2,-1
8,x,2,2,1
"""
ROWS = [(0, 0, 1, 5), (0, 1, 1, 9), (0, 1, -1, 2), (0, 2, -1, 3), (1, 0, 1, 4), (1, 2, 0, 6),
        (2, 0, -1, 7), (2, 1, -1, 8), (2, 2, 1, 8)]  # fmt: skip


def votes_json(person: str = "participant_id", statement: str = "statement_id") -> str:
    """The votes as the API gives them."""
    return json.dumps(
        [{person: p, statement: s, "vote": v, "modified": float(m)} for p, s, v, m in ROWS]
    )


def comments_json() -> str:
    """The statements as the API gives them."""
    return json.dumps(
        [
            {"statement_id": 0, "txt": "First", "moderated": 1, "is_meta": False},
            {"statement_id": 1, "txt": "Second", "moderated": 0, "is_meta": None},
            {"statement_id": 2, "txt": "Rejected", "moderated": -1, "is_meta": False},
        ]
    )


FORMS = {
    "table": {"participants-votes.csv": TABLE, "comments.csv": COMMENTS},
    "rows": {"votes.csv": VOTES, "comments.csv": COMMENTS},
    "api": {"votes.json": votes_json(), "comments.json": comments_json()},
    "api short": {"votes.json": votes_json("pid", "tid"), "comments.json": comments_json()},
    "a mark and returns": {
        "participants-votes.csv": "\ufeff" + TABLE.replace("\n", "\r\n"),
        "comments.csv": "\ufeff" + COMMENTS,
    },
    "other headers": {
        "votes.csv": VOTES.replace("comment-id,voter-id", "Comment_ID,Participant"),
        "comments.csv": COMMENTS.replace("comment-body", "comment_body"),
    },
    "floats": {
        "votes.csv": VOTES.replace(",1\n", ",1.0\n"),
        "comments.csv": COMMENTS,
    },
    "a column more": {
        "participants-votes.csv": TABLE.replace("group-id", "group-id,xid")
        .replace("0,1,0,3", "0,1,x,0,3")
        .replace("1,,0,2", "1,,y,0,2")
        .replace("2,0,1,3", "2,0,z,1,3"),
        "comments.csv": COMMENTS,
    },
}


def told(
    folder: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str, str]:
    """Run the command over these files: its status, what it printed, what it complained."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    status = cli.main(["ideas", "opinion-map", str(folder), *words])
    out = capsys.readouterr()
    return status, out.out, out.err


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_the_same(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    groups = tmp_path / "groups"
    groups.write_text('{"0": 1, "1": "1", "2": 0, "9": null}')
    files = FORMS[form]
    status, out, err = told(tmp_path, files, capsys, "--json", "--groups", str(groups))
    assert (status, err) == (0, "")
    whole: dict[str, Any] = json.loads(out)
    assert whole["groups"] == {"0": "1", "1": "1", "2": "0"}
    assert whole["group_votes"]["1"] == {
        "0": {"agree": 2, "disagree": 0, "seen": 2},
        "1": {"agree": 1, "disagree": 0, "seen": 1},
        "2": {"agree": 0, "disagree": 1, "seen": 2},
    }
    assert whole["consensus"]["0"] == pytest.approx(3 / 4 * 1 / 3, abs=1e-12)
    assert whole["representativeness"]["1"]["0"] == pytest.approx(3 / 4 / (1 / 3), abs=1e-12)
    assert (whole["participants"], whole["statements"], whole["counted"]) == (3, 3, 2)
    named = {one["statement"] for group in whole["explained"] for one in group["statements"]}
    assert named <= {"0", "1"}


def test_groups_of_a_map_that_was_printed_are_taken_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = told(tmp_path, FORMS["rows"], capsys, "--json")
    (tmp_path / "map.json").write_text(out)
    _, again, _ = told(tmp_path, {}, capsys, "--json", "--groups", str(tmp_path / "map.json"))
    for key in ("groups", "group_votes", "consensus", "representativeness", "explained"):
        assert json.loads(again)[key] == json.loads(out)[key]


def test_without_json_it_is_told_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = told(tmp_path, FORMS["rows"], capsys)
    assert status == 0 and "3 participants, 2 statements, 8 votes" in out
    assert "Rejected" not in out


BAD = {
    "nothing": ({}, "there is no participants-votes.csv"),
    "empty": ({"votes.csv": ""}, "is empty"),
    "a head only": ({"votes.csv": VOTES.splitlines()[0] + "\n"}, "no votes in it"),
    "no participants": ({"participants-votes.csv": TABLE.splitlines()[0]}, "no participants"),
    "a vote of two": ({"votes.csv": VOTES + "9,x,2,2,2\n"}, "votes.csv, line 11: the vote is “2”"),
    "a vote in words": ({"participants-votes.csv": TABLE.replace("-1,1\n", "-1,yes\n")}, "“yes”"),
    "no such column": ({"votes.csv": VOTES.replace("voter-id", "who")}, "no participant"),
    "a short row": ({"votes.csv": VOTES + "9,x,2\n"}, "line 11: 3 cells"),
    "one name twice": ({"votes.csv": VOTES.replace("datetime", "vote")}, "same name"),
    "a bad moment": ({"votes.csv": VOTES + "soon,x,2,2,1\n"}, "“soon” is not a moment"),
    "not JSON": ({"votes.json": "[{"}, "not JSON"),
    "not a list": ({"votes.json": '{"a": 1}'}, "not a list of votes"),
    "not objects": ({"votes.json": "[1]"}, "entry 1: this is not an object"),
    "bad moderation": (
        {"votes.csv": VOTES, "comments.csv": COMMENTS.replace(",-1,R", ",maybe,R")},
        "moderated is “maybe”",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_in_a_sentence(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, sentence = BAD[what]
    status, out, err = told(tmp_path, files, capsys, "--json")
    assert (status, out) == (2, "")
    assert sentence in err and len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("given", ["[]", "{", '{"0": []}', "{}", '{"0": null}'])
def test_bad_groups_are_refused(
    given: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "groups").write_text(given)
    files = FORMS["rows"]
    status, out, err = told(tmp_path, files, capsys, "--groups", str(tmp_path / "groups"))
    assert (status, out) == (2, "") and str(tmp_path / "groups") in err


def test_bytes_that_are_no_text_and_folders_that_are_not_there_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "votes.csv").write_bytes(b"\xff\xfe\x00")
    assert cli.main(["ideas", "opinion-map", str(tmp_path)]) == 2
    assert "not UTF-8" in capsys.readouterr().err
    assert cli.main(["ideas", "opinion-map", str(tmp_path / "nowhere")]) == 2
    assert "no such folder" in capsys.readouterr().err


@needs_data
def test_the_table_and_the_rows_of_a_real_conversation_make_one_map(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real = DATA / "polis" / "canadian-electoral-reform"
    files = {one: (real / one).read_text() for one in ("votes.csv", "comments.csv")}
    _, rows, _ = told(tmp_path, files, capsys, "--json")
    table = (real / "participants-votes.csv").read_text()
    _, whole, _ = told(tmp_path, {"participants-votes.csv": table}, capsys, "--json")
    one, other = json.loads(rows), json.loads(whole)
    for key in ("groups", "group_votes", "consensus", "representativeness", "explained"):
        assert one[key] == other[key]
