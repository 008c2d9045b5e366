"""Residents accept or refuse: who is asked, by which rule, and that nobody learns who said what."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from tests.cast import START, SmallTown, small_town
from tests.city.delivery.promises import (
    DAY,
    asked,
    finish,
    fresh,
    on,
    said_done,
    state,
)
from veche import clock
from veche.city.ballots.models import Vote
from veche.city.delivery.models import Asked, Promise, Step, Verdict
from veche.city.delivery.operations import acceptance, steps
from veche.city.delivery.operations.refusals import (
    AskedLater,
    NobodyTookPart,
    NotAsked,
    NothingRepaired,
    OwnWork,
    VoteAsked,
)
from veche.city.delivery.operations.satisfaction import ask_satisfaction
from veche.city.delivery.operations.steps import StepGiven
from veche.city.delivery.queries.acceptance import tallies, tally, texts
from veche.city.delivery.rules import AcceptRule, outcome
from veche.core.cases.models import Case
from veche.core.cases.operations import advance
from veche.core.files.photographs import clean
from veche.core.notices.models import Notice
from veche.core.organisations.models import ListMember
from veche.core.people.models import Person, Residence
from veche.core.people.operations import add_person
from veche.testing import deliver
from veche.texts import UnknownReason

LATER = START + 20 * DAY


@pytest.fixture
def town(db: None) -> SmallTown:
    return small_town()


def people(town: SmallTown, count: int, place: str = "") -> list[Person]:
    """So many residents; of the west where a place is asked for."""
    made = [
        add_person(by=None, at=START - 9 * DAY, name=f"Person {n}", email=f"p{n}@example.org")
        for n in range(count)
    ]
    if place:
        for one in made:
            Residence.objects.create(
                person=one,
                territory=getattr(town, place),
                how="letter",
                since=START - 9 * DAY,
                until=START + 999 * DAY,
            )
    return made


def say(
    promise: Promise, by: Person, accepts: bool, reason: str = "badly", text: str = ""
) -> Verdict:
    return acceptance.give_verdict(
        by=by,
        at=START + 6 * DAY,
        case=promise.case,
        accepts=accepts,
        reason="" if accepts else reason,
        text=text,
    )


def ended(promise: Promise) -> str:
    acceptance.end_acceptance(by=None, at=LATER, case=fresh(promise).case)
    return state(promise)


@pytest.mark.parametrize(
    ("quorum", "share", "accepts", "refuses", "move"),
    [
        (3, 50, 0, 0, "lapse"),
        (3, 50, 1, 0, "accept"),
        (3, 50, 0, 2, "lapse"),
        (3, 50, 1, 2, "lapse"),
        (3, 50, 3, 3, "refuse"),
        (3, 50, 4, 3, "accept"),
        (1, 50, 0, 1, "refuse"),
        (3, 30, 7, 3, "refuse"),
        (3, 31, 7, 3, "accept"),
        (50, 50, 10, 49, "lapse"),
        (50, 50, 10, 50, "refuse"),
    ],
)
def test_what_follows_from_the_answers(
    quorum: int, share: int, accepts: int, refuses: int, move: str
) -> None:
    assert outcome(quorum, share, accepts, refuses) == move


@pytest.mark.parametrize(
    ("asked_", "needed"),
    [(1, 1), (2, 1), (5, 3), (100, 3), (301, 4), (1_000, 10), (5_000, 50), (100_000, 50)],
)
def test_how_many_must_refuse(asked_: int, needed: int) -> None:
    assert AcceptRule().quorum(asked_) == needed


def test_those_who_took_part_and_those_who_live_there_are_told_once(town: SmallTown) -> None:
    there, elsewhere = people(town, 3, "west"), town.neighbour
    promise = said_done(town, asked=asked(there[0], elsewhere, why="voted"))
    deliver()
    rows = dict(Asked.objects.filter(promise=promise).values_list("person", "why"))
    assert rows == {
        there[0].pk: "voted",
        elsewhere.pk: "voted",
        there[1].pk: "lives",
        there[2].pk: "lives",
    }
    told = Notice.objects.filter(case=promise.case, kind="delivery.asked")
    assert sorted(told.values_list("person", flat=True)) == sorted(rows)
    acceptance.tell_asked(by=None, at=START + 6 * DAY, promise=promise.pk, round=1, after=0)
    assert told.count() == 4


def test_a_hundred_thousand_are_asked_by_a_few_statements(town: SmallTown) -> None:
    """The number of statements does not grow with the people: for ten as for a hundred."""
    counts = []
    for number in (10, 100):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO people_person (email, name, language, level, is_active, password,"
                " since) SELECT 'm' || %s || '-' || n || '@example.org', 'M', 'en', 'resident',"
                " true, '', %s FROM generate_series(1, %s) n",
                [number, START, number],
            )
            cursor.execute(
                "INSERT INTO people_residence (person_id, territory_id, how, since, until)"
                " SELECT id, %s, 'letter', %s, %s FROM people_person WHERE email LIKE %s",
                [town.west.pk, START, START + 900 * DAY, f"m{number}-%"],
            )
        with CaptureQueriesContext(connection) as seen:
            promise = said_done(town)
            acceptance.tell_asked(by=None, at=START, promise=promise.pk, round=1, after=0)
        counts.append(len(seen))
        told = Notice.objects.filter(case=promise.case, kind="delivery.asked")
        assert told.count() == Asked.objects.filter(promise=promise).count() >= number
    assert counts[0] == counts[1]


def test_only_who_is_concerned_answers_and_only_while_asked(town: SmallTown) -> None:
    promise = said_done(town, asked=asked(town.resident))
    with pytest.raises(NotAsked):
        say(promise, town.neighbour, True)
    (moved,) = people(town, 1, "west")
    assert say(promise, moved, True).accepts
    with pytest.raises(UnknownReason):
        say(promise, town.resident, False, reason="because")
    assert ended(promise) == "kept"
    with pytest.raises(AskedLater):
        say(promise, town.resident, True)


def test_nobody_judges_the_work_of_their_own_office(
    town: SmallTown, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither for living there nor for having proposed it."""
    monkeypatch.setattr(clock, "now", lambda: START + 6 * DAY)
    officer = town.officer
    Residence.objects.create(
        person=officer, territory=town.west, how="letter", since=START - DAY,
        until=START + 999 * DAY,
    )  # fmt: skip
    promise = said_done(town, asked=asked(town.resident, officer))
    assert not Asked.objects.filter(promise=promise, person=officer).exists()
    with pytest.raises(OwnWork):
        say(promise, officer, True)
    client.force_login(officer)
    page = client.get(f"/en/promises/{promise.case.number}/accept/")
    assert page.status_code == 403 and "You work for the office" in page.content.decode()
    say(promise, town.resident, True)


def test_an_answer_can_be_changed_and_is_counted_once(town: SmallTown) -> None:
    promise = said_done(town, asked=asked(town.resident))
    say(promise, town.resident, True)
    say(promise, town.resident, False, text="Half of the lights are dark.")
    found = tally(promise.pk, 1)
    assert (found.accepts, found.refuses) == (0, 1)
    say(promise, town.resident, True)
    row = Verdict.objects.get(promise=promise)
    assert (row.accepts, row.reason, row.text) == (True, "", "")


def test_nobody_answered_is_never_kept(town: SmallTown) -> None:
    promise = said_done(town, asked=asked(town.resident))
    assert ended(promise) == "unconfirmed"


def test_refused_put_right_and_then_accepted(town: SmallTown) -> None:
    three = people(town, 3)
    promise = said_done(town, asked=asked(*three))
    for one in three:
        say(promise, one, False, text="The paint is gone already.")
    assert ended(promise) == "repair"
    case = fresh(promise).case
    assert case.promised_at is not None
    (step,) = steps.write_steps(
        by=town.officer, at=LATER, case=case, steps=[StepGiven("Paint it anew", on(40))]
    )
    assert (step.number, step.round) == (2, 1)
    finish(town, step, LATER + DAY)
    again = acceptance.say_done(
        by=town.officer, at=LATER + DAY, case=case, text="It is painted anew, and it holds."
    )
    assert again.round == 2
    acceptance.give_verdict(by=three[0], at=LATER + 2 * DAY, case=case, accepts=True)
    advance(at=LATER + 30 * DAY)
    assert state(promise) == "kept"
    assert [(one.round, one.accepts, one.refuses) for one in tallies(promise.pk)] == [
        (1, 0, 3),
        (2, 1, 0),
    ]


def test_nobody_is_asked_again_before_anything_was_done(town: SmallTown) -> None:
    three = people(town, 3)
    promise = said_done(town, asked=asked(*three))
    for one in three:
        say(promise, one, False, text="The paint is gone already.")
    assert ended(promise) == "repair"
    done: dict[str, Any] = {"by": town.officer, "case": promise.case, "text": "It is done now."}
    with pytest.raises(NothingRepaired):
        acceptance.say_done(at=LATER, **done)
    step = Step.objects.get(promise=promise)
    steps.redo_step(
        by=town.officer, at=LATER, case=step.case, due_on=on(40), text="It is painted anew."
    )
    finish(town, step, LATER + DAY)
    assert acceptance.say_done(at=LATER + DAY, **done).round == 2


def test_the_rule_that_held_when_they_were_asked_decides(town: SmallTown) -> None:
    three = people(town, 3)
    promise = said_done(town, asked=asked(*three))
    acceptance.set_rule(
        by=None, at=START, kind="district", least=100, percent=0, most=100, share=100
    )
    for one in three:
        say(promise, one, False)
    assert ended(promise) == "repair"


def test_fewer_than_five_refusals_tell_no_reason_and_no_words(
    town: SmallTown, client: Client
) -> None:
    five = people(town, 5)
    promise = said_done(town, asked=asked(*five))
    address = f"/en/promises/{promise.case.number}/"
    for n, one in enumerate(five, start=1):
        say(promise, one, False, text=f"It fell over number {n}.")
        found = tally(promise.pk, 1)
        assert found.reasons == ({"badly": 5} if n == 5 else {})
        assert len(texts(promise.pk, found)) == (5 if n == 5 else 0)
        page = client.get(address).content.decode()
        assert ("It fell over number 1." in page) == (n == 5)
        assert one.name not in page


def test_the_office_reads_why_even_few_refused_and_nobody_else_does(
    town: SmallTown, client: Client
) -> None:
    three = people(town, 3)
    promise = said_done(town, asked=asked(*three))
    for n, one in enumerate(three):
        say(promise, one, False, text=f"It fell over number {n}.")
    address = f"/en/promises/{promise.case.number}/"
    client.force_login(town.officer)
    assert "It fell over" not in client.get(address).content.decode()
    assert ended(promise) == "repair"
    page = client.get(address).content.decode()
    assert page.count("It fell over number") == 3 and three[0].name not in page
    for person in (town.resident, three[0], town.planner, None):
        client.logout()
        if person is not None:
            client.force_login(person)
        assert "It fell over" not in client.get(address).content.decode()


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (60, 40), "red").save(file, "JPEG")
    return file.getvalue()


def test_the_page_takes_an_answer_with_a_photograph(town: SmallTown, client: Client) -> None:
    promise = said_done(town, asked=asked(town.resident))
    address = f"/en/promises/{promise.case.number}/accept/"
    assert "/sign-in/" in client.get(address).headers["Location"]
    client.force_login(town.neighbour)
    assert client.get(address).status_code == 403
    client.force_login(town.resident)
    page = client.get(address)
    assert page.status_code == 200
    assert "You are asked because you supported it." in page.content.decode()
    assert client.post(address, {"answer": "no"}).status_code == 422
    photograph = BytesIO(picture())
    photograph.name = "hole.jpg"
    sent = client.post(
        address,
        {"answer": "no", "reason": "badly", "text": "Look at it.", "photograph": photograph},
    )
    assert sent.status_code == 302
    row = Verdict.objects.select_related("photograph__file").get(promise=promise)
    assert row.photograph is not None
    shown = row.photograph.file.address
    own = f"/en/promises/{promise.case.number}/photograph/{shown}/small/"
    assert client.get(own).headers["Content-Type"] == "image/jpeg"
    say(promise, town.resident, True)
    assert client.get(own).status_code in (404, 410)


def test_a_satisfaction_vote_has_those_who_took_part_on_its_roll(town: SmallTown) -> None:
    took, other = people(town, 2), town.neighbour
    for one in took:
        Residence.objects.create(
            person=one, territory=town.east, how="letter", since=START - DAY,
            until=START + 999 * DAY,
        )  # fmt: skip
    promise = said_done(town)
    with pytest.raises(NobodyTookPart):
        ask_satisfaction(by=town.controller, at=LATER, case=promise.case)
    second = said_done(town, asked=asked(*took))
    vote = ask_satisfaction(by=town.controller, at=LATER, case=second.case)
    assert (vote.raised_by, vote.audited) == (second.case.number, True)
    members = set(ListMember.objects.values_list("person", flat=True))
    assert members == {one.pk for one in took}
    assert other.pk not in members
    assert fresh(second).vote_id == vote.pk == Vote.objects.get().pk
    with pytest.raises(VoteAsked):
        ask_satisfaction(by=town.controller, at=LATER, case=second.case)


def test_evidence_stands_before_and_after(town: SmallTown, client: Client) -> None:
    from tests.city.delivery.promises import with_steps

    promise, (step,) = with_steps(town, 10)
    one = clean(picture())
    finish(town, step, START + DAY, before=[one], after=[one])
    page = client.get(f"/en/promises/{promise.case.number}/").content.decode()
    assert page.count("/photograph/") == 4
    assert Case.objects.get(pk=step.pk).state == "done"
    assert dt.date.fromisoformat(str(on(1))) == step.first_due_on - 9 * DAY
