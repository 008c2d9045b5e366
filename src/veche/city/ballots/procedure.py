"""The way of a vote, and of an appeal against one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.core.cases.procedure import AUTHOR, START, SYSTEM, Move, Procedure, State
from veche.core.cases.rules import Term, Unit

ORGANISER, COMMISSIONER, POLL_CLERK = "organiser", "commissioner", "poll_clerk"
_OPERATIONS = "veche.city.ballots.operations"

VOTE = Procedure(
    code="vote",
    title=_("Vote"),
    start=_("Drafted"),
    states=(
        State(
            "draft",
            _("Being prepared"),
            role=ORGANISER,
            term=Term(90, Unit.CALENDAR_DAYS),
        ),
        # The next three end when the vote itself says so; the terms stand for what says nothing.
        State(
            "published",
            _("Announced; it opens at its time"),
            role=SYSTEM,
            term=Term(60, Unit.CALENDAR_DAYS),
            on_due=f"{_OPERATIONS}.course:open_in_time",
        ),
        State(
            "open",
            _("Open: people are voting"),
            role=SYSTEM,
            term=Term(30, Unit.CALENDAR_DAYS),
            on_due=f"{_OPERATIONS}.course:close_in_time",
        ),
        State(
            "suspended",
            _("Suspended"),
            role=COMMISSIONER,
            term=Term(3, Unit.WORKING_DAYS),
            stands_as="open",
        ),
        State(
            "closed",
            _("Closed; being counted"),
            role=COMMISSIONER,
            term=Term(1, Unit.WORKING_DAYS),
        ),
        State(
            "provisional",
            _("Counted; appeals are taken"),
            role=SYSTEM,
            term=Term(5, Unit.CALENDAR_DAYS),
            on_due=f"{_OPERATIONS}.course:end_appeals_in_time",
        ),
        State(
            "appeal",
            _("Appeals are being decided"),
            role=COMMISSIONER,
            term=Term(5, Unit.WORKING_DAYS),
        ),
        State(
            "certified",
            _("Certified"),
            role=SYSTEM,
            term=Term(365, Unit.CALENDAR_DAYS),
            on_due=f"{_OPERATIONS}.course:archive_in_time",
        ),
        State("archived", _("Certified and archived"), final=True, stands_as="certified"),
        State("annulled", _("Annulled"), final=True),
        State("dropped", _("Dropped before it was announced"), final=True),
    ),
    moves=(
        Move("draft", (START,), "draft", AUTHOR, _("drafted")),
        Move("change", ("draft",), "draft", ORGANISER, _("changed"), "territory"),
        Move("drop", ("draft",), "dropped", ORGANISER, _("dropped"), "territory"),
        Move("publish", ("draft",), "published", ORGANISER, _("announced"), "territory"),
        Move("open", ("published",), "open", SYSTEM, _("opened")),
        Move("suspend", ("open",), "suspended", COMMISSIONER, _("suspended"), "territory"),
        Move("resume", ("suspended",), "open", COMMISSIONER, _("went on"), "territory"),
        Move("close", ("open",), "closed", SYSTEM, _("closed")),
        Move("announce", ("closed",), "provisional", SYSTEM, _("counted")),
        Move("end_appeals", ("provisional",), "appeal", SYSTEM, _("time for appeals ended")),
        Move("certify", ("appeal",), "certified", COMMISSIONER, _("certified"), "territory"),
        Move("archive", ("certified",), "archived", SYSTEM, _("archived")),
        *(
            Move("annul", (state,), "annulled", COMMISSIONER, _("annulled"), "territory")
            for state in ("published", "open", "suspended", "closed", "provisional", "appeal")
        ),
    ),
    line=("published", "open", "provisional", "appeal", "certified"),
)

VOTE_APPEAL = Procedure(
    code="vote_appeal",
    title=_("Appeal against a vote"),
    start=_("Filed"),
    states=(
        State(
            "filed",
            _("With the commission"),
            role=COMMISSIONER,
            term=Term(3, Unit.WORKING_DAYS),
            owes=True,
        ),
        State("upheld", _("Upheld"), final=True),
        State("dismissed", _("Dismissed"), final=True),
        State("withdrawn", _("Withdrawn by its author"), final=True),
    ),
    moves=(
        Move("file", (START,), "filed", AUTHOR, _("filed")),
        Move("uphold", ("filed",), "upheld", COMMISSIONER, _("upheld"), "territory"),
        Move("dismiss", ("filed",), "dismissed", COMMISSIONER, _("dismissed"), "territory"),
        Move("withdraw", ("filed",), "withdrawn", AUTHOR, _("withdrawn")),
    ),
    line=("filed", "upheld"),
)

ROLL_CORRECTION = Procedure(
    code="roll_correction",
    title=_("Correction of a roll"),
    start=_("Asked"),
    states=(
        State(
            "requested",
            _("With the commission"),
            role=COMMISSIONER,
            term=Term(2, Unit.WORKING_DAYS),
            owes=True,
        ),
        State("added", _("Added to the roll"), final=True),
        State("refused", _("Refused: not on the roll"), final=True),
        State("lapsed", _("Not answered before the vote closed"), final=True),
        State("withdrawn", _("Withdrawn by its author"), final=True),
    ),
    moves=(
        Move("ask", (START,), "requested", AUTHOR, _("asked")),
        Move("add", ("requested",), "added", COMMISSIONER, _("added to the roll"), "territory"),
        Move("refuse", ("requested",), "refused", COMMISSIONER, _("refused"), "territory"),
        Move("withdraw", ("requested",), "withdrawn", AUTHOR, _("withdrawn")),
        Move("lapse", ("requested",), "lapsed", SYSTEM, _("not answered in time")),
    ),
    line=("requested", "added"),
)

BEFORE = ("published",)
RUNNING = ("open", "suspended")
COUNTED = ("provisional", "appeal", "certified", "archived")
PUBLIC = (*BEFORE, *RUNNING, "closed", *COUNTED, "annulled")
"""States in which everybody may read a vote."""
