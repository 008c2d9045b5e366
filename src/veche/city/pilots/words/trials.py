"""Words of notices: trials, measurements and testers."""

from __future__ import annotations


def give_words() -> None:
    """Give the notices the words of this part."""
