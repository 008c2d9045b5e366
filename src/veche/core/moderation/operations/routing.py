"""Who takes what a moderator has passed and no dispatcher has given to anybody in time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.cases.operations import last_resort
from veche.core.organisations.queries import answers_for
from veche.errors import Refused

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.organisations.models import Organisation


class NobodyToTake(Refused):
    """No office answers for it there, and the city has named no owner of last resort."""

    code = "nobody-to-take"
    sentence = _(
        "No office answers for this there, and the city has named no owner of last resort: it stays"
        " with the dispatchers."
    )


def taker(case: Case, at: dt.datetime, thing: int | None = None) -> tuple[Organisation, bool]:
    """The office that answers for the theme of a case at its place (or at the object ``thing``
    there) by now; else the owner of last resort, and then True.

    Raises:
        NobodyToTake: there is neither.
    """
    office = answers_for(case.theme, case.territory, thing)
    if office is not None:
        return office, False
    resort = last_resort(case, at)
    if resort is None:
        raise NobodyToTake
    return resort, True
