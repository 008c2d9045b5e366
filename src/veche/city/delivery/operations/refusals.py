"""Why something about a promise is not done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid, NotAllowed, Refused
from veche.texts import TextLength


class NotAPlanner(NotAllowed):
    """Only who plans or controls here makes promises of a word, a programme or a budget."""

    code = "not-a-planner"
    sentence = _("Only a planner or the control department of this place makes promises.")


class TitleLength(TextLength):
    """Too few or too many characters for a title."""

    code = "title-length"
    field = "title"


class AlreadyMade(Refused):
    """The same form was sent before."""

    code = "promise-made"
    sentence = _("This promise was written down already: {number}.")


class UnknownSource(Invalid):
    """A promise comes from somewhere."""

    code = "promise-source"
    sentence = _("Say where the promise comes from, and name it.")
    field = "source"


class StepMissed(Refused):
    """A step is late and nobody has said why: nothing else is done before."""

    code = "step-missed"
    sentence = _(
        "Step {step} was due on {day} and is not done. Say why first: until then nothing else can "
        "be done about this promise."
    )


class NotMissed(Refused):
    """Only what is late is explained."""

    code = "step-not-missed"
    sentence = _("This step is not late, or its lateness has been explained.")


class StepPast(Invalid):
    """A step lies before the day it is written."""

    code = "step-past"
    sentence = _("A step lies in the future: {day} has passed.")
    field = "due_on"


class TooManySteps(Invalid):
    """Nobody reads so many."""

    code = "too-many-steps"
    sentence = _("A promise has at most {most} steps.")
    field = "steps"


class NoSteps(Refused):
    """There is nothing to begin, or nothing was done."""

    code = "no-steps"
    sentence = _("A promise needs at least one step.")


class NothingRepaired(Refused):
    """Residents refused it, and no step was finished since."""

    code = "nothing-repaired"
    sentence = _("Nothing was done since it was found not to be done: finish a step first.")


class StepsPassed(Refused):
    """The date of a step passed before the promise was begun."""

    code = "steps-passed"
    sentence = _("The date of step {step} has passed. Drop it and write it with a later date.")


class StepsOpen(Refused):
    """Something is still to be done."""

    code = "steps-open"
    sentence = _("Step {step} is not done. All steps are finished or dropped first.")


class DateNotLater(Invalid):
    """What was promised never moves earlier."""

    code = "step-not-later"
    sentence = _("Choose a day after {day}: that is what is promised now.")
    field = "due_on"


class AlreadySuperseded(Refused):
    """The line of money has another in its place."""

    code = "money-superseded"
    sentence = _("Another line stands in the place of this one already.")


class NothingMeasured(Invalid):
    """The promise has no indicator, or the number is none."""

    code = "promise-indicator"
    sentence = _("Name what is measured, with a target that is a number.")
    field = "target"


class NotAsked(NotAllowed):
    """Only those are asked whom the promise concerns."""

    code = "not-asked"
    sentence = _(
        "Those say whether it is done who proposed, supported or voted for it, or live there."
    )


class OwnWork(NotAllowed):
    """Nobody judges the work of the office they work for."""

    code = "own-work"
    sentence = _("You work for the office that answers for it: others say whether it is done.")


class AskedLater(Refused):
    """Residents are not asked now."""

    code = "not-in-acceptance"
    sentence = _("Residents are not asked about this promise now.")


class NobodyTookPart(Refused):
    """There is nobody to vote."""

    code = "nobody-took-part"
    sentence = _("Nobody is known who took part: there is nobody to ask by a vote.")


class VoteAsked(Refused):
    """One vote is enough."""

    code = "promise-vote-made"
    sentence = _("A satisfaction vote about this promise was drafted already.")
