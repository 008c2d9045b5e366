"""The way of a shut-off: announced or met, running, over."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.procedure import OFFICER
from veche.core.cases.procedure import START, SYSTEM, Move, Procedure, State
from veche.core.cases.rules import Term, Unit

_OPERATIONS = "veche.city.dispatch.operations.shutoffs"

SHUT_OFF = Procedure(
    code="shut_off",
    title=_("Shut-off"),
    start=_("Told"),
    states=(
        # Until the moment it begins, which is written with it.
        State("announced", _("Announced"), role=SYSTEM, term=Term(30, Unit.CALENDAR_DAYS),
              on_due=f"{_OPERATIONS}:begin_shut_off"),
        # Until the moment that was promised first; a later end is told beside it.
        State("running", _("Shut off"), role=OFFICER, term=Term(24, Unit.HOURS)),
        State("over", _("Restored"), final=True),
        State("called_off", _("Called off"), final=True),
    ),
    moves=(
        Move("announce", (START,), "announced", SYSTEM, _("announced")),
        Move("meet", (START,), "running", SYSTEM, _("met without notice")),
        Move("begin", ("announced",), "running", SYSTEM, _("begun")),
        Move("postpone_end", ("announced",), "announced", OFFICER, _("a later end told"),
             "organisation"),
        Move("prolong", ("running",), "running", OFFICER, _("a later end told"),
             "organisation"),
        Move("call_off", ("announced",), "called_off", OFFICER, _("called off"), "organisation"),
        Move("restore", ("running",), "over", OFFICER, _("restored"), "organisation"),
    ),
    line=("announced", "running", "over"),
)  # fmt: skip

OPEN = ("announced", "running")
"""The states in which people must still mind it."""
