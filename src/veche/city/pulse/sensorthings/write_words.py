"""Why something was not written: each reason has a code, a status and a sentence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid, NotAllowed, NotFound, Refused


class NeedsKey(NotAllowed):
    """Only systems write here, each with its key."""

    code = "sta-needs-key"
    status = 401
    sentence = _("Writing here needs the key of a data source.")


class KeyUnknown(NotAllowed):
    """The key was never given out, was withdrawn, or is another source's."""

    code = "sta-key-unknown"
    status = 401
    sentence = _("This key is not known here, or is no longer good.")


class SourceOff(NotAllowed):
    """Nothing is taken from a source that is switched off."""

    code = "sta-source-off"
    sentence = _("This data source is switched off: nothing is taken from it.")


class NotYours(NotAllowed):
    """A key reaches the things of its own source only."""

    code = "sta-not-yours"
    sentence = _("{what} belongs to another data source.")


class NoSuch(NotFound):
    """The address names nothing."""

    code = "sta-not-found"
    sentence = _("There is no {what} here.")


class NotSo(Refused):
    """The method cannot be used with this address."""

    code = "sta-method"
    status = 405
    sentence = _("This cannot be done at this address.")


class Unreadable(Invalid):
    """The body is no JSON, or holds what no database can keep."""

    code = "sta-unreadable"
    status = 400
    sentence = _("What was sent cannot be read as JSON.")


class TooMuch(Refused):
    """More was sent than is taken at once."""

    code = "sta-too-large"
    status = 413
    sentence = _("What was sent is too long: {most} MB are taken at once. Send it in parts.")


class Missing(Invalid):
    """A property or a link that must be there is not."""

    code = "sta-missing"
    status = 400
    sentence = _("“{name}” is missing.")


class NotThat(Invalid):
    """A property is not what it must be."""

    code = "sta-wrong-value"
    status = 400
    sentence = _("“{name}” must be {kind}.")


class TooLongText(Invalid):
    """A text is longer than is kept."""

    code = "sta-too-long"
    status = 400
    sentence = _("“{name}” is longer than {most} characters.")


class BadLink(Invalid):
    """A link leads nowhere, or to another's."""

    code = "sta-bad-link"
    status = 400
    sentence = _("“{name}” leads to nothing that could be linked: {number}.")


class NotInline(Invalid):
    """What can only be linked was sent whole."""

    code = "sta-not-inline"
    status = 400
    sentence = _("“{name}” can only be linked here by its number.")


class UnequalLengths(Invalid):
    """The lists of a multi-datastream are not of one length."""

    code = "sta-unequal"
    status = 400
    sentence = _("The lists of units, types and observed properties must be of the same length.")


class WrongUnit(Invalid):
    """The city measures this in another unit."""

    code = "sta-wrong-unit"
    status = 400
    sentence = _("The city measures “{name}” in {unit}, not in {sent}.")


class BadPatch(Invalid):
    """A JSON Patch that cannot be applied."""

    code = "sta-bad-patch"
    status = 400
    sentence = _("The patch cannot be applied to this entity.")


class StillUsed(Refused):
    """Something of the city hangs on what was to be removed."""

    code = "sta-still-used"
    sentence = _("Alarms or other records of the city hang on this: it cannot be removed.")


class Already(Refused):
    """Another reading of the stream has this time already."""

    code = "sta-already"
    sentence = _("The stream has another reading of this time already.")


class TooDeep(Invalid):
    """A request of more parts than are taken at once."""

    code = "sta-too-many"
    status = 400
    sentence = _("So many entities are not taken at once. Send them in parts.")


class Undone(Refused):
    """Another request of the same group was refused, so that nothing of the group was done."""

    code = "sta-undone"
    status = 424
    sentence = _("Request {name} of the same group was refused: nothing of the group was done.")


class Busy(Refused):
    """The database cannot be reached, or too many are waiting."""

    code = "sta-busy"
    status = 503
    sentence = _("This could not be written just now. Send it again in a few seconds.")


TEXT, OBJECT, LIST, TIME, SPAN, NUMBER = (
    _("a text"),
    _("an object"),
    _("a list"),
    _("a time with its zone, such as 2026-05-01T08:00:00Z"),
    _("a time, or two with a slash between them"),
    _("a number"),
)
"""What a property must be, in words."""
