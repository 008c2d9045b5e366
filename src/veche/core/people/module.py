"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="people",
    sentence="Who: accounts, levels of verification, residence, erasure.",
    journal_writes={
        "people.added": "An account was opened.",
        "people.added-many": "Accounts were opened, many at once.",
        "people.sign-in-failed": "A sign-in failed; a digest says whether the same one again.",
        "people.signed-in": "A person signed in.",
        "people.access-changed": "A password, an address, a passkey or a second factor changed.",
        "people.level-raised": "The city's sign-on said who a person is.",
        "people.sign-ins-ended": "A person ended sign-ins of theirs.",
        "people.renamed": "A person changed their name or language.",
        "people.residence-given": "The city believes that a person lives in a territory.",
        "people.residences-given": "The city believes of many people where they live.",
        "people.residences-ended": "Residences were over; their people are known less well.",
        "people.letter-asked": "A person asked for a letter with a code.",
        "people.letter-printed": "A letter with a code was printed.",
        "people.letter-code-wrong": "A wrong code of a letter was typed.",
        "people.once-code-sent": "A code for one act was sent to an address that is not kept.",
        "people.once-code-used": "A code for one act was used.",
        "people.once-done": "Who acted once was sent the way back to it.",
        "people.unconfirmed-deleted": "Accounts whose address nobody confirmed were deleted.",
        "people.sign-ins-over": "Sign-ins whose time was over were deleted.",
        "people.once-code-wrong": "A wrong code for one act was typed.",
        "people.erased": "A person was forgotten; what was done in public stays.",
        "people.emptied": "An account was emptied; its number stays.",
        "people.looked": "Somebody of the staff looked at what is known about a person.",
    },
    timers={"veche.core.people.tasks:clean_up": "every minute"},
    demo="veche.core.people.demo:load",
    personal="veche.core.people.personal",
)
