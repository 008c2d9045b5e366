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
)
from veche.core.cases.rules import Term, Unit

MODERATOR, DISPATCHER, OFFICER = "moderator", "dispatcher", "officer"
_OPERATIONS = "veche.city.problems.operations"

PROCEDURE = Procedure(
    code="problem",
    title=_("Problem"),
    start=_("Reported"),
    states=(
        State(
            "moderation",
            _("With a moderator"),
            role=MODERATOR,
            term=Term(24, Unit.HOURS),
            on_due=f"{_OPERATIONS}:pass_unmoderated",
        ),
        State(
            "routing",
            _("Looking for the office"),
            role=DISPATCHER,
            term=Term(1, Unit.WORKING_DAYS),
            stands_as="work",
        ),
        State("work", _("In work"), role=OFFICER, term=Term(8, Unit.CALENDAR_DAYS)),
        State(
            "returned",
            _("In work again"),
            role=OFFICER,
            term=Term(4, Unit.WORKING_DAYS),
            stands_as="work",
        ),
        State(
            "check",
            _("Checked by the author"),
            role=AUTHOR,
            term=Term(14, Unit.CALENDAR_DAYS),
            on_due=f"{_OPERATIONS}:leave_unconfirmed",
        ),
        State("confirmed", _("Confirmed by the author"), final=True),
        State("unconfirmed", _("Answered, not confirmed"), final=True),
        State("refused", _("Refused by the office"), final=True),
        State("rejected", _("Rejected by a moderator"), final=True),
        State("withdrawn", _("Withdrawn by the author"), final=True),
        State("dropped", _("Taken back before a moderator read it"), final=True),
        State("record_open", _("Open in another system"), record=True),
        State("record_closed", _("Closed in another system"), record=True),
    ),
    moves=(
        Move("report", (START,), "moderation", AUTHOR, _("reported")),
        Move("accept", ("moderation",), "routing", MODERATOR, _("accepted"), scope="territory"),
        Move("pass", ("moderation",), "routing", SYSTEM, _("passed without a moderator")),
        Move("reject", ("moderation",), "rejected", MODERATOR, _("rejected"), scope="territory"),
        Move("route", ("routing",), "work", SYSTEM, _("given to the office")),
        Move("assign", ("routing",), "work", DISPATCHER, _("given to the office"), "territory"),
        Move("answer", ("work", "returned"), "check", OFFICER, _("answered"), "organisation"),
        Move("refuse", ("work", "returned"), "refused", OFFICER, _("refused"), "organisation"),
        Move("confirm", ("check",), "confirmed", AUTHOR, _("confirmed")),
        Move("return", ("check",), "returned", AUTHOR, _("returned")),
        Move("lapse", ("check",), "unconfirmed", SYSTEM, _("left unconfirmed")),
        # What no moderator has passed is never published, whatever its author does.
        Move("withdraw", ("moderation",), "dropped", AUTHOR, _("withdrawn")),
        Move(
            "withdraw",
            ("routing", "work", "returned"),
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
)

PUBLIC = (
    "routing",
    "work",
    "returned",
    "check",
    "confirmed",
    "unconfirmed",
    "refused",
    "withdrawn",
    "record_open",
    "record_closed",
)
"""States in which everybody may read the problem."""

OPEN = ("routing", "work", "returned", "check", "record_open")
"""Public states that have not ended."""

UNANSWERED = ("routing", "work", "returned")
"""States in which an office owes an answer."""
