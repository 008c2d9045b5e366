"""The ways of a call for ideas, of an idea, and of an initiative."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.core.cases.procedure import AUTHOR, IMPORTER, START, SYSTEM, Move, Procedure, State
from veche.core.cases.rules import Term, Unit
from veche.core.moderation.procedure import (
    APPEALED,
    APPEALED_UP,
    DROPPED,
    REJECTED,
    REMOVED,
    moderation,
    reading,
    removal,
)

ORGANISER, FACILITATOR, OFFICER, HEAD = "organiser", "facilitator", "officer", "head"
_OPERATIONS = "veche.city.ideas.operations"

CALL = Procedure(
    code="call",
    title=_("Call for ideas"),
    start=_("Drafted"),
    states=(
        State("draft", _("Being prepared"), role=ORGANISER, term=Term(90, Unit.CALENDAR_DAYS)),
        # Until when its phases run is said by the call itself; the terms stand for what says
        # nothing, as a standing call does.
        State(
            "running",
            _("Ideas are collected and discussed"),
            role=FACILITATOR,
            term=Term(365, Unit.CALENDAR_DAYS),
            on_due=f"{_OPERATIONS}.course:end_phases",
        ),
        State(
            "answering",
            _("The office answers"),
            role=OFFICER,
            term=Term(30, Unit.CALENDAR_DAYS),
            owes=True,
        ),
        State("answered", _("Answered: every author knows"), final=True),
        State("cancelled", _("Called off"), final=True),
        State("dropped", _("Dropped before it was announced"), final=True),
    ),
    moves=(
        Move("draft", (START,), "draft", AUTHOR, _("drafted")),
        Move("bring", (START,), "answered", IMPORTER, _("brought in from another platform")),
        Move("change", ("draft",), "draft", ORGANISER, _("changed"), "territory"),
        Move("drop", ("draft",), "dropped", ORGANISER, _("dropped"), "territory"),
        Move("announce", ("draft",), "running", ORGANISER, _("announced"), "territory"),
        Move("go_on", ("running",), "running", SYSTEM, _("goes on: it is a standing call")),
        Move("end_phases", ("running",), "answering", SYSTEM, _("ideas are no longer taken")),
        Move("close", ("answering",), "answered", OFFICER, _("answered"), "organisation"),
        *(
            Move("cancel", (state,), "cancelled", ORGANISER, _("called off"), "territory")
            for state in ("running", "answering")
        ),
    ),
    line=("running", "answering", "answered"),
)

_CHOSEN_FROM = ("open", "shortlisted", "at_vote")
CALLED_OFF_FROM = ("open", "shortlisted", "objected")
"""States of an idea that ends when its call is called off."""

IDEA = Procedure(
    code="idea",
    title=_("Idea"),
    start=_("Written"),
    states=(
        moderation(f"{_OPERATIONS}.reading:pass_unread"),
        APPEALED,
        APPEALED_UP,
        State(
            "open",
            _("Supported and discussed"),
            role=FACILITATOR,
            term=Term(120, Unit.CALENDAR_DAYS),
            owes=True,
        ),
        State(
            "shortlisted",
            _("On the shortlist; the office decides"),
            role=OFFICER,
            term=Term(30, Unit.CALENDAR_DAYS),
            owes=True,
        ),
        State(
            "at_vote",
            _("Put to a vote"),
            role=OFFICER,
            term=Term(90, Unit.CALENDAR_DAYS),
            stands_as="shortlisted",
            owes=True,
        ),
        State(
            "accepted",
            _("Accepted; the office writes the promise"),
            role=OFFICER,
            term=Term(30, Unit.CALENDAR_DAYS),
            owes=True,
        ),
        State(
            "objected",
            _("The author objects to the refusal"),
            role=HEAD,
            term=Term(10, Unit.WORKING_DAYS),
            stands_as="shortlisted",
        ),
        State("promised", _("It became a promise of the city"), final=True),
        State("combined", _("Joined to another idea"), final=True),
        State("refused", _("Not taken up"), final=True),
        State("withdrawn", _("Withdrawn by its author"), final=True),
        State("brought", _("Kept from another platform"), final=True),
        State("called_off", _("Ended with its call, which was called off"), final=True),
        REJECTED,
        REMOVED,
        DROPPED,
    ),
    moves=(
        Move("write", (START,), "moderation", AUTHOR, _("written")),
        Move("bring", (START,), "brought", IMPORTER, _("brought in from another platform")),
        # What a facilitator wrote out of the ideas of others is read by those it cites.
        Move("synthesise", (START,), "open", FACILITATOR, _("written together"), "territory"),
        *reading("open"),
        removal(*_CHOSEN_FROM),
        Move("reword", ("open",), "open", AUTHOR, _("reworded")),
        Move("shortlist", ("open",), "shortlisted", FACILITATOR, _("put on the shortlist"),
             "territory"),
        Move("unlist", ("shortlisted",), "open", FACILITATOR, _("taken off the shortlist"),
             "territory"),
        Move("combine", ("open", "shortlisted"), "combined", FACILITATOR,
             _("joined to another idea"), "territory"),
        Move("join", ("open", "shortlisted"), "combined", OFFICER,
             _("joined to another idea by the office"), "organisation"),
        Move("separate", ("combined",), "open", FACILITATOR, _("separated again"), "territory",
             reopens=True),
        Move("put_to_vote", ("shortlisted",), "at_vote", OFFICER, _("put to a vote"),
             "organisation"),
        # The vote was dropped or annulled: it is as if it had not been put.
        Move("unput", ("at_vote",), "shortlisted", SYSTEM, _("the vote came to nothing")),
        Move("take_up", _CHOSEN_FROM, "accepted", OFFICER, _("accepted"), "organisation"),
        Move("decline", _CHOSEN_FROM, "refused", OFFICER, _("not taken up"), "organisation"),
        Move("object", ("refused",), "objected", AUTHOR, _("objected"), reopens=True),
        Move("keep_refusal", ("objected",), "refused", HEAD, _("refusal kept"), "organisation"),
        Move("look_again", ("objected",), "open", HEAD, _("taken up again"), "organisation"),
        Move("promise", ("accepted",), "promised", OFFICER, _("became a promise"),
             "organisation"),
        # What was put to a vote or accepted was promised apart from the call: that stays.
        Move("call_off", CALLED_OFF_FROM, "called_off", SYSTEM, _("ended with its call")),
        Move("withdraw", ("moderation",), "dropped", AUTHOR, _("withdrawn")),
        Move("withdraw", ("open",), "withdrawn", AUTHOR, _("withdrawn")),
    ),
    line=("moderation", "open", "shortlisted", "accepted", "promised"),
)  # fmt: skip

INITIATIVE = Procedure(
    code="initiative",
    title=_("Initiative"),
    start=_("Written"),
    states=(
        moderation(f"{_OPERATIONS}.reading:pass_unread_initiative"),
        APPEALED,
        APPEALED_UP,
        State(
            "collecting",
            _("Endorsements are collected"),
            role=AUTHOR,
            term=Term(180, Unit.CALENDAR_DAYS),
            on_due=f"{_OPERATIONS}.initiatives:lapse",
        ),
        State(
            "reached",
            _("Endorsed; the office must answer point by point"),
            role=OFFICER,
            term=Term(60, Unit.CALENDAR_DAYS),
            owes=True,
        ),
        State("answered", _("Answered point by point"), final=True),
        State("lapsed", _("Not endorsed by enough people"), final=True),
        State("withdrawn", _("Withdrawn by its author"), final=True),
        REJECTED,
        REMOVED,
        DROPPED,
    ),
    moves=(
        Move("write", (START,), "moderation", AUTHOR, _("written")),
        *reading("collecting"),
        removal("collecting", "reached"),
        Move("reach", ("collecting",), "reached", SYSTEM, _("endorsed by enough people")),
        Move("lapse", ("collecting",), "lapsed", SYSTEM, _("not endorsed by enough people")),
        Move("answer", ("reached",), "answered", OFFICER, _("answered"), "organisation"),
        Move("withdraw", ("moderation",), "dropped", AUTHOR, _("withdrawn")),
        Move("withdraw", ("collecting",), "withdrawn", AUTHOR, _("withdrawn")),
    ),
    line=("moderation", "collecting", "reached", "answered"),
)

WAITING = (*_CHOSEN_FROM, "objected")
"""States in which an idea waits for the answer of its office."""
PUBLIC_CALL = ("running", "answering", "answered", "cancelled")
"""States in which everybody may read a call."""
SUPPORTED = ("open", "shortlisted")
"""States in which an idea can be rated."""
PUBLIC_IDEA = (
    "open", "shortlisted", "at_vote", "accepted", "objected", "promised", "combined", "refused",
    "withdrawn", "brought", "called_off",
)  # fmt: skip
"""States in which everybody may read an idea."""
PUBLIC_INITIATIVE = ("collecting", "reached", "answered", "lapsed", "withdrawn")
"""States in which everybody may read an initiative."""
UNPUBLISHED = ("moderation", "appealed", "appealed_up", "rejected", "removed", "dropped")
"""States in which nobody but the author and moderators read what was written."""
