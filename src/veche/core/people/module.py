"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="people",
    sentence="Who: accounts and levels of verification.",
    journal_writes={
        "people.added": "An account was opened.",
        "people.added-many": "Accounts were opened, many at once.",
        "people.sign-in-failed": "A sign-in failed; a digest says whether the same one again.",
        "people.looked": "Somebody of the staff looked at what is known about a person.",
    },
    demo="veche.core.people.demo:load",
)
