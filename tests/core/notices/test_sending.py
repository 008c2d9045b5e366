"""Letters over real SMTP: taken, refused for now, refused for good, and a line that breaks."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.test.utils import CaptureQueriesContext
from tests.cast import START, SmallTown
from tests.mail_server import MailServer as Server
from tests.mail_server import free_port

from veche.city.problems import operations as problems
from veche.core.notices import operations
from veche.core.notices.models import Letter, MailServer, Reader, Waiting
from veche.core.notices.operations import Wanted, send_letters
from veche.core.notices.operations.letters import write_waiting
from veche.core.notices.tasks import announce_waiting, tick
from veche.core.people.models import Person
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
RESIDENT, NEIGHBOUR = "resident@example.org", "neighbour@example.org"


def accepted(town: SmallTown, at: dt.datetime = START, follow: bool = True) -> Any:
    """A published problem that the neighbour follows too, and the letters that say so, written."""
    case = town.report(at=at).case
    if follow:
        operations.follow(by=town.neighbour, at=at, case=case)
    case = problems.accept(by=town.moderator, at=at, case=case)
    write_waiting(by=None, at=at)
    return case


def states() -> dict[str, str]:
    return {
        str(letter.reader.person and letter.reader.person.email): letter.state
        for letter in Letter.objects.select_related("reader__person")
    }


def test_a_letter_arrives_as_it_should(town: SmallTown, smtp: Server) -> None:
    town.resident.language = "ru"
    town.resident.save()
    case = accepted(town)
    run = send_letters(at=START)
    assert (run.sent, run.failed, run.later) == (2, 0, 0)
    assert sorted(smtp.to) == [NEIGHBOUR, RESIDENT]
    letter = smtp.letters[smtp.to.index(RESIDENT)]
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/ru/notices/stop/?token=" in letter["List-Unsubscribe"].replace("\n", "")
    assert case.number in letter["Subject"] and "A deep hole" in letter["Subject"]
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None and html is not None
    assert f"/ru/problems/{case.number}/" in plain.get_content()
    text = html.get_content()
    assert '<html lang="ru">' in text and "<h1>" in text and "<script" not in text
    assert letter["Message-ID"].startswith("<letter-")
    assert send_letters(at=START + HOUR).sent == 0  # nothing twice


def test_the_header_of_a_letter_ends_letters_by_one_post(town: SmallTown, smtp: Server) -> None:
    """RFC 8058: a mail program sends one POST, without cookies, and follows no redirect."""
    accepted(town)
    send_letters(at=START)
    letter = smtp.letters[smtp.to.index(RESIDENT)]
    address = letter["List-Unsubscribe"].replace("\n", "").strip().strip("<>")
    assert "," not in address and urlsplit(address).scheme in ("http", "https")
    path = urlsplit(address).path + "?" + urlsplit(address).query
    key, _equals, value = letter["List-Unsubscribe-Post"].partition("=")
    program = Client(enforce_csrf_checks=True)
    bodies: tuple[tuple[str, Any], ...] = (
        ("application/x-www-form-urlencoded", f"{key}={value}"),
        (MULTIPART_CONTENT, {key: value}),
    )
    for kind, body in bodies:
        Reader.objects.filter(person=town.resident).update(ways={})
        answer = program.post(path, body, content_type=kind)
        assert answer.status_code == 200 and not answer.cookies
        ways = Reader.objects.get(person=town.resident).ways
        # What is said of a danger to life ends only where somebody says so of it.
        assert {topic for topic, pace in ways["mail"].items() if pace != "none"} == {"danger"}
    accepted(town, START + HOUR)
    send_letters(at=START + HOUR)
    assert sorted(smtp.to) == [NEIGHBOUR, NEIGHBOUR, RESIDENT]  # the other is told as before


def test_a_title_cannot_make_headers(town: SmallTown, smtp: Server) -> None:
    text = "A hole\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script> by the stop."
    case = town.report(text=text).case
    problems.accept(by=town.moderator, at=START, case=case)
    write_waiting(by=None, at=START)
    send_letters(at=START)
    [letter] = smtp.letters
    assert letter["Bcc"] is None and smtp.to == [RESIDENT]
    html = letter.get_body(("html",))
    assert html is not None and "<script" not in html.get_content()


def test_for_now_means_later_and_for_good_means_never(town: SmallTown, smtp: Server) -> None:
    smtp.at_recipient = {RESIDENT: "451 Greylisted, try again", NEIGHBOUR: "550 No such user"}
    accepted(town)
    run = send_letters(at=START)
    assert (run.sent, run.later, run.failed) == (0, 1, 1)
    assert states() == {RESIDENT: "waiting", NEIGHBOUR: "failed"}
    assert send_letters(at=START + MINUTE / 2).later == 0  # it is not tried again at once
    smtp.at_recipient = {}
    assert send_letters(at=START + 2 * MINUTE).sent == 1
    assert smtp.to == [RESIDENT]


def test_an_answer_after_the_letter_counts_too(town: SmallTown, smtp: Server) -> None:
    smtp.at_data = {RESIDENT: "452 No space", NEIGHBOUR: "554 Spam"}
    accepted(town)
    run = send_letters(at=START)
    assert (run.later, run.failed) == (1, 1)
    assert smtp.letters == []


def test_after_three_refusals_for_good_nothing_more_is_sent(town: SmallTown, smtp: Server) -> None:
    smtp.at_recipient = {RESIDENT: "550 No such user"}
    for n in range(3):
        accepted(town, START + n * HOUR, follow=False)
        send_letters(at=START + n * HOUR)
    reader = Reader.objects.get(person=town.resident)
    assert reader.mail_stopped_at == START + 2 * HOUR
    accepted(town, START + 5 * HOUR, follow=False)
    assert not Letter.objects.filter(state="waiting").exists()


def test_a_line_that_breaks_in_a_letter_sends_it_again_as_itself(
    town: SmallTown, smtp: Server
) -> None:
    smtp.breaks_for = {RESIDENT}
    accepted(town)
    run = send_letters(at=START)
    assert run.away and run.later == 1
    server = MailServer.objects.get()
    assert server.next_at is not None and server.next_at > START
    assert send_letters(at=START + MINUTE / 2).away  # the server is left alone for a minute
    send_letters(at=START + 5 * MINUTE)
    assert sorted(smtp.to) == [NEIGHBOUR, RESIDENT]
    assert MailServer.objects.get().away_since is None


def test_a_letter_that_was_taken_without_an_answer_comes_twice_under_one_name(
    town: SmallTown, smtp: Server
) -> None:
    # The one case in which a letter may come twice: the server has it, and we cannot know.
    smtp.breaks_after = {RESIDENT}
    accepted(town, follow=False)
    send_letters(at=START)
    send_letters(at=START + 5 * MINUTE)
    assert smtp.to == [RESIDENT, RESIDENT]
    assert smtp.letters[0]["Message-ID"] == smtp.letters[1]["Message-ID"]
    assert send_letters(at=START + DAY).sent == 0


def test_a_day_without_a_mail_server_is_no_flood(
    town: SmallTown, smtp: Server, settings: Any
) -> None:
    operations.subscribe(by=town.neighbour, at=START, wanted=Wanted(territory=town.west.pk))
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    # For a day problems are published, and nobody answers on that port.
    for n in range(8):
        at = START + n * 3 * HOUR
        accepted(town, at, follow=False)
        announce_waiting(at)
        tick(at=at)
        send_letters(at=at)
    tick(at=START + 2 * DAY)  # two digests more
    send_letters(at=START + 2 * DAY)
    server = MailServer.objects.get()
    assert server.away_since == START and server.tries > 1
    assert Letter.objects.filter(state="sent").count() == 0
    # It is there again.
    settings.EMAIL_PORT = port
    back = START + 2 * DAY + HOUR
    assert send_letters(at=back).sent == 2
    assert sorted(smtp.to) == [NEIGHBOUR, RESIDENT]
    body = smtp.letters[smtp.to.index(RESIDENT)].get_body(("plain",))
    assert body is not None and body.get_content().count("A moderator published") == 8
    body = smtp.letters[smtp.to.index(NEIGHBOUR)].get_body(("plain",))
    assert body is not None and body.get_content().count("A new problem was published") == 8
    assert send_letters(at=back + HOUR).sent == 0
    assert not Waiting.objects.exists()


def test_a_letter_costs_one_commit(town: SmallTown, smtp: Server) -> None:
    def cost(follow: bool) -> tuple[int, int]:
        accepted(town, follow=follow)
        with CaptureQueriesContext(connection) as asked:
            sent = send_letters(at=START).sent
        return len(asked), sent

    cost(follow=False)  # the first run also makes the row of the mail server
    (few, one), (many, two) = cost(follow=False), cost(follow=True)
    assert (one, two) == (1, 2)  # of the same moment, and neither is left out
    assert many - few == 1


def test_a_letter_that_may_not_be_sent_holds_up_no_other(town: SmallTown, smtp: Server) -> None:
    """Dropped, refused and taken in one run: each comes to its own end."""
    case = town.report(at=START).case
    people = {}
    for name in ("a", "b", "c", "d", "e"):
        address = f"{name}@example.org"
        people[address] = add_person(by=None, at=START, name=name, email=address)
        operations.follow(by=people[address], at=START, case=case)
    problems.accept(by=town.moderator, at=START, case=case)
    write_waiting(by=None, at=START)
    Person.objects.filter(email__in=["a@example.org", "d@example.org"]).update(is_active=False)
    smtp.at_recipient = {"b@example.org": "550 No such user", "e@example.org": "451 Later"}
    run = send_letters(at=START)
    assert (run.sent, run.failed, run.later, run.dropped) == (2, 1, 1, 2)
    assert states() == {
        RESIDENT: "sent", "a@example.org": "dropped", "b@example.org": "failed",
        "c@example.org": "sent", "d@example.org": "dropped", "e@example.org": "waiting",
    }  # fmt: skip
    assert not Letter.objects.filter(lane__isnull=False).exists()
    assert sorted(smtp.to) == ["c@example.org", RESIDENT]


def test_an_erased_account_gets_no_letter_that_was_waiting(town: SmallTown, smtp: Server) -> None:
    accepted(town, follow=False)
    town.resident.is_active = False
    town.resident.save()
    run = send_letters(at=START)
    assert (run.sent, run.dropped) == (0, 1)
    assert smtp.letters == []
