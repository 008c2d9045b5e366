"""Residents and the numbers of their meters."""

from __future__ import annotations

import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from django.test import Client
from PIL import Image

from tests.cast import START, SmallTown
from veche import clock
from veche.city.spheres import personal
from veche.city.spheres.models import Meter, MeterEntry, Tariff
from veche.city.spheres.operations import meters as operations
from veche.city.spheres.operations.tariffs import TariffNotLater, set_tariff
from veche.city.spheres.queries import meters as queries
from veche.core.files.models import StoredFile
from veche.core.files.photographs import clean
from veche.core.organisations.access import NotARuleKeeper
from veche.core.people.models import Person
from veche.core.people.operations.erasure import erase_person
from veche.errors import NotFound

pytestmark = pytest.mark.django_db
MONTH = dt.timedelta(days=30)


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "navy").save(out, "JPEG")
    return out.getvalue()


def _meter(town: SmallTown, *numbers: str, since: dt.datetime = START - 12 * MONTH) -> Meter:
    meter = operations.add_meter(by=town.resident, at=since, kind="cold_water", serial="A-17")
    for n, number in enumerate(numbers):
        operations.give_number(
            by=town.resident, at=since + MONTH * n, meter=meter.pk, number=Decimal(number)
        )
    return meter


def _as(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_what_looks_wrong_is_asked_about_once(town: SmallTown) -> None:
    meter = _meter(town, "100", "105", "110")
    with pytest.raises(operations.IsItRight) as asked:
        operations.give_number(by=town.resident, at=START, meter=meter.pk, number=Decimal(900))
    assert asked.value.verdict.what == "far"
    entry = operations.give_number(
        by=town.resident, at=START, meter=meter.pk, number=Decimal(900), sure=True
    )
    assert entry.sure


def test_a_correction_is_a_new_record_and_its_undoing_brings_the_old_one_back(
    town: SmallTown,
) -> None:
    meter = _meter(town, "100", "105", "115")
    wrong = queries.standing(meter).last()
    assert wrong is not None
    right = operations.give_number(
        by=town.resident, at=START, meter=meter.pk, number=Decimal(110), corrects=wrong.pk
    )
    assert right.at == wrong.at
    assert [e.number for e in queries.standing(meter)] == [100, 105, 110]
    assert MeterEntry.objects.filter(meter=meter).count() == 4
    operations.undo_number(by=town.resident, at=START, entry=right.pk)
    assert [e.number for e in queries.standing(meter)] == [100, 105, 115]
    again = operations.give_number(
        by=town.resident, at=START, meter=meter.pk, number=Decimal(111), corrects=wrong.pk
    )
    assert again.corrects_id == wrong.pk


def test_only_the_newest_number_is_corrected_or_undone(town: SmallTown) -> None:
    meter = _meter(town, "100", "105", "110")
    first = queries.standing(meter)[0]
    with pytest.raises(operations.NotTheLast):
        operations.give_number(
            by=town.resident, at=START, meter=meter.pk, number=Decimal(101), corrects=first.pk
        )
    with pytest.raises(operations.NotTheLast):
        operations.undo_number(by=town.resident, at=START, entry=first.pk)


def test_a_day_later_nothing_is_undone(town: SmallTown) -> None:
    meter = _meter(town, "100")
    late = max(clock.now(), START) + dt.timedelta(days=2)
    entry = queries.standing(meter).get()
    with pytest.raises(operations.TooLateToChange):
        operations.undo_number(by=town.resident, at=late, entry=entry.pk)


def test_a_meter_of_somebody_else_is_not_there(town: SmallTown) -> None:
    meter = _meter(town, "100")
    with pytest.raises(NotFound):
        operations.give_number(by=town.neighbour, at=START, meter=meter.pk, number=Decimal(105))
    assert _as(town.neighbour).get(f"/en/spheres/meters/{meter.pk}/").status_code == 404
    assert _as(town.neighbour).get(f"/en/spheres/meters/{meter.pk}/give/").status_code == 404
    entry = queries.standing(meter).get()
    assert _as(town.neighbour).post(
        f"/en/spheres/meters/numbers/{entry.pk}/undo/"
    ).status_code == 404  # fmt: skip


def test_the_estimate_is_made_by_the_tariffs_of_the_days(town: SmallTown) -> None:
    set_tariff(by=None, at=START, kind="cold_water", since=dt.date(2020, 1, 1), price=Decimal(40))
    _meter(town, "100", "106")
    use = queries.mine(town.resident, START)[0].uses[0]
    assert (use.used, use.cost) == (Decimal(6), Decimal("240.00"))


def test_a_tariff_begins_after_the_one_before(town: SmallTown) -> None:
    first = set_tariff(
        by=None, at=START, kind="gas", since=dt.date(2026, 1, 1), price=Decimal("7.1")
    )
    with pytest.raises(TariffNotLater):
        set_tariff(by=None, at=START, kind="gas", since=first.since, price=Decimal(8))
    set_tariff(by=None, at=START, kind="gas", since=dt.date(2026, 7, 1), price=Decimal(8))
    assert Tariff.objects.get(pk=first.pk).until == dt.date(2026, 7, 1)
    with pytest.raises(NotARuleKeeper):
        set_tariff(
            by=town.resident, at=START, kind="gas", since=dt.date(2027, 1, 1), price=Decimal(1)
        )


def test_a_resident_gives_a_number_with_a_photograph_by_the_pages(town: SmallTown) -> None:
    client = _as(town.resident)
    made = client.post(
        "/en/spheres/meters/add/",
        {"kind": "cold_water", "serial": "B-9", "place": "kitchen", "digits": "5"},
    )
    assert made.status_code == 302
    meter = Meter.objects.get(serial="B-9")
    upload = io.BytesIO(_picture())
    upload.name = "meter.jpg"
    sent = client.post(
        f"/en/spheres/meters/{meter.pk}/give/", {"number": "123.5", "photograph": upload}
    )
    assert sent.status_code == 302
    entry = MeterEntry.objects.get(meter=meter)
    assert entry.photograph is not None
    url = f"/en/spheres/meters/numbers/{entry.pk}/photograph/"
    assert client.get(url).status_code == 200
    assert client.get(url)["Cache-Control"] == "private, no-store"
    assert _as(town.neighbour).get(url).status_code == 404
    assert Client().get(url).status_code == 302
    low = client.post(f"/en/spheres/meters/{meter.pk}/give/", {"number": "99"})
    assert low.status_code == 422
    assert "Is it right?" in low.content.decode()
    assert MeterEntry.objects.filter(meter=meter).count() == 1
    page = client.get("/en/spheres/meters/").content.decode()
    assert "kitchen" in page
    assert "123.5" in page
    table = client.get("/en/spheres/meters/meters.csv").content.decode()
    assert "B-9,cold_water,kitchen" in table


def test_the_reminder_is_a_calendar_file(town: SmallTown) -> None:
    answer = Client().get("/ru/spheres/meters/reminder.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    lines = answer.content.decode().split("\r\n")
    assert "RRULE:FREQ=MONTHLY;BYMONTHDAY=15" in lines


def test_what_is_held_is_told_and_goes_with_the_person(town: SmallTown) -> None:
    meter = _meter(town, "100", "105")
    operations.give_number(
        by=town.resident, at=START, meter=meter.pk, number=Decimal(110),
        photograph=clean(_picture()),
    )  # fmt: skip
    told = personal.collect(town.resident)
    assert [n["number"] for n in told["meters"][0]["numbers"]] == ["100.000", "105.000", "110.000"]
    json.dumps(told)
    assert personal.collect(town.neighbour) == {}
    kept = StoredFile.objects.get(digest=told["meters"][0]["numbers"][2]["photograph"])
    erase_person(by=town.resident, at=START, person=town.resident)
    assert not Meter.objects.exists()
    assert StoredFile.objects.get(pk=kept.pk).withdrawn_at is not None
