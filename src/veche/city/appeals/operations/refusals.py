"""Why a letter or a correction cannot be taken, and the checks that say so."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid, NotAllowed, Refused
from veche.texts import TextLength


class AlreadyWritten(Refused):
    """The same form came twice; ``number`` names what it made."""

    code = "already-written"
    sentence = _("This form was sent before: {number}.")


class SignInFirst(NotAllowed):
    """Only somebody with an account, or who has shown an e-mail address a moment ago, may write."""

    code = "sign-in-first"
    sentence = _("Sign in or show your e-mail address first.")


class TooManyFiles(Invalid):
    """More files than one letter may bring."""

    code = "too-many-files"
    sentence = _("At most {most} files: the first {most} are kept.")
    field = "enclosures"


class UnknownTopic(Invalid):
    """The topic does not exist or is no longer used."""

    code = "unknown-topic"
    sentence = _("There is no such topic. Choose one from the list.")
    field = "topic"


class TitleLength(TextLength):
    """The title is too short or too long."""

    code = "title-length"
    field = "title"


class SameOffice(Invalid):
    """A letter cannot be handed on to the office that has it."""

    code = "same-office"
    sentence = _("This office has it already. Choose another one.")
    field = "organisation"


class NotPublic(Refused):
    """A moderator cannot take away what nobody but the office reads."""

    code = "not-public"
    sentence = _("Only the office reads this letter: there is nothing to take away.")


class PlaceNeeded(Invalid):
    """A missing or misplaced object needs its true place."""

    code = "place-needed"
    sentence = _("Show on the map where it stands.")
    field = "point"


class OwnerNeeded(Invalid):
    """A correction of the owner needs one."""

    code = "owner-needed"
    sentence = _("Say whose it is.")
    field = "owner"


class AlreadyProposed(Refused):
    """Somebody proposed the same and the keeper has not decided."""

    code = "already-proposed"
    sentence = _("The same correction waits for a decision already: {number}.")
