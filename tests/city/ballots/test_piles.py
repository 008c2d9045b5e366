"""Piles found wrong after the count is announced: only by an appeal, told in the certificate."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.city.ballots.placing import leaves_of, sequencer
from tests.city.ballots.test_channels import second
from tests.city.ballots.test_channels_pages import at_work, root
from tests.city.ballots.test_outcome import LATER, NOW, WHY, closed, running, upheld
from tests.city.ballots.test_publishing import edit
from tests.city.ballots.test_sequencer import log, town  # noqa: F401
from tests.city.ballots.votes import Voting, cast
from veche.city.ballots.check import check_vote
from veche.city.ballots.models import Batch, RollEntry, Vote
from veche.city.ballots.operations import channels, course, paper, piles
from veche.city.ballots.operations.outcome import PaperNotDone, announce_vote, certify_vote
from veche.city.ballots.publishing import publish_vote_files
from veche.core.people.models import Person

pytestmark = pytest.mark.django_db


def enter(batch: Batch, text: str, *clerks: Person) -> None:
    for clerk in clerks:
        paper.enter_batch(by=clerk, at=NOW, batch=batch, text=text)


def announced(town: Voting) -> tuple[Vote, Batch, Person]:  # noqa: F811
    """A vote with two of the web for b and a pile of three for a, announced; a second clerk."""
    vote, other = running(town), second(town)
    for voter in town.voters[:2]:
        assert cast(vote, voter, {"lamps": ["b"]}) == "taken"
    at: dict[str, Any] = {"by": town.poll_clerk, "at": NOW}
    booth = channels.open_booth(vote=vote, code="north", names={"en": "School 1"}, **at)
    for voter in town.voters[2:5]:
        entry = RollEntry.objects.select_related("vote__case__territory", "territory").get(
            vote=vote, person=voter
        )
        channels.mark_on_paper(booth=booth, entry=entry, seen=True, **at)
    pile = paper.open_batch(booth=booth, territory=town.town.west, scan="ab" * 32, **at)
    enter(pile, "1\n1\n1", town.poll_clerk, other)
    vote = closed(vote)
    paper.close_booth(booth=booth, **at)
    vote = announce_vote(by=None, at=NOW, case=vote.case)
    assert vote.result is not None
    assert vote.result["questions"][0]["count"]["winners"] == ["a"]
    sequencer().all()
    return Vote.objects.select_related("case").get(pk=vote.pk), pile, other


def test_a_pile_is_counted_again_as_an_appeal_was_decided(
    town: Voting,  # noqa: F811
    tmp_path: Path,
) -> None:
    vote, pile, other = announced(town)
    on: dict[str, Any] = {"by": town.commissioner, "at": NOW, "batch": pile, "reason": WHY}
    for wrong in ("", vote.case.number, upheld(town, vote, "ballots")):
        with pytest.raises(piles.NoAppealAboutPapers):
            piles.annul_batch(**on, appeal=wrong)
    with pytest.raises(paper.NotWaiting):
        piles.open_correction(by=town.poll_clerk, at=NOW, batch=pile)
    appeal = upheld(town, vote, "papers")
    piles.annul_batch(**on, appeal=appeal)
    with pytest.raises(channels.NotAPollClerk):
        piles.open_correction(by=town.commissioner, at=NOW, batch=pile)
    again = piles.open_correction(by=town.poll_clerk, at=NOW, batch=pile)
    assert (again.name, again.scan) == ("north-2", pile.scan)
    with pytest.raises(paper.NotWaiting):
        piles.open_correction(by=town.poll_clerk, at=NOW, batch=pile)
    course.end_appeals_in_time(by=None, at=LATER, case=vote.case)
    sequencer().all()
    with pytest.raises(PaperNotDone):
        certify_vote(by=town.commissioner, at=LATER, case=vote.case)
    enter(again, "1\n2\n2", town.poll_clerk, other)
    sequencer().all()
    vote = certify_vote(by=town.commissioner, at=LATER, case=vote.case)
    assert vote.result is not None
    assert vote.result["questions"][0]["count"]["winners"] == ["b"]
    sequencer().all()
    vote.refresh_from_db()
    told = (
        f"papers north-1: annulled by appeal {appeal}\n"
        f"papers north-2: counted instead of north-1 by appeal {appeal}\ncertified "
    )
    assert told in vote.certificate
    with pytest.raises(paper.NotCounting):
        piles.annul_batch(**{**on, "batch": again}, appeal=appeal)
    folder = tmp_path / "published"
    publish_vote_files(vote, folder)
    assert check_vote(folder)[0] == []
    spoil: Callable[[Path], None] = edit("certificate.txt", f"annulled by appeal {appeal}", "fine")
    spoil(folder)
    assert any("does not name the piles" in one for one in check_vote(folder)[0])


def test_an_annulled_pile_stays_out_where_nobody_counts_it_again(
    town: Voting,  # noqa: F811
) -> None:
    vote, pile, _other = announced(town)
    appeal = upheld(town, vote, "papers")
    piles.annul_batch(by=town.commissioner, at=NOW, batch=pile, reason=WHY, appeal=appeal)
    course.end_appeals_in_time(by=None, at=LATER, case=vote.case)
    sequencer().all()
    vote = certify_vote(by=town.commissioner, at=LATER, case=vote.case)
    assert vote.result is not None and vote.result["turnout"]["number"] == 2
    sequencer().all()
    last = json.loads(leaves_of(vote)[-1])
    assert f"papers north-1: annulled by appeal {appeal}\n" in last["text"]


def test_the_log_may_not_touch_papers_without_an_appeal(
    town: Voting,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Whoever owns the database writes the leaf past the operation: a stranger finds it."""
    vote, pile, _other = announced(town)
    from tests.city.ballots.test_sequencer import leaf

    leaf(vote, "annulled", batch=pile.name, reason=WHY, appeal="2026-000001")
    sequencer().all()
    folder = tmp_path / "published"
    publish_vote_files(vote, folder)
    assert any("no appeal was decided so" in one for one in check_vote(folder)[0])


def test_no_pile_is_counted_again_without_an_appeal_in_the_database(
    town: Voting,  # noqa: F811
) -> None:
    _vote, pile, _other = announced(town)
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.create(booth=pile.booth, number=9, territory=pile.territory, instead=pile)
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(pk=pile.pk).update(annulled_by="2026-000001")


def test_the_pages_of_a_pile_lead_through_it(town: Voting) -> None:  # noqa: F811
    vote, _pile, _other = announced(town)
    page = f"{root(vote)}counter/north/1/"
    commission, clerk = at_work(town.commissioner), at_work(town.poll_clerk)
    assert "only when an appeal was upheld" in commission.get(page).content.decode()
    assert commission.post(page, {"do": "annul", "reason": WHY}).status_code == 422
    appeal = upheld(town, vote, "papers")
    assert vote.case.number in clerk.get("/en/votes/counter/").content.decode()
    form = {"do": "annul", "reason": WHY, "appeal": appeal}
    assert commission.post(page, form).status_code == 302
    assert f"annulled by appeal {appeal}" in clerk.get(page).content.decode()
    made = clerk.post(page, {"do": "again"})
    assert made["Location"] == f"{root(vote)}counter/north/2/"
    assert (
        f"Counted instead of north-1, as appeal {appeal}"
        in clerk.get(made["Location"]).content.decode()
    )
    assert "Counted again as north-2" in clerk.get(page).content.decode()
    assert clerk.post(page, {"do": "again"}).status_code == 409
