"""A later date for a letter: asked for, signed or refused; the first term is never hidden."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from tests.cast import START
from tests.city.appeals.cast import DAY, HOUR, Letters
from tests.city.appeals.test_pages import as_
from veche import clock
from veche.city.appeals import operations as appeals
from veche.city.appeals.models import Appeal
from veche.core.cases.models import Case, Prolongation
from veche.core.cases.operations import NoRoleForMove
from veche.core.cases.operations.prolongation import AlreadyAsked, AlreadyDecided, OwnRequest
from veche.core.journal.models import Record, Secret
from veche.core.notices.models import Notice
from veche.core.people.models import Person
from veche.core.people.operations.erasure import erase_person
from veche.texts import UnknownReason

WHY = "The school was asked how many children cross here."


@pytest.fixture
def today(made: Letters, monkeypatch: pytest.MonkeyPatch) -> Letters:
    monkeypatch.setattr(clock, "now", lambda: START + 3 * DAY)
    return made


def given(made: Letters, **more: Any) -> Case:
    """A letter that lies with its office."""
    appeal = made.write(**more)
    if appeal.public:
        return appeals.accept(by=made.town.moderator, at=START + HOUR, case=appeal.case)
    return Case.objects.get(pk=appeal.pk)


def ask(made: Letters, case: Case, by: Person | None = None, **more: Any) -> Prolongation:
    promised = case.promised_at
    assert promised is not None
    until = (promised + 9 * DAY).date()
    while until.weekday() > 4:
        until += dt.timedelta(days=1)
    values = {
        "at": START + 2 * DAY, "reason": "asked-elsewhere", "text": WHY, "until": until, **more,
    }  # fmt: skip
    return appeals.ask_later(by=by or made.town.officer, case=case, **values)


def test_signed_the_promise_moves_and_the_first_term_stands(made: Letters) -> None:
    case = given(made)
    first = case.promised_at
    with pytest.raises(UnknownReason):
        ask(made, case, reason="tired")
    with pytest.raises(NoRoleForMove):
        ask(made, case, by=made.town.light_officer)
    asked = ask(made, case)
    case.refresh_from_db()
    assert case.promised_at == first and case.due_at == first, "nothing moves until it is signed"
    with pytest.raises(AlreadyAsked):
        ask(made, case)
    with pytest.raises(NoRoleForMove):
        appeals.sign_later(by=made.town.officer, at=START + 3 * DAY, case=case)
    case = appeals.sign_later(by=made.town.head, at=START + 3 * DAY, case=case)
    assert (case.promised_at, case.due_at, case.first_promised_at) == (
        asked.until, asked.until, first,
    )  # fmt: skip
    letter = Appeal.objects.get(pk=case.pk)
    assert letter.answer_due_at == first, "lateness is counted against the first promise"
    told = Notice.objects.filter(reader__person=made.town.resident).values_list("kind", flat=True)
    assert "appeals.later" in told
    with pytest.raises(AlreadyDecided):
        appeals.sign_later(by=made.town.head, at=START + 4 * DAY, case=case)
    # The clock of the office runs to the later date: answered before it, all is well.
    case = appeals.answer(
        by=made.town.officer, at=asked.until - HOUR, case=case, text="It is painted in May."
    )
    assert case.state == "answered"


def test_refused_the_promise_stays(made: Letters) -> None:
    case = given(made)
    first = case.promised_at
    ask(made, case)
    case = appeals.refuse_later(
        by=made.town.head, at=START + 3 * DAY, case=case, text="Ask the school by telephone."
    )
    assert case.promised_at == case.due_at == first
    told = Notice.objects.filter(reader__person=made.town.officer).values_list("kind", flat=True)
    assert "appeals.later-refused" in told
    ask(made, case, at=START + 4 * DAY)  # another reason may come up later


def test_nobody_signs_their_own_request(made: Letters) -> None:
    from veche.core.organisations.operations import appoint

    case = given(made)
    appoint(
        by=None, at=START - DAY, person=made.town.head, role="officer",
        organisation=made.town.roads,
    )  # fmt: skip
    ask(made, case, by=made.town.head)
    with pytest.raises(OwnRequest):
        appeals.sign_later(by=made.town.head, at=START + 3 * DAY, case=case)


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_at_the_desk_the_officer_asks_and_the_head_signs(
    today: Letters, client: Client, language: str
) -> None:
    case = given(today)
    at_desk = f"/{language}/desk/{case.number}"
    officer, head = as_(client, today.town.officer), as_(Client(), today.town.head)
    panel = f"/{language}/desk/?open={case.number}"
    assert "/ask_later/" in officer.get(panel).content.decode()
    assert "/prolong/" not in head.get(panel).content.decode(), "nothing to sign yet"
    assert case.promised_at is not None
    until = (case.promised_at + 10 * DAY).date()
    while until.weekday() > 4:
        until += dt.timedelta(days=1)
    form = {"reason": "many-offices", "until": until.isoformat(), "text": WHY, "seen": case.seq}
    assert officer.post(f"{at_desk}/ask_later/", {**form, "reason": ""}).status_code == 422
    assert officer.post(f"{at_desk}/ask_later/", form).status_code == 302
    assert "/ask_later/" not in officer.get(panel).content.decode()
    shown = head.get(panel).content.decode()
    assert WHY in shown and "/prolong/" in shown and "/refuse_later/" in shown
    case.refresh_from_db()
    assert head.post(f"{at_desk}/prolong/", {"seen": case.seq}).status_code == 302
    page = Client().get(f"/{language}/appeals/{case.number}/").content.decode()
    assert WHY in page and str(until.day) in page


def test_words_about_a_private_letter_stay_private(today: Letters, client: Client) -> None:
    case = given(today, public=False, title="A secret wish")
    ask(today, case)
    appeals.sign_later(by=today.town.head, at=START + 3 * DAY, case=case)
    assert WHY not in str(list(Record.objects.values_list("public", flat=True)))
    assert WHY in str(list(Secret.objects.values_list("personal", flat=True)))
    assert (
        WHY in as_(client, today.town.resident).get(f"/en/appeals/{case.number}/").content.decode()
    )
    erase_person(by=None, at=START + 4 * DAY, person=today.town.resident)
    assert WHY not in str(list(Prolongation.objects.values()))
    assert WHY not in str(list(Secret.objects.values_list("personal", flat=True)))
