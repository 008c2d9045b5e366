"""How applications, their screening and their appeals say no."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid, NotAllowed, Refused
from veche.texts import TextLength


class NotTheFounder(NotAllowed):
    """They do not act for this company."""

    code = "not-the-founder"
    sentence = _("Only who acts for this company may do this.")


class NotTheAgency(NotAllowed):
    """They do not run this programme."""

    code = "not-the-agency"
    sentence = _("Only who runs this programme may do this.")


class CallNotOpen(Refused):
    """The call does not take applications at this moment."""

    code = "call-not-open"
    sentence = _("This call does not take applications now. Your draft is kept.")


class AlreadyBegun(Refused):
    """The same press began an application before."""

    code = "already-begun"
    sentence = _("This application was begun already: {number}.")


class AlreadySent(Refused):
    """It was sent before."""

    code = "already-sent"
    sentence = _("This application was sent already: {number}.")


class TooManyDrafts(Refused):
    """A company keeps no more drafts for one call."""

    code = "too-many-drafts"
    sentence = _("Your company has {most} drafts for this call. Send one or throw one away first.")


class NotComplete(Invalid):
    """Something needed is missing; ``gaps`` in the details names it."""

    code = "not-complete"
    sentence = _("Something is missing: look at what is marked.")


class OtherCompany(Invalid):
    """The product is of another company, or is no longer offered."""

    code = "other-company"
    sentence = _("Choose one of your company's own products.")
    field = "product"


class UnknownQuestion(Invalid):
    """The form has no such question, or not of this kind."""

    code = "unknown-question"
    sentence = _("The form has no such question.")


class UnsafePaper(Invalid):
    """A document that would do more than be read."""

    code = "unsafe-paper"
    status = 415
    sentence = _(
        "This PDF would do something by itself: it holds a script, starts a program or carries"
        " another file. Save it as a plain PDF and send it again."
    )


class LockedPaper(Invalid):
    """A document that needs a password."""

    code = "locked-paper"
    status = 415
    sentence = _("This PDF needs a password. Send it without one.")


class BrokenPaper(Invalid):
    """A document that says it is a PDF and cannot be read as one."""

    code = "broken-paper"
    status = 415
    sentence = _("This file says that it is a PDF, but it cannot be read as one.")


class TitleLength(TextLength):
    """The title is too short or too long."""

    field = "title"


class ReplyLength(TextLength):
    """The reply is too short or too long."""

    field = "reply"


class NothingAsked(Refused):
    """There is no question that waits for an answer."""

    code = "nothing-asked"
    sentence = _("Nothing is asked of you now.")


class DepartmentNeeded(Invalid):
    """Nobody is named yet who supervises the trial and answers at the end."""

    code = "department-needed"
    sentence = _("Choose the department that will supervise the trial and answer at its end.")
    field = "department"


class AppealTwice(Refused):
    """One appeal is all there is."""

    code = "appeal-twice"
    sentence = _("Your company has objected to this decision once already.")


class TooLateToAppeal(Refused):
    """The window for objecting is over."""

    code = "too-late-to-appeal"
    sentence = _("The time for objecting to this decision is over.")


class PartyToIt(NotAllowed):
    """Who works for the agency does not judge what the agency decided."""

    code = "party-to-it"
    sentence = _("You work for the agency that decided: somebody else judges the appeal.")
