"""The pytest plugin of this project: the database of the tests runs before Django is asked.

Loaded with ``-p veche.testing``. It also holds what tests of every module use.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator
from pathlib import Path

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
            if name.startswith(_PREFIX) and pid.isdigit() and not Path(f"/proc/{pid}").exists():
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _keep_compiled(home: homes.Home) -> None:
    """Where nothing may be written beside the sources, the tests as pytest has compiled them are
    kept in the home: to compile them takes every process ten seconds."""
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode = False
        sys.pycache_prefix = str(home.path / "compiled")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config,
) -> Generator[None]:
    """Start the cluster of the tests before pytest-django reads the settings."""
    os.environ.setdefault("VECHE_HOME", str(homes.root() / "var" / "test"))
    os.environ.setdefault("VECHE_TEST_DATABASE", f"{_PREFIX}{os.getpid()}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "veche.project.settings")
    os.environ.pop("VECHE_DEMO", None)
    # Tests about the second factor turn it on; the others sign the staff in directly.
    os.environ["VECHE_SECOND_FACTOR"] = "0"
    if not os.environ.get("DATABASE_URL"):
        cluster = postgres.ensure(homes.current(), safe=False)
        early_config.add_cleanup(cluster.release)
        _drop_left_behind(cluster.home)
    _keep_compiled(homes.current())
    from veche.look.messages import ensure_compiled

    ensure_compiled()
    (homes.current().path / "static").mkdir(parents=True, exist_ok=True)
    return (yield)


def deliver() -> int:
    """Do the jobs that the test's operations have queued, here and now; returns how many.

    What they queue in turn is done too. A job that fails raises: a test wants to know.
    """
    from django.db import connection
    from procrastinate.contrib.django import app

    done = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM procrastinate_jobs WHERE id = (SELECT min(id)"
                " FROM procrastinate_jobs WHERE status = 'todo') RETURNING task_name, args"
            )
            row = cursor.fetchone()
        if row is None:
            return done
        arguments = row[1] if isinstance(row[1], dict) else json.loads(row[1])
        app.tasks[row[0]].func(**arguments)
        done += 1
