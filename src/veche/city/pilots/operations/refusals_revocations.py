"""How lists of revoked certificates say no."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid, Refused

LISTS: Mapping[str, str | Promise] = {
    "large-list": _("A list of revoked certificates has at most 32 MB."),
    "not-list": _("This is no list of revoked certificates, and no answer about one."),
    "partial-list": _(
        "This list tells changes, or a part of the reasons, or is about other authorities: bring"
        " the whole list."
    ),
    "future-list": _("This list says that it was issued in the future."),
    "strange-list": _("No authority that the city trusts issued this list."),
    "forged-list": _(
        "This list names an authority that the city trusts, but that authority did not sign it."
    ),
}
"""Why a list is not taken, by the code of the `Fault`."""


class NotAList(Invalid):
    """What was brought is no list that counts."""

    code = "revocation-list"
    sentence = _("This is no list of revoked certificates, and no answer about one.")

    def __str__(self) -> str:
        return str(LISTS.get(self.details.get("why", ""), self.sentence))


class OlderList(Refused):
    """A newer one is there."""

    code = "revocation-older"
    sentence = _("The city holds a newer list of “{issuer}”, of {held}: this one is older.")


class SameList(Refused):
    """It was taken before."""

    code = "revocation-same"
    sentence = _("This list of “{issuer}” is held already.")


class FetchingOff(Refused):
    """The city asks nobody."""

    code = "revocation-fetching-off"
    sentence = _(
        "This server asks no authority: its keeper has not set VECHE_REVOCATION_FETCH=1. Name a"
        " folder with lists instead."
    )
