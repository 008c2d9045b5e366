"""Words of notices: experts, assignments and reviews."""

from __future__ import annotations


def give_words() -> None:
    """Give the notices the words of this part."""
