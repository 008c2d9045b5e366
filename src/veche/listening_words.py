"""What a listener of its own says of requests that are none: each a code, a status, a sentence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.errors import Refused


class Unreadable(Refused):
    """What came is no HTTP."""

    code = "request-unreadable"
    status = 400
    sentence = _("What was sent cannot be read.")


class WrongMethod(Refused):
    """Something other than POST."""

    code = "request-method"
    status = 405
    sentence = _("This address takes what is posted to it, and nothing else.")


class TooSlow(Refused):
    """The request did not come to its end in time."""

    code = "request-slow"
    status = 408
    sentence = _("What was sent came too slowly, and nothing of it was kept. Send it again.")


class NoLength(Refused):
    """A body of which nobody says how long it is."""

    code = "request-length"
    status = 411
    sentence = _("It was not said how long what is sent is.")


class LongHead(Refused):
    """Headers without end."""

    code = "request-head"
    status = 431
    sentence = _("What stands before the message is too long.")


class Faulty(Refused):
    """The program is at fault."""

    code = "door-fault"
    status = 500
    sentence = _("Something went wrong here, and it is not your doing. Try again in a minute.")


class TooManyLines(Refused):
    """All connections are taken, or the listener ends."""

    code = "door-full"
    status = 503
    sentence = _("Too many are here at this moment. Try again in a few seconds.")
