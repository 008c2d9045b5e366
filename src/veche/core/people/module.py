"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="people",
    sentence="Who: accounts and levels of verification.",
    journal_writes={
        "people.added": "An account was opened.",
        "people.added-many": "Accounts were opened, many at once.",
    },
    demo="veche.core.people.demo:load",
)
