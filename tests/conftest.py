"""What every test may lean on."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

# How long one example takes says how busy the machine is; time is measured by `veche bench`.
hypothesis.settings.register_profile("veche", deadline=None)
hypothesis.settings.load_profile("veche")


BROWSER = "tests/browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no processor waits for it in the end.

    First the walks, which load a town; then the files that hold a slow test.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda one: (not one.nodeid.startswith(BROWSER), one.path not in slow))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The tests of a file stay together, and all the walks: they share one demo."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduler(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)

    return Scheduler(config, log)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """The database of this process, with the procedures that Python declares."""
    from django.db import connection
    from django.test.testcases import TransactionTestCase

    from tests import database
    from veche.project.cli import sync

    before = str(connection.settings_dict["NAME"])
    with django_db_blocker.unblock():
        name = database.create()
        sync()
        first = database.rows()
        # Django's way after a test that commits empties what migrations have put there too, and
        # the journal's triggers refuse it.
        TransactionTestCase._fixture_teardown = lambda _case: database.begin_again(first)
    yield
    with django_db_blocker.unblock():
        database.destroy(name, before)


@pytest.fixture(scope="module", autouse=True)
def _tidy(django_db_blocker: Any) -> Iterator[None]:
    """After the tests of a file the tables are cleared of the rows they rolled back."""
    yield
    from django.db import connection

    from tests import database

    if connection.connection is not None:
        with django_db_blocker.unblock():
            database.tidy()


@pytest.fixture(scope="session", autouse=True)
def _lasting_objects(django_test_environment: None) -> None:
    """What is loaded by now stays to the end: Python need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def _static_files_once() -> None:
    """The static files are looked for once in a process, and not by every browser of a test."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    plain = WhiteNoiseMiddleware.add_files_from_finders
    known: dict[tuple[str, int | None], dict[str, Any]] = {}

    def once(self: Any) -> None:
        key = (self.static_prefix, self.max_age)
        if key not in known:
            plain(self)
            known[key] = dict(self.files)
        self.files.update(known[key])

    WhiteNoiseMiddleware.add_files_from_finders = once


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in English, whatever a test before has left behind."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _forget() -> None:
    """What a process keeps in memory of a database that the last test rolled back."""
    from veche import clock, kept
    from veche.city.dispatch.queries import modes
    from veche.core.places import queries

    clock.forget()
    kept.forget()
    modes.forget()
    queries._atlas.clear()


@pytest.fixture(autouse=True)
def cheap_passwords(settings: Any) -> None:
    """A password is made hard to guess on purpose; tests need not wait for it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
