"""Words of companies: sizes, readiness, support, what became of what was scouted, letters."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from veche.core.people.letters import LETTERS

Words = Mapping[str, str | Promise]

SIZES: Words = {
    "micro": _("micro: up to 9 people"),
    "small": _("small: 10 to 49 people"),
    "medium": _("medium: 50 to 249 people"),
    "large": _("large: 250 people and more"),
}
SIZE_NAMES: Words = {
    "micro": _("micro"), "small": _("small"), "medium": _("medium"), "large": _("large"),
}  # fmt: skip
WOMEN: Words = {
    "": _("I would rather not say"),
    "yes": _("Yes: a woman leads it or owns half of it"),
    "no": _("No"),
}
READINESS: Mapping[int, str | Promise] = {
    1: _("Basic principles were observed: there is an idea and its science."),
    2: _("A concept was formulated: it is clear what it could be used for."),
    3: _("The concept was proven by an experiment."),
    4: _("It works in a laboratory, in parts."),
    5: _("It works in parts where it will be used, or in surroundings like it."),
    6: _("A model of the whole was shown where it will be used."),
    7: _("A prototype works where it will be used."),
    8: _("It is complete and has passed its tests."),
    9: _("It is in use, and others use it already."),
}
"""Technology readiness levels in plain words; the levels are those of ISO 16290."""
SUPPORT: Words = {
    "expertise": _("Expertise"),
    "press": _("Press"),
    "subsidy": _("Subsidy"),
    "contact": _("Contact"),
    "other": _("Other help"),
}
SCOUTED: Mapping[str, tuple[str | Promise, str, str]] = {
    "found": (_("found"), "wait", "wait"),
    "invited": (_("invited"), "work", "wait"),
    "came": (_("came"), "good", "good"),
    "declined": (_("will not come"), "warn", "stop"),
}
"""What became of what was scouted: word, tone, shape."""


def give_words() -> None:
    """Give the letters of this part their words."""
    LETTERS["pilots-colleague"] = (
        _("Act for {company} in the pilot programme"),
        (
            _("{name} asks you to act for {company}: to apply, to answer and to sign."),
            "{link}",
            _("The link works once, for {days} days. You sign in, or make an account, there."),
            _("If you do not know them, do nothing."),
        ),
    )
    LETTERS["pilots-invitation"] = (
        _("Would you test {solution} in our city?"),
        (
            _("We found {solution} of {maker} and think that our city could use it."),
            _("In a pilot the city gives a site and people who try it, and says what came of it."),
            "{link}",
            _(
                "There you register, or say with one press that you would rather not: then we do"
                " not write again. Your address is deleted when you come, when you decline, and"
                " after a year at the latest."
            ),
        ),
    )
