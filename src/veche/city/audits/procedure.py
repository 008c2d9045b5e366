"""The way of an audit."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.core.cases.procedure import START, SYSTEM, Move, Procedure, State
from veche.core.cases.rules import Term, Unit

CONTROLLER, HEAD = "controller", "head"
_OPERATIONS = "veche.city.audits.operations"

PROCEDURE = Procedure(
    code="audit",
    title=_("Audit of an office"),
    start=_("Opened by the rule"),
    states=(
        State(
            "inspecting",
            _("The control department looks"),
            role=CONTROLLER,
            term=Term(20, Unit.WORKING_DAYS),
        ),
        State(
            "remedying",
            _("The office says what will change"),
            role=HEAD,
            term=Term(10, Unit.WORKING_DAYS),
            on_due=f"{_OPERATIONS}:leave_unanswered",
        ),
        State("remedied", _("The office said what will change"), final=True),
        State("cleared", _("No fault of the office was found"), final=True),
        State("unanswered", _("The office did not answer"), final=True),
    ),
    moves=(
        Move("open", (START,), "inspecting", SYSTEM, _("opened by the rule")),
        Move("conclude", ("inspecting",), "remedying", CONTROLLER, _("faults found"), "territory"),
        Move("clear", ("inspecting",), "cleared", CONTROLLER, _("no fault found"), "territory"),
        Move(
            "remedy",
            ("remedying",),
            "remedied",
            HEAD,
            _("said what will change"),
            scope="organisation",
        ),
        Move("lapse", ("remedying",), "unanswered", SYSTEM, _("left without an answer")),
    ),
    line=("inspecting", "remedying", "remedied"),
)

OPEN = ("inspecting", "remedying")
"""States in which somebody must still act."""
