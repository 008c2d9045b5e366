"""“Verify once, act, done”: an address is shown, one thing is done, the address is forgotten."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from tests.cast import START, small_town

from veche import clock
from veche.city.problems.models import Category, Problem
from veche.core.journal.models import Record, Secret
from veche.core.people.models import OnceCode, Person, SignIn
from veche.core.people.operations.once import (
    TERM,
    TRIES,
    CodeOver,
    address_digest,
    send_once_code,
    use_once_code,
)
from veche.testing import deliver

pytestmark = pytest.mark.django_db
EMAIL = "vera@example.org"


def code() -> str:
    deliver()
    found = re.search(r"code: (\d{6})", str(mail.outbox[-1].body))
    assert found
    return found[1]


def show(client: Client, wanted: str = "") -> Any:
    """Show the address in this browser."""
    sent = client.post("/en/verify/", {"email": EMAIL, "next": wanted})
    assert sent.status_code == 302
    return client.post("/en/verify/", {"code": code(), "next": wanted})


def test_a_code_works_once_for_its_address_and_for_a_while() -> None:
    def send() -> tuple[int, str]:
        number = send_once_code(by=None, at=START, email=EMAIL, language="en")
        return number, code()

    def use(number: int, said: str, email: str = EMAIL, at: dt.datetime = START) -> str | None:
        return use_once_code(by=None, at=at, number=number, email=email, code=said)

    number, right = send()
    assert use(number, right, "other@example.org") is None
    assert use(number, right) == address_digest("VERA@example.org ")
    with pytest.raises(CodeOver):
        use(number, right)
    number, right = send()
    with pytest.raises(CodeOver):
        use(number, right, at=START + TERM + dt.timedelta(seconds=1))
    for _time in range(TRIES):
        use(number, "000000" if right != "000000" else "111111")
    with pytest.raises(CodeOver):
        use(number, right)
    assert EMAIL not in str(list(OnceCode.objects.values()))


def test_one_reports_without_an_account_and_is_forgotten() -> None:
    small_town()
    Category.objects.filter(code="pothole").update(anonymous_allowed=False)
    client = Client()
    sheet = {
        "submission": str(uuid.uuid4()), "key": "k" * 32, "category": "pothole",
        "longitude": "49.25", "latitude": "53.5", "address": "Bridge Street, 9",
        "text": "A deep hole by the bus stop. Two cyclists fell.", "do": "send",
    }  # fmt: skip
    refused = client.post("/en/problems/report/", sheet)
    assert refused.status_code == 422 and "/en/verify/" in refused.content.decode()
    answer = show(client, "/en/problems/report/")
    assert answer["Location"] == "/en/problems/report/"
    assert client.post("/en/problems/report/", sheet).status_code == 302
    problem = Problem.objects.get()
    assert problem.case.author_id is None and not Person.objects.filter(email=EMAIL).exists()
    deliver()
    letter = mail.outbox[-1]
    link = re.search(r"http://testserver(/en/problems/\S+\?key=\S+)", str(letter.body))
    assert letter.to == [EMAIL] and link
    back = Client()
    assert back.get(link[1]).status_code == 302
    assert back.get(f"/en/problems/{problem.case.number}/").status_code == 200
    kept = [
        *(row.get_decoded() for row in SignIn.objects.all()),
        *Secret.objects.values_list("personal", flat=True),
        *Record.objects.values_list("subject", "public"),
    ]
    assert EMAIL not in str(kept)
    again = client.post("/en/problems/report/", sheet | {"submission": str(uuid.uuid4())})
    assert again.status_code == 422, "the address was for one act"


def test_the_page_refuses_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    assert client.post("/en/verify/", {"email": "nothing"}).status_code == 422
    client.post("/en/verify/", {"email": EMAIL})
    wrong = client.post("/en/verify/", {"code": "x"})
    assert wrong.status_code == 422 and "This is not the code" in wrong.content.decode()
    later = clock.now() + TERM + dt.timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    over = client.post("/en/verify/", {"code": "x"})
    assert over.status_code == 409 and "no longer valid" in over.content.decode()


def test_letters_are_not_sent_without_end() -> None:
    answers = [Client().post("/en/verify/", {"email": EMAIL}).status_code for _t in range(4)]
    assert answers == [302, 302, 302, 429]


def test_nobody_is_led_to_another_site() -> None:
    assert show(Client(), "https://evil.example/")["Location"] == "/en/"
