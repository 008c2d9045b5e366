"""``veche bench`` and ``veche soak``: run what stands in tests/bench or tests/soak.

A file there has one function, ``bench(report)`` or ``soak(report)``; ``report`` takes a name, a
value with its unit, what must be reached and what a peer was measured at, and prints one row. With
``--json`` the rows go to the error output, and what a file put into ``report.told`` is printed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from dataclasses import dataclass, field
from typing import Any

from veche.project import cli
from veche.project import home as homes


@dataclass
class Report:
    """One table; a row that misses what must be reached makes the command fail."""

    missed: list[str] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)
    """What ``--json`` prints."""
    as_json: bool = False

    def heading(self) -> None:
        """The first line of the table."""
        self._say(f"{'what':44}{'measured':>16}{'must reach':>16}  beside")

    def _say(self, line: str) -> None:
        print(line, file=sys.stderr if self.as_json else sys.stdout, flush=True)

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
        self._say(f"{name:44}{f'{shown} {unit}':>16}{goal:>16}  {beside}{mark}")
        if not met:
            self.missed.append(name)


def command(kind: str, words: list[str]) -> int:
    """Run the named measurements, or all; 1 when one misses what must be reached."""
    parser = argparse.ArgumentParser(prog=f"veche {kind}")
    told = f"a file of tests/{kind}; without one, all"
    parser.add_argument("names", nargs="*", metavar="NAME", help=told)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    arguments = parser.parse_args(words)
    asked = arguments.names
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
        report = Report(as_json=arguments.json)
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
        if report.as_json:
            print(json.dumps(report.told))
        return 1 if report.missed else 0
    finally:
        from django.db import connections

        connections.close_all()
        done()
