"""What every test may lean on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database, with the procedures that Python declares."""
    from veche.project.cli import sync

    with django_db_blocker.unblock():
        sync()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in English, whatever a test before has left behind."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _forget() -> None:
    """What a process keeps in memory of a database that the last test rolled back."""
    from veche import clock
    from veche.core.places import queries

    clock.forget()
    queries._atlas.clear()


@pytest.fixture(autouse=True)
def cheap_passwords(settings: Any) -> None:
    """A password is made hard to guess on purpose; tests need not wait for it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
