"""The way of a problem, from first words to the author's check."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.core.cases.procedure import (
    AUTHOR,
    IMPORTER,
    START,
    SYSTEM,
    Move,
    Procedure,
    State,
    Window,
)
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

OFFICER = "officer"
HEAD, ARBITER = "head", "arbiter"
_OPERATIONS = "veche.city.problems.operations"

_HANDED = ("work", "returned")
"""States in which an office has the problem and has not answered."""

PROCEDURE = Procedure(
    code="problem",
    title=_("Problem"),
    start=_("Reported"),
    states=(
        moderation(f"{_OPERATIONS}:pass_unmoderated"),
        State(
            "asked",
            _("The moderator asks the author"),
            role=AUTHOR,
            term=Term(7, Unit.CALENDAR_DAYS),
            on_due=f"{_OPERATIONS}:close_without_reply",
            stands_as="moderation",
        ),
        APPEALED,
        APPEALED_UP,
        routing(f"{_OPERATIONS}:route_unheard"),
        State("work", _("In work"), role=OFFICER, term=Term(8, Unit.CALENDAR_DAYS), owes=True),
        State(
            "returned",
            _("In work again"),
            role=OFFICER,
            term=Term(4, Unit.WORKING_DAYS),
            stands_as="work",
            owes=True,
        ),
        State(
            "queried",
            _("The office asks the author"),
            role=AUTHOR,
            term=Term(7, Unit.CALENDAR_DAYS),
            on_due=f"{_OPERATIONS}:close_without_reply",
            stands_as="work",
            pauses=True,
        ),
        State(
            "handed_back",
            _("The office says it is not theirs"),
            role=DISPATCHER,
            term=Term(1, Unit.WORKING_DAYS),
            on_due=f"{_OPERATIONS}:pass_on",
            stands_as="work",
            owes=True,
        ),
        State(
            "disputed",
            _("An arbiter decides whose it is"),
            role=ARBITER,
            term=Term(1, Unit.WORKING_DAYS),
            on_due=f"{_OPERATIONS}:give_to_last_resort",
            stands_as="work",
            owes=True,
        ),
        State(
            "check",
            _("Checked by the author"),
            role=AUTHOR,
            term=Term(14, Unit.CALENDAR_DAYS),
            on_due=f"{_OPERATIONS}:end_check",
        ),
        State(
            "objected",
            _("The author objects to the refusal"),
            role=HEAD,
            term=Term(4, Unit.WORKING_DAYS),
            on_due=f"{_OPERATIONS}:overturn_unheard",
            stands_as="work",
        ),
        State("confirmed", _("Confirmed by the author"), final=True),
        State("verified", _("Confirmed by two volunteers"), final=True),
        State("unconfirmed", _("Answered, not confirmed"), final=True),
        State("refused", _("Refused by the office"), final=True),
        REJECTED,
        REMOVED,
        State("withdrawn", _("Withdrawn by the author"), final=True),
        DROPPED,
        State("silent", _("Closed before publication: the author did not reply"), final=True),
        State("no_details", _("Closed: the author gave no details"), final=True),
        State("merged", _("Joined to another problem"), final=True),
        State("record_open", _("Open in another system"), record=True),
        State("record_closed", _("Closed in another system"), record=True),
    ),
    moves=(
        Move("report", (START,), "moderation", AUTHOR, _("reported")),
        *READING,
        Move("ask", ("moderation",), "asked", MODERATOR, _("asked the author"), "territory"),
        Move("reply", ("asked",), "moderation", AUTHOR, _("the author replied")),
        Move("lapse", ("asked",), "silent", SYSTEM, _("closed without a reply")),
        Move("route", ("routing",), "work", SYSTEM, _("given to the office")),
        Move("route_late", ("routing",), "work", SYSTEM, _("given to the office")),
        Move("assign", ("routing",), "work", DISPATCHER, _("given to the office"), "territory"),
        # Whose it is.
        Move(
            "hand_back",
            _HANDED,
            "handed_back",
            OFFICER,
            _("returned as not theirs"),
            "organisation",
        ),
        Move(
            "reassign", ("handed_back",), "work", DISPATCHER, _("given to the office"), "territory"
        ),
        Move("pass_on", ("handed_back",), "work", SYSTEM, _("given to the office")),
        Move("dispute", _HANDED, "disputed", OFFICER, _("disputed"), "organisation"),
        Move("settle", ("disputed",), "work", ARBITER, _("settled by an arbiter"), "territory"),
        Move(
            "last_resort",
            ("routing", "handed_back", "disputed"),
            "work",
            SYSTEM,
            _("given to the owner of last resort"),
        ),
        # A later date: the officer asks, the head signs; lateness stays measured by the first.
        *(
            Move("prolong", (state,), state, HEAD, _("term prolonged"), "organisation")
            for state in _HANDED
        ),
        Move("query", _HANDED, "queried", OFFICER, _("asked the author"), "organisation"),
        Move("reply", ("queried",), "work", AUTHOR, _("the author replied")),
        Move("lapse", ("queried",), "no_details", SYSTEM, _("closed without a reply")),
        Move("answer", _HANDED, "check", OFFICER, _("answered"), "organisation"),
        Move("refuse", _HANDED, "refused", OFFICER, _("refused"), "organisation"),
        Move("object", ("refused",), "objected", AUTHOR, _("objected"), reopens=True),
        Move("uphold", ("objected",), "refused", HEAD, _("upheld"), "organisation"),
        Move("overturn", ("objected",), "returned", HEAD, _("overturned"), "organisation"),
        Move("unheard", ("objected",), "returned", SYSTEM, _("the head did not decide in time")),
        Move("confirm", ("check",), "confirmed", AUTHOR, _("confirmed")),
        Move("verify", ("check",), "verified", SYSTEM, _("confirmed by two volunteers")),
        Move("return", ("check",), "returned", AUTHOR, _("returned")),
        Move("lapse", ("check",), "unconfirmed", SYSTEM, _("left unconfirmed")),
        # Closed though not fixed: the author within a term, or two volunteers who saw it.
        Move("find_undone", ("check",), "returned", SYSTEM, _("found not done by two volunteers")),
        Move(
            "find_undone_later",
            ("confirmed", "verified", "unconfirmed"),
            "returned",
            SYSTEM,
            _("found not done by two volunteers"),
            reopens=True,
        ),
        Move(
            "reopen",
            ("confirmed", "verified", "unconfirmed"),
            "returned",
            AUTHOR,
            _("opened again by the author"),
            reopens=True,
        ),
        # The same thing reported twice: joined by whoever has it.
        Move("merge", ("moderation",), "merged", MODERATOR, _("joined to another"), "territory"),
        Move("merge", ("routing",), "merged", DISPATCHER, _("joined to another"), "territory"),
        Move("merge", _HANDED, "merged", OFFICER, _("joined to another"), "organisation"),
        Move(
            "split",
            ("merged",),
            "routing",
            MODERATOR,
            _("separated again"),
            "territory",
            reopens=True,
        ),
        # Whoever joined it by mistake takes that back, while nothing has happened since.
        Move(
            "unjoin",
            ("merged",),
            "routing",
            DISPATCHER,
            _("joining taken back"),
            "territory",
            reopens=True,
            undoes=True,
        ),
        Move(
            "unjoin_work",
            ("merged",),
            "work",
            OFFICER,
            _("joining taken back"),
            "organisation",
            reopens=True,
            undoes=True,
        ),
        removal("routing", *_HANDED, "check"),
        # What no moderator has passed is never published, whatever its author does.
        Move("withdraw", ("moderation", "asked"), "dropped", AUTHOR, _("withdrawn")),
        Move(
            "withdraw",
            ("routing", *_HANDED, "queried", "handed_back", "disputed"),
            "withdrawn",
            AUTHOR,
            _("withdrawn"),
        ),
        Move("record_open", (START,), "record_open", IMPORTER, _("met in an import")),
        Move("record_closed", (START,), "record_closed", IMPORTER, _("met in an import")),
        Move("close_record", ("record_open",), "record_closed", IMPORTER, _("closed there")),
        Move("reopen_record", ("record_closed",), "record_open", IMPORTER, _("opened again there")),
    ),
    line=("moderation", "work", "check", "confirmed"),
    windows=(
        Window("reopen", _("Opening again by the author"), Term(30, Unit.CALENDAR_DAYS)),
        Window("object", _("Objecting to a refusal"), Term(30, Unit.CALENDAR_DAYS)),
    ),
)

OWED = tuple(state.code for state in PROCEDURE.states if state.owes)
"""States in which the author waits for an answer that was promised."""

UNANSWERED = ("routing", *OWED, "queried", "objected")
"""States in which an answer is still to come."""

ENDED = (
    "confirmed",
    "verified",
    "unconfirmed",
    "refused",
    "withdrawn",
    "no_details",
    "merged",
)
"""Public states that have ended here."""

OPEN = (*UNANSWERED, "check", "record_open")
"""Public states that have not ended."""

PUBLIC = (*OPEN, *ENDED, "record_closed")
"""States in which everybody may read the problem."""
