"""The modes of the demo town: a year without two at once, one that lasts, a command that ended."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

import veche.town
from tests.cast import START
from tests.city.dispatch.conftest import Ground
from veche.city.dispatch import demo_modes
from veche.city.dispatch.models import CityMode, Command, ModeAct, Secondment
from veche.city.dispatch.operations.modes_past import PastMode, write_past
from veche.city.dispatch.queries import command, modes
from veche.core.people.models import Person

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_the_towns_year_is_whole(ground: Ground) -> None:
    """Every mode has its first and its last act; one lasts with its age; nobody commands now."""
    for cast, person in (("watch", ground.town.watch), ("mayor", ground.town.mayor)):
        Person.objects.filter(email=person.email).update(cast=cast)
    said: list[str] = []
    demo_modes.load(town=veche.town, at=START, report=said.append)
    assert said == ["modes: 15"]
    (now,) = modes.now(START)
    assert (now.level, now.age(START)) == (2, 26 * HOUR)
    assert not CityMode.objects.filter(ended_at__isnull=True).exclude(pk=now.pk).exists()
    assert ModeAct.objects.count() == 2 * 14 + 1
    grave = ModeAct.objects.filter(mode__level__gte=4, kind="entered")
    assert {one.role for one in grave} == {"mayor"}
    assert command.commander(START) is None
    made = Command.objects.get()
    assert made.ended_at == made.until
    assert list(made.acts.order_by("at", "pk").values_list("kind", flat=True)) == [
        "named", "seconded", "extended", "over",
    ]  # fmt: skip
    assert Secondment.objects.get().ended_at is not None


def test_the_past_holds_no_two_at_once(ground: Ground) -> None:
    """The database refuses them, whoever writes."""
    one = PastMode(
        ground.town.west, 2, START, START + HOUR, START + HOUR, None, "machine", "It blew hard."
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        write_past(by=None, at=START + 2 * HOUR, modes=[one, one])
