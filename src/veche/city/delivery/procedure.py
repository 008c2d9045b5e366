"""The ways of a promise and of one of its steps."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.core.cases.procedure import AUTHOR, START, SYSTEM, Move, Procedure, State
from veche.core.cases.rules import Term, Unit

PLANNER, OFFICER, CONTROLLER = "planner", "officer", "controller"
_OPERATIONS = "veche.city.delivery.operations"

PROMISE = Procedure(
    code="promise",
    title=_("Promise"),
    start=_("Decided"),
    states=(
        State(
            "drafted",
            # No promise runs yet: what is promised begins with the dates of the steps.
            _("The office writes its steps"),
            role=OFFICER,
            term=Term(30, Unit.CALENDAR_DAYS),
        ),
        # Until the date of its last step, which is written with it.
        State(
            "under_way",
            _("Being delivered"),
            role=OFFICER,
            term=Term(365, Unit.CALENDAR_DAYS),
            owes=True,
        ),
        State(
            "acceptance",
            _("Residents say whether it is done"),
            role=SYSTEM,
            term=Term(14, Unit.CALENDAR_DAYS),
            on_due=f"{_OPERATIONS}.acceptance:end_acceptance",
        ),
        State(
            "repair",
            _("Refused by residents; being put right"),
            role=OFFICER,
            term=Term(30, Unit.CALENDAR_DAYS),
            stands_as="under_way",
            owes=True,
        ),
        State("kept", _("Kept: residents accepted it"), final=True),
        State("unconfirmed", _("Said to be done; residents did not confirm it"), final=True),
        State("broken", _("Broken"), final=True),
        State("replaced", _("Replaced by another promise"), final=True),
    ),
    moves=(
        Move("make", (START,), "drafted", AUTHOR, _("made")),
        Move("write_steps", ("drafted",), "drafted", OFFICER, _("steps written"), "organisation"),
        Move("start", ("drafted",), "under_way", OFFICER, _("begun"), "organisation"),
        *(
            Move("change", (state,), state, OFFICER, _("a date, money or target replaced"),
                 "organisation")
            for state in ("drafted", "under_way", "repair")
        ),
        *(
            Move("explain", (state,), state, OFFICER, _("a missed step explained"),
                 "organisation")
            for state in ("under_way", "repair")
        ),
        Move("say_done", ("under_way", "repair"), "acceptance", OFFICER, _("said to be done"),
             "organisation"),
        Move("accept", ("acceptance",), "kept", SYSTEM, _("accepted by residents")),
        Move("refuse", ("acceptance",), "repair", SYSTEM, _("refused by residents")),
        Move("lapse", ("acceptance",), "unconfirmed", SYSTEM, _("not confirmed")),
        # Years later too: what was accepted can turn out not to be done.
        Move("find_undone", ("kept", "unconfirmed"), "repair", CONTROLLER,
             _("found not done"), "territory", reopens=True),
        *(
            Move("break", (state,), "broken", CONTROLLER, _("declared broken"), "territory")
            for state in ("drafted", "under_way", "repair")
        ),
        *(
            Move("replace", (state,), "replaced", CONTROLLER, _("replaced"), "territory")
            for state in ("drafted", "under_way", "repair")
        ),
    ),
    line=("drafted", "under_way", "acceptance", "kept"),
)  # fmt: skip

STEP = Procedure(
    code="promise_step",
    title=_("Step of a promise"),
    start=_("Planned"),
    states=(
        # Until its own date, which is written with it.
        State(
            "planned",
            _("To be done"),
            role=OFFICER,
            term=Term(90, Unit.CALENDAR_DAYS),
            owes=True,
        ),
        State("done", _("Done"), final=True),
        State("dropped", _("No longer needed"), final=True),
    ),
    moves=(
        Move("plan", (START,), "planned", AUTHOR, _("planned")),
        Move("explain", ("planned",), "planned", OFFICER, _("said why it is late"),
             "organisation"),
        Move("postpone", ("planned",), "planned", OFFICER, _("new date"), "organisation"),
        Move("finish", ("planned",), "done", OFFICER, _("done"), "organisation"),
        Move("drop", ("planned",), "dropped", OFFICER, _("no longer needed"), "organisation"),
        Move("end", ("planned",), "dropped", SYSTEM, _("ended with its promise")),
        Move("redo", ("done",), "planned", SYSTEM, _("to be done again"), reopens=True),
    ),
    line=("planned", "done"),
)  # fmt: skip

RUNNING = ("drafted", "under_way", "repair")
ENDED = ("kept", "unconfirmed", "broken", "replaced")
