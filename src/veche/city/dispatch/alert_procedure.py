"""The way of a message to the public."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.core.cases.procedure import START, SYSTEM, Move, Procedure, State
from veche.core.cases.rules import Term, Unit

DISPATCHER = "dispatcher"
_OPERATIONS = "veche.city.dispatch.operations.alerts"
_DAY = Term(24, Unit.HOURS)

ALERT = Procedure(
    code="alert",
    title=_("Message to the public"),
    start=_("Written"),
    states=(
        State("writing", _("Being written; nobody outside sees it"), role=DISPATCHER, term=_DAY,
              on_due=f"{_OPERATIONS}:forget_draft"),
        # Until the moment that stands in the alert itself.
        State("in_force", _("In force"), role=DISPATCHER, term=_DAY,
              on_due=f"{_OPERATIONS}:expire"),
        State("updated", _("In force, put right"), role=DISPATCHER, term=_DAY,
              on_due=f"{_OPERATIONS}:expire", stands_as="in_force"),
        State("ended", _("Ended"), final=True),
        State("cancelled", _("Cancelled"), final=True),
        State("dropped", _("Thrown away before it was published"), final=True),
    ),
    moves=(
        Move("write", (START,), "writing", DISPATCHER, _("begun"), "territory"),
        Move("publish", ("writing",), "in_force", DISPATCHER, _("published"), "territory"),
        Move("drop", ("writing",), "dropped", DISPATCHER, _("thrown away"), "territory"),
        Move("forget", ("writing",), "dropped", SYSTEM, _("forgotten after a day")),
        # Back and forth between two states: every word has an end of its own, and so a clock.
        Move("update", ("in_force",), "updated", DISPATCHER, _("put right"), "territory"),
        Move("update_again", ("updated",), "in_force", DISPATCHER, _("put right again"),
             "territory"),
        Move("cancel", ("in_force", "updated"), "cancelled", DISPATCHER, _("cancelled"),
             "territory"),
        Move("expire", ("in_force", "updated"), "ended", SYSTEM, _("ended by itself")),
    ),
    line=("writing", "in_force", "ended"),
)  # fmt: skip

IN_FORCE = ("in_force", "updated")
