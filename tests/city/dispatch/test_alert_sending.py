"""Who is told of a message to the public, once, at which hour; and who is not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail

from tests.cast import START, SmallTown
from tests.city.dispatch.conftest import EARLY, Ground
from tests.city.dispatch.saying import HOUR, contents, everywhere, published, resident, told
from veche.city.dispatch.models import AlertSeen, AlertSending
from veche.city.dispatch.operations import alert_sending, alerts
from veche.city.dispatch.operations import duty as duty_operations
from veche.city.dispatch.queries import alerts as queries
from veche.core.notices.models import Letter, Notice, PushAddress, Reader, Subscription, Waiting
from veche.core.notices.operations import (
    Wanted,
    choose_ways,
    reader_for,
    send_letters,
    subscribe,
    write_alert,
)
from veche.core.notices.operations.alerting import alerts_wait
from veche.core.people.models import Person, Residence
from veche.core.places.models import CityObject, Feature, ObjectKind

NIGHT = dt.datetime(2026, 11, 16, 22, 0, tzinfo=dt.UTC)
"""Two in the morning in Samara."""


@pytest.fixture
def town(ground: Ground) -> SmallTown:
    """The small town."""
    return ground.town


def people_told(kind: str = "alert.sent") -> set[str]:
    """The names of those who have a notice of it."""
    rows = Notice.objects.filter(kind=kind, person__isnull=False)
    return set(rows.values_list("person__name", flat=True))


def written(at: dt.datetime = START) -> int:
    """The letters of what was told are written; how many."""
    return sum(
        write_alert(by=None, at=at, telling=telling, topic=topic)
        for telling, topic in alerts_wait()
    )


def test_a_flood_warning_reaches_one_district_only(town: SmallTown) -> None:
    """The residents of the west by page and letter, in their language; nobody in the east."""
    west = [resident(f"West{n}", town.west) for n in range(3)]
    Person.objects.filter(pk=west[0].pk).update(language="ru")
    Person.objects.filter(pk=west[1].pk).update(language="zh-hans")
    resident("East", town.east)
    sending = told(published(town, severity="Severe"))
    assert people_told() == {"West0", "West1", "West2"}
    assert (sending.people, sending.letters, sending.devices) == (3, 3, 0)
    assert written() == 3
    assert send_letters(at=START).sent == 3
    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert set(letters) == {f"west{n}@example.org" for n in range(3)}
    assert letters["west0@example.org"].subject == "Water in the streets of the west (р)"
    assert "Keep away from the embankment.（中）" in str(letters["west1@example.org"].body)
    english = str(letters["west2@example.org"].body)
    assert english.index("Keep away") < english.index("The river has risen")  # what to do is first
    assert "you live in the place" in english and "/seen" not in english and "token=" in english


def test_who_lives_there_and_follows_it_is_told_once(town: SmallTown) -> None:
    both = resident("Both", town.west)
    subscribe(by=both, at=EARLY, wanted=Wanted(territory=town.west.pk))
    # The same address asked to be told before it had an account.
    Reader.objects.create(
        email="both@example.org", language="en", mark="m", since=EARLY, confirmed_at=EARLY
    )
    double = Reader.objects.get(email="both@example.org")
    Subscription.objects.create(reader=double, territory=town.west, since=EARLY)
    alert = published(town)
    sending = told(alert)
    assert told(alert, START + HOUR) == sending  # asked again, it tells nobody twice
    assert Notice.objects.filter(kind="alert.sent").count() == sending.people == 1
    assert written() == 1
    assert not alerts_wait() and written() == 0


def test_followers_of_the_place_are_told_and_others_are_not(town: SmallTown) -> None:
    wants = {
        "Here": Wanted(territory=town.west.pk),
        "There": Wanted(territory=town.east.pk),
        "City": Wanted(territory=town.city.pk),
        "Warned": Wanted(territory=town.city.pk, theme="alerts"),
        "Holes": Wanted(territory=town.west.pk, theme="pothole"),
        "Near": Wanted(longitude=49.2, latitude=53.5, radius=500),
        "Far": Wanted(longitude=49.8, latitude=53.5, radius=500),
    }
    for name, wanted in wants.items():
        person = resident(name, town.east)
        subscribe(by=person, at=EARLY, wanted=wanted)
    told(published(town))
    # All news of the city is not asked for to be warned of a district; its warnings are.
    assert people_told() == {"Here", "Warned", "Near"}


def test_who_follows_a_street_alone_is_told_of_what_concerns_it(town: SmallTown) -> None:
    """Where it runs is known from the map, or from what stands there; else of the whole city."""
    line = {"type": "LineString", "coordinates": [[49.4, 53.5], [49.9, 53.5]]}
    Feature.objects.create(
        kind="main", city=town.city, names={"en": "Long Street", "ru": "Длинная улица"},
        geometry=line,
    )  # fmt: skip
    house = ObjectKind.objects.create(code="house", names={"en": "House"})
    for number, (street, place) in enumerate((("West Lane", town.west), ("East Lane", town.east))):
        CityObject.objects.create(
            kind=house, identifier=str(number), address=f"{street}, {number + 1}", longitude=49.1,
            latitude=53.5, territory=place,
        )  # fmt: skip
    for number, (street, theme) in enumerate(
        (
            ("ул. Длинная", ""), ("West Lane, 7", "alerts"), ("West Lane", "pothole"),
            ("East Lane", ""), ("Nowhere Street", ""),
        )
    ):  # fmt: skip
        wanted = Wanted(territory=town.city.pk, street=street, theme=theme)
        person = resident(f"{number} {street}", town.east, EARLY)
        Residence.objects.filter(person=person).delete()
        subscribe(by=person, at=EARLY, wanted=wanted)
    told(published(town))
    assert people_told() == {"0 ул. Длинная", "1 West Lane, 7"}
    Notice.objects.all().delete()
    told(published(town, by=town.watch, territories=("town",)))
    assert len(people_told()) == 4  # all but who asked for holes in the road


def test_nobody_is_told_who_moved_away_or_is_no_more(town: SmallTown) -> None:
    from veche.core.people.models import Residence

    gone = resident("Gone", town.west)
    Residence.objects.filter(person=gone).update(until=START - HOUR)
    closed = resident("Closed", town.west)
    Person.objects.filter(pk=closed.pk).update(is_active=False)
    assert told(published(town)).people == 0


def test_an_update_and_a_cancel_reach_those_who_got_the_first(town: SmallTown) -> None:
    from veche.core.people.models import Residence

    stays, moves = resident("Stays", town.west), resident("Moves", town.west)
    first = published(town)
    told(first)
    Residence.objects.filter(person=moves).update(until=START + HOUR / 2)
    resident("New", town.west)
    draft = alerts.begin_update(by=town.dispatcher, at=START + HOUR, series=first.series)
    update = alerts.publish(by=town.dispatcher, at=START + HOUR, draft=draft)
    told(update)
    assert people_told("alert.put-right") == {"Stays", "Moves", "New"}
    last = alerts.cancel(
        by=town.dispatcher, at=START + 2 * HOUR, series=first.series, why=everywhere("Dry again.")
    )
    assert told(last).people == 3
    assert people_told("alert.called-off") == {"Stays", "Moves", "New"}
    # Nobody got letters of the first and of the second while the third was on its way.
    assert written(START + 2 * HOUR) == 3
    assert set(Letter.objects.values_list("reader__person", flat=True)) >= {stays.pk, moves.pk}


def test_letters_that_wait_give_way_to_what_puts_them_right(town: SmallTown) -> None:
    resident("West", town.west)
    first = published(town)
    told(first)
    assert written() == 1
    last = alerts.cancel(
        by=town.dispatcher, at=START + HOUR, series=first.series, why=everywhere("Dry again.")
    )
    told(last)
    assert written(START + HOUR) == 1
    assert send_letters(at=START + HOUR).sent == 1
    assert mail.outbox[0].subject == "Cancelled: Water in the streets of the west"
    assert Letter.objects.filter(state="dropped").count() == 1


def test_letters_of_what_is_over_are_not_sent(town: SmallTown) -> None:
    resident("West", town.west)
    alert = published(town)
    told(alert)
    written()
    alerts.expire(by=None, at=alert.expires, case=alert.series.case)
    assert send_letters(at=alert.expires).sent == 0
    assert not mail.outbox


def _quiet(person: Person, **mail_ways: str) -> Reader:
    reader = reader_for(by=person, at=EARLY)
    ways: dict[str, Any] = {"mail": mail_ways} if mail_ways else {}
    return choose_ways(
        by=person, at=EARLY, reader=reader, ways=ways, quiet=(dt.time(22), dt.time(7))
    )


def test_danger_to_life_wakes_and_all_else_waits_for_the_morning(town: SmallTown) -> None:
    _quiet(resident("West", town.west, NIGHT))
    told(published(town, NIGHT))
    assert written(NIGHT) == 1
    assert send_letters(at=NIGHT).sent == 0
    told(published(town, NIGHT, severity="Extreme", urgency="Immediate"))
    assert written(NIGHT) == 1
    assert send_letters(at=NIGHT).sent == 1
    assert len(mail.outbox) == 1
    assert send_letters(at=NIGHT + 5.5 * HOUR).sent == 1  # half past seven


def test_danger_goes_before_letters_that_have_waited_longer(town: SmallTown) -> None:
    resident("West", town.west)
    told(published(town))
    written()
    told(published(town, START + HOUR, severity="Severe", urgency="Immediate"))
    written(START + HOUR)
    run = send_letters(at=START + HOUR, most=1)
    assert run.sent >= 1
    first = Letter.objects.filter(state="sent").order_by("sent_at", "not_before").first()
    assert first is not None and first.kind == "danger"


def test_ordinary_messages_can_be_stopped_and_danger_only_by_saying_so(town: SmallTown) -> None:
    calm = _quiet(resident("Calm", town.west), alert="none")
    silent = _quiet(resident("Silent", town.west), alert="none", danger="none")
    told(published(town))
    assert written() == 0  # both only on their page
    assert people_told() == {"Calm", "Silent"}
    told(published(town, START + HOUR, severity="Extreme"))
    waits = Waiting.objects.filter(pace="danger")
    assert list(waits.values_list("reader", flat=True)) == [calm.pk]
    assert silent.pk != calm.pk


def test_a_drill_leaves_no_row_for_a_resident(ground: Ground) -> None:
    """Only who is on duty there is told, on their page, and it says that it is a drill."""
    town = ground.town
    lives = resident("West", town.west)
    subscribe(by=lives, at=EARLY, wanted=Wanted(territory=town.west.pk, theme="alerts"))
    duty = duty_operations.set_list(
        by=None, at=EARLY, code="west", names={"en": "West"}, territory=town.west
    )
    duty_operations.add_turn(
        by=None, at=START, duty=duty, person=town.dispatcher, since=START - HOUR,
        until=START + 8 * HOUR,
    )  # fmt: skip
    before = Reader.objects.count()
    incident = ground.report(drill=True)
    alert = published(town, incident=incident, severity="Extreme", urgency="Immediate")
    assert alert.status == "Exercise" and alert.series.drill
    sending = told(alert)
    assert (sending.people, sending.letters, sending.devices) == (1, 0, 0)
    notice = Notice.objects.get(kind="alert.drill")
    assert notice.person == town.dispatcher and not notice.push
    from veche.core.notices.words import sentence

    assert sentence(notice.kind, "1", notice.details).startswith("DRILL")
    assert not Notice.objects.filter(person=lives).exists()
    assert not Waiting.objects.exclude(pace="daily").exists() and not Letter.objects.exists()
    assert written() == 0 and not mail.outbox
    assert Reader.objects.filter(person=lives).count() == 1 and before <= Reader.objects.count()
    assert not queries.in_force(START) and not queries.published()


def test_devices_are_woken_and_counted(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> None:
    from veche.core.notices import push
    from veche.core.notices.operations import push_waiting

    person = resident("West", town.west, NIGHT)
    reader = _quiet(person)
    PushAddress.objects.create(
        reader=reader, endpoint="https://push.example/1", digest="1", p256dh="k", auth="a",
        since=EARLY,
    )  # fmt: skip
    payloads: list[bytes] = []

    def send(endpoint: str, p256dh: str, auth: str, payload: bytes) -> push.Answer:
        payloads.append(payload)
        return push.Answer(taken=True)

    monkeypatch.setattr(push, "send", send)
    told(published(town, NIGHT))
    assert push_waiting(by=None, at=NIGHT) == 0  # quiet hours
    told(published(town, NIGHT, severity="Extreme"))
    assert push_waiting(by=None, at=NIGHT) == 1
    assert "Water in the streets" in payloads[0].decode()
    alert_sending.sweep(at=NIGHT + HOUR / 60)
    rows = AlertSending.objects.order_by("alert")
    assert [row.devices_woken for row in rows] == [0, 1]


def test_letters_are_counted_with_the_seconds_they_took(town: SmallTown) -> None:
    for n in range(3):
        resident(f"West{n}", town.west)
    alert = published(town)
    told(alert, START + dt.timedelta(seconds=2))
    written()
    send_letters(at=START + dt.timedelta(seconds=40))
    alert_sending.sweep(at=START + HOUR)
    found = queries.counts(alert)
    assert found.sending is not None and found.seconds == 2
    assert (found.sending.letters_sent, found.sending.letters_last) == (3, 40)
    # Letters are thrown away after a month; what was counted stays.
    Letter.objects.all().delete()
    alert_sending.sweep(at=START + 30 * 24 * HOUR)
    assert AlertSending.objects.get().letters_sent == 3


def test_a_lost_job_is_made_good_by_the_timer(town: SmallTown) -> None:
    resident("West", town.west)
    published(town)
    assert not Notice.objects.filter(kind="alert.sent").exists()
    alert_sending.sweep(at=START + HOUR / 60)
    assert people_told() == {"West"}
    alert_sending.sweep(at=START + HOUR / 30)
    assert Notice.objects.filter(kind="alert.sent").count() == 1


def test_seeing_is_counted_once_each(town: SmallTown) -> None:
    person = resident("West", town.west)
    alert = published(town)
    told(alert)
    reader = Reader.objects.get(person=person)
    assert alert_sending.confirm_seen(by=person, at=START, alert=alert, reader=reader)
    assert not alert_sending.confirm_seen(by=person, at=START, alert=alert, reader=reader)
    assert AlertSeen.objects.count() == 1
    assert queries.counts(alert).few  # one is told as “fewer than five”
    assert contents().contact == "112"
