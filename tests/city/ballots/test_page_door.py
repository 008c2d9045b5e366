"""Casting from a page without Django's stack: what is taken so, and what is left to the pages."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.test import Client

from tests.city.ballots.doors import scope_of
from tests.city.ballots.page_forms import (
    CSRF,
    FORM,
    LEFT,
    Answer,
    form,
    opened,
    pages,
    post,
    sent,
    signed_in,
    through,
    token_of,
)
from tests.city.ballots.test_pages import running
from tests.city.ballots.votes import OPENS, Voting, question, voting
from veche.city.ballots import intake, keys, page_door
from veche.city.ballots.models import Ballot, PromiseKey
from veche.city.ballots.operations import course
from veche.city.ballots.page_reader import Asked
from veche.city.ballots.vote.promise import Promise
from veche.core.journal.tlog.keys import verify
from veche.core.journal.tlog.note import VerifierKey
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person, SignIn
from veche.project.asgi import Message, Router

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town() -> Voting:
    intake.KNOWN.forget()
    intake._told.clear()
    return voting()


def test_a_form_is_taken_and_leads_to_its_receipt(town: Voting) -> None:
    vote = opened(town)
    voters = town.voters[:3]
    forms = [form(vote, one, ["abc"[n]]) for n, one in enumerate(voters)]
    answers = sent(*forms)
    assert [one.status for one in answers] == [303] * 3
    [key] = [VerifierKey.read(one.verifier) for one in PromiseKey.objects.all()]
    for person, one, choice in zip(voters, answers, "abc", strict=True):
        code = token_of(vote, person).code
        ballot = Ballot.objects.get(vote=vote, code=code)
        assert (ballot.choice, ballot.revision) == (f'{{"lamps":["{choice}"]}}', 1)
        client = Client()
        client.force_login(person)
        client.cookies.update(one.cookies)
        way = dict(one.headers)["location"]
        assert code.hex() in client.get(way).content.decode().replace(" ", "")
        told = client.get(f"/en/votes/{vote.case.number}/receipt.txt").content
        promise = Promise.read(told[told.index(b"veche-promise/1") :])
        assert promise.checked([key], verify)


@pytest.mark.parametrize("https", [False, True])
def test_it_answers_as_the_page_does(town: Voting, settings: Any, https: bool) -> None:
    vote, person = opened(town), town.voters[0]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if https else None
    settings.SECURE_HSTS_SECONDS = 31_536_000 if https else 0
    more = {"x-forwarded-proto": "https", "origin": "https://testserver"} if https else {}
    one = form(vote, person).but(
        {"cookie": f"sheetx=1; sessionid={signed_in(person)}; csrftoken={CSRF}"} | more
    )
    page_door._protections.cache_clear()
    [quick] = sent(one)
    page_door._protections.cache_clear()
    client = Client(enforce_csrf_checks=True, headers=more)
    client.cookies = SimpleCookie(one.headers["cookie"])
    slow = client.post(one.way, urlencode(one.fields), content_type=FORM)
    assert quick.status == slow.status_code == 303
    theirs = {(k.lower(), v) for k, v in slow.items()}
    ours = {(k, v) for k, v in quick.headers if k != "set-cookie"}
    assert ours == theirs
    assert set(quick.cookies) == set(slow.cookies)
    ends = {v.partition(";")[2] for k, v in quick.headers if k == "set-cookie"}
    cut = {end.partition("expires")[0] for end in ends}
    assert len(cut) == 1 and all(("Secure" in end) is https for end in ends)


def _ended(person: Person) -> None:
    SignIn.objects.filter(person=person).delete()


def _expired(person: Person) -> None:
    SignIn.objects.filter(person=person).update(expire_date=OPENS)


def _password(person: Person) -> None:
    person.set_password("another long password")
    person.save()


def _blocked(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)


@pytest.mark.parametrize("end", [_ended, _expired, _password, _blocked])
def test_a_sign_in_that_ended_casts_nothing(town: Voting, end: Callable[[Person], None]) -> None:
    vote, person = opened(town), town.voters[0]
    one, fine = form(vote, person), form(vote, town.voters[1])
    end(person)
    left, taken = sent(one, fine)
    assert (left.status, left.body) == (LEFT, one.body), "the pages read all of it once more"
    assert taken.status == 303, "one that ended hinders nobody beside it"
    client = Client(enforce_csrf_checks=True)
    client.cookies = SimpleCookie(one.headers["cookie"])
    answer = client.post(one.way, urlencode(one.fields), content_type=FORM)
    assert answer.status_code == 302 and "/sign-in/" in answer["Location"]
    assert Ballot.objects.count() == 1


def test_a_form_from_elsewhere_is_refused(town: Voting) -> None:
    vote, person = opened(town), town.voters[0]
    one = form(vote, person)
    session = one.headers["cookie"].partition(";")[0]
    forged = [
        one.but(csrfmiddlewaretoken="d" * 32),
        one.but(csrfmiddlewaretoken=""),
        one.but({"cookie": session}),
        one.but({"origin": "https://elsewhere.example"}),
        one.but({"origin": "null"}),
    ]
    assert [a.status for a in sent(*forged)] == [LEFT] * len(forged)
    for each in forged:
        client = Client(enforce_csrf_checks=True)
        client.cookies = SimpleCookie(each.headers["cookie"])
        more = {k: v for k, v in each.headers.items() if k == "origin"}
        answer = client.post(each.way, urlencode(each.fields), content_type=FORM, headers=more)
        assert answer.status_code == 403
    assert not Ballot.objects.exists()


def test_what_is_not_plainly_in_order_is_left_to_the_pages(town: Voting) -> None:
    vote, person = opened(town), town.voters[0]
    other = running(town, question("bench"))
    one, key = form(vote, person), keys.token_key()
    token = token_of(vote, person)
    appoint(by=None, at=OPENS, person=town.voters[3], role="volunteer", territory=town.town.city)
    strange = {
        "somebody else's ballot": form(vote, town.voters[1], session=signed_in(person)),
        "a visitor": one.but({"cookie": f"csrftoken={CSRF}"}),
        "no key of a sign-in": one.but({"cookie": f"sessionid=a{{,}}; csrftoken={CSRF}"}),
        "of staff": form(vote, town.voters[3]),
        "a kiosk's": one.but(token=token_of(vote, person, "kiosk").sign(key)),
        "too old": one.but(token=token._replace(until=OPENS).sign(key)),
        "not of this city": one.but(token=token.sign(b"another key")),
        "nothing": one.but(token="", choice="", key=""),
        "no option": one.but(choice='{"lamps":["z"]}'),
        "no choice": one.but(choice="{"),
        "far too long": one.but(choice=json.dumps({"lamps": ["a"] * 9000})),
        "of another vote": one.but(way=one.way.replace(vote.case.number, other.case.number)),
        "of a vote not met here": form(other, person),
        "another host": one.but({"host": "elsewhere.example"}),
        "with a question": one.but(way=f"{one.way}?x=%ff"),
        "another kind of form": one.but({"content-type": "multipart/form-data; boundary=x"}),
        "longer than it says": one.but({"content-length": "5"}),
        "of no length": one.but({"content-length": ""}),
        "too many fields": one.but(**{f"f{n}": "" for n in range(1100)}),
    }
    answers = sent(*strange.values())
    for name, given, answer in zip(strange, strange.values(), answers, strict=True):
        assert (answer.status, answer.body) == (LEFT, given.body), name
    garbage = [b"", b"\xff\x00\xfe" * 50, b"&" * 900, b"token=%00&choice=%ff"]
    left = through(*(lambda router, body=body: post(router, one, body) for body in garbage))
    assert [(a.status, a.body) for a in left] == [(LEFT, body) for body in garbage]
    assert not Ballot.objects.exists()


def test_another_persons_ballot_is_refused_by_the_page_too(town: Voting) -> None:
    vote = opened(town)
    theirs = form(vote, town.voters[1])
    client = Client()
    client.force_login(town.voters[0])
    answer = client.post(theirs.way, theirs.fields)
    assert answer.status_code == 403 and "Option a" in answer.content.decode()
    assert not Ballot.objects.exists()


def test_a_double_click_is_one_ballot_and_of_two_windows_one_stands(town: Voting) -> None:
    vote, person = opened(town), town.voters[0]
    one = form(vote, person)
    assert [a.status for a in sent(one, one, one)] == [303] * 3
    assert sent(one)[0].status == 303
    two = form(vote, town.voters[1])
    windows = [
        two.but(key=f"{n:032x}", choice=json.dumps({"lamps": [c]})) for n, c in enumerate("abc")
    ]
    assert sorted(a.status for a in sent(*windows)) == [LEFT, LEFT, 303]
    assert Ballot.objects.count() == 2


def test_a_vote_that_closes_in_between_takes_nothing(town: Voting) -> None:
    vote, person = opened(town), town.voters[0]
    one = form(vote, person)

    def closing(door: page_door.PageDoor) -> None:
        read = door.reader.write

        async def write(asked: Asked) -> bool:
            found = await read(asked)
            now = dt.datetime.now(dt.UTC)
            await asyncio.to_thread(
                _apart, lambda: course.close_in_time(by=None, at=now, case=vote.case)
            )
            return found

        door.reader.write = write  # type: ignore[method-assign]

    [answer] = sent(one, change=closing)
    assert answer.status == LEFT and not Ballot.objects.exists()
    page = Client()
    page.force_login(person)
    told = page.post(one.way, one.fields)
    assert told.status_code == 409 and "Option a" in told.content.decode()


def _apart(act: Callable[[], object]) -> None:
    from django.db import connection

    try:
        act()
    finally:
        connection.close()


def test_a_ballot_asks_the_database_twice_and_many_at_once_no_oftener(town: Voting) -> None:
    vote = opened(town)
    forms = [form(vote, one) for one in town.voters]
    page_door.build.cache_clear()
    door = page_door.build()
    router = Router(pages, 10_000_000, native=page_door.doors())

    def asked() -> int:
        """Statements so far: each batch is one."""
        return door.reader.batches + door.writer.batches

    async def in_turn() -> list[int]:
        try:
            await post(router, forms[0])
            alone = asked()
            await asyncio.gather(*(post(router, one) for one in forms[1:]))
            return [alone, asked() - alone]
        finally:
            await door.end()
            page_door.build.cache_clear()

    alone, together = asyncio.run(in_turn())
    assert alone == 2 and together < len(forms[1:])
    assert Ballot.objects.count() == door.taken == len(forms)


def test_while_the_database_is_away_the_pages_answer_and_a_cut_line_is_made_anew(
    town: Voting,
) -> None:
    vote = opened(town)
    one, two = form(vote, town.voters[0]), form(vote, town.voters[1])

    def away(door: page_door.PageDoor) -> None:
        door.reader.database = {**door.reader.database, "host": "/nowhere", "port": "1"}

    [left] = sent(one, change=away)
    assert left.status == LEFT and not Ballot.objects.exists()
    page_door.build.cache_clear()
    door = page_door.build()
    router = Router(pages, 10_000_000, native=page_door.doors())

    async def cut() -> list[int]:
        try:
            first = await post(router, one)
            line = door.reader._connection
            assert line is not None
            with psycopg.connect(**door.reader.database, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [line.info.backend_pid])
            return [first.status, (await post(router, two)).status]
        finally:
            await door.end()
            page_door.build.cache_clear()

    assert asyncio.run(cut()) == [303, 303]


def test_no_more_is_read_than_a_form_may_hold(town: Voting) -> None:
    one, seen = form(opened(town), town.voters[0]), 0

    async def receive() -> Message:
        nonlocal seen
        seen += 65_536
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": seen < 10_000_000}

    async def endless(router: Router) -> Answer:
        headers = one.headers | {"content-length": "500"}
        left = await page_door.build()(scope_of(one.way, "POST", headers), receive, pages)
        assert left is not None and seen <= page_door.LARGEST + 65_536
        return Answer(LEFT, [], b"")

    through(endless)
