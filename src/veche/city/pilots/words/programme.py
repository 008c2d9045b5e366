"""Words of notices: the public page of the programme and its figures."""

from __future__ import annotations


def give_words() -> None:
    """Give the notices the words of this part."""
