"""``veche check``: every check of the code, all of them run, all failures shown."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from veche.project import home as homes

TEXTS = ("src", "tests", "docs", "README.md", "ARCHITECTURE.md", "veche", ".ci")


@dataclass(frozen=True)
class Check:
    """One check: its name and what runs it; the answer is its failures in words, or nothing."""

    name: str
    run: Callable[[], str]


def _tool(*words: str) -> Callable[[], str]:
    """A check that is a program of the virtual environment; silent when all is well."""

    def run() -> str:
        done = subprocess.run(
            [sys.executable, "-m", *words], capture_output=True, text=True, cwd=homes.root()
        )
        return "" if done.returncode == 0 else (done.stdout + done.stderr).strip() or "failed"

    return run


def _python(function: str) -> Callable[[], str]:
    """A check that needs Django: a function of this file, in a process of its own."""
    return _tool("veche.project.checks", function)


def _templates() -> str:
    found = [str(path) for path in (homes.root() / "src").rglob("templates/**/*.html")]
    djade = Path(sys.executable).with_name("djade")  # a program, not a module
    done = subprocess.run(
        [djade, "--check", "--target-version", "5.2", *found], capture_output=True, text=True
    )
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip()


def _spelling() -> str:
    texts = [name for name in TEXTS if (homes.root() / name).exists()]
    return _tool("codespell_lib", *texts)()


SHAPE = ("shape", "docs", "reference")
"""The tests of tests/architecture that only read files; those that ask every page and need the
database run with `veche test`."""


def _shape() -> str:
    folder = homes.root() / "tests" / "architecture"
    named = [str(folder / f"test_{name}.py") for name in SHAPE]
    return _tool("pytest", "-q", *named)() if folder.exists() else ""


CHECKS = (
    Check("ruff", _tool("ruff", "check", ".")),
    Check("format", _tool("ruff", "format", "--check", ".")),
    Check("types", _tool("mypy")),
    Check("ladder", _tool("veche.project.checks", "ladder")),
    Check("templates", _templates),
    Check("spelling", _spelling),
    Check("messages", _python("messages")),
    Check("migrations", _python("migrations")),
    Check("shape", _shape),
)


def command(words: list[str]) -> int:
    """Run the checks named, or all; 1 when any of them fails."""
    parser = argparse.ArgumentParser(prog="veche check")
    names = [check.name for check in CHECKS]
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    asked = parser.parse_args(words).names
    for name in set(asked) - set(names):
        parser.error(f"there is no check {name}; there are {', '.join(names)}")
    os.environ["VECHE_HOME"] = str(homes.root() / "var" / "test")
    failed = []
    for check in CHECKS:
        if asked and check.name not in asked:
            continue
        print(f"{check.name:14}", end="", flush=True)
        began = time.monotonic()
        wrong = check.run()
        seconds = time.monotonic() - began
        print(f"{'FAILED' if wrong else 'ok':7}{seconds:6.1f} s", flush=True)
        if wrong:
            failed.append(check.name)
            print(wrong, flush=True)
    if failed:
        print(f"\nFailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


# --- checks that run in a process of their own ------------------------------------------------


def _messages() -> list[str]:
    from veche.look.messages import check
    from veche.project.cli import prepare

    prepare()
    return list(check())


def _migrations() -> list[str]:
    """Models and migrations agree; needs no database."""
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    from veche.project.cli import prepare

    prepare()
    loader = MigrationLoader(None)
    conflicts = loader.detect_conflicts()
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    changes = detector.changes(graph=loader.graph)
    return [f"two last migrations in {label}: {names}" for label, names in conflicts.items()] + [
        f"{label}: {operation.describe()}"
        for label, migrations in changes.items()
        for migration in migrations
        for operation in migration.operations
    ]


def _ladder() -> list[str]:
    from importlinter.cli import lint_imports

    failed = lint_imports(config_filename=str(Path("pyproject.toml").absolute()), no_logo=True)
    return ["the ladder is broken; see above"] if failed else []


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "veche.project.settings")
    complaints = {"messages": _messages, "migrations": _migrations, "ladder": _ladder}
    said = complaints[sys.argv[1]]()
    print("\n".join(said))
    sys.exit(1 if said else 0)
