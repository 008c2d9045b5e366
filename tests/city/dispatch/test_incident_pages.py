"""Pages of incidents: who is shown what, every act by its form, the register, the work list."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import START
from tests.city.dispatch.conftest import Ground, kind, minutes
from veche.city.dispatch.acts import ACTS
from veche.city.dispatch.models import EssentialService, Incident, IncidentLook, IncidentTask
from veche.city.dispatch.operations import incidents
from veche.city.dispatch.procedure import INCIDENT, TASK
from veche.city.dispatch.queries.lists import work
from veche.core.organisations.queries import holdings

LIST = "/en/dispatch/incidents/"


def page(incident: Incident) -> str:
    return f"{LIST}{incident.case.number}/"


def body(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return b"".join(answer).decode() if answer.streaming else answer.content.decode()


def test_every_act_belongs_to_declared_moves() -> None:
    declared = {"incident": INCIDENT, "incident_task": TASK}
    for act in ACTS:
        names = {move.name for move in declared[act.procedure].moves}
        assert set(act.moves) <= names, act.code
        assert act.moves or act.who, act.code


def test_everybody_sees_public_ones_and_never_what_a_caller_said(
    ground: Ground, client: Client
) -> None:
    open_one = ground.in_work()
    secret = ground.report(kind=ground.secret, title="A hidden thing")
    drill = ground.report(drill=True, title="Only rehearsed")
    text = body(client, LIST)
    assert open_one.title in text
    assert secret.title not in text and drill.title not in text
    own = body(client, page(open_one))
    assert "cellar of number 9" not in own
    assert "Officer" not in own  # no names
    assert client.get(page(secret)).status_code == 404
    assert client.get(page(drill)).status_code == 404
    client.force_login(ground.town.dispatcher)
    assert "cellar of number 9" in body(client, page(open_one))
    assert "Nothing of it happened" in body(client, page(drill))
    assert "Nothing of it happened" not in body(client, page(open_one))


def test_the_table_and_the_feed_hold_the_same_as_the_list(ground: Ground, client: Client) -> None:
    one = ground.in_work(point=(49.2, 53.5))
    over = ground.closed()
    ground.report(drill=True)
    rows = list(csv.DictReader(io.StringIO(body(client, f"{LIST}incidents.csv").lstrip("\ufeff"))))
    assert [row["number"] for row in rows] == [one.case.number, over.case.number]
    assert rows[0]["lead"] == "roads"
    assert rows[0]["state"] == "in_work"
    assert rows[1]["ended_datetime"]
    only = body(client, f"{LIST}incidents.csv?show=ended")
    assert one.case.number not in only and over.case.number in only
    feed = body(client, f"{LIST}feed/")
    assert one.title in feed and feed.count("<entry>") == 2


def test_from_a_call_to_the_end_by_the_pages(ground: Ground, client: Client) -> None:
    town = ground.town
    client.force_login(town.resident)
    assert client.get(f"{LIST}new/").status_code == 403
    client.force_login(town.dispatcher)
    form = {
        "kind": "flood", "title": "Water on Bridge Street", "source": "call", "text": "A cellar.",
        "territory": "west", "submission": str(uuid.uuid4()), "do": "send", "severity": "",
    }  # fmt: skip
    assert client.post(f"{LIST}new/", {**form, "territory": ""}).status_code == 422
    answer = client.post(f"{LIST}new/", form)
    assert answer.status_code == 302
    assert client.post(f"{LIST}new/", form)["Location"] == answer["Location"]  # a double click
    one = Incident.objects.get()
    url = page(one)
    assert body(client, url)
    grade = {"severity": "4", "vulnerable": "old", "people": "40", "service": ""}
    assert client.post(f"{url}verify/", {**grade, "seen": "1"}).status_code == 302
    assert client.post(f"{url}verify/", {**grade, "seen": "1"}).status_code == 409
    assert client.post(f"{url}dispatch/", {"lead": "", "seen": "2"}).status_code == 422
    assert client.post(f"{url}dispatch/", {"lead": "roads", "seen": "2"}).status_code == 302
    ask = {"organisation": "lights", "text": "Switch the street off."}
    assert client.post(f"{url}ask-help/", ask).status_code == 302
    client.force_login(town.light_officer)
    assert client.get(f"{url}accept/").status_code == 409  # theirs is the help, not the lead
    part = IncidentTask.objects.get()
    help_url = f"/en/dispatch/help/{part.case.number}/"
    assert client.get(help_url)["Location"].endswith(f"#part-{part.case.number}")
    for step in ("accept", "begin", "finish"):
        assert client.post(f"{help_url}{step}/", {}).status_code == 302
    client.force_login(town.officer)
    assert client.post(f"{url}accept/", {}).status_code == 302
    assert client.post(f"{url}say-done/", {"text": "Dry.", "cost": "120.50"}).status_code == 422
    assert (
        client.post(f"{url}say-done/", {"text": "Pumped dry.", "cost": "120.50"}).status_code == 302
    )
    client.force_login(town.dispatcher)
    assert client.post(f"{url}log/", {"text": "Gas smells in the yard."}).status_code == 302
    assert client.post(f"{url}close/", {}).status_code == 302
    client.force_login(town.controller)
    assert client.post(f"{url}evaluate/", {"text": "Quick enough."}).status_code == 302
    one.refresh_from_db()
    assert (one.case.state, str(one.cost), one.severity) == ("evaluated", "120.50", 4)
    client.logout()
    told = body(client, url)
    assert "Gas smells" not in told and "Pumped dry." in told and "Quick enough." in told
    assert "Gas smells" not in body(client, f"{url}incident.csv")


def test_a_look_is_written_down_once(ground: Ground, client: Client) -> None:
    one = ground.in_work()
    body(client, page(one))
    assert not IncidentLook.objects.exists()
    client.force_login(ground.town.officer)
    body(client, page(one))
    body(client, page(one))
    assert IncidentLook.objects.get().person == ground.town.officer


def test_the_register_shows_reasons_to_everybody(ground: Ground, client: Client) -> None:
    assert "usual time" in body(client, f"{LIST}pending/")
    one = ground.in_work()
    client.force_login(ground.town.officer)
    reason = "The pump comes from another city."
    given = {"text": reason, "until": "2126-11-17T12:00"}
    assert client.post(f"{page(one)}postpone/", given).status_code == 422
    incidents.postpone(
        by=ground.town.officer, at=START + minutes(5), incident=one, text=reason,
        until=START + minutes(500),
    )  # fmt: skip
    client.logout()
    assert reason in body(client, f"{LIST}pending/")
    assert reason in body(client, f"{LIST}pending.csv")
    drilled = ground.in_work(drill=True)
    incidents.postpone(
        by=ground.town.officer, at=START + minutes(5), incident=drilled, text="Rehearsed only.",
        until=START + minutes(500),
    )  # fmt: skip
    assert "Rehearsed only" not in body(client, f"{LIST}pending/")


def test_first_what_must_go_on_then_who_cannot_help_themselves(ground: Ground) -> None:
    water = EssentialService.objects.create(
        code="water", names={"en": "Water"}, organisation=ground.town.roads
    )
    usual = ground.report(severity=4)
    later = ground.report(severity=4, at=START + minutes(1))
    old = ground.report(severity=1, vulnerable="old", at=START + minutes(2))
    stopped = ground.report(severity=1, service=water, at=START + minutes(3))
    elsewhere = ground.report(territory=ground.town.east)
    rehearsed = ground.report(drill=True)
    held = holdings(ground.town.dispatcher, START + minutes(5))
    assert [one.incident for one in work(held)] == [stopped, old, usual, later]
    assert [one.incident for one in work(held, drills=True)] == [rehearsed]
    watch = holdings(ground.town.watch, START + minutes(5))
    assert elsewhere in [one.incident for one in work(watch)]
    assert work(holdings(ground.town.resident, START + minutes(5))) == []


def test_helpers_and_leads_find_what_waits_for_them(ground: Ground, client: Client) -> None:
    one = ground.in_work()
    assert work(holdings(ground.town.light_officer, START)) == []
    ground.helped(one, at=START + minutes(5))
    (mine,) = work(holdings(ground.town.light_officer, START + minutes(6)))
    assert mine.task is not None and mine.turn
    client.force_login(ground.town.light_officer)
    assert "Switch the street off." in body(client, f"{LIST}work/")
    client.force_login(ground.town.resident)
    assert client.get(f"{LIST}work/").status_code == 403


@pytest.mark.parametrize("many", [3, 40])
def test_few_queries_however_many(ground: Ground, client: Client, many: int) -> None:
    kind("other")
    for n in range(many):
        one = ground.in_work() if n % 2 else ground.report(at=START + minutes(n))
    task = ground.helped(ground.in_work(), at=START + minutes(9))
    client.force_login(ground.town.dispatcher)
    body(client, f"{LIST}work/")
    body(client, page(task.incident))
    for url, most in ((LIST, 8), (page(one), 15), (page(task.incident), 22), (f"{LIST}work/", 8)):
        if url in (LIST, page(one)):
            client.logout()
        else:
            client.force_login(ground.town.dispatcher)
        body(client, url)
        with CaptureQueriesContext(
            connection,
        ) as found:
            body(client, url)
        assert len(found) <= most, (url, [row["sql"][:120] for row in found.captured_queries])
