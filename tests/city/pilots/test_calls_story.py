"""A call from its draft to its end, the form it is applied by, and what points to it."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.http import QueryDict
from django.test import Client

from tests.cast import START
from tests.city.pilots.world import World, person, three
from veche import clock
from veche.city.pilots.access.calls import NotADrafter
from veche.city.pilots.models import (
    Call,
    CallAnchor,
    Criterion,
    DemandTheme,
    Evidence,
    FormVersion,
    Product,
)
from veche.city.pilots.operations import calls, criteria, forms_of_calls, settings
from veche.city.pilots.operations.call_refusals import (
    DepartmentMissing,
    FormTaken,
    FormWrong,
    NotADraft,
    NotLater,
    NotReady,
    OneStanding,
    Undecided,
)
from veche.city.pilots.operations.calls import CallGiven
from veche.city.pilots.operations.criteria import CriterionGiven
from veche.city.pilots.queries import demand
from veche.city.problems.queries import statistics
from veche.city.problems.queries.categories import kinds
from veche.core.cases.models import Case, CaseClock
from veche.core.cases.operations import Changed, NoRoleForMove, advance, move_case
from veche.core.notices.models import Notice
from veche.core.places.queries import atlas

DAY = dt.timedelta(days=1)


def client_of(who: Any) -> Client:
    client = Client()
    client.force_login(who)
    return client


def given(world: World, **more: Any) -> CallGiven:
    return CallGiven(
        **{
            "titles": three("Dark streets"),
            "tasks": three("Light without wires."),
            "form": world.call.form,
            "department": world.department,
            "closes_at": START + 40 * DAY,
            "wanted": 3,
            "technologies": [world.technology],
            **more,
        }
    )


def anchors() -> dict[int, dict[str, str]]:
    return {mark: {"en": f"means {mark}"} for mark in range(6)}


def test_a_department_drafts_and_the_agency_opens_what_then_stands_still(world: World) -> None:
    with pytest.raises(NotADrafter):
        calls.draft_call(by=world.founder, at=START, programme=world.programme,
                         given=given(world))  # fmt: skip
    with pytest.raises(DepartmentMissing):
        calls.draft_call(by=world.agent, at=START, programme=world.programme,
                         given=given(world, department=None))  # fmt: skip
    word = uuid.uuid4()
    made, again = (
        calls.draft_call(by=world.officer, at=START, programme=world.programme,
                         given=given(world), submission=word)
        for _press in range(2)
    )  # fmt: skip
    assert made.pk == again.pk
    url = f"/en/pilots/calls/{made.case.number}/"
    assert Client().get(url).status_code == 404
    assert "This is a draft" in client_of(world.officer).get(url).content.decode()
    with pytest.raises(NotReady):
        calls.open_call(by=world.agent, at=START, call=made)
    one = criteria.set_criterion(by=world.officer, at=START, call=made,
                                 given=CriterionGiven({"en": "Benefit"}, Decimal(3)))  # fmt: skip
    with pytest.raises(NotReady):  # the words of its marks are missing
        calls.open_call(by=world.agent, at=START, call=made)
    whole = CriterionGiven({"en": "Benefit"}, Decimal(3), anchors())
    criteria.set_criterion(by=world.officer, at=START, call=made, code=one.code, given=whole)
    with pytest.raises(NoRoleForMove):
        calls.open_call(by=world.officer, at=START, call=made)
    opened = calls.open_call(by=world.agent, at=START, call=made, seen=made.case.seq)
    assert (opened.case.state, opened.opens_at) == ("open", START)
    assert opened.case.due_at == START + 40 * DAY
    # Who makes something that fits is told.
    Product.objects.get(company=world.company).technologies.add(world.technology)
    for change in (
        lambda: calls.set_call(by=world.agent, at=START, call=made, given=given(world)),
        lambda: criteria.drop_criterion(by=world.agent, at=START, call=made, code=one.code),
    ):
        with pytest.raises(NotADraft):
            change()
    for broken in (
        lambda: Criterion.objects.filter(pk=one.pk).update(weight=1),
        lambda: CallAnchor.objects.filter(criterion=one).update(words={}),
        lambda: CallAnchor.objects.filter(criterion=one).delete(),
        lambda: Criterion.objects.create(call=made, code="new", names={}, weight=1, place=9),
        lambda: Call.objects.filter(pk=made.pk).update(tasks={"en": "Something else"}),
        lambda: FormVersion.objects.filter(pk=made.form_id).update(questions=[{}]),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            broken()
    page = Client().get(url).content.decode()
    assert "Light without wires." in page and "means 5" in page and "100%" in page.replace(" ", "")


def test_a_call_is_prolonged_closed_by_its_date_and_decided(world: World) -> None:
    Call.objects.filter(pk=world.call.pk).update(opens_at=START - DAY)
    call, last = world.call, START + 30 * DAY
    with pytest.raises(NotLater):
        calls.prolong_call(by=world.agent, at=START, call=call, closes_at=START + DAY,
                           reason="Many asked for it.")  # fmt: skip
    seen = Case.objects.get(pk=call.pk).seq
    calls.prolong_call(by=world.agent, at=START, call=call, closes_at=last + 10 * DAY,
                       reason="Many asked for it.", seen=seen)  # fmt: skip
    with pytest.raises(Changed):  # a colleague looked at the page before
        calls.prolong_call(by=world.agent, at=START, call=call, closes_at=last + 12 * DAY,
                           reason="Many asked for it.", seen=seen)  # fmt: skip
    running = CaseClock.objects.get(case=call.pk, stopped_at=None)
    assert running.due_at == last + 10 * DAY
    advance(at=last + DAY)
    call.case.refresh_from_db()
    assert call.case.state == "open"
    made = world.application("review", at=START, call=call)
    advance(at=last + 11 * DAY)
    call.case.refresh_from_db()
    assert call.case.state == "closed"
    with pytest.raises(Undecided):
        calls.finish_call(by=world.agent, at=last + 12 * DAY, call=call)
    for move in ("bring", "decline"):
        move_case(by=world.agent, at=last + 12 * DAY, case=made.case, move=move)
    done = calls.finish_call(by=world.agent, at=last + 13 * DAY, call=call)
    assert done.case.state == "finished"
    public = Client().get(f"/en/pilots/calls/{call.case.number}/").content.decode()
    assert "Many asked for it." in public  # the first last day stays on record
    ics = Client().get(f"/en/pilots/calls/{call.case.number}/call.ics").content.decode()
    assert "BEGIN:VEVENT" in ics


def test_the_standing_intake_is_one_and_has_no_end(world: World) -> None:
    standing = given(world, department=None, standing=True, closes_at=None)
    made = calls.draft_call(
        by=world.agent, at=START, programme=world.programme, criteria_of=world.call, given=standing
    )
    assert made.criteria.count() == 2 and CallAnchor.objects.filter(
        criterion__call=made
    ).count() == 12  # fmt: skip
    with pytest.raises(OneStanding):
        calls.draft_call(by=world.agent, at=START, programme=world.programme, given=standing)
    calls.open_call(by=world.agent, at=START, call=made)
    advance(at=START + 400 * DAY)
    made.case.refresh_from_db()
    assert made.case.state == "open"
    assert (
        "Applications are taken all year."
        in Client().get(f"/en/pilots/calls/{made.case.number}/").content.decode()
    )


def test_forms_have_versions_and_are_built_on_one_page(world: World) -> None:
    client = client_of(world.agent)
    blank = {"code": "energy", "number": "0", "places": "3"}
    sent = {
        **blank,
        "q0-name_en": "How much does it save?", "q0-kind": "number", "q0-needed": "on",
        "q1-name_ru": "Где испытать?", "q1-kind": "choice",
        "q1-choices": "Yard | Двор | 院子\nSchool | Школа | 学校",
        "q2-kind": "text",
    }  # fmt: skip
    wrong = client.post("/en/pilots/forms/new/", {**sent, "q1-choices": "One"})
    assert wrong.status_code == 422
    assert "Question 2" in wrong.content.decode() and "Где испытать?" in wrong.content.decode()
    assert client.post("/en/pilots/forms/new/", sent).status_code == 302
    made = FormVersion.objects.get(code="energy")
    assert [(q["code"], q["kind"], q["needed"]) for q in made.questions] == [
        ("q1", "number", True), ("q2", "choice", False),
    ]  # fmt: skip
    assert made.questions[1]["choices"][1]["names"]["zh"] == "学校"
    page = client.get("/en/pilots/forms/energy/change/").content.decode()
    assert "How much does it save?" in page and "Yard | Двор | 院子" in page
    second = client.post(
        "/en/pilots/forms/energy/change/",
        {"number": "1", "places": "2", "q0-code": "q1", "q0-name_en": "How much?",
         "q1-name_en": "A new one"},
    )  # fmt: skip
    assert second.status_code == 302
    newest = FormVersion.objects.get(code="energy", number=2)
    assert [q["code"] for q in newest.questions] == ["q1", "q2"]
    with pytest.raises(FormTaken):
        forms_of_calls.add_form_version(by=world.agent, at=START, code="energy", questions=[],
                                        number=1)  # fmt: skip
    with pytest.raises(FormWrong):
        forms_of_calls.add_form_version(by=None, at=START, code="x", questions=[{"kind": "a"}])
    assert client_of(world.officer).get("/en/pilots/forms/").status_code == 403
    assert client.get("/en/pilots/forms/").status_code == 200
    assert client.get("/en/pilots/forms/energy/?version=1").status_code == 200


def test_what_is_reported_ranks_the_task_and_stands_with_the_call(world: World) -> None:
    at = START + 20 * DAY
    for number in range(4):
        world.town.report(at=START + number * DAY)
    world.town.report(at=START, category="lamp", longitude=49.75)
    rows = demand.demand(at=at)
    assert [(row.counted.theme, row.place.code, row.counted.problems) for row in rows] == [
        ("pothole", "west", 4), ("lamp", "east", 1),
    ]  # fmt: skip
    assert rows[0].counted.unresolved == 4 and rows[0].scored.score == pytest.approx(60)
    settings.set_demand_theme(by=world.agent, at=at, theme="pothole",
                              technologies=[world.technology], words=[" Hole "])  # fmt: skip
    assert DemandTheme.objects.get().words == ["hole"]
    product = Product.objects.get(company=world.company)
    assert demand.test_first(at=at) == []
    product.technologies.add(world.technology)
    (first,) = demand.test_first(at=at)
    assert first.product == product
    assert first.met == pytest.approx(30)

    made = calls.draft_call(by=world.agent, at=at, programme=world.programme,
                            criteria_of=world.call,
                            given=given(world, closes_at=at + 40 * DAY,
                                        evidence=[rows[0].key]))  # fmt: skip
    world.town.report(at=at)
    opened = calls.open_call(by=world.agent, at=at + DAY, call=made)
    line = Evidence.objects.get(call=opened)
    assert (line.kind, line.theme, line.count) == ("problems", "pothole", 5)  # counted anew
    with pytest.raises(DatabaseError), transaction.atomic():
        Evidence.objects.filter(pk=line.pk).update(count=500)
    assert Notice.objects.filter(person=world.founder, kind="pilots.call-fits").exists()
    page = Client().get(f"/zh-hans/pilots/calls/{opened.case.number}/").content.decode()
    assert "/zh-hans/problems/statistics/?district=west" in page
    # The address of the line of evidence counts the same.
    query = QueryDict(line.address.partition("?")[2]).dict()
    choice = statistics.read(query, atlas(), kinds())
    assert statistics.statistics(choice, at + DAY).total.values["received"] == line.count


def test_pages_of_calls_demand_and_settings(world: World) -> None:
    world.town.report(at=clock.now() - DAY)
    client, public = client_of(world.agent), Client()
    for path in (
        "calls/", "calls/?show=open&department=roads&technology=sensing", "calls/calls.atom",
        "calls/calls.csv?show=ended", "demand/", "demand/?theme=pothole&place=west",
        "demand/demand.csv", "demand/row/?row=pothole@west",
    ):  # fmt: skip
        answer = public.get(f"/en/pilots/{path}")
        assert answer.status_code == 200, path
    assert public.get("/en/pilots/demand/row/?row=nothing@there").status_code == 404
    assert "Streets for everybody" in public.get("/en/pilots/calls/").content.decode()
    page = client.get("/en/pilots/calls/new/?row=pothole@west").content.decode()
    assert 'value="pothole@west"' in page and "checked" in page
    sent = {
        "submission": str(uuid.uuid4()), "title_en": "No more holes", "task_en": "Mend in winter.",
        "department": "roads", "closes_at": "2099-01-01T18:00", "form": str(world.call.form_id),
        "criteria_of": world.call.case.number, "evidence": ["pothole@west"], "wanted": "2",
    }  # fmt: skip
    wrong = client.post("/en/pilots/calls/new/", sent)
    assert wrong.status_code == 422 and "200 days" in wrong.content.decode()
    assert "Mend in winter." in wrong.content.decode()
    sent["closes_at"] = (clock.now() + 60 * DAY).strftime("%Y-%m-%dT%H:%M")
    made = client.post("/en/pilots/calls/new/", sent)
    assert made.status_code == 302
    draft = made["Location"]
    add = {"name_en": "Price", "weight": "2", **{f"mark{n}_en": f"costs {n}" for n in range(6)}}
    assert client.post(f"{draft}criteria/new/", add).status_code == 302
    assert client.get(f"{draft}criteria/price/").status_code == 200
    assert client.post(f"{draft}criteria/ready/drop/").status_code == 302
    assert client.get(f"{draft}change/").status_code == 200
    opened = client.post(f"{draft}open/", {"seen": ""})
    assert opened.status_code == 302
    shown = public.get(draft).content.decode()
    assert "Price" in shown and "1</b> problem was reported" in shown
    resident = client_of(person("Rita"))
    assert resident.post(f"{draft}follow/").status_code == 302
    assert resident.get(f"{draft}cancel/").status_code == 403
    assert client.post(f"{draft}cancel/", {"reason": "x"}).status_code == 422
    assert client.post(f"{draft}cancel/", {"reason": "The money is gone."}).status_code == 302
    assert "The money is gone." in public.get(draft).content.decode()

    shown_settings = client.get("/en/pilots/settings/")
    assert shown_settings.status_code == 200
    form = shown_settings.context["form"]
    fields = {name: form[name].value() for name in form.fields}
    fields = {name: "" if value is None else value for name, value in fields.items()}
    fields |= {f"stage_{s}": 30 for s in ("application", "selection", "agreement", "evaluation")}
    fields["stage_trial"] = 90
    long = client.post("/en/pilots/settings/", fields)
    assert long.status_code == 422 and "210 days" in long.content.decode()
    fields["stage_trial"] = 60
    assert client.post("/en/pilots/settings/", fields).status_code == 302
    again = client.post("/en/pilots/settings/", fields)  # the page is older than the settings
    assert again.status_code == 409
    assert client.post("/en/pilots/settings/target/", {
        "name_en": "Clean water", "code": "6.1", "goal": "11"}).status_code == 302  # fmt: skip
    assert client.post("/en/pilots/settings/theme/pothole/", {
        "technologies": ["sensing"], "words": "hole\nям"}).status_code == 302  # fmt: skip
    Product.objects.get(company=world.company).technologies.add(world.technology)
    assert "Cane" in client.get("/en/pilots/demand/first/").content.decode()
    assert client.get("/en/pilots/demand/first/first.csv").status_code == 200
    assert resident.get("/en/pilots/settings/").status_code == 403
    for path in ("settings/target/%00/", "settings/theme/%00/", "forms/none/", "invited/%00/"):
        assert client.get(f"/en/pilots/{path}").status_code == 404, path
    odd = (
        "forms/new/?from=%00&version=9999999999", "companies/?q=%00&page=99999999999999",
        "calls/?department=%00", "demand/?theme=%00&place=%00", "demand/first/",
    )  # fmt: skip
    for path in odd:
        assert client.get(f"/en/pilots/{path}").status_code == 200, path
