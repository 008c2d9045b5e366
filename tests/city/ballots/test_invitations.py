"""Invitations by letter, personal links, and voting in an open poll without an account."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client

from tests.city.ballots.test_making import client
from tests.city.ballots.votes import DAY, Voting, voting
from veche import clock
from veche.city.ballots import links
from veche.city.ballots.models import InvitationPass, Part, RollEntry, Vote, Voter
from veche.city.ballots.operations import invitations, roll
from veche.core.cases.operations import NoRoleForMove
from veche.core.notices.models import Letter, Notice, Reader
from veche.core.notices.operations.letters import write_waiting
from veche.core.notices.operations.sending import message_of
from veche.core.people import once
from veche.core.people.operations.once import address_digest

pytestmark = pytest.mark.django_db
NOW = dt.datetime.now(dt.UTC)
CAME = {"territory": "town", "level": "email", "came": True}


@pytest.fixture
def world() -> Voting:
    return voting()


def opened(world: Voting, **more: object) -> Vote:
    vote = world.opened(**more)
    Vote.objects.filter(pk=vote.pk).update(closes_at=NOW + 3 * DAY)
    return Vote.objects.select_related("case").get(pk=vote.pk)


def invited(world: Voting, vote: Vote) -> None:
    invitations.invite(by=world.organiser, at=NOW, vote=vote)
    while invitations.tell_some(by=None, at=NOW, vote=vote.pk):
        pass


def letter_to(email: str) -> str:
    letter = Letter.objects.select_related("reader", "body", "reader__person").get(
        reader__person__email=email
    )
    message = message_of(letter, NOW)
    assert message is not None
    return str(message.body)


def test_everybody_on_the_roll_gets_one_letter_with_their_own_link(
    world: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "BATCH", 5)
    vote = opened(world)
    Part(entry=RollEntry.objects.get(vote=vote, person=world.voters[11]), channel="web").save()
    invited(world, vote)
    row = InvitationPass.objects.get(pk=vote.pk)
    assert (row.told, row.done_at) == (11, NOW), "who has voted is not asked to"
    invitations.tell_some(by=None, at=NOW, vote=vote.pk)
    InvitationPass.objects.filter(pk=vote.pk).update(reached=0)  # as after a restore of a backup
    while invitations.tell_some(by=None, at=NOW, vote=vote.pk):
        pass
    assert Notice.objects.filter(kind=invitations.KIND).count() == 11, "nobody twice"
    with pytest.raises(invitations.InvitedAlready):
        invitations.invite(by=world.organiser, at=NOW, vote=vote)
    write_waiting(by=None, at=NOW)
    assert Letter.objects.count() == 11
    bodies = {letter_to(f"voter{n}@example.org") for n in range(11)}
    found = {re.search(r"/votes/i/(\S+)/\n", body)[1] for body in bodies}  # type: ignore[index]
    assert len(found) == 11 and not any("{{" in body for body in bodies)
    entries = {links.opened(token)[1].person_id for token in found}  # type: ignore[index]
    assert entries == {person.pk for person in world.voters[:11]}


def test_only_an_organiser_invites(world: Voting) -> None:
    vote = opened(world)
    with pytest.raises(NoRoleForMove):
        invitations.invite(by=world.commissioner, at=NOW, vote=vote)


def test_who_stopped_invitations_gets_no_letter(world: Voting) -> None:
    vote = opened(world)
    Reader.objects.create(
        person=world.voters[0], mark="m", since=NOW, ways={"mail": {"invited": "none"}}
    )
    invited(world, vote)
    write_waiting(by=None, at=NOW)
    assert Letter.objects.count() == 11
    assert not Letter.objects.filter(reader__person=world.voters[0]).exists()


def link_of(world: Voting, vote: Vote, n: int = 0) -> str:
    reader = Reader.objects.filter(person=world.voters[n]).first() or Reader.objects.create(
        person=world.voters[n], mark=f"mark{n}", since=NOW
    )
    return links.reader_token(vote.case.number, reader.pk, reader.mark)


def test_a_link_opens_the_ballot_of_its_holder_and_nothing_else(world: Voting) -> None:
    vote = opened(world)
    token, visitor = link_of(world, vote), Client()
    page = visitor.get(f"/en/votes/i/{token}/")
    assert page.status_code == 200 and "Open my ballot" in page.content.decode()
    assert visitor.get(f"/en/votes/i/{token}/1/").status_code == 200
    assert visitor.get("/en/me/").status_code != 200, "nobody is signed in by it"
    sent = visitor.post(f"/en/votes/i/{token}/1/", {"choice": "a", "do": "next"})
    assert sent["Location"] == f"/en/votes/i/{token}/review/"
    review = visitor.get(sent["Location"]).content.decode()
    fields = {
        name: re.search(rf'name="{name}" value="([^"]*)"', review)[1]  # type: ignore[index]
        for name in ("token", "key", "choice")
    }
    fields["choice"] = fields["choice"].replace("&quot;", '"')
    cast = visitor.post(f"/en/votes/i/{token}/cast/", fields)
    assert cast["Location"] == f"/en/votes/i/{token}/receipt/"
    assert visitor.get(cast["Location"]).status_code == 200
    code = bytes(Voter.objects.get(entry__person=world.voters[0]).code).hex()
    assert code in visitor.get(f"/en/votes/i/{token}/receipt.txt").content.decode()


def test_links_that_were_changed_or_closed_open_nothing(world: Voting) -> None:
    vote, other = opened(world), opened(world)
    token = link_of(world, vote)
    wrong = token.replace(vote.case.number, other.case.number, 1)
    for bad in (wrong, token[:-1], "x", f"{token}x"):
        assert Client().get(f"/en/votes/i/{bad}/").status_code == 404
    Reader.objects.filter(person=world.voters[0]).update(mark="new")
    assert Client().get(f"/en/votes/i/{token}/").status_code == 404
    again = link_of(world, vote, 1)
    entry = RollEntry.objects.get(vote=vote, person=world.voters[1])
    roll.strike(
        by=world.commissioner, at=NOW, vote=vote, entry=entry.pk, reason="Moved to another town."
    )
    assert Client().get(f"/en/votes/i/{again}/").status_code == 404


def test_a_letter_is_not_enough_where_people_show_who_they_are(world: Voting) -> None:
    from veche.core.people.models import Level, Person

    Person.objects.filter(pk=world.voters[0].pk).update(level=Level.IDENTIFIED)
    vote = opened(world, roll={"territory": "town", "level": "identified"})
    token = link_of(world, vote)
    page = Client().get(f"/en/votes/i/{token}/").content.decode()
    assert f"/en/votes/{vote.case.number}/ballot/" in page
    assert Client().get(f"/en/votes/i/{token}/1/").status_code == 302
    assert Client().get(f"/en/votes/i/{token}/receipt/").status_code == 404


def test_an_open_poll_is_voted_in_once_by_an_address_without_an_account(world: Voting) -> None:
    vote = opened(world, level="open", roll=CAME)
    page, visitor = f"/en/votes/{vote.case.number}/come/", Client()
    assert visitor.get(page)["Location"].startswith("/en/verify/")
    shown(visitor, "olga@example.org")
    assert visitor.get(page).status_code == 200
    assert visitor.post(page, {}).status_code == 422
    answer = visitor.post(page, {"territory": world.town.west.code})
    entry = RollEntry.objects.get(vote=vote, how="came")
    assert entry.person_id is None and "olga" not in repr(vars(entry))
    assert visitor.get(answer["Location"]).status_code == 200
    other = Client()
    shown(other, "Olga@example.org ")
    assert other.get(page)["Location"] == answer["Location"], "the same address, the same ballot"
    assert RollEntry.objects.filter(vote=vote, how="came").count() == 1


def shown(visitor: Client, email: str) -> None:
    """As if this browser had typed the code that came to the address."""
    session = visitor.session
    session[once.KEY] = {
        "email": email,
        "digest": address_digest(email),
        "until": (clock.now() + once.TERM).isoformat(),
    }
    session.save()


def test_an_audited_vote_takes_nobody_by_address(world: Voting) -> None:
    vote = opened(world)
    assert Client().get(f"/en/votes/{vote.case.number}/come/").status_code == 409
    assert not mail.outbox


def test_the_organiser_sends_them_from_the_page(world: Voting) -> None:
    vote = opened(world)
    base = f"/en/votes/make/{vote.case.number}/"
    assert client(world.commissioner).post(f"{base}invite/").status_code == 403
    assert client(world.organiser).post(f"{base}invite/").status_code == 302
    assert InvitationPass.objects.filter(pk=vote.pk).exists()
    assert "was told" in (
        page := client(world.organiser).get(f"{base}manage/").content.decode()
    ) or ("were told" in page)
