"""Giving and ending roles; a role that ended a second ago acts no more."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from tests.cast import START, SmallTown, small_town

from veche import clock
from veche.city.problems import operations as problems
from veche.core.journal.models import Record
from veche.core.organisations.access import NotAdministrator
from veche.core.organisations.models import Holding
from veche.core.organisations.operations import appoint
from veche.core.organisations.operations.roles import (
    HeldAlready,
    LastAdministrator,
    NoSuchHolding,
    OfficeMissing,
    TermOver,
    UnknownRole,
    end_role,
    give_role,
)
from veche.core.organisations.queries import holdings
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.errors import NotAllowed

pytestmark = pytest.mark.django_db
SECOND, DAY = dt.timedelta(seconds=1), dt.timedelta(days=1)


@pytest.fixture
def town() -> SmallTown:
    return small_town()


@pytest.fixture
def chief(town: SmallTown) -> Person:
    person = add_person(by=None, at=START - DAY, name="Chief", email="chief@example.org")
    appoint(by=None, at=START - DAY, person=person, role="administrator")
    return person


def test_a_role_is_given_and_ended(town: SmallTown, chief: Person) -> None:
    end = START + 30 * DAY
    held = give_role(
        by=chief, at=START, person=town.neighbour, role="moderator", territory=town.west, until=end
    )
    assert held in holdings(town.neighbour, END := end - SECOND) and end > END
    assert holdings(town.neighbour, end) == ()
    end_role(by=chief, at=START + DAY, holding=held.pk)
    assert holdings(town.neighbour, START + DAY) == ()
    with pytest.raises(NoSuchHolding):
        end_role(by=chief, at=START + DAY, holding=held.pk)
    kinds = Record.objects.filter(subject=f"person:{town.neighbour.pk}", actor=chief.pk)
    assert list(kinds.values_list("kind", flat=True)) == [
        "organisations.appointed", "organisations.role-ended",
    ]  # fmt: skip


def test_what_is_not_whole_is_refused(town: SmallTown, chief: Person) -> None:
    wishes: list[tuple[type[Exception], dict[str, Any]]] = [
        (UnknownRole, {"role": "tsar"}),
        (OfficeMissing, {"role": "officer"}),
        (TermOver, {"role": "moderator", "until": START}),
        (HeldAlready, {"role": "administrator", "person": chief}),
        (NotAdministrator, {"role": "moderator", "by": town.moderator}),
    ]
    for refusal, wish in wishes:
        with pytest.raises(refusal):
            give_role(**{"by": chief, "at": START, "person": town.resident, **wish})


def test_an_administrator_of_a_district_rules_there_only(town: SmallTown, chief: Person) -> None:
    local = town.neighbour
    give_role(by=chief, at=START, person=local, role="administrator", territory=town.west)
    give_role(by=local, at=START, person=town.resident, role="moderator", territory=town.west)
    for place in (town.east, None):
        with pytest.raises(NotAdministrator):
            give_role(by=local, at=START, person=town.resident, role="moderator", territory=place)
    mine = Holding.objects.get(person=chief)
    with pytest.raises(NotAdministrator):
        end_role(by=local, at=START, holding=mine.pk)
    with pytest.raises(LastAdministrator):  # the local one could give no roles in the city
        end_role(by=chief, at=START, holding=mine.pk)


def test_an_administrator_of_a_district_makes_nobody_officer_of_an_office_of_the_city(
    town: SmallTown, chief: Person
) -> None:
    """An office answers in the whole city, whatever territory stands beside the role."""
    local, wish = town.neighbour, {"person": town.resident, "organisation": town.roads}
    give_role(by=chief, at=START, person=local, role="administrator", territory=town.west)
    for role in ("officer", "head", "controller"):
        with pytest.raises(NotAdministrator):
            give_role(by=local, at=START, role=role, territory=town.west, **wish)
    held = give_role(by=chief, at=START, role="officer", territory=town.west, **wish)
    with pytest.raises(NotAdministrator):
        end_role(by=local, at=START, holding=held.pk)
    whole = give_role(by=chief, at=START, person=local, role="administrator", territory=town.city)
    give_role(by=local, at=START, role="head", **wish)
    end_role(by=chief, at=START, holding=Holding.objects.get(person=chief).pk)
    with pytest.raises(LastAdministrator):
        end_role(by=local, at=START, holding=whole.pk)


def test_the_last_administrator_stays(town: SmallTown, chief: Person) -> None:
    mine = Holding.objects.get(person=chief)
    with pytest.raises(LastAdministrator):
        end_role(by=chief, at=START, holding=mine.pk)


def test_a_role_that_ended_a_second_ago_acts_no_more(town: SmallTown, chief: Person) -> None:
    """Neither by the rule in words nor past it, by the table's own guard."""
    problem = town.report(at=START)
    held = Holding.objects.get(person=town.moderator, role="moderator")
    at = START + dt.timedelta(hours=1)
    end_role(by=chief, at=at - SECOND, holding=held.pk)
    with pytest.raises(NotAllowed):
        problems.accept(by=town.moderator, at=at, case=problem.case)
    with pytest.raises(DatabaseError), transaction.atomic():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO cases_event SELECT (jsonb_populate_record(e, jsonb_build_object("
                "'id', nextval(pg_get_serial_sequence('cases_event', 'id')), 'move', 'accept',"
                "'actor_id', %s::bigint, 'holding_id', %s::bigint, 'at', %s::timestamptz))).*"
                " FROM cases_event e WHERE e.case_id = %s ORDER BY e.id DESC LIMIT 1",
                [town.moderator.pk, held.pk, at, problem.case_id],
            )


def test_the_pages_ask_once_more(town: SmallTown, chief: Person) -> None:
    client = Client()
    client.force_login(chief)
    last = (clock.now() + 30 * DAY).date()
    sent = {
        "email": "neighbour@example.org", "role": "officer", "organisation": "roads",
        "territory": "", "until": last.isoformat(),
    }  # fmt: skip
    page = client.post("/en/organisations/roles/give/", sent).content.decode()
    assert "From this moment the person can act in this role." in page
    assert not Holding.objects.filter(person=town.neighbour).exists()
    assert client.post("/en/organisations/roles/give/", sent | {"sure": "1"}).status_code == 302
    held = Holding.objects.get(person=town.neighbour)
    assert held.until is not None and held.until > clock.now() + 29 * DAY
    listed = client.get("/en/organisations/roles/?role=officer&q=neighb").content.decode()
    assert "Neighbour" in listed and "1 role" in listed
    sheet = client.get("/en/organisations/roles.csv?role=officer").content.decode()
    assert "officer,Neighbour,roads" in sheet
    assert "End the role" in client.get(f"/en/organisations/roles/{held.pk}/end/").content.decode()
    assert client.post(f"/en/organisations/roles/{held.pk}/end/").status_code == 302
    assert client.post(f"/en/organisations/roles/{held.pk}/end/").status_code == 404
    assert client.get("/en/organisations/roles/999999/end/").status_code == 404
    wrong = client.post("/en/organisations/roles/give/", {"email": "nobody@example.org"})
    text = wrong.content.decode()
    assert wrong.status_code == 422 and "No account has this address." in text


def test_who_administers_a_district_is_shown_only_what_they_may_set(
    town: SmallTown, chief: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """City settings lead to the roles of the district, and to nothing that then refuses."""
    monkeypatch.setattr(clock, "now", lambda: START)
    local = add_person(by=None, at=START - DAY, name="Local", email="local@example.org")
    appoint(by=None, at=START - DAY, person=local, role="administrator", territory=town.west)
    reader = add_person(by=None, at=START - DAY, name="Reader", email="reader@example.org")
    appoint(by=None, at=START - DAY, person=reader, role="head_moderator")
    page = "/en/organisations/settings/"
    roles, terms, limits = "/en/organisations/roles/", "/en/cases/terms/", "/en/moderation/rules/"
    for person, seen, unseen in (
        (chief, (roles, terms, limits), ()),
        (local, (roles,), (terms, limits, "/en/problems/rules/")),
        (reader, (limits,), (roles, terms)),
    ):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        shown = client.get(page).content.decode()
        shown = shown[shown.index("<main") : shown.index("</main")]
        assert all(f'href="{one}"' in shown for one in seen), person.name
        assert not any(f'href="{one}' in shown for one in unseen), person.name
        menu = client.get("/en/").content
        assert (b"City settings" in menu) == (person != local)
