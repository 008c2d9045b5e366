"""A clerk takes a report on somebody's behalf: by telephone, at a counter, from a letter."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.problems import rules
from veche.city.problems.models import Problem
from veche.city.problems.operations.report import report
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.organisations.queries import holdings
from veche.errors import Invalid, NotAllowed
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.files.photographs import Photograph
    from veche.core.people.models import Person


class NotAClerk(NotAllowed):
    """Only a clerk takes reports for others."""

    code = "not-a-clerk"
    sentence = _("Only a clerk takes reports on somebody's behalf.")


class UnknownChannel(Invalid):
    """The way it came is not on the list."""

    code = "unknown-channel"
    sentence = _("Say how it came: by telephone, at the counter or in a letter.")
    field = "channel"


class ConsentMissing(Invalid):
    """The person was not told that the words become public."""

    code = "consent-missing"
    sentence = _("Tell the person that everybody can read the words, and tick that they agree.")
    field = "consent"


@operation
def take_report(
    *,
    by: Person,
    at: dt.datetime,
    channel: str,
    consent: bool,
    author_key: str,
    submission: uuid.UUID,
    category: str,
    text: str,
    longitude: float,
    latitude: float,
    address: str = "",
    answers: Mapping[str, str] | None = None,
    photographs: Sequence[Photograph] = (),
    not_urgent: bool = False,
    object_id: int | None = None,
    side: str = "",
) -> Problem:
    """A clerk writes down what somebody tells; its author is who holds the secret of
    ``author_key``, not the clerk.

    ``object_id`` is the object of the registry that is meant, ``side`` the side of a near border,
    as in `report`. Nothing is kept of the person: the number and the secret link are handed or
    sent to them.

    Raises:
        NotAClerk: the person holds no role of a clerk now.
        UnknownChannel, ConsentMissing: what was given cannot be accepted.
        Whatever `report` raises.
    """
    if all(held.role != "clerk" for held in holdings(by, at)):
        raise NotAClerk
    if channel not in rules.CHANNELS:
        raise UnknownChannel
    if not consent:
        raise ConsentMissing
    problem = report(
        by=None,
        at=at,
        submission=submission,
        category=category,
        text=text,
        longitude=longitude,
        latitude=latitude,
        address=address,
        answers=answers,
        photographs=photographs,
        author_key=author_key,
        not_urgent=not_urgent,
        vouched=True,  # the clerk knows who asks
        channel=channel,
        object_id=object_id,
        side=side,
    )
    record(
        kind="problems.taken",
        by=by,
        at=at,
        subject=subject(problem.case),
        public={"channel": channel, "consent": True},
    )
    return problem
