"""Words of notices: open calls and what points to them."""

from __future__ import annotations


def give_words() -> None:
    """Give the notices the words of this part."""
