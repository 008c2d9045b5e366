"""Refusals: the ways an operation says no in a clear sentence.

A refusal is part of the conversation with a person, not a fault: it carries a stable ``code``, an
HTTP ``status`` and a translated sentence. One place (`veche.project`) turns it into a page or a
JSON answer. Unexpected errors are never turned into refusals.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


class Refused(Exception):
    """An operation was not carried out, and this is why.

    Subclasses stand beside the function that raises them and set ``code``, ``status`` and
    ``sentence``; the sentence may hold ``{name}`` places, filled from the keyword arguments.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    sentence: ClassVar[Sentence] = _("This cannot be done now.")

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.sentence).format(**self.details)


class NotAllowed(Refused):
    """The person has no right to do this; the sentence names the rule."""

    code = "not-allowed"
    status = 403
    sentence = _("This needs a role that you do not have.")


class NotFound(Refused):
    """The thing does not exist, or the person may not know that it does."""

    code = "not-found"
    status = 404
    sentence = _("There is nothing here.")


class Invalid(Refused):
    """What was given cannot be accepted; ``field`` names the place in the form."""

    code = "invalid"
    status = 422
    sentence = _("This cannot be accepted.")
    field: ClassVar[str] = ""
