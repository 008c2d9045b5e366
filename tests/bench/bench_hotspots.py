"""Places to look at first on Portland's calls: the chosen model beside the plain count and KDE.

Rolling origins of which each knows its own past only. The calls lie beside the project, not in it;
without them nothing is measured.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from pathlib import Path

from veche.city.pulse.engines.hotspots import Choice, forecast, read_events
from veche.city.pulse.engines.hotspots.candidates import KDE
from veche.city.pulse.engines.hotspots.report import area_within
from veche.project.measure import Report

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "signals" / "portland_crime"
MILE = 2.589988
CELL = 182.88
FIRST = dt.date(2014, 9, 1).toordinal()
FEWEST = 1_000


def bench(report: Report) -> None:
    """Hits of the choice over those of the better of the two simple ones, for each kind."""
    files = sorted(DATA.glob("*_2012-03_2016-08.csv"))
    if not files:
        print(f"No calls in {DATA}.", file=sys.stderr)
        return
    for path in files:
        kinds, field = read_events(path)
        events = kinds[""]
        if len(events) < FEWEST:
            continue
        whole = area_within(DATA / "city_boundary_xy_ft.csv", field) * 1e6
        for days in (30, 90):
            for area in (0.25, 0.75):
                squares = int(area * MILE * 1e6 / CELL**2)
                hits, came, best, took, made = [0, 0, 0], 0, 0, 0.0, 0
                for until in range(FIRST, int(events.day.max()) + 2 - days, 30):
                    began = time.process_time()
                    ours = forecast(events, until, days, squares, CELL)
                    took += time.process_time() - began
                    smooth = forecast(events, until, days, squares, CELL,
                                      choice=Choice(KDE, 0, {}, 0))  # fmt: skip
                    caught, kde = ours.results(events, whole), smooth.results(events, whole)
                    assert caught is not None and kde is not None
                    hits = [
                        had + one.hits for had, one in zip(hits, (*caught, kde[0]), strict=True)
                    ]
                    came, best, made = came + caught[0].events, best + caught[0].best, made + 1
                pai = hits[0] / came / (squares * CELL**2 / whole)
                report(
                    f"{path.name.split('_2012')[0]}, {days} days, {area} square miles",
                    hits[0] / max(hits[1:]),
                    at_least=0.95,
                    beside=f"PAI {pai:.1f}, PEI* {hits[0] / best:.3f}; hits {hits[0]}, plain "
                    f"count {hits[1]}, KDE {hits[2]}; {took / made:.2f} s a forecast",
                )
