"""The way of an incident and of what a co-handler is asked for.

The terms below are what stands where a city has set no minutes (`IncidentTerm`): every step of an
incident is given its own moment by the operations.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.core.cases.procedure import START, SYSTEM, Move, Procedure, State
from veche.core.cases.rules import Term, Unit

DISPATCHER, OFFICER, CONTROLLER = "dispatcher", "officer", "controller"
_OPERATIONS = "veche.city.dispatch.operations"
_HOUR = Term(1, Unit.HOURS)

INCIDENT = Procedure(
    code="incident",
    title=_("Incident"),
    start=_("Reported"),
    states=(
        State("reported", _("To be verified"), role=DISPATCHER, term=_HOUR),
        State("verified", _("Without a lead"), role=DISPATCHER, term=_HOUR),
        State("dispatched", _("Not accepted yet"), role=OFFICER,
              term=_HOUR),
        State("in_work", _("Being dealt with"), role=OFFICER, term=Term(24, Unit.HOURS)),
        # Until the moment that was written with the reason.
        State("pending", _("Put off, with a reason"), role=OFFICER,
              term=Term(30, Unit.CALENDAR_DAYS), stands_as="in_work"),
        State("done", _("To be checked on site"), role=DISPATCHER,
              term=Term(4, Unit.HOURS)),
        State("closed", _("Over, to be evaluated"), role=CONTROLLER,
              term=Term(10, Unit.WORKING_DAYS),
              on_due=f"{_OPERATIONS}.evaluating:evaluate_by_times"),
        State("evaluated", _("Evaluated"), final=True),
        State("false_alarm", _("False alarm"), final=True),
        State("joined", _("Part of another incident"), final=True),
    ),
    moves=(
        Move("report", (START,), "reported", SYSTEM, _("reported")),
        Move("verify", ("reported",), "verified", DISPATCHER, _("verified"), "territory"),
        Move("call_false", ("reported", "verified"), "false_alarm", DISPATCHER,
             _("found to be a false alarm"), "territory"),
        Move("join", ("reported", "verified"), "joined", DISPATCHER,
             _("made a part of another incident"), "territory"),
        Move("dispatch", ("verified",), "dispatched", DISPATCHER, _("given to the lead"),
             "territory"),
        Move("accept", ("dispatched",), "in_work", OFFICER, _("accepted"), "organisation"),
        Move("return", ("dispatched",), "verified", OFFICER, _("sent back with a reason"),
             "organisation"),
        Move("begin", ("in_work",), "in_work", OFFICER, _("begun on the spot"), "organisation"),
        Move("postpone", ("in_work",), "pending", OFFICER, _("entered in the pending register"),
             "organisation"),
        Move("resume", ("pending",), "in_work", OFFICER, _("taken up again"), "organisation"),
        Move("say_done", ("in_work", "pending"), "done", OFFICER, _("reported done"),
             "organisation"),
        Move("send_back", ("done",), "in_work", DISPATCHER, _("found not done on site"),
             "territory"),
        Move("close", ("done",), "closed", DISPATCHER, _("verified on site and closed"),
             "territory"),
        Move("take_away", ("dispatched", "in_work", "pending"), "verified", DISPATCHER,
             _("taken from the lead"), "territory"),
        Move("reopen", ("closed",), "verified", DISPATCHER, _("opened again"), "territory"),
        Move("reopen_later", ("evaluated", "false_alarm"), "verified", DISPATCHER,
             _("opened again"), "territory", reopens=True),
        Move("evaluate", ("closed",), "evaluated", CONTROLLER, _("evaluated")),
        Move("evaluate_by_times", ("closed",), "evaluated", SYSTEM, _("evaluated by its times")),
    ),
    line=("reported", "verified", "dispatched", "in_work", "done", "closed", "evaluated"),
)  # fmt: skip

TASK = Procedure(
    code="incident_task",
    title=_("Help in an incident"),
    start=_("Asked"),
    states=(
        State("asked", _("Asked for help"), role=OFFICER, term=_HOUR),
        State("in_work", _("Helping"), role=OFFICER, term=Term(24, Unit.HOURS)),
        State("done", _("Done"), final=True),
        State("refused", _("Sent back with a reason"), final=True),
        State("dropped", _("No longer needed"), final=True),
    ),
    moves=(
        Move("ask", (START,), "asked", SYSTEM, _("asked")),
        Move("accept", ("asked",), "in_work", OFFICER, _("accepted"), "organisation"),
        Move("refuse", ("asked",), "refused", OFFICER, _("sent back with a reason"),
             "organisation"),
        Move("begin", ("in_work",), "in_work", OFFICER, _("begun on the spot"), "organisation"),
        Move("finish", ("in_work",), "done", OFFICER, _("done"), "organisation"),
        Move("drop", ("asked", "in_work"), "dropped", DISPATCHER, _("no longer needed"),
             "territory"),
        Move("end", ("asked", "in_work"), "dropped", SYSTEM, _("ended with the incident")),
    ),
    line=("asked", "in_work", "done"),
)  # fmt: skip

OPEN = ("reported", "verified", "dispatched", "in_work", "pending", "done")
"""The states in which somebody must still do something about it."""
