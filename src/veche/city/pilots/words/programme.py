"""The programme's page tells nobody anything of itself."""

from __future__ import annotations


def give_words() -> None:
    """Nothing to say."""
