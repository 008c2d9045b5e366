"""Words of notices: panels, their votes and minutes."""

from __future__ import annotations


def give_words() -> None:
    """Give the notices the words of this part."""
