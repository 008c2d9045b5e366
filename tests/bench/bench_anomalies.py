"""The detector of anomalies by the rule of the Numenta Anomaly Benchmark, beside simple ones.

The series lie beside the project, not in it; without them nothing is measured.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.city.pulse.engines.nab import Labelled, Standing, load, standing

from veche.city.pulse.engines.anomalies.detector import scores
from veche.project.measure import Report

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "signals" / "nab"
WINDOW, STEP = 6_400, 100


def bench(report: Report) -> None:
    """The benchmark's score of ours, of a plain Gaussian and of chance; and what ours takes."""
    if not (DATA / "nab_data.zip").exists():
        print(f"No series of the benchmark in {DATA}.", file=sys.stderr)
        return
    series = load(DATA / "nab_data.zip", DATA / "windows_half.json")
    began = time.process_time()
    ours = [scores(one.values) for one in series]
    took = time.process_time() - began
    rows = sum(len(one.values) for one in series)
    plain, _threshold = standing(series, [gaussian(one.values) for one in series]).best
    chance = np.random.default_rng(11)
    random, _threshold = standing(
        series, [chance.random(len(o.values)).tolist() for o in series]
    ).best
    whole, _threshold = standing(series, ours).best
    report(
        f"NAB, standard profile, {len(series)} series",
        whole,
        at_least=58,
        beside=f"windowed Gaussian {plain:.1f}, chance {random:.1f} on the same series",
    )
    report("  threshold taken from the other families", crossed(series, ours), at_least=58)
    report("  CPU of one value", 1e6 * took / rows, "µs", at_most=200)


def crossed(series: list[Labelled], given: list[list[float]]) -> float:
    """The score when each family of series is judged by the threshold of all others."""
    gained = 0.0
    for family in sorted({one.family for one in series}):
        gained += _part(series, given, lambda one, f=family: one.family == f).at(  # type: ignore[misc]
            _part(series, given, lambda one, f=family: one.family != f).best[1]  # type: ignore[misc]
        )
    return 50 * gained / sum(len(one.windows) for one in series)


def _part(
    series: list[Labelled], given: list[list[float]], which: Callable[[Labelled], bool]
) -> Standing:
    taken = [(one, score) for one, score in zip(series, given, strict=True) if which(one)]
    return standing([one for one, _ in taken], [score for _, score in taken])


def gaussian(values: list[float]) -> list[float]:
    """The benchmark's own simple detector: how far in the tail of a normal curve a value lies."""
    found, mean, spread = [], 0.0, 1.0
    window: list[float] = []
    buffer: list[float] = []
    for value in values:
        far = abs(value - mean) / spread if window else 0.0
        found.append(1 - 0.5 * math.erfc(far / math.sqrt(2)) if window else 0.0)
        if len(window) < WINDOW:
            window.append(value)
        else:
            buffer.append(value)
            if len(buffer) < STEP:
                continue
            window, buffer = window[STEP:] + buffer, []
        kept = np.asarray(window)
        mean, spread = float(kept.mean()), float(kept.std()) or 1e-6
    return found
