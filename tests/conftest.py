"""What every test may lean on."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database, with the procedures that Python declares."""
    from veche.project.cli import sync

    with django_db_blocker.unblock():
        sync()
