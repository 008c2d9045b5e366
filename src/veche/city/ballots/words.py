"""The words of votes: where one stands, how one can vote, what somebody did."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STATES: Mapping[str, str] = {
    "published": "vote-coming",
    "open": "vote-open",
    "suspended": "vote-suspended",
    "closed": "vote-counting",
    "provisional": "vote-counted",
    "appeal": "vote-counted",
    "certified": "vote-certified",
    "archived": "vote-certified",
    "annulled": "vote-annulled",
}
"""The state of a vote's case → the state it is shown as (`veche.look.states`)."""

STANDS: Mapping[str, str | Promise] = {
    "draft": _("Being prepared; only who organises votes here sees it."),
    "published": _("Announced. It opens on {opens}."),
    "open": _("Open until {closes}: {left}."),
    "suspended": _("Suspended. No ballots are taken until it goes on; the reason stands below."),
    "closed": _("Closed on {closed}. The ballots are being counted."),
    "provisional": _("Counted, not final: appeals are taken until {until}."),
    "appeal": _("Counted, not final: the commission decides on appeals until {until}."),
    "certified": _("Certified on {certified}: this is the final result."),
    "archived": _("Certified on {certified}: this is the final result."),
    "annulled": _("Annulled on {ended}. The reason stands below."),
}

CHANNELS: Mapping[str, str | Promise] = {
    "web": _("on the web"),
    "kiosk": _("at a service centre"),
    "paper": _("on paper"),
}

LEVELS_NEEDED: Mapping[str, str | Promise] = {
    "unverified": _("anybody with an account"),
    "email": _("who confirmed an e-mail address"),
    "resident": _("who showed that they live there"),
    "identified": _("who showed who they are"),
}

GRAINS: Mapping[str, str | Promise] = {
    "city": _("A ballot tells no place finer than the city."),
    "district": _("A ballot tells the district of its voter, and no finer place."),
    "neighbourhood": _("A ballot tells the neighbourhood of its voter, and no finer place."),
}

KINDS: Mapping[str, str | Promise] = {
    "single": _("one choice"),
    "several": _("several choices"),
    "approval": _("as many as one likes"),
    "ranked": _("an order"),
    "score": _("points for each"),
    "cumulative": _("points to give away"),
    "knapsack": _("a budget to spend"),
    "distribution": _("a sum to divide"),
}

DID: Mapping[str, str | Promise] = {
    "draft": _("Drafted"),
    "change": _("Changed"),
    "publish": _("Announced; its questions, rules and roll are fixed from here on"),
    "open": _("Voting began"),
    "suspend": _("Suspended"),
    "resume": _("Went on"),
    "close": _("Closed"),
    "announce": _("Counted"),
    "end_appeals": _("Time for appeals ended"),
    "certify": _("Certified"),
    "archive": _("Archived"),
    "annul": _("Annulled"),
}
"""What was done, by move."""
