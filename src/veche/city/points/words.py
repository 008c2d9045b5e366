"""Points in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from veche.city.points.models import Entry, Spending

RULES: dict[str, str | Promise] = {
    "idea": _("An idea of yours was published"),
    "initiative": _("An initiative of yours was published"),
    "problem": _("You looked at an answer to your problem and confirmed it"),
    "check": _("You checked as a volunteer whether it is done"),
    "verdict": _("You said whether a promise was kept"),
    "vote": _("You took part in a vote"),
}
KINDS: dict[str, str | Promise] = {
    Entry.Kind.TAKEN_BACK: _("Taken back: it was removed"),
    Entry.Kind.SPENT: _("A reward"),
    Entry.Kind.RETURNED: _("A reward was not taken"),
}
STATES: dict[str, str | Promise] = {
    Spending.State.OPEN: _("not used yet"),
    Spending.State.REDEEMED: _("given out"),
    Spending.State.CANCELLED: _("given back"),
    Spending.State.LAPSED: _("not used in time"),
}


def what_for(entry: Entry) -> str:
    """Why points came or went, in one sentence."""
    if entry.kind == Entry.Kind.EARNED:
        return str(RULES.get(entry.rule, entry.rule))
    return str(KINDS[entry.kind])


def number_of(entry: Entry) -> str:
    """The number of the matter, as people read it."""
    return entry.matter.partition(":")[2]
