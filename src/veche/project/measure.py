"""``veche bench`` and ``veche soak``: run what stands in tests/bench or tests/soak.

A file there has one function, ``bench(report)`` or ``soak(report)``; ``report`` takes a name, a
value with its unit, what must be reached and what a peer was measured at, and prints one row.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from dataclasses import dataclass, field

from veche.project import cli
from veche.project import home as homes


@dataclass
class Report:
    """One table; a row that misses what must be reached makes the command fail."""

    missed: list[str] = field(default_factory=list)

    def heading(self) -> None:
        """The first line of the table."""
        print(f"{'what':44}{'measured':>16}{'must reach':>16}  beside")

    def __call__(
        self,
        name: str,
        value: float,
        unit: str = "",
        *,
        at_most: float | None = None,
        at_least: float | None = None,
        beside: str = "",
    ) -> None:
        """Print one row; ``beside`` is what another program was measured at."""
        goal, met = "", True
        if at_most is not None:
            goal, met = f"≤ {at_most:g} {unit}", value <= at_most
        elif at_least is not None:
            goal, met = f"≥ {at_least:g} {unit}", value >= at_least
        shown = f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
        mark = "" if met else "  MISSED"
        print(f"{name:44}{f'{shown} {unit}':>16}{goal:>16}  {beside}{mark}", flush=True)
        if not met:
            self.missed.append(name)


def command(kind: str, words: list[str]) -> int:
    """Run the named measurements, or all; 1 when one misses what must be reached."""
    parser = argparse.ArgumentParser(prog=f"veche {kind}")
    told = f"a file of tests/{kind}; without one, all"
    parser.add_argument("names", nargs="*", metavar="NAME", help=told)
    asked = parser.parse_args(words).names
    folder = homes.root() / "tests" / kind
    files = {
        path.stem.removeprefix(f"{kind}_"): path
        for path in sorted(folder.glob("*.py"))
        if path.stem not in ("__init__", "conftest")
    }
    for name in set(asked) - set(files):
        parser.error(f"there is no {name}; there are: {', '.join(files) or 'none yet'}")
    done = cli.open_database()
    try:
        cli.prepare()
        cli.bring_up_to_date()
        report = Report()
        report.heading()
        for name, path in files.items():
            if asked and name not in asked:
                continue
            spec = importlib.util.spec_from_file_location(f"veche_{kind}_{name}", path)
            assert spec is not None and spec.loader is not None
            loaded = importlib.util.module_from_spec(spec)
            sys.modules[spec.name] = loaded
            spec.loader.exec_module(loaded)
            getattr(loaded, kind)(report)
        return 1 if report.missed else 0
    finally:
        from django.db import connections

        connections.close_all()
        done()
