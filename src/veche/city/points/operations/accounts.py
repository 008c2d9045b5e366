"""Turning points on and off."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models.functions import Trunc
from django.utils.translation import gettext_lazy as _

from veche.city.points.models import Account, Entry, Reward, Spending
from veche.city.points.operations.spending import give_back
from veche.core.journal.operations import record
from veche.errors import Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class PointsAreOff(Refused):
    """The person has not turned points on."""

    code = "points-are-off"
    sentence = _("You have not turned points on.")


@operation
def turn_on(*, by: Person, at: dt.datetime) -> Account:
    """From now on a person earns points; who has turned them on already keeps their account."""
    account, _made = Account.objects.get_or_create(person=by, defaults={"since": at})
    record(kind="points.turned-on", by=by, at=at, subject="points")
    return account


@operation
def turn_off(*, by: Person, at: dt.datetime) -> None:
    """A person earns no more; what they had is lost, and nothing leads from it to them.

    Raises:
        PointsAreOff: they were never on.
    """
    if not leave(person=by, at=at):
        raise PointsAreOff
    record(kind="points.turned-off", by=by, at=at, subject="points")


@inside
def leave(*, person: Person, at: dt.datetime) -> bool:
    """Part an account from its person for good; False when there is none.

    Codes that were not used are given back first. What is left is a number and sums by month.
    """
    # In the order of whoever gets a reward: rewards (a city has few), then the account.
    list(Reward.objects.select_for_update().order_by("id").values_list("pk"))
    account = Account.objects.select_for_update().filter(person=person).first()
    if account is None:
        return False
    for spending in Spending.objects.select_for_update().filter(account=account, state="open"):
        give_back(spending, Spending.State.CANCELLED, at)
    account.person = None
    account.save(update_fields=["person"])
    # By the months of UTC: they never begin after the moment that is blurred.
    month, until, ended = (
        Trunc(name, "month", tzinfo=dt.UTC) for name in ("at", "until", "ended_at")
    )
    Entry.objects.filter(account=account).update(matter="", record=None, at=month)
    Spending.objects.filter(account=account, ended_at__isnull=False).update(
        at=month, until=until, ended_at=ended
    )
    return True


@inside
def forget(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """A person is forgotten: their account loses them, when they have one."""
    if leave(person=person, at=at):
        record(kind="points.forgotten", by=by, at=at, subject="points")
