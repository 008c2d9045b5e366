"""Ideas and statements of another platform: what is taken, what is not, and twice is once."""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.cast import START
from tests.city.ideas.ideas import Ideas
from tests.city.ideas.test_opinion_engine import DATA, needs_data
from veche.city.ideas import commands
from veche.city.ideas.imports.rows import words
from veche.city.ideas.models import (
    Brought,
    Call,
    Idea,
    Participant,
    Rating,
    Statement,
    StatementVote,
)
from veche.city.ideas.operations.imports import import_ideas
from veche.city.ideas.operations.imports_polis import import_conversation
from veche.city.ideas.operations.similar import index_texts
from veche.city.ideas.opinion.reading import read
from veche.city.ideas.queries.similar import like_words
from veche.core.cases.models import CaseEvent
from veche.core.journal.models import Record
from veche.core.moderation.models import Original
from veche.core.notices.models import Notice
from veche.imported import CannotImport

HEAD = ["id", "author/name", "category/name/en", "title/ca", "title/en", "body/ca", "body/en",
        "latitude", "longitude", "state", "supports", "comments", "published_at", "url",
        "is_amend"]  # fmt: skip
ROWS = [
    ["11", "Núria", "Streets", "Més bancs", "More benches", "<p>Al parc.</p>",
     "<p>Old people&#39;s knees.</p><script>alert(1)</script><ul><li>By the lake</li></ul>", "", "",
     "accepted", "37", "4", "2016-01-22 13:06:40 UTC", "https://there.example.org/p/11", "false"],
    ["12", "Núria", "Streets", "Carril bici a la riba", "", "De l'estació al parc.", "", "", "",
     "", "5", "0", "2016-02-01T10:00:00+01:00", "https://there.example.org/p/12", "false"],
    ["13", "Pau", "", "", "", "", "No title", "", "", "", "0", "0", "2016-02-01", "", "false"],
    ["12", "Pau", "", "Un altre", "", "x", "", "", "", "", "0", "0", "2016-02-01", "", "false"],
    ["14", "Pau", "", "Canvi", "", "x", "", "", "", "", "0", "0", "2016-02-01", "", "true"],
    ["15", "Pau", "", "Lluny", "", "x", "", "41.39", "2.17", "", "0", "0", "2016-02-01", "",
     "false"],
    ["16", "Pau", "", "Futur", "", "x", "", "", "", "", "0", "0", "2126-02-01", "", "false"],
    ["17", "Pau", "", "L" * 150, "", "Cos", "", "", "", "evaluating", "1", "0", "2016-03-01",
     "javascript:alert(1)", "false"],
]  # fmt: skip


def _file(folder: Path, rows: list[list[str]], delimiter: str = ";") -> Path:
    path = folder / "proposals.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([HEAD, *rows])
    return path


def test_proposals_of_decidim_are_kept_as_they_stood(made: Ideas, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    before = Notice.objects.count()
    found = import_ideas(by=None, at=START, file=_file(tmp_path, ROWS), form="decidim",
                         source="There", rejects=rejects)  # fmt: skip
    number = found.pop("call")
    assert found == {"read": 8, "imported": 2, "updated": 0, "unchanged": 0, "rejected": 6}
    first, second = Idea.objects.select_related("case", "call").order_by("case")
    assert (first.title, first.text, first.language) == (
        "More benches", "Old people's knees.\n\nBy the lake", "en",
    )  # fmt: skip
    assert first.public and first.case.state == "brought" and first.case.author_id is None
    assert first.published_at is not None and first.published_at.year == 2016
    brought = Brought.objects.get(idea=first)
    assert (brought.supports, brought.state) == (37, "accepted")
    assert first.supporters == 0 and not Rating.objects.exists()
    assert (second.title, second.language) == ("Carril bici a la riba", "ca")
    call = Call.objects.get()
    assert call.case.number == number and call.ideas == 2 and call.case.state == "answered"
    (one,) = Record.objects.filter(kind="ideas.brought")
    assert one.public["imported"] == 2 and len(one.public["sha256"]) == 64
    assert set(CaseEvent.objects.filter(case=first.case).values_list("batch", flat=True)) == {
        one.pk
    }
    assert Notice.objects.count() == before
    refused = list(csv.reader(rejects.open(encoding="utf-8", newline="")))
    assert [row[0] for row in refused[1:]] == ["4", "5", "6", "7", "8", "9"]
    assert "line 3" in refused[2][1] and "amendment" in refused[3][1]
    assert "outside" in refused[4][1] and "future" in refused[5][1]
    assert not any("Pau" in cell for row in refused for cell in row)


def test_a_second_time_nothing_changes_and_a_newer_file_changes_its_rows(
    made: Ideas, tmp_path: Path
) -> None:
    path = _file(tmp_path, ROWS[:2], ",")
    import_ideas(by=None, at=START, file=path, form="decidim", source="There")
    again = import_ideas(by=None, at=START, file=path, form="decidim", source="There")
    assert (again["imported"], again["updated"], again["unchanged"]) == (0, 0, 2)
    newer = [[*ROWS[0][:4], "Many more benches", *ROWS[0][5:]], ROWS[1]]
    found = import_ideas(
        by=None, at=START, file=_file(tmp_path, newer, ","), form="decidim", source="There"
    )
    assert (found["imported"], found["updated"], found["unchanged"]) == (0, 1, 1)
    assert Idea.objects.filter(title="Many more benches").count() == 1
    assert Idea.objects.count() == 2 and Call.objects.count() == 1
    # The ids of another platform are others.
    other = import_ideas(by=None, at=START, file=path, form="decidim", source="Elsewhere")
    assert other["imported"] == 2


def test_they_are_found_and_shown_and_stand_in_the_call_that_was_named(
    made: Ideas, tmp_path: Path, client: Client
) -> None:
    call = made.calling()
    found = import_ideas(by=None, at=START, file=_file(tmp_path, ROWS[:2]), form="decidim",
                         source="There", call=call)  # fmt: skip
    assert found["call"] == call.case.number
    call.refresh_from_db()
    assert call.ideas == 2
    index_texts(at=START)
    (near,) = like_words("Benches by the lake", "Old people need more benches: their knees hurt.")
    assert near.idea.title == "More benches"
    page = client.get(f"/en/ideas/{near.idea.case.number}/").content.decode()
    assert "Brought in from another platform" in page and "https://there.example.org/p/11" in page
    assert ">37<" in page and "is kept as it stood there" in page
    assert "brought in later" in page


def test_any_table_is_read_as_its_map_says(made: Ideas, tmp_path: Path) -> None:
    table = tmp_path / "wishes.csv"
    table.write_text("Nr,Wunsch,Tag,Ja\na-1,Зелёная крыша,02.03.2020,7\na-2,,02.03.2020,1\n"
                     "a-3,桥,32.03.2020,1\na-4,桥,03.03.2020,viele\n", "utf-8")  # fmt: skip
    mapping = tmp_path / "map.toml"
    mapping.write_text('[source]\nname = "Wishes"\n[dates]\nformat = "%d.%m.%Y"\n'
                       'timezone = "Europe/Berlin"\n[columns]\nid = "Nr"\ntitle = "Wunsch"\n'
                       'published = "Tag"\nsupports = "Ja"\n', "utf-8")  # fmt: skip
    found = import_ideas(by=None, at=START, file=table, form="csv", source="x", columns=mapping)
    assert (found["read"], found["imported"], found["rejected"]) == (4, 1, 3)
    idea = Idea.objects.get()
    assert (idea.language, Brought.objects.get().source) == ("ru", "Wishes")
    assert idea.published_at is not None and idea.published_at.isoformat().startswith("2020-03-01")
    mapping.write_text('[columns]\nid = "Nr"\ntitle = "Nothing"\n', "utf-8")
    with pytest.raises(CannotImport, match="Nothing"):
        import_ideas(by=None, at=START, file=table, form="csv", source="x", columns=mapping)
    with pytest.raises(CannotImport, match="“id”"):
        import_ideas(by=None, at=START, file=table, form="decidim", source="x")


def test_what_stands_between_marks_is_kept_and_nothing_runs() -> None:
    assert words("<p>One</p><p>Two &amp; three</p>") == "One\n\nTwo & three"
    assert words("5 < 6 and 7 > 3") == "5 < 6 and 7 > 3"
    assert "<script" not in words("<scr<script>x</script>ipt>alert(1)")
    assert words("a\x00b\r\n\r\n\r\n  c") == "ab\n\nc"
    assert words("<style>p{}") == ""


POLIS = """timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
1472552518501,x,0,7,2,1,1,"First, with a comma"
1472552518501,x,1,7,1,1,0,Second
1472552518501,x,2,7,1,1,-1,Rejected
1472552518501,x,2,7,1,1,-1,Again
x,x,y,7,1,1,-1,No number
"""
VOTES = """timestamp,datetime,comment-id,voter-id,vote
9,x,0,0,1
5,x,0,0,-1
3,x,1,4,0
"""


def test_a_conversation_comes_with_its_votes_and_twice_is_once(made: Ideas, tmp_path: Path) -> None:
    (tmp_path / "comments.csv").write_text(POLIS, "utf-8")
    found = import_conversation(by=None, at=START, file=tmp_path / "comments.csv", source="Talk")
    number = found.pop("call")
    assert found == {"read": 5, "imported": 3, "updated": 0, "unchanged": 0, "rejected": 2,
                     "votes": 0}  # fmt: skip
    call = Call.objects.get(case__number=number)
    shown = dict(Statement.objects.filter(matter=call.case).values_list("number", "standing"))
    assert shown == {0: "shown", 1: "shown", 2: "rejected"}
    (tmp_path / "votes.csv").write_text(VOTES, "utf-8")
    found = import_conversation(by=None, at=START, file=tmp_path, source="Talk")
    assert (found["imported"], found["unchanged"], found["votes"]) == (0, 3, 2)
    votes = StatementVote.objects.order_by("statement__number", "participant")
    assert [(v.statement.number, v.participant, v.value) for v in votes] == [(0, 0, 1), (1, 4, 0)]
    again = import_conversation(by=None, at=START, file=tmp_path, source="Talk")
    assert again["votes"] == 0 and StatementVote.objects.count() == 2
    first = Statement.objects.get(matter=call.case, number=0)
    assert (first.agrees, first.disagrees, first.passes) == (1, 0, 0)


def _talk(folder: Path, comments: str, votes: str) -> dict[str, Any]:
    (folder / "comments.csv").write_text(comments, "utf-8")
    (folder / "votes.csv").write_text(votes, "utf-8")
    return import_conversation(by=None, at=START, file=folder, source="Talk")


ACCEPTED = "comment-id,moderated,comment-body\n0,1,Benches in the park\n"


def test_what_was_rejected_there_is_shown_nowhere_however_it_is_written(
    made: Ideas, tmp_path: Path
) -> None:
    rows = "1,-1.0,Rude words\n2,rejected,More of them\n3,perhaps,Nobody knows\n4,-1,\n"
    found = _talk(tmp_path, ACCEPTED + rows, "comment-id,voter-id,vote\n4,0,1.0\n")
    assert (found["imported"], found["rejected"], found["votes"]) == (4, 1, 1)
    stand = dict(Statement.objects.values_list("number", "standing"))
    assert stand == {0: "shown", 1: "rejected", 2: "rejected", 4: "rejected"}


def test_what_a_reader_here_rejected_stays_rejected(made: Ideas, tmp_path: Path) -> None:
    said = "comment-id,voter-id,vote\n0,0,1\n"
    _talk(tmp_path, ACCEPTED, said)
    Statement.objects.update(standing="rejected", reason="rude", reader=made.town.moderator)
    found = _talk(tmp_path, ACCEPTED.replace("Benches", "Seats"), said)
    assert found["updated"] == 1
    assert Statement.objects.values_list("text", "standing").get() == (
        "Seats in the park", "rejected",
    )  # fmt: skip


def test_nothing_comes_where_people_of_this_city_have_voted(made: Ideas, tmp_path: Path) -> None:
    """Their numbers follow those of the file: a newer file would speak in their names."""
    found = _talk(tmp_path, ACCEPTED, "comment-id,voter-id,vote\n0,0,1\n")
    call = Call.objects.get(case__number=found["call"])
    Participant.objects.create(matter=call.case, person=made.town.resident, number=1)
    with pytest.raises(CannotImport, match="voted in this call"):
        _talk(tmp_path, ACCEPTED, "comment-id,voter-id,vote\n0,0,1\n0,1,-1\n")


@pytest.mark.parametrize(
    ("votes", "why"),
    [
        ("a,b\n1,2\n", "no column “comment-id”"),
        ("comment-id,voter-id,vote\n0,0,inf\n", "line 2: A vote is 1, 0 or -1, not “inf”"),
        ("comment-id,voter-id,vote\n0,0,0.5\n", "not “0.5”"),
        ("comment-id,voter-id,vote\n0,0,1\n0,,1\n", "line 3: “voter-id” is not a number"),
        (f"comment-id,voter-id,vote\n{'9' * 5000},0,1\n", "“comment-id” is not a number"),
        ("comment-id,voter-id,vote\n0,0\n", "2 columns"),
        ("", "is empty"),
    ],
)
def test_votes_that_cannot_be_read(made: Ideas, tmp_path: Path, votes: str, why: str) -> None:
    with pytest.raises(CannotImport) as refused:
        _talk(tmp_path, ACCEPTED, votes)
    assert why in str(refused.value) and not Statement.objects.exists()


def test_a_platform_has_a_name_that_can_be_kept(made: Ideas, tmp_path: Path) -> None:
    (tmp_path / "comments.csv").write_text(ACCEPTED + f"{'9' * 5000},1,Long number\n", "utf-8")
    for name in ("", "x" * 300, "a\x00b"):
        with pytest.raises(CannotImport, match="name of the source"):
            import_conversation(by=None, at=START, file=tmp_path, source=name)
    assert import_conversation(by=None, at=START, file=tmp_path, source="T")["rejected"] == 1


def test_a_newer_file_brings_no_words_back_that_a_moderator_hid(
    made: Ideas, tmp_path: Path
) -> None:
    bring: dict[str, Any] = {"by": None, "at": START, "form": "decidim", "source": "There"}
    import_ideas(file=_file(tmp_path, ROWS[:1]), **bring)
    idea = Idea.objects.get()
    Idea.objects.update(text="…")
    Original.objects.create(
        case=idea.case, kind="text", field="text", text=idea.text, at=START, until=START
    )
    newer = [[*ROWS[0][:10], "38", *ROWS[0][11:]]]
    assert import_ideas(file=_file(tmp_path, newer), **bring)["updated"] == 1
    assert Idea.objects.values_list("text", flat=True).get() == "…"
    assert Brought.objects.values_list("supports", flat=True).get() == 38


@needs_data
def test_a_real_conversation_comes_whole(made: Ideas) -> None:
    folder = DATA / "polis" / "canadian-electoral-reform"
    found = import_conversation(by=None, at=START, file=folder, source="Canada")
    there = read(folder)
    said = sum(int(v == v) for row in there.table.tolist() for v in row)
    kept = Statement.objects.count()
    assert found["imported"] == kept == len(there.statements) - found["rejected"]
    assert found["votes"] == StatementVote.objects.count()
    assert found["votes"] == said or found["rejected"]


def test_the_command_says_what_it_did(
    made: Ideas, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    asked = parser.parse_args(
        ["ideas", "import", str(_file(tmp_path, ROWS)), "--format", "decidim", "--json"]
    )
    assert asked.run(asked) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["imported"] == 2 and said["rejected"] == 6 and "seconds" in said
    wrong = parser.parse_args(["ideas", "import", str(tmp_path / "no.csv"), "--format", "csv"])
    assert wrong.run(wrong) == 2
    assert "no file" in capsys.readouterr().err
