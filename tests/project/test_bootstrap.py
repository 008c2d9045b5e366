"""The script at the root: what makes it install again, and what does not."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from veche.project.home import root


@pytest.fixture
def script(tmp_path: Path) -> ModuleType:
    """The script, as if it stood in a checkout of its own with a whole `.venv`."""
    loader = importlib.machinery.SourceFileLoader("veche_script", str(root() / "veche"))
    spec = importlib.util.spec_from_loader("veche_script", loader)
    assert spec is not None
    loaded = importlib.util.module_from_spec(spec)
    loader.exec_module(loaded)
    (tmp_path / "requirements").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    for name in ("requirements/run.txt", "requirements/test.txt", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    loaded.ROOT = str(tmp_path)  # type: ignore[attr-defined]
    loaded.VENV = str(tmp_path / ".venv")  # type: ignore[attr-defined]
    loaded.PYTHON = str(tmp_path / ".venv" / "bin" / "python")  # type: ignore[attr-defined]
    return loaded


def stamp(script: ModuleType, kind: str) -> None:
    Path(script.stamp_file(kind)).write_text(script.wanted(kind))


def test_nothing_is_installed_before_a_stamp_says_so(script: ModuleType) -> None:
    assert not script.installed("run")
    stamp(script, "run")
    assert script.installed("run")
    assert not script.installed("test")


def test_an_installation_for_tests_serves_every_word(script: ModuleType) -> None:
    stamp(script, "test")
    assert script.installed("run")


@pytest.mark.parametrize("name", ["requirements/run.txt", "pyproject.toml"])
def test_a_change_of_what_is_pinned_installs_again(
    script: ModuleType, tmp_path: Path, name: str
) -> None:
    stamp(script, "run")
    (tmp_path / name).write_text("changed")
    assert not script.installed("run")


def test_a_checkout_that_was_moved_installs_again(script: ModuleType, tmp_path: Path) -> None:
    stamp(script, "run")
    script.ROOT = str(tmp_path / "elsewhere")  # type: ignore[attr-defined]
    shutil.copytree(tmp_path / "requirements", tmp_path / "elsewhere" / "requirements")
    shutil.copy(tmp_path / "pyproject.toml", tmp_path / "elsewhere")
    assert not script.installed("run")


def test_a_venv_whose_python_does_not_run_is_not_sound(script: ModuleType) -> None:
    assert not script.sound()


def test_the_version_is_quick_and_right() -> None:
    done = subprocess.run(
        [root() / "veche", "--version"], capture_output=True, text=True, env=dict(os.environ)
    )
    assert done.stdout.startswith("veche 0.")
