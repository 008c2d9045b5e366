"""Proofs of ballots for who keeps them, and a sequencer that was killed half-way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.city.ballots.placing import folder_of, leaves_of, sequencer
from tests.city.ballots.test_sequencer import log, placing, town, vote  # noqa: F401
from tests.city.ballots.votes import Voting, cast
from veche.city.ballots.models import Ballot, Unpublished, Vote, VoteCheckpoint, Voter
from veche.city.ballots.queries.proof import proofs_of, sealed_to
from veche.city.ballots.sequencer import Sequencer
from veche.core.journal.folder import CHECKPOINT, Folder
from veche.core.journal.tlog.receipt import Receipt
from veche.core.opendata.checking import check

pytestmark = pytest.mark.django_db


def test_a_ballot_is_proven_once_it_is_sealed(
    town: Voting,  # noqa: F811
    vote: Vote,  # noqa: F811
    placing: Sequencer,  # noqa: F811
    client: Client,
    tmp_path: Any,
) -> None:
    code = bytes(Voter.objects.get(entry__person=town.voters[0], vote=vote).code).hex()
    assert proofs_of(vote, code) == []
    cast(vote, town.voters[0], {"lamps": ["a"]})
    assert [one.receipt for one in proofs_of(vote, code)] == [""]
    placing.once(seal=True)
    cast(vote, town.voters[0], {"lamps": ["b"]}, revision=2)
    placing.once(seal=True)
    found = proofs_of(vote, code)
    assert [one.ballot.counts for one in found] == [True, False]
    for one in found:
        receipt = Receipt.read(one.receipt.encode())
        assert receipt.extra == one.ballot.leaf.text.encode()
        assert receipt.holds(receipt.extra)
    assert sealed_to(vote) == 4
    kept = tmp_path / "ballot.tlog-proof"
    kept.write_text(found[0].receipt)
    told = check(str(folder_of(vote).path), receipts=[kept.read_bytes()])
    assert told.differences == []
    page = client.get(f"/en/votes/{vote.case.number}/check/", {"code": code})
    assert "c2sp.org/tlog-proof@v1" in page.content.decode()
    other = found[1].receipt.replace("index ", "index 1")
    assert check(str(folder_of(vote).path), receipts=[other.encode()]).differences


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.parametrize("moment", ["publish", "put", "_put"])
def test_killed_between_signing_and_publishing(
    town: Voting,  # noqa: F811
    vote: Vote,  # noqa: F811
    placing: Sequencer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    """What was signed is published as it was signed, and nothing is signed twice."""
    placing.once(seal=True)
    for voter in town.voters[:5]:
        cast(vote, voter, {"lamps": ["a"]})

    def end(*_given: Any) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(Folder, moment, end)
        if moment == "put":  # the keys stand already: nothing is put apart from the publication
            placing.once(seal=True)
        else:
            with pytest.raises(Killed):
                placing.once(seal=True)
            assert sealed_to(vote) == 2
            assert Unpublished.objects.filter(vote=vote).exists()
    signed = VoteCheckpoint.objects.get(vote=vote, size=7).note
    again = sequencer()
    assert again.take()
    cast(vote, town.voters[6], {"lamps": ["b"]})
    again.once(seal=True)
    assert len(leaves_of(vote)) == 8
    assert VoteCheckpoint.objects.get(vote=vote, size=7).note == signed
    assert not Unpublished.objects.exists()
    places = [json.loads(leaf)["code"] for leaf in leaves_of(vote)[2:]]
    rows = Ballot.objects.filter(vote=vote).order_by("place")
    assert places == [bytes(one.code).hex() for one in rows]


def test_files_of_another_log_stop_one_vote_only(
    town: Voting,  # noqa: F811
    vote: Vote,  # noqa: F811
    placing: Sequencer,  # noqa: F811
) -> None:
    other = town.opened()
    placing.once(seal=True)
    here, there = folder_of(vote), folder_of(other)
    here.put(CHECKPOINT, there.fetch(CHECKPOINT).replace(b"\n2\n", b"\n3\n"))
    again = sequencer()
    assert again.take()
    for one in (vote, other):
        Vote.objects.filter(pk=one.pk).update(closes_at=vote.closes_at)
        cast(one, town.voters[0], {"lamps": ["a"]})
    again.once(seal=True)
    assert list(again.broken) == [vote.pk]
    assert len(leaves_of(other)) == 3
