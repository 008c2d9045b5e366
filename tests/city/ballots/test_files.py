"""Files of ballots: each format read right, and each fault told with its line."""

from __future__ import annotations

import gzip
import json
import random
from fractions import Fraction
from pathlib import Path

import pytest

from veche.city.ballots.counting.ballots import NOBODY
from veche.city.ballots.files import FORMATS, WrongFile, read_ballots
from veche.project import cli

SCOT = (
    '3,1,\n4,1,2,\n2,3,\n"Candidate 1","Ann","X (X)",\n"Candidate 2","Bo","Y",\n'
    '"Candidate 3","Cy","Z",\n"Ward 1",\n'
)
BLT = (
    '# a remark\n3 2\n-3\n4 1 2 0\n2 - 3 2 0\n1 1=2 0 # another\n0\n"Ann"\n"Bo #1"\n"Cy"\n"Board"\n'
)
PREFLIB = (
    "# TITLE: Board\n# DATA TYPE: toi\n# ALTERNATIVE NAME 1: Ann\n# ALTERNATIVE NAME 2: Bo\n"
    "# ALTERNATIVE NAME 3: Cy\n5: 1,{2,3}\n2: 3\n"
)
OLD = "3\n1,Ann\n2,Bo\n3,Cy\n9,9,3\n5,1,{2,3}\n4,3\n"
RANKS = "first,second,third\nAnn,overvote,Bo\nBo,undervote,\nUWI,Ann,Ann\n,,\n"


def written(folder: Path, text: str, name: str = "ballots.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_scottish(tmp_path: Path) -> None:
    found = read_ballots(written(tmp_path, SCOT), "scot-csv")
    assert found.options == ("Ann", "Bo", "Cy")
    assert (found.seats, found.title, found.number) == (1, "Ward 1", 6)
    assert found.ranked == {((0,), (1,)): 4, ((2,),): 2}


def test_ranks(tmp_path: Path) -> None:
    found = read_ballots(written(tmp_path, RANKS), "ranks-csv")
    assert found.options == ("Ann", "Bo", "UWI")
    assert found.write_ins == {2}
    assert found.ranked == {
        ((0,), (NOBODY, NOBODY), (1,)): 1,
        ((1,), (), ()): 1,
        ((2,), (0,), (0,)): 1,
        ((), (), ()): 1,
    }


def test_blt_leaves_the_withdrawn_out(tmp_path: Path) -> None:
    found = read_ballots(written(tmp_path, BLT), "blt")
    assert found.options == ("Ann", "Bo #1")
    assert (found.seats, found.title) == (2, "Board")
    assert found.ranked == {((0,), (1,)): 4, ((), (1,)): 2, ((0, 1),): 1}


def test_preflib_orders_and_categories(tmp_path: Path) -> None:
    found = read_ballots(written(tmp_path, PREFLIB), "preflib")
    assert found.options == ("Ann", "Bo", "Cy")
    assert found.ranked == {((0,), (1, 2)): 5, ((2,),): 2}
    approved = read_ballots(
        written(tmp_path, PREFLIB.replace("toi", "cat").replace("5: 1,{2,3}", "5: {1,3},2")),
        "preflib",
    )
    assert approved.marked == {((0, Fraction(1)), (2, Fraction(1))): 5, ((2, Fraction(1)),): 2}


def test_preflib_as_it_was_before_2022(tmp_path: Path) -> None:
    found = read_ballots(written(tmp_path, OLD), "preflib")
    assert found.options == ("Ann", "Bo", "Cy")
    assert found.ranked == {((0,), (1, 2)): 5, ((2,),): 4}


@pytest.mark.parametrize(
    "ending",
    [
        "Ann\nBo #1\nCy\nBoard\n",
        '"Ann"\n"Bo #1"\n"Cy"\n"Board"',
        '"Ann" "One party"\n"Bo #1" "Another"\n"Cy"\n"Board"\n',
        '"Ann" "Bo #1" "Cy"\n"Board"\n',
        '"Ann",\n"Bo #1",\n"Cy",\n"Board",\n',
    ],
)
def test_blt_as_others_write_its_names(tmp_path: Path, ending: str) -> None:
    text = BLT.partition('"Ann"')[0].replace("\n", "\r\n") + ending
    if ending.startswith("Ann"):
        text = text.replace("Bo #1", "Bo 1")
    found = read_ballots(written(tmp_path, "\ufeff" + text), "blt")
    assert found.options in (("Ann", "Bo #1"), ("Ann", "Bo 1"))
    assert (found.seats, found.title, found.number) == (2, "Board", 7)


def test_ranks_as_others_write_them(tmp_path: Path) -> None:
    plain = read_ballots(
        written(tmp_path, "first,second,third\nAnn,overvote,Bo\nAnn,overvote,Bo\nBo,,\n,,\n"),
        "ranks-csv",
    )
    for text in (
        "first,second,third\r\nAnn,Overvote,Bo\r\nAnn,overvoted ,Bo\r\nBo\r\n,,\r\n",
        "first,second,third,\nAnn,OVERVOTE,Bo,\nAnn,overvote,Bo,\nBo,Skipped,undervote,\n,,,\n",
        "1,2,3\nAnn,overvote,Bo\nAnn,overvote,Bo\nBo,-,skippedRank\n , , \n",
        "Cast Vote Record,Precinct,Rank 1,Rank 2,Rank 3\n1,A,Ann,overvote,Bo\n2,A,Ann,overvote,Bo\n"
        "3,A,Bo,,\n4,B,,,\n",
        '"Precinct","#1","#2","#3","Count"\nA,Ann,overvote,Bo,2\nA,Bo,,,1\nB,,,,1\n',
        ",first,second,third\n0,Ann,overvote,Bo\n1,Ann,overvote,Bo\n2,Bo,,\n3,,,\n",
    ):
        found = read_ballots(written(tmp_path, "\ufeff" + text), "ranks-csv")
        assert (found.options, found.ranked) == (plain.options, plain.ranked), text


def test_votes_named_and_marked(tmp_path: Path) -> None:
    named = read_ballots(written(tmp_path, "id,choice\n1,Bo\n2,Ann;Bo\n3,\n"), "votes-csv")
    assert named.options == ("Ann", "Bo")
    assert named.marked == {((1, 1),): 1, ((0, 1), (1, 1)): 1, (): 1}
    marked = read_ballots(written(tmp_path, "Ann,Bo,count\n1,,3\n0.5,0.25,1\n"), "votes-csv")
    assert marked.marked == {((0, 1),): 3, ((0, Fraction(1, 2)), (1, Fraction(1, 4))): 1}


@pytest.mark.parametrize(
    ("form", "text", "sentence"),
    [
        ("scot-csv", "", "first line"),
        ("scot-csv", SCOT.replace("4,1,2", "4,1,9"), "Line 2: There is no candidate 9"),
        ("scot-csv", SCOT.replace("4,1,2", "4,1,x"), "Line 2: 'x'"),
        ("scot-csv", SCOT.partition('"Candidate 3"')[0], "2 are named"),
        ("scot-csv", SCOT.replace("Bo", "Ann"), "same name"),
        ("ranks-csv", "", "name the ranks"),
        ("ranks-csv", "a,b\nAnn,Bo,Cy\n", "3 ranks"),
        ("ranks-csv", "id,count\n1,2\n", "No column holds a rank"),
        ("ranks-csv", "count,a\nx,Ann\n", "'x' is not a number of ballots"),
        ("ranks-csv", "a,b\n,\n", "names anybody"),
        ("blt", "", "empty"),
        ("blt", BLT.replace("4 1 2 0", "4 1 2"), "Line 4"),
        ("blt", BLT.replace("\n0\n", "\n"), "end with a line of 0"),
        ("blt", BLT.replace("4 1 2 0", "4 1 7 0"), "Line 4: There is no candidate 7"),
        ("blt", BLT.replace('"Cy"\n"Board"\n', ""), "2 are named"),
        ("preflib", "5: 1,2\n", "names an alternative"),
        ("preflib", OLD.replace("9,9,3", "8,8,3"), "It says 8 voters"),
        ("preflib", OLD.replace("2,Bo", "2;Bo"), "as its number, a comma"),
        ("preflib", OLD.replace("4,3", "4,7"), "There is no alternative 7"),
        ("preflib", "2\n1,Ann\n", "and 1 are named"),
        ("preflib", PREFLIB.replace("5: 1", "5: 8"), "There is no alternative 8"),
        ("preflib", PREFLIB.replace("5: 1,{2,3}", "5: 1,{2,3"), "not an order"),
        ("preflib", PREFLIB.replace("5: 1", "5 1"), "colon"),
        ("preflib", PREFLIB.replace("5: 1", "-5: 1"), "Line 6"),
        ("votes-csv", "", "name the columns"),
        ("votes-csv", "id,count\n1,2\n", "No column"),
        ("votes-csv", "Ann,Bo\n1\n", "Line 2"),
        ("votes-csv", "Ann,Bo\n1,x\n", "'x' is not a mark"),
        ("votes-csv", "Ann,Bo\n1,-2\n", "below nothing"),
        ("votes-csv", "Ann,Bo\n1,1/0\n", "not a mark"),
        ("votes-csv", "Ann,Bo\n1,1e999999999\n", "not a mark"),
        ("votes-csv", "Ann,count\n1," + "9" * 5000 + "\n", "not a number"),
    ],
)  # fmt: skip
def test_faults_are_told(tmp_path: Path, form: str, text: str, sentence: str) -> None:
    with pytest.raises(WrongFile) as fault:
        read_ballots(written(tmp_path, text), form)
    assert sentence in str(fault.value)


@pytest.mark.parametrize("form", FORMATS)
def test_garbage_is_a_sentence_and_never_a_crash(tmp_path: Path, form: str) -> None:
    dice = random.Random(7)
    wholes = {"scot-csv": [SCOT], "ranks-csv": [RANKS], "blt": [BLT], "preflib": [PREFLIB, OLD],
              "votes-csv": ["Ann,Bo,count\n1,,3\n"]}[form]  # fmt: skip
    for number in range(300):
        letters = list(wholes[number % len(wholes)])
        for _change in range(dice.randrange(1, 6)):
            at = dice.randrange(len(letters))
            letters[at] = dice.choice(['"', ",", "0", "-", "{", "}", "\n", "9", "é", "", ":", "²"])
        try:
            read_ballots(written(tmp_path, "".join(letters)), form)
        except WrongFile as fault:
            assert str(fault)


def test_gzip_and_what_is_not_text(tmp_path: Path) -> None:
    packed = tmp_path / "ward.csv.gz"
    packed.write_bytes(gzip.compress(SCOT.encode()))
    assert read_ballots(packed, "scot-csv").number == 6
    packed.write_bytes(gzip.compress(SCOT.encode())[:-9])
    with pytest.raises(WrongFile, match="gzip"):
        read_ballots(packed, "scot-csv")
    latin = tmp_path / "latin.csv"
    latin.write_bytes(SCOT.replace("Bo", "Bó").encode("latin-1"))
    with pytest.raises(WrongFile, match="Line 5: This is not UTF-8"):
        read_ballots(latin, "scot-csv")


def test_the_command_counts_without_a_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "open_database", lambda: pytest.fail("a database was opened"))
    path = str(written(tmp_path, SCOT))
    assert (
        cli.main(["ballots", "count", path, "--format", "scot-csv", "--rule", "irv", "--json"]) == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert found["winners"] == ["Ann"]
    assert found["rounds"] == [
        {"tally": {"Ann": 4, "Bo": 0, "Cy": 2}, "elected": ["Ann"], "eliminated": [],
         "exhausted": 0}
    ]  # fmt: skip
    assert found["ballots"] == 6
    assert found["seconds"] < 5
    assert cli.main(["ballots", "count", path, "--format", "scot-csv", "--rule", "irv"]) == 0
    assert "Elected, in this order: Ann" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--rule", "irv", "--seats", "2"], "elects one"),
        (["--rule", "score"], "Points cannot"),
        (["--rule", "irv", "--ties", "lottery"], "seed"),
        (["--rule", "irv", "--ties", "lottery", "--root", "ff", "--dice", "1"], "64 hexadecimal"),
    ],
)
def test_the_command_refuses_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    path = str(written(tmp_path, SCOT))
    assert cli.main(["ballots", "count", path, "--format", "scot-csv", *words]) == 1
    assert sentence in capsys.readouterr().err
