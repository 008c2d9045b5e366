"""The words of the reasons that may be given, by their code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NOT_OURS: dict[str, str | Promise] = {
    "other-office": _("another office answers for this"),
    "other-territory": _("the place lies beyond our border"),
    "private-owner": _("it belongs to a private owner"),
    "other-level": _("the region or the country answers for this"),
}
"""Why an office may say that a problem is not theirs."""
PROLONGED: dict[str, str | Promise] = {
    "weather": _("the weather does not allow the work"),
    "parts-ordered": _("parts or materials were ordered and have not come"),
    "works-planned": _("the work needs a plan and a closed road"),
    "contract": _("a contractor must be chosen by law"),
    "other-works": _("other works at the place must end first"),
    "permission": _("a permission was asked for and has not come"),
}
"""Why an office may ask for a later date."""
