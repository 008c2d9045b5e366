"""Words of notices: applications, screening and appeals."""

from __future__ import annotations


def give_words() -> None:
    """Give the notices the words of this part."""
