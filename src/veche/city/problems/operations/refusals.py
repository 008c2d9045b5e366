"""Why what is done to a problem may be refused, in words for a person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.city.problems import rules
from veche.errors import Invalid, Refused
from veche.texts import sized


class AlreadyReported(Refused):
    """The same form came twice; ``number`` names the problem it made."""

    code = "already-reported"
    sentence = _("This report has been received already: {number}.")


class OutsideCity(Invalid):
    """The point is not in the city."""

    code = "outside-city"
    sentence = _("This point lies outside {city}. Choose a place inside the outline on the map.")
    field = "point"


class ObjectElsewhere(Invalid):
    """The object that was chosen is not near the point, or stands no longer."""

    code = "object-elsewhere"
    sentence = _("This object is not near the point. Choose again which one it is.")
    field = "object"


class UnknownCategory(Invalid):
    """The category does not exist or is no longer used."""

    code = "unknown-category"
    sentence = _("There is no such category. Choose one from the list.")
    field = "category"


class AnswerMissing(Invalid):
    """A required question of the category has no fitting answer."""

    code = "question-unanswered"
    sentence = _("Answer the question “{question}”.")
    field = "answers"


class UrgentFirst(Invalid):
    """The words speak of danger; nobody has said that it is over."""

    code = "urgent-first"
    sentence = _("You wrote “{words}”. Is somebody in danger? Call 112: this page is read later.")
    field = "not_urgent"


class TooManyPhotographs(Invalid):
    """More photographs than are taken."""

    code = "too-many-photographs"
    sentence = _("At most {most} photographs.")
    field = "photograph"


class AnonymousNotAllowed(Invalid):
    """The category needs somebody who is signed in."""

    code = "anonymous-not-allowed"
    sentence = _("For this category the city needs to know who asks. Sign in first.")
    field = "category"


class TooLate(Refused):
    """The term in which the author could have done it has passed."""

    code = "too-late"
    sentence = _("The term for this has passed. If it is still wrong there, report it anew.")


def said(text: str) -> dict[str, str]:
    """What an actor said in public, if anything."""
    text = text.strip()
    return {"text": sized(text, 1, rules.LONGEST_REASON)} if text else {}
