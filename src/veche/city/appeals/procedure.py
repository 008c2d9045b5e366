"""The ways of a letter and of a correction."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.core.cases.procedure import AUTHOR, START, SYSTEM, Move, Procedure, State
from veche.core.cases.rules import Term, Unit
from veche.core.moderation.procedure import (
    APPEALED,
    APPEALED_UP,
    DISPATCHER,
    DROPPED,
    MODERATOR,
    READING,
    REJECTED,
    REMOVED,
    moderation,
    removal,
    routing,
)

OFFICER, HEAD, REGISTRAR = "officer", "head", "registrar"
_OPERATIONS = "veche.city.appeals.operations"
_OWED = ("work", "question")

APPEAL = Procedure(
    code="appeal",
    title=_("Letter"),
    start=_("Written"),
    states=(
        moderation(f"{_OPERATIONS}:pass_unread"),
        APPEALED,
        APPEALED_UP,
        routing(f"{_OPERATIONS}:route_unheard"),
        State("work", _("In work"), role=OFFICER, term=Term(30, Unit.CALENDAR_DAYS), owes=True),
        State(
            "question",
            _("The office answers a question"),
            role=OFFICER,
            term=Term(8, Unit.CALENDAR_DAYS),
            stands_as="work",
            owes=True,
        ),
        State(
            "answered",
            _("Answered; its author says whether it helps"),
            role=AUTHOR,
            term=Term(14, Unit.CALENDAR_DAYS),
            on_due=f"{_OPERATIONS}:leave_unrated",
        ),
        State("rated", _("Answered and rated by its author"), final=True),
        State("unrated", _("Answered, not rated"), final=True),
        State("passed_on", _("Passed on to the office"), final=True),
        State("refused", _("Refused by the office"), final=True),
        REJECTED,
        REMOVED,
        State("withdrawn", _("Withdrawn by the author"), final=True),
        DROPPED,
    ),
    moves=(
        Move("write", (START,), "moderation", AUTHOR, _("written")),
        # What nobody else will read needs no moderator.
        Move("send", (START,), "routing", AUTHOR, _("sent to the office only")),
        *READING,
        Move("close_to_others", ("moderation",), "routing", MODERATOR,
             _("sent on without being published"), "territory"),
        removal("routing", *_OWED, "answered"),
        Move("assign", ("routing",), "routing", DISPATCHER, _("office chosen"), "territory"),
        Move("route", ("routing",), "work", SYSTEM, _("given to the office")),
        Move("route_question", ("routing",), "question", SYSTEM, _("given to the office")),
        Move("pass_on", ("routing",), "passed_on", SYSTEM, _("passed on to the office")),
        *(
            Move("hand_on", (state,), state, OFFICER, _("handed on to another office"),
                 "organisation")
            for state in _OWED
        ),
        # A later date: an officer asks, the head signs or does not. Nothing moves in between.
        *(
            Move(name, (state,), state, role, title, "organisation")
            for state in _OWED
            for name, role, title in (
                ("ask_later", OFFICER, _("later date asked for")),
                ("prolong", HEAD, _("term prolonged")),
                ("refuse_later", HEAD, _("later date refused")),
            )
        ),
        Move("answer", _OWED, "answered", OFFICER, _("answered"), "organisation"),
        Move("refuse", _OWED, "refused", OFFICER, _("refused"), "organisation"),
        Move("rate", ("answered",), "rated", AUTHOR, _("rated by the author")),
        Move("lapse", ("answered",), "unrated", SYSTEM, _("left without a rating")),
        Move("withdraw", ("moderation",), "dropped", AUTHOR, _("withdrawn")),
        Move("withdraw", ("routing", *_OWED), "withdrawn", AUTHOR, _("withdrawn")),
    ),
    line=("moderation", "work", "answered", "rated"),
)  # fmt: skip

CORRECTION = Procedure(
    code="correction",
    title=_("Correction of the city's data"),
    start=_("Proposed"),
    states=(
        State(
            "proposed",
            _("With the keeper of the registry"),
            role=REGISTRAR,
            term=Term(5, Unit.WORKING_DAYS),
            owes=True,
        ),
        State("repaired", _("Accepted: the registry was repaired"), final=True),
        State("kept", _("Refused: the registry stays as it is"), final=True),
        State("withdrawn", _("Withdrawn by the author"), final=True),
    ),
    moves=(
        Move("propose", (START,), "proposed", AUTHOR, _("proposed")),
        Move("repair", ("proposed",), "repaired", REGISTRAR, _("accepted"), "territory"),
        Move("keep", ("proposed",), "kept", REGISTRAR, _("refused"), "territory"),
        Move("withdraw", ("proposed",), "withdrawn", AUTHOR, _("withdrawn")),
    ),
    line=("proposed", "repaired"),
)

PUBLIC = (
    "routing", "work", "question", "answered", "rated", "unrated", "passed_on", "refused",
    "withdrawn",
)  # fmt: skip
"""States in which everybody may read a public letter."""
UNPUBLISHED = ("moderation", "appealed", "rejected", "removed", "dropped")
"""States in which nobody but its author and moderators reads a letter meant for everybody."""
OPEN = ("routing", "work", "question", "answered")
OWED = _OWED
"""States in which an office owes an answer."""
