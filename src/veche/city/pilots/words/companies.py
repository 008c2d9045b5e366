"""Words of notices: companies, what they make, what was scouted, and support."""

from __future__ import annotations


def give_words() -> None:
    """Give the notices the words of this part."""
