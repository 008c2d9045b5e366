"""How experts, assignments, reviews and panels say no."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid, NotAllowed, NotFound, Refused
from veche.texts import TextLength


class NoSuchAccount(Invalid):
    """The address belongs to nobody here."""

    code = "no-such-account"
    sentence = _("Nobody has an account here with the address “{address}”: ask them to make one.")
    field = "address"


class ExpertThere(Refused):
    """The person is on the list."""

    code = "expert-there"
    sentence = _("This person is an expert already: change their entry.")


class CapacityWrong(Invalid):
    """How many an expert takes."""

    code = "capacity-wrong"
    sentence = _("An expert takes between 1 and {most} applications in one round.")
    field = "capacity"


class UnknownTag(Invalid):
    """A technology or a development goal that is not on the list."""

    code = "unknown-tag"
    sentence = _("Choose technologies and goals from the lists.")


class UnknownExpert(NotFound):
    """There is no such expert."""

    code = "unknown-expert"
    sentence = _("There is no such expert.")


class UnknownRun(NotFound):
    """There is no such assignment, or it holds what the person may not know of."""

    code = "unknown-run"
    sentence = _("There is no such assignment.")


class NothingToAssign(Refused):
    """Every application has its readers."""

    code = "nothing-to-assign"
    sentence = _("No application waits for readers here.")


class AssignmentImpossible(Refused):
    """No assignment keeps the rules."""

    code = "assignment-impossible"
    status = 422
    sentence = _("There is no assignment that keeps the rules. {told}")


class RunTaken(Refused):
    """The tasks of a run are given out once."""

    code = "run-taken"
    sentence = _("The applications of this assignment were given out already.")


class RunStale(Refused):
    """Applications, experts or their ties have changed since."""

    code = "run-stale"
    sentence = _("Something has changed since this assignment was made: make it anew.")


class UnknownTask(NotFound):
    """Nothing was given to this person under this number, or it was taken back."""

    code = "unknown-review-task"
    sentence = _("You have no such application to read.")


class TaskEnded(Refused):
    """The task was done, refused or taken back."""

    code = "review-task-ended"
    sentence = _("This task has ended: nothing of it changes any more.")


class ReviewIncomplete(Invalid):
    """Not every criterion was marked."""

    code = "review-incomplete"
    sentence = _("Mark every criterion from 0 to 5, as its words say.")


class ReasonLength(TextLength):
    """A mark without a reason."""

    code = "mark-reason"
    sentence = _("Give each mark a reason of {least} to {most} characters; one has {count}.")
    field = ""


class SummaryLength(TextLength):
    """The whole in words."""

    code = "review-summary"
    sentence = _("Sum up in {least} to {most} characters; now there are {count}.")
    field = "summary"


class ReviewsIn(Refused):
    """All reviews are in, and read: none changes."""

    code = "reviews-in"
    sentence = _("All reviews of this application are in: none of them changes any more.")


class NotReadYet(Refused):
    """It has not exactly as many reviews as it needs."""

    code = "not-read-yet"
    sentence = _("The panel gets an application when all its reviews are in: {done} of {needed}.")


class UnknownPanel(NotFound):
    """There is no such panel, or it is not public yet."""

    code = "unknown-panel"
    sentence = _("There is no such panel, or its minutes are not published yet.")


class PanelWrong(Invalid):
    """The panel cannot be like this."""

    code = "panel-wrong"
    sentence = _("A panel needs a title, a day to come, exactly one chair, and at least as many "
                 "members as its quorum of {quorum}.")  # fmt: skip


class PanelThere(Refused):
    """The same press came twice."""

    code = "panel-there"
    sentence = _("This panel was called already.")


class NotAPanellist(Invalid):
    """Who votes must hold the role."""

    code = "not-a-panellist"
    sentence = _("Only members of panels can be called: {name} is none.")
    field = "members"


class PanelNotOpen(Refused):
    """Votes are taken while the panel sits."""

    code = "panel-not-open"
    sentence = _("The panel does not sit now.")


class PanelOpen(Refused):
    """The panel sits, or has closed."""

    code = "panel-open"
    sentence = _("The panel sits or has closed: its members and its day stand.")


class NotAMember(NotAllowed):
    """Only members do this."""

    code = "not-a-member"
    sentence = _("Only members of this panel may do this.")


class NotTheChair(NotAllowed):
    """The chair signs."""

    code = "not-the-chair"
    sentence = _("Only the chair of this panel signs its minutes.")


class NotThere(Refused):
    """Who has not come does not vote."""

    code = "not-at-the-panel"
    sentence = _("First say that you have come.")


class StepsAside(Refused):
    """Whoever stepped aside does not come back to the item."""

    code = "stepped-aside"
    sentence = _("You stepped aside from this application: you have no vote on it.")


class ItemDecided(Refused):
    """It was decided."""

    code = "item-decided"
    sentence = _("This application was decided about.")


class ItemThere(Refused):
    """It is on an agenda already."""

    code = "item-there"
    sentence = _("This application is on the agenda of a panel already.")


class VoteWrong(Invalid):
    """No such vote."""

    code = "vote-wrong"
    sentence = _("Vote for, against, or abstain.")
    field = "choice"


class NoQuorum(Refused):
    """Too few voted."""

    code = "no-quorum"
    sentence = _("{voted} have voted of {quorum} that are needed: nothing can be decided yet.")


class DecisionReason(TextLength):
    """A decision needs its public reason."""

    code = "decision-reason"
    sentence = _("Give the public reason in {least} to {most} characters; now there are {count}.")
    field = "reason"


class ItemsOpen(Refused):
    """Something on the agenda was not dealt with."""

    code = "items-open"
    sentence = _("Decide about every application on the agenda first, or put it off.")


class MinutesNeeded(TextLength):
    """A panel without minutes."""

    code = "panel-minutes"
    sentence = _("Write the minutes in {least} to {most} characters; now there are {count}.")
    field = "minutes"


class TieKindNeeded(Invalid):
    """Whoever is tied says how."""

    code = "tie-kind-needed"
    sentence = _("Say how you are tied to the company.")
    field = "tie"
