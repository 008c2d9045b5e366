"""The part of a procedure in which a moderator reads: the same wherever people write.

A module puts these states and moves into its own procedure, and says where what is accepted goes.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.core.cases.procedure import AUTHOR, SYSTEM, Move, State
from veche.core.cases.rules import Term, Unit

MODERATOR, DISPATCHER = "moderator", "dispatcher"
CONTROLLER, ADMINISTRATOR = "controller", "administrator"


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
    term=Term(5, Unit.WORKING_DAYS),
    on_due="veche.core.moderation.operations:climb_appeal",
    stands_as="moderation",
)
APPEALED_UP = State(
    "appealed_up",
    _("The control department looks again"),
    role=CONTROLLER,
    term=Term(5, Unit.WORKING_DAYS),
    stands_as="moderation",
)
"""Where there is no second moderator, or none who decided in time. An administrator may decide as
well: whoever decides is never who decided first."""


def routing(on_due: str) -> State:
    """Where the office is looked for; ``on_due`` names the operation that gives it to an office
    when no dispatcher came in time."""
    return State(
        "routing",
        _("Looking for the office"),
        role=DISPATCHER,
        term=Term(1, Unit.WORKING_DAYS),
        on_due=on_due,
        stands_as="work",
    )


REJECTED = State("rejected", _("Rejected by a moderator"), final=True)
REMOVED = State("removed", _("Removed by a moderator"), final=True)
DROPPED = State("dropped", _("Taken back before a moderator read it"), final=True)


def reading(target: str) -> tuple[Move, ...]:
    """What a moderator can do with what was written; accepted, it goes on to ``target``.

    One appeal against a rejection or a removal is decided by somebody else.
    """
    return (
        Move("accept", ("moderation",), target, MODERATOR, _("accepted"), "territory"),
        Move("pass", ("moderation",), target, SYSTEM, _("passed without a moderator")),
        Move("reject", ("moderation",), "rejected", MODERATOR, _("rejected"), "territory"),
        Move("appeal", ("rejected", "removed"), "appealed", AUTHOR, _("objected"), reopens=True),
        Move("uphold", ("appealed",), "rejected", MODERATOR, _("upheld"), "territory"),
        Move("overturn", ("appealed",), target, MODERATOR, _("overturned"), "territory"),
        Move("climb", ("appealed",), "appealed_up", SYSTEM, _("came up to the control department")),
        Move("uphold", ("appealed_up",), "rejected", CONTROLLER, _("upheld"), "territory"),
        Move("overturn", ("appealed_up",), target, CONTROLLER, _("overturned"), "territory"),
        Move("uphold_above", ("appealed_up",), "rejected", ADMINISTRATOR, _("upheld"), "territory"),
        Move(
            "overturn_above", ("appealed_up",), target, ADMINISTRATOR, _("overturned"), "territory"
        ),
    )


READING = reading("routing")
"""What is accepted goes to ``routing``, where its office is looked for."""


def removal(*states: str) -> Move:
    """A moderator takes away what was published."""
    return Move("remove", states, "removed", MODERATOR, _("removed"), "territory")
