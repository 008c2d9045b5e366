"""Matching: what is possible, what fits best, why not another; checked against every choice."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from veche.city.pilots.commands import match as command
from veche.city.pilots.engines import match
from veche.city.pilots.rules import sites as rules
from veche.project.cli import main

YEAR = [["2026-01-01", "2026-12-31", 1]]


def solved(solutions: list[dict[str, Any]], sites: list[dict[str, Any]], **more: Any) -> Any:
    """What comes out, as JSON has it."""
    found = match.solve(match.read({"solutions": solutions, "sites": sites, **more}))
    return match.as_json(found)


def site(name: str, **more: Any) -> dict[str, Any]:
    """A site that is free all year."""
    return {"id": name, "environment": "street", "windows": YEAR, **more}


def whole(scores: np.ndarray, able: np.ndarray) -> tuple[int, float]:
    """The most pairs and the greatest sum of scores, by trying every choice."""
    rows, columns = scores.shape
    best = (0, 0.0)
    for choice in itertools.product(range(-1, columns), repeat=rows):
        used = [column for column in choice if column >= 0]
        if len(set(used)) < len(used):
            continue
        pairs = [(row, column) for row, column in enumerate(choice) if column >= 0]
        if all(able[pair] for pair in pairs):
            best = max(best, (len(pairs), float(sum(scores[pair] for pair in pairs))))
    return best


@profile(max_examples=60, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda n: st.tuples(
            st.lists(st.lists(st.integers(0, 20), min_size=4, max_size=4), min_size=n, max_size=n),
            st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=n, max_size=n),
        )
    )
)
def test_the_most_get_a_site_and_among_these_the_best(
    made: tuple[list[list[int]], list[list[bool]]],
) -> None:
    scores, able = made
    found = match.solve(match.read({"scores": scores, "feasible": able}))
    count, total = whole(np.array(scores), np.array(able))
    assert len(found.matches) == count
    assert sum(one.score for one in found.matches) == pytest.approx(total)
    assert all(able[int(one.solution)][int(one.site)] for one in found.matches)
    assert len({one.site for one in found.matches}) == count


def test_every_reason_for_which_a_site_is_not_possible() -> None:
    need = {
        "id": "s", "environment": "street", "days": 60, "from": "2026-03-01",
        "until": "2026-10-31", "months": [6, 7], "target_group": "old", "brings": ["insurance"],
        "needs": {"power": True, "network": True, "lift": True, "area": 40, "people": 50},
    }  # fmt: skip
    offers = {"power": True, "network": True, "lift": True, "area": 50}
    people = {"old": 60, "everybody": 20}

    def why(**more: Any) -> tuple[str, tuple[str, ...]]:
        instance = match.read(
            {
                "solutions": [need],
                "sites": [site("t", **{"offers": offers, "people": people, **more})],
            }
        )
        found = match.possible(instance.solutions[0], instance.sites[0])
        return (found.code, found.what) if found else ("", ())

    assert why() == ("", ())
    assert why(environment="water")[0] == "environment"
    for code, reason in (("power", "power"), ("network", "network"), ("lift", "access")):
        assert why(offers={**offers, code: False}) == (reason, (code,))
    assert why(offers={**offers, "area": 39.9}) == ("space", ("area",))
    assert why(people={"old": 49, "everybody": 500}) == ("space", ("people",))
    assert why(requires=["insurance"]) == ("", ())
    assert why(requires=["ethics_approval"]) == ("ethics", ("ethics_approval",))
    assert why(requires=["certificate"]) == ("asks", ("certificate",))
    assert why(windows=[["2026-06-01", "2026-07-31", 1]]) == ("", ())
    assert why(windows=[["2026-06-03", "2026-07-31", 1]])[0] == "time"  # 59 days
    assert why(windows=[["2026-08-01", "2026-10-31", 1]])[0] == "season"
    assert why(windows=[["2026-06-01", "2026-07-31", 0]])[0] == "time"
    assert why(windows=[])[0] == "time"


def test_a_place_taken_is_free_before_and_after() -> None:
    solutions = [{"id": name, "days": 100} for name in "abcd"]
    told = solved(solutions, [site("t")])
    begins = sorted(one["begins"] for one in told["matches"])
    assert begins == ["2026-01-01", "2026-04-11", "2026-07-20"]
    assert [one["why"] for one in told["unmatched"]] == ["taken"]
    # A second place lets the fourth in.
    both = solved(solutions, [site("t", windows=[["2026-01-01", "2026-12-31", 2]])])
    assert len(both["matches"]) == 4
    # What stands in between bounds the day on which it can begin.
    late = solved([{"id": "a", "days": 10, "from": "2026-05-05"}], [site("t")])
    assert late["matches"][0]["begins"] == "2026-05-05"


def test_the_parts_of_a_score_and_how_it_stands_against_other_weights() -> None:
    one = {
        "id": "s", "needs": {"power": True}, "wishes": {"lift": True, "lit": True},
        "place": [49.0, 53.5], "target_group": "old", "days": 5,
    }  # fmt: skip
    sites = [
        site("rich", offers={"power": True, "lift": True, "lit": True, "parking": True},
             people={"old": 50}, history={"trials": 4, "done": 3}, place=[49.0, 53.5]),
        site("bare", offers={"power": True}, people=100, history=0.5, place=[49.0, 53.59]),
    ]  # fmt: skip
    told = solved([one], sites)["matches"][0]
    parts = {"fit": (1 + 3 / 4) / 2, "reach": 50 / 100, "distance": 1.0, "history": 4 / 6}
    assert (told["site"], told["stable"]) == ("rich", True)
    assert told["parts"] == pytest.approx(parts, abs=1e-6)
    total = sum(rules.WEIGHTS[name] * value for name, value in parts.items())
    assert told["score"] == pytest.approx(total, abs=1e-6)
    other = solved([one], sites, weights={"fit": 0, "distance": 0, "history": 0})["matches"][0]
    assert (other["site"], other["score"]) == ("bare", 1.0)
    assert other["parts"]["fit"] == (0 + 1) / 2
    assert other["parts"]["distance"] == pytest.approx(0.4998, abs=1e-3)  # 10 km
    # Of five sites, three are nearly alike: which of them are the top three is anybody's guess.
    alike = [
        site(f"t{n}", offers={"power": True}, people=100 + n, history=0.5 - n / 60)
        for n in range(5)
    ]
    assert not solved([one], alike)["matches"][0]["stable"]
    apart = [
        site(f"t{n}", offers={"power": True}, people=100 + n, history=0.5 + (n > 1) / 4)
        for n in range(5)
    ]
    assert solved([one], apart)["matches"][0]["stable"]


def test_the_next_best_and_why_it_is_not_the_one() -> None:
    solutions = [{"id": "a", "days": 300}, {"id": "b", "days": 300, "needs": {"lift": True}}]
    sites = [
        site("best", offers={"lift": True}, people=900), site("good", people=800),
        site("wet", environment="water", people=5), site("full", windows=[]),
    ]  # fmt: skip
    solutions = [{**one, "environment": "street"} for one in solutions]
    told = {row["solution"]: row for row in solved(solutions, sites)["matches"]}
    assert {name: row["site"] for name, row in told.items()} == {"a": "good", "b": "best"}
    assert [(o["site"], o["why"], o["by"]) for o in told["a"]["next_best"]] == [
        ("best", "lower", ""), ("wet", "environment", ""), ("full", "time", ""),
    ]  # fmt: skip
    reasons = {one["site"]: one["why"] for one in told["b"]["next_best"]}
    assert reasons["good"] == "access"
    taken = solved([{"id": "a", "days": 300}, {"id": "b", "days": 300}], [site("t")])
    (row,) = taken["unmatched"]
    (held,) = taken["matches"]
    assert (row["why"], row["next_best"][0]["by"]) == ("taken", held["solution"])
    assert solved([{"id": "a"}], [])["unmatched"][0]["why"] == "no_sites"


BROKEN: tuple[tuple[Any, str], ...] = (
    ([], "$"),
    ({}, "solutions"),
    ({"solutions": [], "sites": {}}, "sites"),
    ({"solutions": [{}], "sites": []}, "solutions[0].id"),
    ({"solutions": [{"id": "a", "days": 0}], "sites": []}, "solutions[0].days"),
    ({"solutions": [{"id": "a", "days": True}], "sites": []}, "solutions[0].days"),
    ({"solutions": [{"id": "a"}, {"id": "a"}], "sites": []}, "solutions[1].id"),
    ({"solutions": [{"id": "a", "needs": {"power": "yes"}}], "sites": []},
     "solutions[0].needs.power"),
    ({"solutions": [{"id": "a", "place": [181, 0]}], "sites": []}, "solutions[0].place"),
    ({"solutions": [{"id": "a", "months": [13]}], "sites": []}, "solutions[0].months"),
    ({"solutions": [{"id": "a", "from": "2026-02-01", "until": "2026-01-01"}], "sites": []},
     "solutions[0].until"),
    ({"solutions": [], "sites": [{"id": "t", "windows": [["2026-02-30", "2026-03-01"]]}]},
     "sites[0].windows[0][0]"),
    ({"solutions": [], "sites": [{"id": "t", "windows": [["2026-02-03", "2026-02-01", 1]]}]},
     "sites[0].windows[0]"),
    ({"solutions": [], "sites": [{"id": "t", "people": -1}]}, "sites[0].people"),
    ({"solutions": [], "sites": [{"id": "t", "history": 2}]}, "sites[0].history"),
    ({"solutions": [], "sites": [], "weights": {"luck": 1}}, "weights.luck"),
    ({"solutions": [], "sites": [], "weights": dict.fromkeys(rules.CRITERIA, 0)}, "weights"),
    ({"scores": [[1], [1, 2]]}, "scores[1]"),
    ({"scores": [[10**400]]}, "scores[0][0]"),
    ({"scores": [[1]], "feasible": [[2]]}, "feasible[0][0]"),
    ({"scores": [[1]], "feasible": []}, "feasible"),
    ({"scores": [[1]], "capacity": [-1]}, "capacity[0]"),
    ({"scores": [[1]], "sites": ["a", "b"]}, "sites"),
)  # fmt: skip


@pytest.mark.parametrize(("data", "where"), BROKEN)
def test_a_broken_instance_is_refused_with_the_place_of_the_fault(data: Any, where: str) -> None:
    with pytest.raises(match.Broken) as fault:
        match.read(data)
    assert fault.value.where == where
    assert str(fault.value).startswith(f"{where}: ")


def test_the_command_answers_in_json_and_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "in.json"
    file.write_text(
        json.dumps({"solutions": [{"id": 7}, {"id": 8}], "sites": [site("t", windows=[
            ["2026-01-01", "2026-01-01", 1]])]})
    )  # fmt: skip
    assert main(["pilots", "match", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"matches", "unmatched", "seconds"}
    assert {told["matches"][0]["solution"], told["unmatched"][0]["solution"]} == {7, 8}
    assert told["unmatched"][0]["next_best"][0]["why_not"].startswith("given to another")
    assert main(["pilots", "match", str(file)]) == 0
    assert "1 of 2 matched" in capsys.readouterr().out
    for text in ("", "[", '{"scores": [[NaN]]}', "[" * 100_000, "\udcff", "9" * 5_000, "{}"):
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        assert main(["pilots", "match", str(file)]) == 2
        said = capsys.readouterr().err
        assert said.startswith(f"{file}: ") and "Traceback" not in said
    assert command.MOST_BYTES < 2**30


def test_the_engine_needs_neither_django_nor_a_database() -> None:
    found = subprocess.run(
        [sys.executable, "-c",
         "import sys; from veche.city.pilots.engines import match;"
         "r = match.solve(match.read({'scores': [[1.0, 3.0], [2.0, 2.5]]}));"
         "print(sum(one.score for one in r.matches), 'django' in sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.split() == ["5.0", "False"]


def test_gaps_and_features() -> None:
    import datetime as dt

    days = [dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=n) for n in range(11)]
    free = rules.gaps((days[0], days[10]), 2, [(1, (days[2], days[4])), (1, (days[4], days[10]))])
    assert free == [(1, (days[0], days[2])), (2, (days[0], days[10]))]
    assert rules.free_place(free, (days[0], days[2])) == 1
    assert rules.free_place(free, (days[1], days[3])) == 2
    assert rules.free_place(free[:1], (days[1], days[3])) is None
    assert rules.offered({"power": True, "lit": False, "area": 3, "lift": None}) == {
        "power": True, "area": 3,
    }  # fmt: skip
    refused: tuple[dict[str, object], ...] = (
        {"moon": True}, {"area": True}, {"area": -1}, {"power": 3}, {"quiet": True},
    )  # fmt: skip
    for wrong in refused:
        with pytest.raises(rules.NotAFeature):
            rules.offered(wrong)
    assert rules.asked(["quiet", "insurance", "quiet"]) == ["insurance", "quiet"]
