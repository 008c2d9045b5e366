"""The detector: once, at once, the same for every scale, learning nothing from gaps."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from tests.city.pulse.engines.nab import Labelled, standing, worth
from veche.city.pulse.engines.anomalies import (
    Detector,
    Unreadable,
    last_score,
    read_series,
    scores,
)
from veche.city.pulse.engines.anomalies.novelty import Memory, Tail


def _days(count: int = 4_000, seed: int = 3) -> np.ndarray:
    """A daily curve with noise, a value every five minutes."""
    at = np.arange(count)
    noise = np.random.default_rng(seed).normal(0, 1, count)
    return 50 + 10 * np.sin(2 * np.pi * at / 288) + noise


def test_a_value_never_seen_scores_most_and_what_follows_it_is_silent() -> None:
    values = _days()
    values[3_000:3_020] = 95.0
    told = scores(values.tolist())
    assert int(np.argmax(told)) == 3_000
    assert told[3_000] > 0.9
    assert max(told[3_001:3_140]) < told[3_000]
    assert sum(one > 0.7 for one in told) <= 3


def test_a_curve_that_stops_changing_is_noticed() -> None:
    values = _days()
    values[3_000:3_300] = values[2_999]
    told = scores(values.tolist())
    assert max(told[3_000:3_120]) > 0.5 > max(told[2_000:3_000])


def test_the_scale_and_the_unit_do_not_matter() -> None:
    values = _days(2_500)
    values[2_000] = 120.0
    plain = np.array(scores(values.tolist()))
    scaled = np.array(scores((values * 1024 + 65_536).tolist()))
    np.testing.assert_allclose(plain, scaled, atol=1e-5)


def test_a_series_that_surprises_all_the_time_surprises_less() -> None:
    quiet, loud = _days(6_000), _days(6_000)
    for nth, row in enumerate(range(1_000, 5_000, 400)):
        loud[row] = 200.0 + 40 * nth
    quiet[5_000] = loud[5_000] = 700.0
    assert scores(loud.tolist())[5_000] < scores(quiet.tolist())[5_000]


def test_gaps_score_nothing_and_teach_nothing() -> None:
    values = _days(1_500).tolist()
    whole, gappy = Detector(), Detector()
    for nth, value in enumerate(values):
        if nth % 7 == 0:
            assert gappy.update(math.nan) == 0.0
            assert gappy.update(math.inf) == 0.0
        a, b = whole.update(value), gappy.update(value)
        assert 0.0 <= a <= 1.0
        assert (a == 0.0) or (b == 0.0) or a == pytest.approx(b, abs=0.2)


def test_the_same_again_and_bounds() -> None:
    values = _days(1_200).tolist()
    assert scores(values) == scores(values)
    assert scores([]) == [] and last_score([]) == 0.0
    assert max(scores([5.0] * 500)) == 0.0
    assert last_score([*values, 900.0]) > 0.9
    assert last_score([*values, 900.0, values[-1]], of_the_last=2) > 0.9
    assert last_score([*values, 1e308, -1e308], of_the_last=2) <= 1.0


def test_a_memory_forgets_the_oldest() -> None:
    memory = Memory(3)
    for value in (5.0, 1.0, 9.0, 4.0):
        memory.add(value)
    assert memory.sorted == [1.0, 4.0, 9.0]
    assert memory.distance(5.0) == 1.0
    assert memory.distance(100.0) == 91.0
    assert Memory(3).distance(1.0) == 0.0


def test_a_greater_record_is_a_greater_surprise() -> None:
    def against(amount: float) -> float:
        tail = Tail(1_000)
        for one in np.random.default_rng(2).exponential(1, 1_000):
            tail.surprise(float(one))
        return tail.surprise(amount)

    assert against(0.5) < against(5) < against(12) < against(20)
    assert against(7) == pytest.approx(7 / math.log(10), abs=0.8)


def test_files(tmp_path: Path) -> None:
    good = tmp_path / "good.csv"
    good.write_text("timestamp,value\n2014-01-01 00:00:00,1.5\n2014-01-01 00:05:00,\n\n")
    moments, values = read_series(good)
    assert moments == ["2014-01-01 00:00:00", "2014-01-01 00:05:00"]
    assert values[0] == 1.5 and math.isnan(values[1])
    for text in ("a,b\n1,2\n", "", "timestamp,value\n2014\n"):
        bad = tmp_path / "bad.csv"
        bad.write_text(text)
        with pytest.raises(Unreadable):
            read_series(bad)


def test_the_rule_of_the_benchmark() -> None:
    value, window = worth(1_000, [(400, 499)])
    assert window[149] == -2 and window[150] == -1 and window[400] == 0
    assert value[400] == pytest.approx(1.0)
    assert 0.0 < value[499] < 0.03
    assert value[399] == -0.11 and -0.11 < value[505] < 0
    assert value[900] == pytest.approx(-0.11)
    series = [Labelled("a/b", [0.0] * 1_000, [(400, 499)])]
    perfect = [0.0] * 1_000
    perfect[400] = 1.0
    score, threshold = standing(series, [perfect]).best
    assert score == pytest.approx(100.0) and threshold == 1.0
    assert standing(series, [[0.5] * 1_000]).best[0] == 0.0
    late = [0.0] * 1_000
    late[498] = 1.0
    late[700] = 1.0
    assert standing(series, [late]).at(1.0) == pytest.approx(1 + value[498] + value[700])


def test_the_command_prints_one_score_a_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from argparse import ArgumentParser

    from veche.city.pulse.commands_analysis import register_analysis

    parser = ArgumentParser()
    register_analysis(parser.add_subparsers())
    file = tmp_path / "series.csv"
    values = _days(700).tolist()
    file.write_text(
        "timestamp,value\n" + "".join(f"2014-01-01 00:00:{n},{v}\n" for n, v in enumerate(values))
    )
    args = parser.parse_args(["anomalies", str(file), "--json"])
    assert args.run(args) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rows"] == 700 and told["scores"] == scores(values)
    args = parser.parse_args(["anomalies", str(file)])
    assert args.run(args) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "timestamp,value,anomaly_score" and len(lines) == 701
    args = parser.parse_args(["anomalies", str(tmp_path / "none.csv")])
    assert args.run(args) == 2
    assert "none.csv" in capsys.readouterr().err
