"""Writing to the public: by whom, read by whom, put right, taken back, over by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.cast import START, SmallTown
from tests.city.dispatch.conftest import Ground
from tests.city.dispatch.saying import HOUR, contents, everywhere, published, resident, told
from veche import clock
from veche.city.dispatch.alert_contents import (
    NoInstruction,
    NoPlace,
    NotASay,
    NotInAllLanguages,
    WrongHours,
)
from veche.city.dispatch.models import Alert, AlertDraft, AlertSeries
from veche.city.dispatch.operations import alert_sending, alerts
from veche.city.dispatch.queries import alerts as queries
from veche.core.cases.operations import MoveNotPossible
from veche.core.cases.operations.moves import NoRoleForMove
from veche.core.cases.operations.sweep import advance
from veche.core.journal.models import Record
from veche.core.notices.models import Notice, Reader
from veche.core.organisations.operations import appoint
from veche.errors import Invalid


@pytest.fixture
def town(ground: Ground) -> SmallTown:
    """The small town."""
    return ground.town


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dt.datetime]]:
    """A clock that stands until it is moved."""
    moments = [START]
    monkeypatch.setattr(clock, "now", lambda: moments[0])
    yield moments


def page(name: str, *args: object) -> str:
    """An address of this module, in English."""
    with translation.override("en"):
        return reverse(f"dispatch:{name}", args=args)


def test_a_message_is_published_put_right_and_taken_back(town: SmallTown) -> None:
    first = published(town)
    series, case = first.series, first.series.case
    case.refresh_from_db()
    assert (case.state, case.due_at) == ("in_force", first.expires)
    for n, state in ((1, "updated"), (2, "in_force")):
        at = START + n * HOUR
        draft = alerts.begin_update(by=town.dispatcher, at=at, series=series)
        alerts.rewrite(by=town.dispatcher, at=at, draft=draft, contents=contents(at + HOUR * n))
        made = alerts.publish(by=town.dispatcher, at=at, draft=draft)
        case.refresh_from_db()
        assert (case.state, case.due_at) == (state, made.expires)
        assert queries.in_force(at) == [made]  # the last word only
    last = alerts.cancel(
        by=town.dispatcher, at=START + 3 * HOUR, series=series, why=everywhere("Dry again.")
    )
    assert last.number == 4 and last.urgency == "Past"
    assert queries.in_force(START + 4 * HOUR) == []
    assert queries.in_force(START + 4 * HOUR, cancelled=True) == [last]
    with pytest.raises(alerts.NotInForce):
        alerts.cancel(by=town.dispatcher, at=START + 5 * HOUR, series=series,
                      why=everywhere("Once more."))  # fmt: skip


def test_it_ends_by_itself(town: SmallTown) -> None:
    made = published(town)
    assert queries.in_force(made.expires - HOUR) == [made]
    assert queries.in_force(made.expires) == []  # before any sweep
    advance(at=made.expires + HOUR)
    made.series.case.refresh_from_db()
    assert made.series.case.state == "ended"


def test_an_unpublished_draft_is_forgotten_after_a_day(town: SmallTown) -> None:
    draft = alerts.begin_alert(by=town.dispatcher, at=START, contents=contents())
    advance(at=START + 30 * HOUR)
    draft.refresh_from_db()
    assert draft.ended_at is not None
    draft.series.case.refresh_from_db()
    assert draft.series.case.state == "dropped"
    with pytest.raises(alerts.DraftGone):
        alerts.publish(by=town.dispatcher, at=START + 31 * HOUR, draft=draft)


def test_so_grave_a_message_needs_a_second_person(town: SmallTown) -> None:
    grave = contents(severity="Extreme", urgency="Immediate")
    draft = alerts.begin_alert(by=town.dispatcher, at=START, contents=grave)
    with pytest.raises(alerts.SecondPerson):
        alerts.publish(by=town.dispatcher, at=START, draft=draft)
    with pytest.raises(alerts.SecondPerson):  # nobody was asked to read it
        alerts.publish(by=town.watch, at=START, draft=draft)
    alerts.ask_second(by=town.dispatcher, at=START, draft=draft)
    assert Notice.objects.get(kind="alert.to-confirm").person == town.watch
    alerts.decline(by=town.watch, at=START, draft=draft, reason="Which bank of the river?")
    with pytest.raises(alerts.SecondPerson):
        alerts.publish(by=town.watch, at=START, draft=draft)
    alerts.ask_second(by=town.dispatcher, at=START, draft=draft)
    # Whoever changes a word becomes its writer, and cannot publish it alone.
    alerts.rewrite(by=town.watch, at=START, draft=draft, contents=grave)
    alerts.ask_second(by=town.watch, at=START, draft=draft)
    with pytest.raises(alerts.SecondPerson):
        alerts.publish(by=town.watch, at=START, draft=draft)
    made = alerts.publish(by=town.dispatcher, at=START, draft=draft)
    assert (made.by, made.second, made.danger) == (town.watch, town.dispatcher, True)


def test_the_city_says_itself_what_needs_a_second_person(town: SmallTown) -> None:
    way = queries.Way(danger=True, second=True)
    alert_sending.set_rule(by=town.mayor, at=START, severity="Minor", urgency="", way=way)
    draft = alerts.begin_alert(
        by=town.dispatcher, at=START, contents=contents(severity="Minor", urgency="Future")
    )
    with pytest.raises(alerts.SecondPerson):
        alerts.publish(by=town.dispatcher, at=START, draft=draft)
    # The narrower row stands before the wider one.
    calm = queries.Way(danger=False, second=False)
    alert_sending.set_rule(by=town.mayor, at=START, severity="Minor", urgency="Future", way=calm)
    assert not alerts.publish(by=town.dispatcher, at=START, draft=draft).danger


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"headline": {"en": "Only in English", "ru": "", "zh": ""}}, Invalid),
        ({"description": {"en": "Half", "ru": "", "zh": ""}}, NotInAllLanguages),
        ({"expires": START}, WrongHours),
        ({"expires": START + dt.timedelta(days=8)}, WrongHours),
        ({"onset": START + 9 * HOUR}, WrongHours),
        ({"severity": "Unknown"}, NotASay),
        ({"severity": "Severe", "instruction": {}}, NoInstruction),
        ({"territories": ()}, NoPlace),
        ({"territories": ("atlantis",)}, NoPlace),
        ({"circle": (49.2, 53.5, 900.0)}, Invalid),
    ],
)
def test_what_must_not_be_said(town: SmallTown, more: dict[str, Any], fault: type) -> None:
    with pytest.raises(fault):
        alerts.begin_alert(by=town.dispatcher, at=START, contents=contents(**more))
    assert not AlertDraft.objects.exists()


def test_who_writes_and_where(town: SmallTown) -> None:
    for person in (town.resident, town.officer, town.mayor):
        with pytest.raises(NoRoleForMove):
            alerts.begin_alert(by=person, at=START, contents=contents())
    for places in (("east",), ("town",), ("west", "east")):
        with pytest.raises(NoRoleForMove):  # the west's dispatcher speaks to the west
            alerts.begin_alert(by=town.dispatcher, at=START, contents=contents(territories=places))
    draft = alerts.begin_alert(
        by=town.watch, at=START, contents=contents(territories=("west", "east"))
    )
    assert draft.series.case.territory == town.city
    mine = alerts.begin_alert(by=town.dispatcher, at=START, contents=contents())
    with pytest.raises(alerts.OutsidePlace):
        alerts.rewrite(
            by=town.watch, at=START, draft=mine, contents=contents(territories=("east",))
        )
    with pytest.raises((NoRoleForMove, MoveNotPossible)):
        alerts.publish(by=town.officer, at=START, draft=mine)


def test_what_was_said_is_never_changed(town: SmallTown) -> None:
    made = published(town)
    for act in (
        lambda: Alert.objects.filter(pk=made.pk).update(xml=""),
        lambda: Alert.objects.filter(pk=made.pk).delete(),
        lambda: AlertSeries.objects.filter(pk=made.series_id).update(status="Test"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor():
            act()
    record = Record.objects.get(kind="alert.publish")
    assert record.public["sha256"] == made.digest


def test_a_drill_incident_makes_an_exercise_and_stays_inside(
    ground: Ground, client: Client, now: list[dt.datetime]
) -> None:
    town = ground.town
    incident = ground.report(drill=True)
    made = published(town, incident=incident)
    assert made.status == "Exercise" and "<scope>Restricted</scope>" in made.xml
    told(made)
    for path in (page("alert", made.series.case.number), f"/cap/{made.identifier}.xml"):
        assert client.get(path).status_code == 404
    client.force_login(town.resident)
    assert client.get(page("alert", made.series.case.number)).status_code == 404
    assert made.identifier not in client.get("/cap/all.atom").content.decode()
    assert made.identifier not in client.get(page("alerts-csv")).getvalue().decode()
    client.force_login(town.dispatcher)
    shown = client.get(page("alert", made.series.case.number)).content.decode()
    assert "Drill: nothing has happened" in shown
    entry = incident.entries.get(kind="message")
    assert entry.details["identifier"] == made.identifier


def _sent(at: dt.datetime, **more: Any) -> dict[str, Any]:
    """What the form sends."""
    words = contents(at)
    values: dict[str, Any] = {
        "status": "Actual", "severity": "Moderate", "urgency": "Expected", "certainty": "Likely",
        "category": "Met", "response": "Avoid", "territories": ["west"],
        "expires": (at + 6 * HOUR).strftime("%Y-%m-%dT%H:%M"), "contact": "112",
    }  # fmt: skip
    for name in ("event", "headline", "description", "instruction"):
        values |= {f"{name}_{code}": text for code, text in getattr(words, name).items()}
    return {**values, **more}


def test_a_dispatcher_writes_looks_and_publishes(
    town: SmallTown, client: Client, now: list[dt.datetime]
) -> None:
    resident("West", town.west)
    client.force_login(town.dispatcher)
    assert client.get(page("alert-new")).status_code == 200
    assert client.post(page("alert-new"), _sent(START, headline_zh="")).status_code == 422
    answer = client.post(page("alert-new"), _sent(START))
    draft = AlertDraft.objects.get()
    assert answer.url == page("alert-draft", draft.series.case.number)  # type: ignore[attr-defined]
    shown = client.get(answer.url).content.decode()  # type: ignore[attr-defined]
    for code in ("en", "ru", "zh"):
        assert contents().headline[code] in shown
    assert "1 resident" in shown
    client.post(answer.url, {"do": "publish"})  # type: ignore[attr-defined]
    made = Alert.objects.get()
    told(made)
    visitor = Client()
    seen = visitor.get(page("alert", made.series.case.number)).content.decode()
    assert "Keep away from the embankment." in seen and "&lt; 5" in seen
    assert "Water in the streets" in visitor.get(page("alerts")).content.decode()
    assert (
        "Water in the streets"
        not in visitor.get(page("alerts"), {"place": "east"}).content.decode()
    )
    assert visitor.get(page("alert-proof", made.series.case.number)).status_code == 200


def test_seeing_it_needs_no_account(
    town: SmallTown, client: Client, now: list[dt.datetime]
) -> None:
    from veche.core.notices.links import reader_token

    person = resident("West", town.west)
    made = published(town)
    told(made)
    reader = Reader.objects.get(person=person)
    token = reader_token(reader.pk, reader.mark)
    path = page("alert", made.series.case.number)
    assert "I have seen it" in client.get(path, {"token": token}).content.decode()
    assert client.post(path, {"token": token}).status_code == 302
    assert queries.has_seen(made, reader.pk)
    assert "token=" not in client.post(path).url  # type: ignore[attr-defined]


def test_pages_of_writers_are_closed_to_others(
    town: SmallTown, client: Client, now: list[dt.datetime]
) -> None:
    made = published(town)
    number = made.series.case.number
    client.force_login(town.resident)
    for name, args in (
        ("alert-new", ()), ("alert-draft", (number,)), ("alert-cancel", (number,)),
        ("alert-rules", ()), ("alert-first-words", ("flood",)),
    ):  # fmt: skip
        assert client.get(page(name, *args)).status_code == 403, name
    assert client.post(page("alert-put-right", number)).status_code == 403
    client.force_login(town.dispatcher)
    assert client.post(page("alert-put-right", number)).status_code == 302
    assert client.get(page("alert-draft", number)).status_code == 200
    why = {f"why_{code}": "It is dry." for code in ("en", "ru", "zh")}
    assert client.post(page("alert-cancel", number), {**why, "why_ru": ""}).status_code == 422
    assert client.post(page("alert-cancel", number), why).status_code == 302
    assert "Cancelled: Water" in Client().get(page("alert", number)).content.decode()


def test_first_words_come_from_the_kind(
    ground: Ground, client: Client, now: list[dt.datetime]
) -> None:
    town = ground.town
    appoint(by=None, at=START - HOUR, person=town.steward, role="administrator",
            territory=town.city)  # fmt: skip
    client.force_login(town.steward)
    values = {**_sent(START), "hours": "3"}
    path = page("alert-first-words", "flood")
    assert client.get(path).status_code == 200
    assert client.post(path, {**values, "headline_ru": ""}).status_code == 422
    assert client.post(path, values).status_code == 302
    rules = client.get(page("alert-rules"))
    assert rules.status_code == 200
    boxes = {f"danger-{s}-{u}": "on" for s in ("Extreme",) for u in ("Immediate", "Expected")}
    client.post(page("alert-rules"), boxes)
    assert not queries.rule_of("Extreme", "Future").danger
    incident = ground.report()
    client.force_login(town.dispatcher)
    shown = client.get(page("alert-new"), {"incident": incident.case.number}).content.decode()
    assert "Water in the streets of the west" in shown
    answer = client.post(f"{page('alert-new')}?incident={incident.case.number}", _sent(START))
    assert answer.status_code == 302
    assert AlertDraft.objects.get().series.incident == incident
