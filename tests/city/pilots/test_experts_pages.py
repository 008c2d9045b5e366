"""The pages of experts, assignments, reviews and panels, as those meet them who use them."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from tests.cast import START
from tests.city.pilots.world import World, person, three
from veche import clock
from veche.city.pilots.commands import assign as command
from veche.city.pilots.models import Expert, Panel, PanelItem, Review, ReviewTask
from veche.city.pilots.operations.panels import call_panel
from veche.city.pilots.views import experts
from veche.core.notices.calendars import build
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person

NOW = START + dt.timedelta(hours=9)


def test_meetings_and_reviews_stand_in_the_calendar_of_those_they_are_for(world: World) -> None:
    application = world.application("review")
    title, number = application.title, application.case.number
    expert, chair = world.experts[0], world.panel[0]
    appoint(by=None, at=START, person=expert.person, role="panellist", territory=world.town.city)
    task = ReviewTask.objects.create(
        application=application, expert=expert, standing="given", given_at=START,
        due_at=NOW + dt.timedelta(days=9),
    )  # fmt: skip
    panel = call_panel(
        by=world.agent, at=START, programme=world.programme, titles=three("November; spring"),
        meets_at=NOW + dt.timedelta(days=20), members=[chair, expert.person], chair=chair, quorum=1,
    )  # fmt: skip
    made = Calendar.from_ical(body(as_(expert.person), "/en/pilots/reviews/calendar.ics"))
    due = {str(one["uid"]).partition("@")[0]: one for one in made.walk("VEVENT")}
    assert set(due) == {f"panel-{panel.pk}", f"review-{task.pk}"}
    assert due[f"review-{task.pk}"].decoded("dtstart") == task.due_at
    assert number in str(due[f"review-{task.pk}"]["summary"])
    assert title not in str(made.to_ical())  # an application is secret before its decision
    assert due[f"panel-{panel.pk}"]["summary"] == "Panel: November; spring"
    assert f"panel-{panel.pk}@" in build(chair, NOW) and f"review-{task.pk}@" not in build(
        chair, NOW
    )
    assert "VEVENT" not in body(as_(world.founder), "/en/pilots/reviews/calendar.ics")
    assert "/sign-in/" in Client().get("/en/pilots/reviews/calendar.ics")["Location"]
    one = f"/en/pilots/panels/{panel.pk}/calendar.ics"
    assert f"panel-{panel.pk}@" in body(as_(chair), one)
    assert body(as_(world.founder), one, 404) and body(Client(), one, 404)
    ReviewTask.objects.update(standing="done", ended_at=NOW)
    assert "review-" not in body(as_(expert.person), "/en/pilots/reviews/calendar.ics")


def test_experts_are_found_and_stand_on_pages(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experts, "PAGE", 2)
    agent, address = as_(world.agent), "/en/pilots/experts/"
    Expert.objects.filter(pk=world.experts[4].pk).update(until=START)
    page = body(agent, f"{address}?knows=sensing")
    assert "4 experts" in page and "Expert1" in page and "Expert3" not in page
    assert "?knows=sensing&amp;page=2" in page
    assert "Expert3" in body(agent, f"{address}?knows=sensing&page=2")
    assert "5 experts" in body(agent, f"{address}?ended=1")
    assert "No expert fits this choice" in body(agent, f"{address}?knows=none&q=\x00")
    table = body(agent, f"{address}table.csv?q=expert2")
    assert "Expert2" in table and "Expert1" not in table


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.SECOND_FACTOR = False


def as_(who: Person) -> Client:
    client = Client()
    client.force_login(who)
    return client


def body(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    text = (
        b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    )
    return bytes(text).decode()


def test_the_agency_keeps_experts_and_gives_out(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    application = world.application("review")
    newcomer = person("=Newcomer")
    agent = as_(world.agent)
    assert "/sign-in/" in Client().get("/en/pilots/experts/")["Location"]
    assert as_(newcomer).get("/en/pilots/experts/").status_code == 403
    entry = {"address": "nobody@example.org", "technologies": ["sensing"], "targets": ["11.7"],
             "words": "A cane for the blind", "capacity": "2"}  # fmt: skip
    answer: Any = agent.post("/en/pilots/experts/new/", entry)
    assert answer.status_code == 422
    assert "Nobody has an account here" in answer.content.decode()
    assert "A cane for the blind" in answer.content.decode()
    agent.post("/en/pilots/experts/new/", {**entry, "address": str(newcomer.email)})
    assert Expert.objects.get(pk=newcomer.pk).capacity == 2
    assert "'=Newcomer" in body(agent, "/en/pilots/experts/table.csv")
    own = as_(newcomer)
    assert "A cane for the blind" in body(own, "/en/pilots/experts/me/")
    own.post("/en/pilots/experts/me/", {"words": "Sight", "capacity": "3"})
    assert Expert.objects.get(pk=newcomer.pk).words == "Sight"
    assert agent.post("/en/pilots/experts/new/", {"capacity": "9999"}).status_code == 422

    assert application.title in body(agent, "/en/pilots/assignment/")
    wrong: Any = agent.post("/en/pilots/assignment/", {"reviews": "9"})
    assert wrong.status_code == 422
    assert "Too few experts without a tie" in wrong.content.decode()
    made = agent.post("/en/pilots/assignment/", {"most": "1", "seed": "3"})
    run = made["Location"]
    page = body(agent, run)
    assert "not given out" in page and application.title in page
    # The file, run again by the command, gives what the page shows.
    file = tmp_path / "instance.json"
    file.write_text(body(agent, f"{run}instance.json"))
    assert command.run_assign(_arguments(file=str(file), json=True)) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["digest"] in page
    assert [number for number in found["loads"] if number] == [1, 1, 1]
    assert application.title in body(agent, f"{run}table.csv")
    agent.post(f"{run}give-out/")
    assert "Given out" in body(agent, run)
    assert agent.post(f"{run}give-out/").status_code == 409
    task = ReviewTask.objects.select_related("expert__person").first()
    assert task is not None
    back = f"/en/pilots/assignment/task/{task.pk}/"
    assert agent.post(back, {"reason": ""}).status_code == 422
    agent.post(back, {"reason": "They moved away."})
    task.refresh_from_db()
    assert task.standing == "taken_back"
    assert as_(task.expert.person).get(f"/en/pilots/reviews/{task.pk}/").status_code == 404
    shown = body(agent, f"/en/pilots/applications/{application.case.number}/")
    assert "They moved away." in shown
    agent.post(f"/en/pilots/experts/{newcomer.pk}/end/")
    assert Expert.objects.get(pk=newcomer.pk).until == NOW
    assert own.get("/en/pilots/experts/me/").status_code == 404


def marks(world: World, mark: int, **more: str) -> dict[str, str]:
    found = {"summary": "Worth testing with a companion.", **more}
    for one in world.criteria:
        found.setdefault(f"mark_{one.pk}", str(mark))
        found.setdefault(f"reason_{one.pk}", "It finds holes in the pavement.")
    return found


def test_experts_read_and_a_panel_decides(world: World) -> None:
    application = world.application("review")
    number = application.case.number
    agent, page = as_(world.agent), f"/en/pilots/applications/{number}/"
    run = agent.post("/en/pilots/assignment/", {})["Location"]
    agent.post(f"{run}give-out/")
    tasks = list(ReviewTask.objects.select_related("expert__person").order_by("pk"))
    tied = next(e for e in world.experts if e.pk not in {t.expert_id for t in tasks}).person
    appoint(by=None, at=START, person=tied, role="officer",
            organisation=world.company.organisation)  # fmt: skip
    first, second, third = (as_(one.expert.person) for one in tasks)
    assert application.title in body(first, "/en/pilots/reviews/")
    assert application.title not in body(as_(tied), "/en/pilots/reviews/")
    assert as_(tied).get(page).status_code == 404
    one, two, three = (f"/en/pilots/reviews/{task.pk}/" for task in tasks)
    form = body(first, one)
    assert "5 · as 5" in form and "It tells a blind person" in form
    assert first.post(f"{one}accept/").status_code == 302
    kept: Any = first.post(one, marks(world, 4, summary="no"))
    assert kept.status_code == 422
    assert "It finds holes in the pavement." in kept.content.decode()
    assert first.post(one, marks(world, 4)).status_code == 302
    # Nobody sees it before their own is in.
    assert "Worth testing" not in body(second, two)
    assert "Worth testing" not in body(second, page)
    assert "Worth testing" in body(agent, page)
    refused: Any = second.post(f"{two}refuse/", {"reason": "conflict"})
    assert "Say how you are tied" in refused.content.decode()
    second.post(f"{two}refuse/", {"reason": "busy"})
    assert second.post(two, marks(world, 4)).status_code == 422
    last = ReviewTask.objects.select_related("expert__person").latest("pk")
    third.post(three, marks(world, 5))
    assert "Expert 1" in body(third, three)
    as_(last.expert.person).post(f"/en/pilots/reviews/{last.pk}/", marks(world, 2))
    assert Review.objects.count() == 3
    scores = body(agent, f"/en/pilots/scores/{world.call.case.number}/?page=9x")
    assert application.title in scores and "3.67" in scores
    assert "3.6667" in body(agent, f"/en/pilots/scores/{world.call.case.number}/table.csv")

    chair, *others = world.panel
    called = {"titles_en": "November", "meets_at": "2030-01-01T10:00", "quorum": "3",
              "members": [str(p.pk) for p in world.panel], "chair": str(chair.pk)}  # fmt: skip
    assert agent.post("/en/pilots/panels/new/", {**called, "quorum": "9"}).status_code == 422
    meeting = agent.post("/en/pilots/panels/new/", called)["Location"]
    agent.post(f"{meeting}edit/", {**called, "titles_en": "December"})
    panel = Panel.objects.get()
    assert panel.titles["en"] == "December"
    answer = agent.post(f"/en/pilots/panels/bring/{number}/", {"panel": str(panel.pk)})
    assert answer["Location"] == page
    item = PanelItem.objects.get()
    appoint(by=None, at=START, person=others[-1], role="officer",
            organisation=world.company.organisation)  # fmt: skip
    kept_from = as_(others[-1])
    assert Client().get(meeting).status_code == 404
    # Whoever is tied sees the panel without the item: no title, no number, no score.
    text = body(kept_from, meeting)
    assert application.title not in text and number not in text and "3.67" not in text
    assert "Nothing is on the agenda yet" in text
    assert number not in body(kept_from, f"{meeting}table.csv")
    sits = as_(chair)
    sits.post(meeting, {"do": "open"})
    for who in (chair, *others[:2]):
        seat, prefix = as_(who), f"v{item.pk}"
        seat.post(meeting, {"do": "come"})
        assert "Who voted how" not in body(seat, meeting)
        vote = {"do": "vote", "item": str(item.pk), f"{prefix}-choice": "select"}
        assert seat.post(meeting, vote).status_code == 302
    assert kept_from.post(meeting, {"do": "come"}).status_code == 302
    vote = {"do": "vote", "item": str(item.pk), f"v{item.pk}-choice": "decline"}
    assert kept_from.post(meeting, vote).status_code == 404
    decide = {"do": "decide", "item": str(item.pk), f"d{item.pk}-reason": "The blind walk alone."}
    short: Any = agent.post(meeting, {**decide, f"d{item.pk}-reason": ""})
    assert short.status_code == 422
    assert agent.post(meeting, decide).status_code == 302
    assert sits.post(meeting, {"do": "close", "minutes": ""}).status_code == 422
    sits.post(meeting, {"do": "close", "minutes": "The panel met, heard and voted."})
    # Public now: decision, votes by count, minutes, reviews without names.
    public = body(Client(), meeting)
    assert "The panel met, heard and voted." in public and "For 3, against 0" in public
    assert "Who voted how" not in public
    assert "The blind walk alone." in body(Client(), f"{meeting}table.csv")
    everybody = body(Client(), page)
    assert "Expert 2" in everybody and "Worth testing" in everybody and "3.67" in everybody
    assert not any(task.expert.person.name in everybody for task in tasks)
    assert "December" in body(Client(), "/en/pilots/panels/")
    for garbage in ({"do": "vote"}, {"do": "vote", "item": "9" * 30}, {}):
        assert sits.post(meeting, garbage).status_code == 404


def test_the_command_says_what_is_wrong(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(text: str) -> int:
        file = tmp_path / "x.json"
        file.write_text(text)
        return command.run_assign(_arguments(file=str(file)))

    assert run("{") == 2
    assert run("[1]") == 2
    assert run('{"papers": [1], "experts": [1], "affinity": [[1]], "reviews": 2}') == 1
    assert "Too few experts without a conflict" in capsys.readouterr().err
    assert run("[" * 100_000) == 2
    assert command.run_assign(_arguments(file=str(tmp_path / "none.json"))) == 2
    assert command.run_assign(_arguments(call="2000-1")) == 2
    world.application("review")
    assert command.run_assign(_arguments(call=world.call.case.number)) == 0
    assert "3 pairs" in capsys.readouterr().out


def _arguments(file: str = "", call: str = "", *, json: bool = False) -> Any:
    return argparse.Namespace(file=file, call=call, seed=None, json=json)
