"""The pytest plugin of this project: the database of the tests runs before Django is asked.

Loaded with ``-p veche.testing``. It also holds what tests of every module use.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import psycopg
import pytest

from veche.project import home as homes
from veche.project import postgres

_PREFIX = "test_veche_"


def _drop_left_behind(home: homes.Home) -> None:
    """Drop the databases of test runs that are no more."""
    with psycopg.connect(**postgres.parameters(home), autocommit=True) as connection:
        names = connection.execute("SELECT datname FROM pg_database").fetchall()
        for (name,) in names:
            pid = name.removeprefix(_PREFIX).partition("_")[0]
            if name.startswith(_PREFIX) and pid.isdigit() and not os.path.exists(f"/proc/{pid}"):
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config,
) -> Generator[None]:
    """Start the cluster of the tests before pytest-django reads the settings."""
    os.environ.setdefault("VECHE_HOME", str(homes.root() / "var" / "test"))
    os.environ.setdefault("VECHE_TEST_DATABASE", f"{_PREFIX}{os.getpid()}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "veche.project.settings")
    os.environ.pop("VECHE_DEMO", None)
    if not os.environ.get("DATABASE_URL"):
        cluster = postgres.ensure(homes.current(), safe=False)
        early_config.add_cleanup(cluster.release)
        _drop_left_behind(cluster.home)
    try:
        from veche.look.messages import ensure_compiled
    except ModuleNotFoundError:
        pass
    else:
        ensure_compiled()
    return (yield)
