"""What everybody, the agency and the department see and do on the pages of a trial."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import START
from tests.city.pilots.test_trials import booked, running
from tests.city.pilots.world import DAY, World
from tests.city.pulse import signs
from veche import clock
from veche.city.dispatch.models import IncidentKind
from veche.city.pilots import models
from veche.city.pilots.models import (
    Agreement,
    Application,
    Breach,
    Measurement,
    Stream,
    Trial,
)
from veche.city.pilots.operations import agreements, streams, trials
from veche.city.pilots.operations.stages import sweep_breaches
from veche.city.pilots.operations.streams import StreamNotOpen
from veche.city.pulse.models import Source
from veche.core.notices.models import Notice
from veche.core.organisations.models import Organisation

NOW = START + 5 * DAY
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are asked five days after the town began."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


def signed(world: World) -> Application:
    """An application whose agreement all three have signed, and whose trial has not begun."""
    made = world.application("agreement", at=START)
    world.signed(made, START + DAY).delete()
    return made


def test_a_trial_begins_once_for_the_days_the_site_is_booked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = signed(world)
    verified: list[Agreement] = []
    monkeypatch.setattr(
        agreements, "verify_all", lambda *, agreement, at: verified.append(agreement)
    )
    with pytest.raises(trials.NotBooked):
        trials.start_trial(by=world.agent, at=NOW, application=made)
    booked(world, made, START, days=30)
    page = f"/en/pilots/trials/{made.case.number}/"
    client = Client()
    client.force_login(world.agent)
    made.case.refresh_from_db()
    begin = client.get(f"{page}start/")
    assert begin.status_code == 200 and b"Begin the trial" in begin.content
    assert client.get(page).status_code == 404
    assert client.post(f"{page}start/", {"seen": made.case.seq}).status_code == 302
    assert client.post(f"{page}start/", {"seen": made.case.seq}).status_code == 409
    trial = Trial.objects.get(application=made)
    assert verified == [trial.agreement, trial.agreement]
    told = Notice.objects.filter(kind="pilot.trial-begun")
    assert {one.reader.person_id for one in told} == {world.officer.pk, world.keeper.pk}
    assert trial.ends_at == START + 30 * DAY  # the methodology has sixty, the booking thirty
    assert trial.key is not None and len(trial.key) == 10
    Agreement.objects.filter(application=made).update(ended_at=NOW, ended_because="Another text.")
    with pytest.raises(trials.NotAgreed):
        trials.start_trial(by=world.agent, at=NOW, application=made)


def test_the_page_shows_thresholds_values_and_whose_interest_it_is(world: World) -> None:
    made, _trial, _weight = running(world)
    assert made.department is not None
    made.department.names = {"en": "Roads & bridges"}
    made.department.save()
    page = f"/en/pilots/trials/{made.case.number}/"
    public, staff = Client(), Client()
    staff.force_login(world.agent)
    empty = public.get(page).content.decode()
    assert "supervises this trial and may buy" in empty and "Roads &amp; bridges" in empty
    assert "at most 50 g" in empty and "Nothing has been measured yet" in empty
    assert "measure/" not in empty

    told = {"indicator": "weight", "measured_at": "2026-11-18T10:00", "note": "=2+3"}
    wrong = staff.post(f"{page}measure/", {**told, "value": "heavy"})
    assert wrong.status_code == 422 and b"=2+3" in wrong.content
    early = staff.post(f"{page}measure/", {**told, "value": "1", "measured_at": "1999-01-01T00:00"})
    assert early.status_code == 422
    press = "6f1c0f0e-52c5-4c39-9d2b-52b9ad0d8a57"
    for _twice in range(2):
        sent = staff.post(f"{page}measure/", {**told, "value": "48,5", "submission": press})
        assert sent.status_code == 302
    one = Measurement.objects.get()
    full = public.get(page).content.decode()
    assert "threshold met" in full and "course" in full and "48.5" in full
    rows = b"".join(public.get(f"{page}measurements.csv")).decode()
    assert "'=2+3" in rows and ",=2+3" not in rows
    assert public.get(f"{page}testers.csv").status_code == 200

    correct = f"{page}measurements/{one.pk}/"
    assert public.get(correct).status_code == 302
    assert staff.get(correct).status_code == 200
    assert staff.post(correct, {"value": "52", "because": "no"}).status_code == 422
    because = {"value": "52", "because": "The scale was wrong."}
    assert staff.post(correct, because).status_code == 302
    assert staff.post(correct, because).status_code == 409
    full = public.get(page).content.decode()
    assert "threshold not met" in full and "The scale was wrong." in full
    stranger = Client()
    stranger.force_login(world.founder)
    for act in ("measure", "table", "stream", "testers", "end", "lose-site"):
        assert stranger.get(f"{page}{act}/").status_code == 403, act
        assert public.get(f"{page}{act}/").status_code == 302
    for path in ("/en/pilots/trials/", "/en/pilots/trials/?show=running&page=9", f"{page}1/"):
        assert public.get(path).status_code == 200
    assert b"'" not in b"".join(public.get("/en/pilots/trials/trials.csv"))
    assert public.get(f"{page}7/").status_code == 404


def test_the_agency_sends_tables_plans_testers_and_hangs_up_a_sheet(world: World) -> None:
    made, trial, _weight = running(world)
    page = f"/en/pilots/trials/{made.case.number}/"
    client = Client()
    client.force_login(world.agent)
    assert client.post(f"{page}table/").status_code == 422
    lie = SimpleUploadedFile("values.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "text/csv")
    assert client.post(f"{page}table/", {"file": lie}).status_code == 422
    good = b"indicator,measured_at,value\nweight,2026-11-18 10:00,49\nweight,never,49\n"
    for _twice in range(2):
        file = SimpleUploadedFile("values.csv", good, "text/csv")
        sent = client.post(f"{page}table/", {"file": file}, follow=True)
        assert sent.status_code == 200 and "Line 3" in sent.content.decode()
    assert Measurement.objects.count() == 1

    assert client.post(f"{page}testers/", {"wanted-young": "-1"}).status_code == 422
    assert client.post(f"{page}testers/", {"wanted-young": "20"}).status_code == 302
    assert models.TesterQuota.objects.get().wanted == 20
    sheet = client.get(f"{page}poster/").content.decode()
    assert "<svg" in sheet and str(trial.key) in sheet
    assert Client().get(f"{page}poster/").status_code == 302

    IncidentKind.objects.create(code="fall", names={"en": "Fall"}, severity=2)
    assert client.get(f"{page}incident/").status_code == 200
    bad = client.post(f"{page}incident/", {"title": "A fall", "kind": "none"})
    assert bad.status_code == 422 and b"A fall" in bad.content
    press = "6f1c0f0e-52c5-4c39-9d2b-52b9ad0d8a57"
    told = {"title": "A tester fell", "kind": "fall", "stop": "on", "submission": press}
    assert client.post(f"{page}incident/", told).status_code == 302
    after = Client().get(page).content.decode()
    assert "A tester fell" in after and "stopped for safety" in after
    assert client.get(f"{page}poster/").status_code == 404


def test_a_stream_is_read_by_whole_hours_while_it_is_open(world: World) -> None:
    _made, trial, weight = running(world)
    source = signs.source(world.town)
    stream = signs.stream(source, world.town.west)
    at = trial.starts_at.replace(minute=0) + 2 * HOUR
    for minute, number in ((1, 40.0), (30, 60.0), (70, 80.0)):
        signs.read(stream, at + dt.timedelta(minutes=minute), number)
    Source.objects.update(public=False)
    source.refresh_from_db()
    stream.source = source
    with pytest.raises(StreamNotOpen):
        streams.watch_stream(by=world.agent, at=at, trial=trial, indicator=weight, stream=stream)
    Source.objects.update(public=True)
    client = Client()
    client.force_login(world.agent)
    page = f"/en/pilots/trials/{trial.application.case.number}/"
    assert client.post(f"{page}stream/", {"indicator": "weight", "stream": "99"}).status_code == 422
    assert client.post(
        f"{page}stream/", {"indicator": "weight", "stream": str(stream.pk)}
    ).status_code == 302  # fmt: skip

    streams.sweep_streams(at=at + HOUR + dt.timedelta(minutes=14))
    assert Measurement.objects.count() == 0  # the hour may still be told
    streams.sweep_streams(at=at + HOUR + dt.timedelta(minutes=16))
    streams.sweep_streams(at=at + HOUR + dt.timedelta(minutes=17))
    assert [(one.value, one.note) for one in Measurement.objects.all()] == [(50.0, "n=2")]
    streams.sweep_streams(at=at + 5 * HOUR)
    assert [one.value for one in Measurement.objects.order_by("measured_at")] == [50.0, 80.0]
    assert b"is read from" in Client().get(page).content

    Source.objects.update(public=False)
    streams.sweep_streams(at=at + 9 * HOUR)
    watched = Stream.objects.get()
    assert watched.ended_at == at + 9 * HOUR and Measurement.objects.count() == 2
    assert client.post(f"{page}streams/{watched.pk}/").status_code == 302
    assert Client().post(f"{page}streams/{watched.pk}/").status_code == 302


def test_whoever_may_not_know_of_it_measures_nothing(world: World) -> None:
    made, _trial, _weight = running(world)
    firm = made.company.organisation
    assert isinstance(firm, Organisation)
    from veche.core.organisations.operations import appoint

    appoint(by=None, at=START, person=world.agent, role="founder", organisation=firm)
    client = Client()
    client.force_login(world.agent)
    assert client.get(f"/en/pilots/trials/{made.case.number}/measure/").status_code == 403


def test_the_application_shows_its_clock_and_what_was_broken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _trial, _weight = running(world)
    late = START + 200 * DAY
    sweep_breaches(at=late)
    assert set(Breach.objects.values_list("stage", flat=True)) == {"trial", "all"}
    monkeypatch.setattr(clock, "now", lambda: late)
    for language in ("en", "ru", "zh-hans"):
        answer = Client().get(f"/{language}/pilots/applications/{made.case.number}/")
        assert answer.status_code == 200
    page = Client().get(f"/en/pilots/applications/{made.case.number}/").content.decode()
    assert "stages-bar" in page and "Broken terms" in page and "183" in page
    assert "This stays written for ever." in page
