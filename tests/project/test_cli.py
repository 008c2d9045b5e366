"""The command line: what it answers, and with which exit status."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError

from veche.errors import NotFound
from veche.project import cli
from veche.project.postgres import ClusterFault


def veche(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "veche", *words], capture_output=True, text=True)


def test_the_version_needs_no_django() -> None:
    code = "import sys; from veche.project.cli import main; main(['--version']);"
    done = subprocess.run(
        [sys.executable, "-c", code + "print('django' in sys.modules)"],
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["veche", cli.version(), "False"]


def test_without_a_word_it_says_what_there_is() -> None:
    done = veche()
    assert done.returncode == 2
    assert "veche COMMAND" in done.stdout


def test_a_word_nobody_knows_is_wrong_usage() -> None:
    done = veche("no-such-word")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_demo_leaves_a_citys_database_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://city/")
    done = veche("demo", "--no-browser")
    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (FileNotFoundError(2, "No such file or directory", "rows.csv"), "rows.csv: No such file"),
        (ClusterFault("It does not start."), "It does not start."),
        (NotFound(), "nothing here"),
        (OperationalError("gone\naway"), "The database does not answer: gone away"),
    ],
)
def test_what_a_command_may_meet_is_a_sentence(fault: Exception, words: str) -> None:
    assert words in (cli._expected(fault) or "")


def test_a_fault_of_the_program_stays_one() -> None:
    assert cli._expected(KeyError("x")) is None


def test_commands_of_this_test_run_stay_in_its_home() -> None:
    from veche.project.home import current

    assert current().path == Path(__file__).parents[2] / "var" / "test"


def test_a_database_that_stopped_half_way_is_refused_in_a_sentence() -> None:
    from types import SimpleNamespace

    from veche.project.postgres import ClusterFault

    old, older, new = ("cases", "0009_kept"), ("cases", "0001_initial"), ("cases", "0001_start")
    for applied, refused in (
        ({older}, True), ({older, old}, False), (set(), False), ({new}, False),
    ):  # fmt: skip
        loader = SimpleNamespace(
            applied_migrations=dict.fromkeys(applied),
            disk_migrations={new: SimpleNamespace(replaces=[older, old])},
        )
        if refused:
            with pytest.raises(ClusterFault, match="demo --fresh"):
                cli._refuse_half_way(loader)  # type: ignore[arg-type]
        else:
            cli._refuse_half_way(loader)  # type: ignore[arg-type]
