"""Many new accounts in a minute: slowed, marked, decided about together, and all of it undone."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
from django.db import connections, transaction
from django.test import Client

from tests.cast import START
from tests.city.ideas.ideas import DAY, HOUR, Ideas, ideas
from veche.city.ideas.models import Call, Idea, Rating, Rush
from veche.city.ideas.operations.ratings import RatingVoid, rate, unrate
from veche.city.ideas.operations.rushes import (
    AnotherRush,
    OwnIdea,
    RuleOutOfRange,
    RushDecided,
    decide_rush,
    set_rush_rule,
)
from veche.core.cases.operations import NoRoleForMove
from veche.core.journal.models import Record
from veche.core.notices.models import Notice
from veche.core.organisations.access import NotARuleKeeper
from veche.core.organisations.operations import appoint

pytestmark = pytest.mark.django_db
LATER = START + 3 * HOUR


@pytest.fixture
def idea(made: Ideas) -> Idea:
    """An idea that everybody can read; ten a minute of accounts younger than a week count."""
    set_rush_rule(by=None, at=START, most=10, days=7)
    return made.idea_of(made.calling())


def counted(idea: Idea) -> int:
    """The counter."""
    return Idea.objects.values_list("supporters", flat=True).get(pk=idea.pk)


def rushed(made: Ideas, idea: Idea, new: int = 25) -> Rush:
    """So many accounts of today support an idea in half a minute."""
    for place, person in enumerate(made.people(new, at=START)):
        moment = LATER + dt.timedelta(seconds=place)
        rate(by=person, at=moment, idea=idea.pk, value=1)
    return Rush.objects.get(idea=idea)


def test_what_comes_too_fast_is_held(made: Ideas, idea: Idea) -> None:
    """Ten count, fifteen wait; old accounts count throughout; a minute later new ones count."""
    rush = rushed(made, idea)
    assert counted(idea) == 10
    assert Rating.objects.filter(rush=rush, standing="held").count() == 15
    old = made.people(5)
    for person in old:
        rate(by=person, at=LATER + dt.timedelta(seconds=30), idea=idea.pk, value=1)
    assert counted(idea) == 15
    new = made.people(1, at=START)[0]
    rate(by=new, at=LATER + dt.timedelta(minutes=5), idea=idea.pk, value=1)
    assert counted(idea) == 16
    told = Notice.objects.filter(kind="ideas.rush").values_list("person", flat=True)
    assert set(told) == {made.town.facilitator.pk, made.town.moderator.pk}
    assert Record.objects.filter(kind="ideas.rush-began").count() == 1


def test_slow_newcomers_are_welcome(made: Ideas, idea: Idea) -> None:
    """Nine a minute for ten minutes make no rush."""
    for place, person in enumerate(made.people(90, at=START)):
        rate(by=person, at=LATER + dt.timedelta(seconds=place * 7), idea=idea.pk, value=1)
    assert counted(idea) == 90
    assert not Rush.objects.exists()


def test_released_taken_back_and_void(made: Ideas, idea: Idea) -> None:
    """Each decision moves all of them and is told and recorded; each can be taken back."""
    town, rush = made.town, rushed(made, idea)

    def decide(outcome: str, hour: int) -> None:
        decide_rush(
            by=town.facilitator, at=LATER + hour * HOUR, rush=rush.pk, outcome=outcome,
            reason="A school came together.",
        )  # fmt: skip

    decide("released", 1)
    assert counted(idea) == 25
    with pytest.raises(RushDecided):
        decide("void", 2)
    decide("open", 2)
    assert counted(idea) == 10
    decide("void", 3)
    assert counted(idea) == 10
    assert Notice.objects.filter(kind="ideas.rating-void").count() == 15
    void = Rating.objects.filter(standing="void").first()
    assert void is not None
    with pytest.raises(RatingVoid):
        rate(by=void.person, at=LATER + 4 * HOUR, idea=idea.pk, value=1)
    with pytest.raises(RatingVoid):
        unrate(by=void.person, at=LATER + 4 * HOUR, idea=idea.pk)
    decide("open", 4)
    assert Notice.objects.filter(kind="ideas.rating-back").count() == 15
    decide("released", 5)
    assert counted(idea) == 25
    steps = list(rush.steps.order_by("id").values_list("outcome", "ratings"))
    assert steps == [("released", 15), ("open", 15), ("void", 15), ("open", 15), ("released", 15)]
    assert Record.objects.filter(kind="ideas.rush-decided").count() == 5


def test_who_decides(made: Ideas, idea: Idea) -> None:
    """Moderators and facilitators of the place; not for their own idea; not an officer."""
    rush = rushed(made, idea, 12)
    values = {"at": LATER, "rush": rush.pk, "outcome": "void", "reason": "Bought accounts."}
    for somebody in (made.town.officer, made.town.neighbour):
        with pytest.raises(NoRoleForMove):
            decide_rush(by=somebody, **values)  # type: ignore[arg-type]
    assert idea.call is not None
    own = made.idea_of(idea.call, by=made.town.facilitator, title="The idea of a facilitator")
    theirs = rushed(made, own, 12)
    with pytest.raises(OwnIdea):
        decide_rush(by=made.town.facilitator, **{**values, "rush": theirs.pk})  # type: ignore[arg-type]
    decide_rush(by=made.town.moderator, **values)  # type: ignore[arg-type]
    assert counted(idea) == 10


def test_a_newer_rush_is_decided_first(made: Ideas, idea: Idea) -> None:
    """While another one waits, an old decision is not taken back."""
    first = rushed(made, idea, 12)
    by, reason = made.town.moderator, "Bought accounts."
    decide_rush(by=by, at=LATER, rush=first.pk, outcome="void", reason=reason)
    for place, person in enumerate(made.people(12, at=START)):
        moment = LATER + HOUR + dt.timedelta(seconds=place)
        rate(by=person, at=moment, idea=idea.pk, value=1)
    assert Rush.objects.filter(idea=idea).count() == 2
    with pytest.raises(AnotherRush):
        decide_rush(by=by, at=LATER, rush=first.pk, outcome="open", reason=reason)


def test_joined_ideas_keep_what_is_held(made: Ideas, idea: Idea) -> None:
    """What was held goes to the idea it was joined to as held, and is decided with the others."""
    from veche.city.ideas.operations.merging import combine

    rush = rushed(made, idea)
    parent = made.idea_of(Call.objects.get(pk=idea.call_id), title="Crossings by every school")
    combine(
        by=made.town.facilitator, at=LATER + HOUR, case=idea.case, into=parent,
        reason="They ask for the same.",
    )  # fmt: skip
    assert counted(parent) == 10
    decide_rush(
        by=made.town.moderator, at=LATER + 2 * HOUR, rush=rush.pk, outcome="released",
        reason="A school came together.",
    )  # fmt: skip
    assert counted(parent) == 25


def test_the_rule_is_the_citys(made: Ideas) -> None:
    """Set by keepers of rules only, within what makes sense."""
    with pytest.raises(NotARuleKeeper):
        set_rush_rule(by=made.town.moderator, at=START, most=5, days=5)
    with pytest.raises(RuleOutOfRange):
        set_rush_rule(by=None, at=START, most=0, days=5)


def test_pages(client: Client, made: Ideas, idea: Idea, monkeypatch: pytest.MonkeyPatch) -> None:
    """The public reads how many wait; a moderator sees minutes, decides, and takes it back."""
    monkeypatch.setattr("veche.clock.now", lambda: LATER + HOUR)
    rush = rushed(made, idea)
    text = client.get(f"/en/ideas/{idea.case.number}/").content.decode()
    assert "15 more came in a rush of new accounts and wait for a look." in text
    text = client.get(f"/en/ideas/{idea.case.number}/rushes/").content.decode()
    assert "Waits for a look" in text
    assert client.get("/en/ideas/rushes/")["Location"].startswith("/en/sign-in/")
    client.force_login(made.town.neighbour)
    assert client.get(f"/en/ideas/rushes/{rush.pk}/").status_code == 403
    client.force_login(made.town.moderator)
    assert "15 held" in client.get("/en/ideas/rushes/").content.decode()
    here = f"/en/ideas/rushes/{rush.pk}/"
    assert "How many rated it each minute?" in client.get(here).content.decode()
    assert client.post(here, {"outcome": "void", "reason": ""}).status_code == 422
    assert client.post(here, {"outcome": "void", "reason": "Bought."}).status_code == 302
    assert client.post(here, {"outcome": "released", "reason": "Not so."}).status_code == 409
    text = client.get(f"/en/ideas/{idea.case.number}/rushes/").content.decode()
    assert "15 were taken out of the count" in text
    assert "Bought." in text
    assert client.post(here, {"outcome": "open", "reason": "Look again."}).status_code == 302
    appoint(by=None, at=START - DAY, person=made.town.head, role="administrator",
            territory=made.town.city)  # fmt: skip
    assert client.get("/en/ideas/rushes/rule/").status_code == 403
    client.force_login(made.town.head)
    answer = client.post("/en/ideas/rushes/rule/", {"most": "50", "days": "3"})
    assert answer.status_code == 302
    assert "50" in client.get("/en/ideas/rushes/rule/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_who_rates_while_a_rush_is_decided_is_decided_about() -> None:
    """Neither waits for the other for good, and no rating stays held in what is decided."""
    made = ideas()
    set_rush_rule(by=None, at=START, most=10, days=7)
    idea = made.idea_of(made.calling())
    rush = rushed(made, idea)
    [late] = made.people(1, at=START)
    faults: list[Exception] = []

    def decide() -> None:
        try:
            decide_rush(by=made.town.moderator, at=LATER + HOUR, rush=rush.pk, outcome="released",
                        reason="They are pupils.")  # fmt: skip
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    thread = threading.Thread(target=decide)
    with transaction.atomic():
        # Where `rate` stands between asking for the open rush and writing the rating.
        Idea.objects.select_for_update(no_key=True).get(pk=idea.pk)
        thread.start()
        time.sleep(0.5)
        Rating.objects.create(
            idea=idea, person=late, value=1, at=LATER, standing="held", fresh=True, rush=rush
        )
    thread.join()
    assert faults == []
    assert not Rating.objects.filter(rush=rush, standing="held").exists()
    assert counted(idea) == 26
