"""Where alarms and problems meet incidents: handed on in one step, and told what came of it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import START
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch.models import Incident
from veche.city.dispatch.operations import incidents
from veche.city.problems import operations as problems
from veche.city.problems.models import Problem
from veche.city.problems.operations import several
from veche.city.pulse.access import NotAnOperator
from veche.city.pulse.connectors.base import Measured
from veche.city.pulse.models import Alarm, Situation, Source
from veche.city.pulse.operations import alarms, handling, warnings
from veche.city.pulse.operations import incidents as joins
from veche.core.cases.operations import NoRoleForMove
from veche.core.notices.models import Following, Notice
from veche.core.notices.operations import reader_for
from veche.core.people.models import Person
from veche.testing import deliver

SENSED = START - dt.timedelta(minutes=4)


def raised(ground: Ground, **more: object) -> Alarm:
    """An alarm in the west."""
    given = {
        "rule": "connector:test", "territory": ground.town.west, "level": "critical",
        "text": {"en": "High water", "ru": "Высокая вода", "zh": "高水位"}, "sensed_at": SENSED,
        **more,
    }  # fmt: skip
    return alarms.raise_alarm(by=None, at=START, **given)  # type: ignore[arg-type]


def made(ground: Ground, alarm: Alarm, **more: object) -> Incident:
    """The operator makes an incident of it two minutes later."""
    by, at = ground.town.operator, START + minutes(2)
    situation = handling.make_situation(by=by, at=at, alarm=alarm.pk)
    given = {"by": by, "at": at, "situation": situation.pk, "kind": ground.flood, **more}
    return joins.make_incident(**given)  # type: ignore[arg-type]


def test_an_alarm_becomes_an_incident_with_its_first_reading(ground: Ground) -> None:
    alarm = raised(ground)
    second = raised(ground, rule="connector:other", sensed_at=SENSED - minutes(3))
    incident = made(ground, alarm)
    second.refresh_from_db()
    assert second.situation_id is not None  # it came near: they are one
    assert (incident.source, incident.sensed_at) == ("alarm", SENSED - minutes(3))
    assert incident.title == f"High water, {ground.town.west}"
    assert (incident.severity, incident.drill) == (3, False)
    situation = Situation.objects.get()
    assert situation.incident == incident.pk
    assert [c.what for c in alarm.changes.order_by("id")][-1] == "dispatched"
    with pytest.raises(handling.HandedOnAlready):
        joins.make_incident(
            by=ground.town.operator, at=START + minutes(3), situation=situation.pk,
            kind=ground.flood,
        )  # fmt: skip


def test_nothing_is_left_behind_where_it_may_not_be_done(ground: Ground) -> None:
    alarm = raised(ground)
    situation = handling.make_situation(by=ground.town.operator, at=START, alarm=alarm.pk)
    for by, chosen, fault in (
        (ground.town.officer, ground.flood, NotAnOperator),
        (ground.town.operator, None, joins.NoKind),
    ):
        with pytest.raises(fault):
            joins.make_incident(by=by, at=START, situation=situation.pk, kind=chosen)
    assert not Incident.objects.exists()
    situation.refresh_from_db()
    assert situation.incident is None


def test_what_was_found_on_the_spot_is_told_to_the_alarms(ground: Ground) -> None:
    alarm = raised(ground)
    incident = made(ground, alarm)
    watch = ground.town.watch
    incidents.call_false(
        by=watch, at=START + minutes(9), incident=incident, text="The gauge was knocked over."
    )
    deliver()
    situation = Situation.objects.get()
    assert situation.outcome == Situation.Outcome.FALSE
    assert alarm.changes.order_by("id").last().what == "false"  # type: ignore[union-attr]

    # It was no false alarm after all; told twice, it changes once.
    incidents.reopen(
        by=watch, at=START + minutes(20), incident=incident, text="Water is rising now."
    )
    deliver()
    situation.refresh_from_db()
    assert situation.outcome == Situation.Outcome.OPEN
    count = alarm.changes.count()
    joins.learn(by=None, at=START + minutes(30), incidents=[incident.pk])
    assert alarm.changes.count() == count

    at = START + minutes(40)
    incidents.dispatch(by=watch, at=at, incident=incident)
    incidents.accept(by=ground.town.officer, at=at + minutes(1), incident=incident)
    incidents.say_done(
        by=ground.town.officer, at=at + minutes(50), incident=incident, text="Pumped dry."
    )
    incidents.close(by=watch, at=at + minutes(60), incident=incident)
    deliver()
    situation.refresh_from_db()
    assert situation.outcome == Situation.Outcome.HANDLED


def test_a_drill_alarm_makes_a_drill(ground: Ground) -> None:
    incident = made(ground, raised(ground, drill=True))
    assert incident.drill and not incident.public
    assert not Incident.real.exists()


# Problems ----------------------------------------------------------------------------------------


def published(ground: Ground) -> Problem:
    """A problem in the west that a moderator published; it lies with the roads office."""
    town = ground.town
    problem = town.report()
    problems.accept(by=town.moderator, at=START + minutes(5), case=problem.case)
    return Problem.objects.select_related("case__territory", "category").get(pk=problem.pk)


def told(person: Person) -> list[str]:
    """What somebody was told, the newest first."""
    rows = Notice.objects.filter(reader__person=person).order_by("-id")
    return list(rows.values_list("kind", flat=True))


def test_a_problem_that_needs_several_offices(ground: Ground) -> None:
    town, at = ground.town, START + minutes(10)
    problem = published(ground)
    incident = several.make_incident(
        by=town.moderator, at=at, problem=problem, kind=ground.flood, people=12
    )
    assert (incident.source, incident.people) == ("problem", 12)
    assert (incident.longitude, incident.latitude) == (problem.longitude, problem.latitude)
    assert problem.address in incident.title
    assert told(town.resident)[0] == "problems.several"
    # Their own promise stays, and they follow the incident from now on.
    problem.case.refresh_from_db()
    assert problem.case.state == "work" and problem.case.promised_at is not None
    assert Following.objects.filter(case=incident.case, person=town.resident).exists()
    with pytest.raises(several.PartOfOne):
        several.make_incident(by=town.officer, at=at, problem=problem, kind=ground.flood)
    page = Client().get(f"/en/problems/{problem.case.number}/").content.decode()
    assert incident.case.number in page


def test_a_problem_is_added_to_an_incident(ground: Ground) -> None:
    town, at = ground.town, START + minutes(10)
    problem, incident = published(ground), ground.report(at=START)
    drill = ground.report(at=START, drill=True)
    for number in ("2026-999999", drill.case.number):
        with pytest.raises(several.NotThatIncident):
            several.add_to_incident(by=town.officer, at=at, problem=problem, number=number)
    client = Client()
    client.force_login(town.officer)
    address = f"/en/problems/{problem.case.number}/several/"
    assert incident.case.number in client.get(address).content.decode()
    assert client.post(address, {"do": "add", "number": ""}).status_code == 422
    client.post(address, {"do": "add", "number": incident.case.number})
    assert list(incident.matters.values_list("matter", flat=True)) == [problem.pk]
    assert told(town.resident)[0] == "problems.several"


def test_who_may_call_several_offices(ground: Ground) -> None:
    town, at = ground.town, START + minutes(10)
    unread = town.report(text="Another hole, at the school.")
    with pytest.raises(several.NotPublishedYet):
        several.make_incident(by=town.moderator, at=at, problem=unread, kind=ground.flood)
    problem = published(ground)
    for person in (town.resident, town.light_officer, town.facilitator):
        with pytest.raises(NoRoleForMove):
            several.make_incident(by=person, at=at, problem=problem, kind=ground.flood)
        client = Client()
        client.force_login(person)
        assert client.get(f"/en/problems/{problem.case.number}/several/").status_code == 403


def test_a_secret_incident_is_told_to_nobody(ground: Ground) -> None:
    problem = published(ground)
    made = several.make_incident(
        by=ground.town.dispatcher, at=START + minutes(10), problem=problem, kind=ground.secret
    )
    assert "problems.several" not in told(ground.town.resident)
    page = Client().get(f"/en/problems/{problem.case.number}/").content.decode()
    assert made.case.number not in page


def test_the_button_on_the_page_of_an_alarm(ground: Ground) -> None:
    alarm = raised(ground)
    address = f"/en/pulse/alarms/{alarm.pk}/"
    client = Client()
    client.force_login(ground.town.analyst)
    assert "Make an incident of it" not in client.get(address).content.decode()
    client.force_login(ground.town.operator)
    assert "Make an incident of it" in client.get(address).content.decode()
    nothing = client.post(f"{address}incident/", {"kind": ""}, follow=True).content.decode()
    assert "Choose what kind of incident it is." in nothing
    assert not Situation.objects.exists()
    done = client.post(
        f"{address}incident/", {"kind": "flood", "people": "40", "vulnerable": "old"}
    )
    incident = Incident.objects.get()
    assert done.headers["Location"] == f"/en/dispatch/incidents/{incident.case.number}/"
    assert (incident.people, incident.vulnerable) == (40, "old")
    page = client.get(address).content.decode()
    assert incident.case.number in page and "Open the incident" not in page


# Warnings of others ------------------------------------------------------------------------------


def warned(identifier: str, number: float = 3, status: str = "Actual", **more: object) -> Measured:
    """A warning as the connector tells it."""
    told = {
        "identifier": identifier, "sender": "met@example.org", "status": status,
        "headline": f"Gusts, {identifier}", "references": "", "areas": ["The west"],
        "expires": (START + minutes(600)).isoformat(), **more,
    }  # fmt: skip
    return Measured(thing="met", property="warning-severity", at=START, number=number, result=told)


def test_a_grave_warning_opens_an_incident_by_the_rule_of_its_source(ground: Ground) -> None:
    rule = {"incident_kind": "flood", "incident_from": "3"}
    source = Source.objects.create(
        code="met", names={"en": "Met"}, owner=ground.town.roads, connector="cap", settings=rule
    )
    told = [
        warned("A"),
        warned("B", number=2),
        warned("C", status="Test"),
        warned("D", status="Exercise"),
        warned("E", expires=(START - minutes(1)).isoformat()),
    ]
    made = warnings.open_incidents(by=None, at=START, source=source, measured=told)
    assert [(one.title, one.drill, one.severity) for one in made] == [
        ("Gusts, A", False, 3), ("Gusts, D", True, 3),
    ]  # fmt: skip
    assert {one.source for one in made} == {"cap"}
    # Told again at the next poll, or put right: it is the same incident, and nothing is added.
    later = [*told, warned("F", number=4, references=f"met@example.org,A,{START.isoformat()}")]
    assert warnings.fresh(source, later, START + minutes(5)) == []
    # Without a rule, or with a kind the city has no more, nothing is opened.
    for settings in ({}, {"incident_kind": "comet"}):
        source.settings = settings
        assert not warnings.open_incidents(by=None, at=START, source=source, measured=[warned("Z")])
    assert Incident.objects.count() == 2


# One incident that became a part of another ------------------------------------------------------


def test_a_joined_incident_tells_its_situation_how_the_other_ended(ground: Ground) -> None:
    town, at = ground.town, START + minutes(10)
    joined, middle, into = made(ground, raised(ground)), ground.report(), ground.report()
    incidents.join(by=town.watch, at=at, incident=joined, into=middle)
    incidents.join(by=town.watch, at=at + minutes(1), incident=middle, into=into)
    deliver()
    situation = Situation.objects.get()
    assert situation.outcome == Situation.Outcome.OPEN
    assert told(town.operator)[0] == "incident.joined"
    incidents.call_false(by=town.dispatcher, at=at + minutes(5), incident=into, text="A cloud.")
    deliver()
    situation.refresh_from_db()
    assert situation.outcome == Situation.Outcome.FALSE
    assert told(town.operator)[0] == "incident.false-joined"
    assert told(town.watch)[:2] == ["incident.false-joined", "incident.false"]

    client = Client()
    client.force_login(town.operator)
    page = client.get(reverse("pulse:alarm", args=[Alarm.objects.get().pk])).content.decode()
    assert into.case.number in page and "a false alarm" in page
    page = client.get(f"/en/dispatch/incidents/{joined.case.number}/").content.decode()
    assert f"Incident {into.case.number}, in which it goes on: A false alarm" in page

    incidents.reopen(by=town.watch, at=at + minutes(9), incident=into, text="It burns.")
    deliver()
    situation.refresh_from_db()
    assert situation.outcome == Situation.Outcome.OPEN
    assert told(town.operator)[0] == "incident.reopened-joined"


def test_who_follows_a_joined_incident_follows_the_other(ground: Ground) -> None:
    town, at = ground.town, START + minutes(10)
    one, into, secret = ground.report(), ground.report(), ground.report(kind=ground.secret)
    for number, incident in enumerate((one, secret)):
        Following.objects.create(
            case=incident.case, person=(town.resident, town.neighbour)[number], since=START,
            reader=reader_for(by=(town.resident, town.neighbour)[number], at=START),
        )  # fmt: skip
        incidents.join(by=town.watch, at=at + minutes(number), incident=incident, into=into)
    following = Following.objects.filter(case=into.case).values_list("person__name", flat=True)
    assert set(following) == {"Resident"}
    drill, whole = ground.report(drill=True), ground.report(drill=True, by=town.dispatcher)
    incidents.join(by=town.dispatcher, at=at, incident=drill, into=whole)
    incidents.call_false(by=town.dispatcher, at=at, incident=whole, text="Only practised.")
    assert told(town.watch)[:2] == ["incident.false-drill", "incident.joined-drill"]
