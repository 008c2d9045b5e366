"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="people",
    sentence="Who: accounts and levels of verification.",
    journal_writes={"people.added": "An account was opened."},
)
