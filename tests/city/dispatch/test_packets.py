"""Packets of two weeks: made by the clock, answered by the head, never skipped in silence."""

from __future__ import annotations

import datetime as dt
import json
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from tests.cast import START
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch import rules_packets as rules
from veche.city.dispatch.commands_packet import run_packet
from veche.city.dispatch.models import FollowUp, Packet
from veche.city.dispatch.operations import incidents
from veche.city.dispatch.operations.packets import (
    AnsweredBefore,
    MemoThere,
    NotTheHead,
    NotTheMeeting,
    Unanswered,
    answer_followup,
    answer_packet,
    sweep,
    write_memo,
)
from veche.city.dispatch.queries import packets as queries
from veche.core.cases.terms import city_zone
from veche.core.notices.models import Letter
from veche.core.notices.operations import reader_for, send_letters
from veche.core.notices.operations.plain import hour_of
from veche.core.people.models import Person

DAY = dt.timedelta(days=1)
ENDS = dt.date(2026, 11, 23)
"""The first Monday after the start by which two weeks are over."""
TEXT = "The crew was one man short; a second shift begins on Monday."


def made() -> dt.datetime:
    """An hour after the two weeks of the first incidents."""
    return rules.midnight(ENDS, city_zone()) + minutes(60)


def test_fortnights_end_on_every_second_monday() -> None:
    zone = ZoneInfo("Europe/Samara")
    moment = dt.datetime(2026, 11, 22, 19, 59, tzinfo=dt.UTC)
    assert rules.ends(moment, zone) == dt.date(2026, 11, 9)
    assert rules.ends(moment + minutes(1), zone) == ENDS
    assert (ENDS - rules.FIRST).days % 14 == 0


def late_and_good(ground: Ground) -> None:
    """One incident that was accepted 16 minutes late, one that was in time."""
    late = ground.dispatched()
    incidents.accept(by=ground.town.officer, at=START + minutes(33), incident=late)
    ground.closed(at=START + minutes(90))


def test_every_unit_is_given_its_figures_once(ground: Ground) -> None:
    late_and_good(ground)
    assert sweep(at=made()) == 4
    assert sweep(at=made() + DAY) == 0
    packet = Packet.objects.get(unit="roads")
    now = packet.figures["now"]
    assert (now["opened"], now["closed"], now["in_time"]) == (2, 1, [1, 1])
    assert (now["accept"], now["late_steps"]) == (60, packet.figures["late"])
    assert packet.figures["all"]["opened"] == 2 and packet.figures["before"] == {}
    states = [(row["state"], row["open"]) for row in packet.late]
    assert ("dispatched", False) in states and ("in_work", True) in states
    assert {p.unit for p in Packet.objects.all()} == {"roads", *rules.TIERS}


def test_a_packet_is_answered_line_by_line_or_shown_as_skipped(ground: Ground) -> None:
    late_and_good(ground)
    sweep(at=made())
    packet = Packet.objects.get(unit="roads")
    (asked,) = queries.followups(packet)
    assert asked.why == "late"
    town, soon = ground.town, made() + DAY
    with pytest.raises(NotTheHead):
        answer_followup(by=town.officer, at=soon, followup=asked, text=TEXT)
    with pytest.raises(Unanswered):
        answer_packet(by=town.head, at=soon, packet=packet, text=TEXT)
    assert queries.standing(packet, soon) == queries.WAITING
    late = packet.due_at + 3 * DAY
    assert queries.standing(packet, late) == queries.SKIPPED
    assert queries.age(packet, late) == 3 * DAY
    answer_followup(by=town.head, at=late, followup=asked, text=TEXT)
    with pytest.raises(AnsweredBefore):
        answer_followup(by=town.head, at=late, followup=asked, text=TEXT)
    packet = answer_packet(by=town.head, at=late, packet=packet, text=TEXT)
    assert queries.standing(packet, late + 9 * DAY) == queries.ANSWERED_LATE
    with pytest.raises(AnsweredBefore):
        answer_packet(by=town.head, at=late, packet=packet, text=TEXT)


def test_the_memo_is_the_next_list_and_what_is_not_answered_moves_on(ground: Ground) -> None:
    late_and_good(ground)
    sweep(at=made())
    first = Packet.objects.get(unit="roads")
    items = [("Tell when the second shift begins.", True), ("Who was ill?", False)]
    with pytest.raises(NotTheMeeting):
        write_memo(by=ground.town.head, at=made() + DAY, packet=first, met_on=ENDS, items=items)
    write_memo(by=ground.town.controller, at=made() + DAY, packet=first, met_on=ENDS, items=items)
    with pytest.raises(MemoThere):
        write_memo(by=ground.town.mayor, at=made() + DAY, packet=first, met_on=ENDS, items=items)
    sweep(at=made() + 14 * DAY)
    second = Packet.objects.filter(unit="roads").latest("until")
    asked = {one.why: one for one in queries.followups(second) if one.why != "memo"}
    assert sorted(one.text for one in queries.followups(second) if one.why == "memo") == sorted(
        text for text, _public in items
    )
    assert (asked["late"].moved, asked["late"].packet) == (1, second)
    assert [one.pk for one in queries.followups(first)] == [asked["late"].pk]
    sweep(at=made() + 28 * DAY)
    asked["late"].refresh_from_db()
    assert asked["late"].moved == 2


def test_what_a_worker_slept_through_is_made_up_for(ground: Ground) -> None:
    late_and_good(ground)
    sweep(at=made())
    sweep(at=made() + 43 * DAY)
    ends = sorted({p.until for p in Packet.objects.filter(unit="roads")})
    assert [later - one for one, later in pairwise(ends)] == [14 * DAY] * 3


def test_the_database_keeps_a_packet(ground: Ground) -> None:
    late_and_good(ground)
    sweep(at=made())
    with pytest.raises(IntegrityError), transaction.atomic():
        Packet.objects.filter(unit="roads").update(figures={})
    with pytest.raises(IntegrityError), transaction.atomic():
        Packet.objects.filter(unit="roads").update(due_at=made() + 90 * DAY)


def test_the_pages_show_the_public_part_and_take_the_answers(
    ground: Ground, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    late_and_good(ground)
    secret = ground.dispatched(kind=ground.secret, at=START + minutes(200), lead=ground.town.roads)
    incidents.accept(by=ground.town.officer, at=START + minutes(300), incident=secret)
    sweep(at=made())
    monkeypatch.setattr("veche.clock.now", lambda: made() + 10 * DAY)
    page = f"/en/dispatch/packets/roads/{ENDS.isoformat()}/"
    for address in ("/en/dispatch/packets/", "/en/dispatch/packets/roads/", page):
        told = client.get(address).content.decode()
        assert "kipped" in told, address
        assert secret.case.number not in told
    assert secret.case.number not in client.get(f"{page}packet.json").content.decode()
    assert client.get(f"{page}packet.csv").content.decode().count("\n") > 20
    assert client.get("/en/dispatch/packets/packets.csv").status_code == 200
    client.force_login(ground.town.head)
    assert secret.case.number in client.get(page).content.decode()
    asked = FollowUp.objects.get(unit="roads")
    assert client.post(page, {"whole-text": TEXT}).status_code == 422
    answer = {"followup": asked.pk, f"f{asked.pk}-text": TEXT}
    assert client.post(page, answer).status_code == 302
    assert client.post(page, {"whole-text": TEXT}).status_code == 302
    assert client.get(f"{page}memo/").status_code == 403
    client.force_login(ground.town.controller)
    memo = {"met_on": "2026-12-01", "public": "Tell when the shift begins.", "internal": ""}
    assert client.post(f"{page}memo/", memo | {"public": ""}).status_code == 422
    assert client.post(f"{page}memo/", memo).status_code == 302
    assert "Tell when the shift begins." in client.get(page).content.decode()
    assert client.get("/en/dispatch/packets/roads/2026-11-24/").status_code == 404
    assert client.get("/en/dispatch/packets/nobody/").status_code == 404


def test_the_command_prints_what_was_given_or_reckons_any_two_weeks(
    ground: Ground, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import argparse

    late_and_good(ground)
    sweep(at=made())
    monkeypatch.setattr("veche.clock.now", lambda: made() + DAY)

    def run(unit: str, until: dt.date, *, as_json: bool = True) -> tuple[int, str]:
        code = run_packet(argparse.Namespace(unit=unit, until=until, json=as_json))
        return code, capsys.readouterr().out

    code, out = run("roads", ENDS)
    assert (code, json.loads(out)["standing"]) == (0, "waiting")
    code, out = run("roads", ENDS - DAY)
    found = json.loads(out)
    assert (code, found["standing"], found["figures"]["now"]["opened"]) == (0, None, 2)
    assert run("nobody", ENDS)[0] == 2 and run("roads", ENDS + 9 * DAY)[0] == 2
    told = run("roads", ENDS, as_json=False)[1]
    days = f"{ENDS - 14 * DAY} – {ENDS - DAY}"  # of the city, not of UTC
    assert told.startswith(f"Roads office: {days}\n") and "minute" in told
    assert Packet.objects.filter(unit="roads").count() == 1


def test_who_must_answer_is_written_to_by_the_pace_they_chose(ground: Ground) -> None:
    town = ground.town
    late_and_good(ground)
    reader = reader_for(by=town.watch, at=START)
    reader.ways = {"mail": {"work": "none"}}
    reader.save()
    Person.objects.filter(pk=town.head.pk).update(language="ru")
    assert sweep(at=made()) == 4
    letter = Letter.objects.get(kind="plain")  # neither the officer, nor who wants none
    assert letter.reader.person == town.head
    assert letter.not_before == rules.midnight(ENDS, city_zone()) + minutes(8 * 60)
    assert letter.body is not None
    assert "Сначала ответьте на 1 пункт" in letter.body.text
    address = letter.body.text.split()[-1]
    assert address.endswith(f"/dispatch/packets/{town.roads.code}/{ENDS}/")
    send_letters(at=made())
    assert mail.outbox == []
    send_letters(at=made() + DAY)
    assert [one.to for one in mail.outbox] == [[town.head.email]]
    assert sweep(at=made() + DAY) == 0


def test_of_what_is_made_up_for_the_newest_alone_is_told(ground: Ground) -> None:
    late_and_good(ground)
    sweep(at=made())
    Letter.objects.all().delete()
    sweep(at=made() + 28 * DAY)
    newest = Packet.objects.filter(unit="roads").order_by("-until").first()
    assert newest is not None
    mine = Letter.objects.filter(reader__person=ground.town.head)
    assert [one.period for one in mine] == [f"packet {newest.pk}"]


def test_the_pace_says_the_hour() -> None:
    zone = city_zone()
    for moment, chosen, hour in (
        (dt.datetime(2026, 11, 17, 9, tzinfo=zone), "now", dt.datetime(2026, 11, 17, 9)),
        (dt.datetime(2026, 11, 17, 7, tzinfo=zone), "daily", dt.datetime(2026, 11, 17, 8)),
        (dt.datetime(2026, 11, 17, 9, tzinfo=zone), "daily", dt.datetime(2026, 11, 18, 8)),
        (dt.datetime(2026, 11, 17, 9, tzinfo=zone), "weekly", dt.datetime(2026, 11, 23, 8)),
        (dt.datetime(2026, 11, 23, 7, tzinfo=zone), "weekly", dt.datetime(2026, 11, 23, 8)),
        (dt.datetime(2026, 11, 23, 9, tzinfo=zone), "weekly", dt.datetime(2026, 11, 30, 8)),
    ):
        assert hour_of(chosen, moment) == hour.replace(tzinfo=zone)
