"""The part of a procedure in which a moderator reads: the same wherever people write.

A module puts these states and moves into its own procedure. What is accepted goes to ``routing``,
where its office is looked for.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.core.cases.procedure import AUTHOR, SYSTEM, Move, State
from veche.core.cases.rules import Term, Unit

MODERATOR, DISPATCHER = "moderator", "dispatcher"


def moderation(on_due: str) -> State:
    """Where everything begins that everybody will read; ``on_due`` names the operation that
    passes what nobody read in 24 hours."""
    return State(
        "moderation",
        _("With a moderator"),
        role=MODERATOR,
        term=Term(24, Unit.HOURS),
        on_due=on_due,
    )


APPEALED = State(
    "appealed",
    _("Another moderator looks again"),
    role=MODERATOR,
    term=Term(3, Unit.WORKING_DAYS),
    stands_as="moderation",
)
ROUTING = State(
    "routing",
    _("Looking for the office"),
    role=DISPATCHER,
    term=Term(1, Unit.WORKING_DAYS),
    stands_as="work",
)
REJECTED = State("rejected", _("Rejected by a moderator"), final=True)
REMOVED = State("removed", _("Removed by a moderator"), final=True)
DROPPED = State("dropped", _("Taken back before a moderator read it"), final=True)

READING = (
    Move("accept", ("moderation",), "routing", MODERATOR, _("accepted"), "territory"),
    Move("pass", ("moderation",), "routing", SYSTEM, _("passed without a moderator")),
    Move("reject", ("moderation",), "rejected", MODERATOR, _("rejected"), "territory"),
    # One appeal against a rejection or a removal, decided by somebody else.
    Move("appeal", ("rejected", "removed"), "appealed", AUTHOR, _("objected"), reopens=True),
    Move("uphold", ("appealed",), "rejected", MODERATOR, _("upheld"), "territory"),
    Move("overturn", ("appealed",), "routing", MODERATOR, _("overturned"), "territory"),
)


def removal(*states: str) -> Move:
    """A moderator takes away what was published."""
    return Move("remove", states, "removed", MODERATOR, _("removed"), "territory")
