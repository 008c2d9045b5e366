"""Real elections: the same rounds and stages as were reported."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from veche.city.ballots.counting import Rule, count
from veche.city.ballots.files import read_ballots

RANKED = Path(__file__).resolve().parents[4] / "shared/data/ranked"
here = pytest.mark.skipif(not RANKED.exists(), reason="the real ballots are not here")


def _name(name: str) -> str:
    """The report's way of writing a name."""
    return "Undeclared Write-ins" if name == "UWI" else name.replace('"', "")


@here
def test_all_rounds_of_minneapolis_2013() -> None:
    begun = time.process_time()
    papers = read_ballots(RANKED / "minneapolis_2013_mayor_cvr.csv", "ranks-csv")
    found = count(Rule("irv", skips="exhaust-after-2"), papers)
    spent = time.process_time() - begun
    report = json.loads((RANKED / "minneapolis_2013_mayor_rctab_report.json").read_text())
    assert len(found.rounds) == len(report["results"]) == 33
    for ours, theirs in zip(found.rounds, report["results"], strict=True):
        tally = {_name(name): votes for name, votes in ours.tally.items()}
        assert tally == {name: int(votes) for name, votes in theirs["tally"].items()}
        assert ours.exhausted == sum(int(n) for n in theirs["inactiveBallots"].values())
        out = {one["eliminated"] for one in theirs["tallyResults"] if "eliminated" in one}
        assert {_name(name) for name in ours.eliminated} == out
    assert found.winners == ("BETSY HODGES",)
    assert (found.ballots, found.empty) == (80_101, report["summary"]["undervotes"])
    assert spent < 1.5, "0.2 s of CPU on a quiet machine"


@here
@pytest.mark.parametrize(
    ("file", "elected"),
    [
        (
            "edinburgh_2022_ward02_pentland_hills.csv",
            {"Graeme Bruce": 1, "Neil Thomas Gardiner": 1, "Stephen Philip Jenkinson": 7,
             "Fiona Glasgow": 9},
        ),
        (
            "edinburgh_2022_ward11_city_centre.csv",
            {"Jo Mowat": 1, "Claire Miller": 7, "Finlay Mcfarlane": 11,
             "Margaret Arma Graham": 13},
        ),
    ],
)  # fmt: skip
def test_edinburgh_elects_its_councillors_at_their_stages(
    file: str, elected: dict[str, int]
) -> None:
    papers = read_ballots(RANKED / file, "scot-csv")
    assert papers.seats == 4
    found = count(Rule("stv-scottish", seats=4), papers)
    stages = {
        name: number for number, one in enumerate(found.rounds, start=1) for name in one.elected
    }
    assert stages == elected
    assert found.winners == tuple(elected)
