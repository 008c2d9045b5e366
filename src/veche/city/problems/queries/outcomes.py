"""What can become of a problem, once for all: the parts of what was received.

Every state belongs to one outcome, so that the outcomes of any choice add up to what was received
in it; a test proves it over the declared procedure and over every state.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Outcome:
    """One part of the whole."""

    name: str
    states: tuple[str, ...]
    title: str | Promise
    sentence: str | Promise


OUTCOMES: tuple[Outcome, ...] = (
    Outcome(
        "unfinished",
        (
            "moderation",
            "asked",
            "appealed",
            "appealed_up",
            "routing",
            "work",
            "returned",
            "queried",
            "handed_back",
            "disputed",
            "check",
            "objected",
        ),
        _("Not ended"),
        _("It has not come to its end: somebody must still act."),
    ),
    Outcome(
        "confirmed",
        ("confirmed",),
        _("Confirmed"),
        _("The author looked and confirmed that it is solved."),
    ),
    Outcome(
        "verified",
        ("verified",),
        _("Confirmed by volunteers"),
        _("Two volunteers looked and found it solved; the author did not check."),
    ),
    Outcome(
        "unconfirmed",
        ("unconfirmed",),
        _("Unconfirmed"),
        _("The office answered and the author did not check in time: not counted as solved."),
    ),
    Outcome("refused", ("refused",), _("Refused"), _("The office refused and gave its reason.")),
    Outcome(
        "no_details",
        ("no_details",),
        _("Without details"),
        _("The author did not reply to the question of the office."),
    ),
    Outcome("merged", ("merged",), _("Joined"), _("It is the same as another and goes on there.")),
    Outcome(
        "withdrawn",
        ("withdrawn", "dropped"),
        _("Taken back"),
        _("The author took it back, before or after it was published."),
    ),
    Outcome(
        "rejected",
        ("rejected",),
        _("Not published"),
        _("A moderator did not publish it and gave the reason."),
    ),
    Outcome(
        "removed",
        ("removed",),
        _("Removed"),
        _("A moderator removed it after it was published."),
    ),
    Outcome(
        "silent",
        ("silent",),
        _("Without a reply"),
        _("The author did not reply to the moderator; it was never published."),
    ),
)
"""All outcomes: their counts add up to what was received."""

SQL = ",\n ".join(
    "count(*) FILTER (WHERE c.state IN ({}))".format(", ".join(f"'{s}'" for s in one.states))
    for one in OUTCOMES
)
"""The counts of all outcomes, in order."""
