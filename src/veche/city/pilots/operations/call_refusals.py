"""Why a call for solutions, its form or its criteria are not taken."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.rules import calls as rules
from veche.errors import Invalid, NotFound, Refused
from veche.texts import TextLength


class CallTitle(TextLength):
    """The title is missing or too long."""

    code = "call-title"
    field = "title_en"


class CallWords(Invalid):
    """Something has no words in any language."""

    code = "call-words"
    sentence = _("Write the title and the task in one language at least.")


WINDOW_FAULTS: Mapping[str, str | Promise] = {
    "standing": _("A standing intake has no last day: leave it empty."),
    "missing": _("Say until when applications are taken."),
    "past": _("The last day is over. Choose a later one."),
    "short": _("A call is open for {least} days at least, so that people can find it and write."),
    "long": _("A call is open for {most} days at most; what is open longer is a standing intake."),
}


class CallWindow(Invalid):
    """The days cannot be so; ``fault`` says why."""

    code = "call-window"
    field = "closes_at"

    def __str__(self) -> str:
        said = WINDOW_FAULTS[self.details["fault"]]
        return str(said).format(least=rules.SHORTEST_DAYS, most=rules.LONGEST_DAYS)


class NotLater(Invalid):
    """A call is prolonged to a later day."""

    code = "call-not-later"
    sentence = _("Choose a day after the present last day.")
    field = "closes_at"


class StandingStays(Refused):
    """A standing intake has no date that could be moved."""

    code = "call-standing"
    sentence = _("The standing intake has no last day.")


class OneStanding(Invalid):
    """A programme has one standing intake."""

    code = "call-one-standing"
    sentence = _("The programme has a standing intake already.")
    field = "standing"


class WantedWrong(Invalid):
    """How many are wanted, or how many experts read, cannot be so."""

    code = "call-wanted"
    sentence = _("Wanted are 1 to 1000 solutions, read by 1 to 15 experts each.")
    field = "wanted"


class NotADraft(Refused):
    """It has opened: everything stays as it is."""

    code = "call-not-a-draft"
    sentence = _("This call has opened: its words, form and criteria stay as they are.")


class NotReady(Refused):
    """Something is missing before it can open; ``missing`` says what."""

    code = "call-not-ready"
    sentence = _("The call cannot open yet: {missing}")


class DepartmentMissing(Invalid):
    """Somebody must want the solution."""

    code = "call-department"
    sentence = _("Choose the department that sets the task; only the standing intake has none.")
    field = "department"


class CriterionWrong(Invalid):
    """The weight, the name or the words of a mark are missing; ``fault`` says which."""

    code = "call-criterion"

    def __str__(self) -> str:
        return str(CRITERION_FAULTS[self.details["fault"]]).format(**self.details)


CRITERION_FAULTS: Mapping[str, str | Promise] = {
    "name": _("Give the criterion a name in one language at least."),
    "weight": _("A weight is more than 0 and at most {most}."),
    "many": _("A call has {most} criteria at most: experts must keep them in mind."),
    "long": _("What a mark means is told in {most} characters at most."),
}


class UnknownCriterion(NotFound):
    """The call has no such criterion."""

    code = "unknown-criterion"


class Undecided(Refused):
    """Applications to the call wait for a decision."""

    code = "call-undecided"
    sentence = _("Applications to this call are still being judged: each is decided first.")


class UnknownForm(NotFound):
    """There is no such form."""

    code = "unknown-form"


class FormTaken(Refused):
    """Somebody else saved a version in the same moment."""

    code = "form-taken"
    sentence = _("A colleague saved a version at the same moment: look at it, then send yours.")


FORM_FAULTS: Mapping[str, str | Promise] = {
    "many": _("A form asks {most} questions at most."),
    "kind": _("Question {number}: choose of what kind it is."),
    "code": _("Question {number}: its code has small Latin letters, digits and dashes."),
    "twice": _("Question {number}: another question has this code."),
    "name": _("Question {number}: write it in one language at least."),
    "long": _("Question {number}: it is too long."),
    "choices": _("Question {number}: give from two to {choices} choices, each once."),
}


class FormWrong(Invalid):
    """A question cannot be asked so; ``number`` and ``fault`` say which and why."""

    code = "form-wrong"

    def __str__(self) -> str:
        return str(FORM_FAULTS[self.details["fault"]]).format(**self.details)
