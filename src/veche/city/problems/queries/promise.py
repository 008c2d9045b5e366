"""What a resident is promised before anything is sent: how long each step may last."""

from __future__ import annotations

from veche.city.problems.procedure import PROCEDURE
from veche.core.cases.models import TermRule
from veche.core.cases.queries import UNIT_WORDS
from veche.core.cases.rules import Term, Unit

STEPS = ("moderation", "work", "check")
"""The steps a report takes when nobody objects."""


def usual_lengths() -> dict[str, str]:
    """How long each of `STEPS` lasts in this city for most categories, in words.

    A category may have a term of its own: the page of the problem says that one.
    """
    kept = {
        rule.state: Term(rule.number, Unit(rule.unit))
        for rule in TermRule.objects.filter(procedure=PROCEDURE.code, state__in=STEPS, theme="")
    }
    found = {}
    for step in STEPS:
        term = kept.get(step) or PROCEDURE.term_of(step)
        if term is not None:
            found[step] = UNIT_WORDS[term.unit](term.number)
    return found
