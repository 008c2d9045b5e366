"""Words of notices: sites, their windows and matching."""

from __future__ import annotations


def give_words() -> None:
    """Give the notices the words of this part."""
