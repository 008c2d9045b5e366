"""Why a call or an idea cannot be taken."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid, NotAllowed, Refused
from veche.texts import TextLength


class NotAnOrganiser(NotAllowed):
    """Only who organises in this place drafts calls."""

    code = "not-an-organiser"
    sentence = _("Only an organiser of this place may do this.")


class PhasesRefused(Invalid):
    """A call cannot have these phases; ``fault`` says why, by code (`rules.phase_fault`)."""

    code = "phases"
    sentence = _("These phases cannot follow each other: look at their dates.")
    field = "phases"


class WordsMissing(Invalid):
    """A call says what it is about and what will be done with the result."""

    code = "call-words"
    sentence = _("Write the title, what it is about and what is done with the result.")
    field = "title"


class TooManyQuestions(Invalid):
    """More questions than an idea can be asked."""

    code = "too-many-questions"
    sentence = _("At most {most} questions.")
    field = "questions"


class PhasesPast(Invalid):
    """A call is announced before ideas are no longer taken."""

    code = "phases-past"
    sentence = _("Ideas would no longer be taken: choose later dates.")
    field = "phases"


class StillUnanswered(Refused):
    """The office closes a call when every idea of it was answered."""

    code = "ideas-unanswered"
    sentence = _("{count} ideas of this call have no answer yet.")


class NotTaken(Refused):
    """The call takes no ideas now."""

    code = "ideas-not-taken"
    sentence = _("This call takes no ideas now. Its page says when it does.")


class ResidentsOnly(NotAllowed):
    """The call asks those who live in its territory, and the city does not know it of this one."""

    code = "residents-only"
    sentence = _("This call asks residents of {place}. Show once where you live, then write.")


class SignInFirst(NotAllowed):
    """Only somebody with an account may write."""

    code = "sign-in-first"
    sentence = _("Sign in first: an idea has an author who hears what became of it.")


class AlreadyWritten(Refused):
    """The same form came twice; ``number`` names what it made."""

    code = "already-written"
    sentence = _("This form was sent before: {number}.")


class TitleLength(TextLength):
    """The title is too short or too long."""

    code = "title-length"
    field = "title"


class AnswerMissing(Invalid):
    """A question of the call was not answered, or at too great length."""

    code = "answer-missing"
    sentence = _("Answer this question: {question}")
    field = "answers"


class OutsideCall(Invalid):
    """The point lies outside the territory that the call asks about."""

    code = "outside-call"
    sentence = _("This place lies outside {place}. Show a place inside or leave it out.")
    field = "point"


class TooManyPhotographs(Invalid):
    """More photographs than one idea may bring."""

    code = "too-many-photographs"
    sentence = _("At most {most} photographs.")
    field = "photographs"


class NothingReworded(Invalid):
    """The words are the same as before."""

    code = "nothing-reworded"
    sentence = _("The words are the same as before.")


class OthersJoined(Refused):
    """An idea that goes on for others is not one person's to take back."""

    code = "others-joined"
    sentence = _(
        "Other ideas were joined to yours: it is theirs too. Ask a facilitator to separate them"
        " first."
    )
