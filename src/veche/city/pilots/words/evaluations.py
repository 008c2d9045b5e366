"""Words of notices: reports, roll-out and contracts."""

from __future__ import annotations


def give_words() -> None:
    """Give the notices the words of this part."""
