"""Whether a judge is here: where it must be and is not, that is a failure and no skip."""

from __future__ import annotations

import os

import pytest


def missing(what: str, how: str) -> None:
    """Skip on a developer's machine; fail in continuous integration, where it is installed."""
    sentence = f"{what} is not here: {how}"
    if os.environ.get("CI", "").casefold() == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)
