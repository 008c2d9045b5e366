"""An office often found wanting is audited, in public, once for the same faults."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from tests.cast import START, SmallTown, small_town

from veche.city.audits import operations, queries, rules
from veche.city.audits.models import Audit, AuditMatter
from veche.city.problems import operations as problems
from veche.core.cases.models import Case
from veche.core.cases.operations import NoRoleForMove, advance
from veche.core.journal.models import Record
from veche.core.notices.models import Notice
from veche.texts import TextLength

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
FOUND = "Ten answers were given without anybody having gone there."


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def faulty(town: SmallTown, count: int) -> None:
    for n in range(count):
        at = START + n * HOUR
        case = problems.accept(by=town.moderator, at=at, case=town.report(at=at).case)
        case = problems.answer(
            by=town.officer, at=at + DAY, case=case, text="The hole was filled with asphalt."
        )
        problems.send_back(by=town.resident, at=at + 2 * DAY, case=case, text="It is still a hole.")


def opened(town: SmallTown) -> Case:
    faulty(town, rules.LEAST)
    assert operations.sweep(at=START + 4 * DAY) == 1
    return Audit.objects.select_related("case").get().case


def test_the_rule() -> None:
    assert not rules.wanting(rules.LEAST - 1, 10)
    assert rules.wanting(rules.LEAST, rules.LEAST)
    assert not rules.wanting(rules.LEAST, 1000)


def test_nine_are_not_enough(town: SmallTown) -> None:
    faulty(town, rules.LEAST - 1)
    assert operations.sweep(at=START + 4 * DAY) == 0


def test_it_opens_once_and_leads_to_what_caused_it(town: SmallTown) -> None:
    case = opened(town)
    assert (case.state, case.organisation) == ("inspecting", town.roads)
    assert AuditMatter.objects.count() == rules.LEAST
    assert operations.sweep(at=START + 4 * DAY + HOUR) == 0  # the same day
    assert operations.sweep(at=START + 5 * DAY) == 0  # the same faults
    for person in (town.controller, town.head):
        assert "audits.opened" in Notice.objects.filter(person=person).values_list(
            "kind", flat=True
        )


def test_control_finds_and_the_head_says_what_will_change(town: SmallTown) -> None:
    case = opened(town)
    at = START + 6 * DAY
    with pytest.raises(NoRoleForMove):
        operations.conclude(by=town.head, at=at, case=case, text=FOUND)
    with pytest.raises(TextLength):
        operations.conclude(by=town.controller, at=at, case=case, text="Bad.")
    case = operations.conclude(by=town.controller, at=at, case=case, text=FOUND)
    case = operations.remedy(
        by=town.head, at=at + DAY, case=case, text="Every answer now needs a photograph."
    )
    assert case.closed_at is not None
    page = Client().get(f"/en/audits/{case.number}/").content.decode()
    assert FOUND in page and "Every answer now needs a photograph." in page


def test_a_silent_head_is_told_to_everybody(town: SmallTown) -> None:
    case = opened(town)
    operations.conclude(by=town.controller, at=START + 6 * DAY, case=case, text=FOUND)
    advance(at=START + 40 * DAY)
    case.refresh_from_db()
    assert case.state == "unanswered"


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_pages(town: SmallTown, language: str) -> None:
    client = Client()
    assert client.get(f"/{language}/audits/").status_code == 200
    case = opened(town)
    page = client.get(f"/{language}/audits/").content.decode()
    assert case.number in page
    assert client.get(f"/{language}/audits/{case.number}/").status_code == 200
    assert client.get("/en/audits/audits.csv").content.decode().count("roads") == 1
    assert client.get("/en/audits/2026-999999/").status_code == 404
    client.force_login(town.controller)
    assert (
        f"/{language}/desk/{case.number}/conclude/"
        in client.get(f"/{language}/audits/{case.number}/").content.decode()
    )
    assert client.get(f"/{language}/desk/{case.number}/conclude/").status_code == 200


def test_the_records_of_an_audit_can_be_proved(town: SmallTown, client: Client) -> None:
    number = opened(town).number
    path = f"/en/audits/{number}/proof/"
    assert path in client.get(f"/en/audits/{number}/").content.decode()
    page = client.get(path).content.decode()
    records = Record.objects.filter(subject=f"audit:{number}", kind__startswith="audit.")
    assert records.count() == 1 == page.count("<tr><td>")
    assert not re.search(r"audit\.[a-z]", re.sub(r"<[^>]*>", " ", page)), "it is said in words"
    assert client.get("/en/audits/nothing-1/proof/").status_code == 404


def test_looking_back_three_months_does_not_read_all_that_ever_happened(town: SmallTown) -> None:
    """The daily look finds what came back by an index of its own, not by the whole history."""
    faulty(town, 2)
    with connection.cursor() as cursor:
        # A past of twenty thousand steps: what is planned for ten rows is left to chance.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "INSERT INTO cases_caseevent"
            " (case_id, seq, move, source, target, at, recorded_at, public)"
            " SELECT case_id, 1000 + n, 'hand_on', 'work', 'work', at - n * interval '1 hour',"
            " recorded_at, '{}' FROM (SELECT * FROM cases_caseevent LIMIT 1) one,"
            " generate_series(1, 20000) n"
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE cases_caseevent")
        values = {"since": START - 90 * DAY, "at": START + 9 * DAY}
        cursor.execute(f"EXPLAIN {queries._FAULTS}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "cases_event_returned" in plan
