"""A database of tests or measurements, made fit for the demo town."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from veche import demo_guard
from veche.core.journal.commands import first_key


def fit_for_demo(folder: Path) -> None:
    """Mark the database as a demo's, in which a crowd may vote, and give its logs a place and a key
    in ``folder``, which belongs to this database alone."""
    demo_guard.mark()
    settings.LOG_FOLDER, settings.KEY_FOLDER = folder / "log", folder / "keys"
    first_key()
