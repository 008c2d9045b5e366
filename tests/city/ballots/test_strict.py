"""What a strict reader tries: to vote twice, to look unseen, to cheat the count and its check."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.city.ballots.placing import sequencer, sums
from tests.city.ballots.test_channels_pages import at_work, code_for, entry, root
from tests.city.ballots.test_invitations import CAME, shown
from tests.city.ballots.test_outcome import LATER, NOW, closed, running
from tests.city.ballots.test_publishing import certified
from tests.city.ballots.test_sequencer import A, leaf, log, town  # noqa: F401
from tests.city.ballots.votes import Voting, cast, question
from veche.city.ballots.check import check_vote
from veche.city.ballots.models import Ballot, RollEntry, Vote
from veche.city.ballots.operations import channels, course, paper
from veche.city.ballots.operations.outcome import announce_vote, certify_vote
from veche.city.ballots.operations.roll import AlreadyOn, add_entry, come
from veche.city.ballots.publishing import publish_vote_files
from veche.core.people import once
from veche.core.people.models import Look
from veche.core.people.operations.once import address_digest

pytestmark = pytest.mark.django_db
WHY = "The seal of the box was broken."


@pytest.fixture(autouse=True)
def no_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "veche.core.organisations.middleware.is_mfa_enabled", lambda *_a, **_k: True
    )


# --- the count ------------------------------------------------------------------------------------


def test_a_pile_agreed_and_annulled_while_nothing_is_placed_counts_nothing(
    town: Voting,  # noqa: F811
) -> None:
    vote = running(town)
    for batch in ("n-1", "n-2"):
        leaf(vote, "paper", batch=batch, territory="east", ballots=2, choices={A: 2}, scan="")
        leaf(vote, "annulled", batch=batch, reason=WHY)
    leaf(vote, "annulled", batch="n-1", reason=WHY)
    sequencer().all()
    assert sums(vote) == {}


@pytest.mark.parametrize("number", [-1, -9])
def test_sums_that_cannot_be_stop_their_own_vote_only(
    town: Voting,  # noqa: F811
    number: int,
) -> None:
    broken, other = running(town), running(town)
    leaf(broken, "paper", batch="n-1", territory="west", ballots=1, choices={A: 1}, scan="")
    sequencer().all()
    choice = A if number == -9 else '{"lamps":["c"]}'
    told = {"batch": "n-2", "territory": "west", "ballots": 1, "scan": ""}
    leaf(broken, "paper", **told, choices={choice: number})
    assert cast(other, town.voters[0], {"lamps": ["a"]}) == "taken"
    placing = sequencer()
    placing.all()
    assert list(placing.broken) == [broken.pk]
    assert sums(broken) == {(A, "west", "paper"): 1}
    assert sums(other) == {(A, "west", "web"): 1}


def test_a_lottery_is_drawn_once(town: Voting) -> None:  # noqa: F811
    vote = running(town, question(rule={"rule": "plurality", "ties": "lottery"}))
    for n, option in enumerate("ab"):
        assert cast(vote, town.voters[n], {"lamps": [option]}) == "taken"
    announce_vote(by=None, at=NOW, case=closed(vote).case, dice="1 2 3")
    course.end_appeals_in_time(by=None, at=LATER, case=vote.case)
    sequencer().all()
    vote = Vote.objects.select_related("case").get(pk=vote.pk)
    before = vote.result
    vote = certify_vote(by=town.commissioner, at=LATER, case=vote.case, dice="6 6 6")
    assert vote.result == before


# --- the check ------------------------------------------------------------------------------------


def forged(town: Voting, folder: Path, *papers: dict[str, Any]) -> str:  # noqa: F811
    """What the check says of a log in which these batches of paper stand."""
    vote = running(town)
    for n, told in enumerate(papers, 1):
        leaf(vote, "paper", **{"batch": f"n-{n}", "territory": "west", **told})
    sequencer().all()
    publish_vote_files(Vote.objects.select_related("case").get(pk=vote.pk), folder)
    return "\n".join(check_vote(folder)[0])


@pytest.mark.parametrize(
    "told",
    [
        {"ballots": 1, "spoilt": -1, "choices": {A: 2}},
        {"ballots": 2, "spoilt": 0.5, "choices": {A: 1.5}},
        {"ballots": 1, "spoilt": False, "choices": {A: True}},
    ],
)
def test_a_batch_counts_whole_papers(town: Voting, told: dict[str, Any]) -> None:  # noqa: F811
    """An honest city's sequencer stops there; a cheating one's need not."""
    said = counted_again(running(town), told)
    assert any("counts what is no number of papers" in one for one in said)


def counted_again(vote: Vote, told: dict[str, Any]) -> list[str]:
    from veche.city.ballots.vote.config import canonical_text, read_config
    from veche.city.ballots.vote.leaf_count import LeafCount

    said: list[str] = []
    counting = LeafCount(read_config(vote.config), said.append)
    number = vote.config["vote"]
    roll = {"type": "roll", "vote": number, "territories": {"west": 7}, "number": 7, "digest": ""}
    batch = {"type": "paper", "vote": number, "batch": "n-1", "territory": "west", **told}
    for place, one in enumerate((roll, batch)):
        counting.take(place, canonical_text(one).encode())
    return said


def test_one_pile_counted_under_two_numbers_is_told(town: Voting, tmp_path: Path) -> None:  # noqa: F811
    one = {"ballots": 1, "spoilt": 0, "choices": {A: 1}}
    told = forged(town, tmp_path / "out", {**one, "scan": "ab" * 32}, {**one, "scan": "ab" * 32})
    assert "is the scan of another one" in told


def test_piles_without_a_scan_are_not_taken_for_one(town: Voting, tmp_path: Path) -> None:  # noqa: F811
    one = {"ballots": 1, "spoilt": 0, "choices": {A: 1}, "scan": ""}
    assert forged(town, tmp_path / "out", one, one) == ""


def changed(name: str, change: Callable[[Any], None]) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        document = json.loads((folder / name).read_text())
        change(document)
        (folder / name).write_text(json.dumps(document))

    return do


def without_result(folder: Path) -> None:
    (folder / "result.json").unlink()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (changed("roll.json", lambda d: d["changes"].append({})), "roll.json is not the roll"),
        (changed("roll.json", lambda d: d["frozen"].update(number=1)), "roll.json is not the roll"),
        (changed("vote.json", lambda d: d.update(ballots=5)), "another ballots"),
        (changed("vote.json", lambda d: d.update(level="open")), "another level"),
        (without_result, "no result that it could be of"),
    ],
)
def test_what_is_beside_the_log_is_checked_too(
    town: Voting,  # noqa: F811
    tmp_path: Path,
    spoil: Callable[[Path], None],
    sentence: str,
) -> None:
    folder = tmp_path / "out"
    publish_vote_files(certified(town), folder)
    assert check_vote(folder)[0] == []
    spoil(folder)
    told = check_vote(folder)[0]
    assert any(sentence in one for one in told), told


def test_a_result_without_a_close_is_told(town: Voting, tmp_path: Path) -> None:  # noqa: F811
    vote = running(town)
    sequencer().all()
    vote = Vote.objects.select_related("case").get(pk=vote.pk)
    publish_vote_files(vote, tmp_path / "out")
    (tmp_path / "out" / "result.json").write_text('{"lottery": null, "questions": []}')
    told = "\n".join(check_vote(tmp_path / "out")[0])
    assert "does not say that the vote was closed" in told


# --- who votes ------------------------------------------------------------------------------------


def poll(town: Voting) -> Vote:  # noqa: F811
    return running(town, level="open", roll=CAME)


def test_who_is_on_the_roll_by_account_does_not_come_by_address_too(town: Voting) -> None:  # noqa: F811
    vote, visitor = poll(town), Client()
    shown(visitor, town.voters[0].email.upper())
    answer = visitor.post(f"{root(vote)}come/", {"territory": town.town.west.code})
    assert answer["Location"] == f"{root(vote)}ballot/"
    assert not RollEntry.objects.filter(vote=vote, how="came").exists()


def test_who_came_by_address_is_not_put_on_the_roll_again(town: Voting) -> None:  # noqa: F811
    vote, person = poll(town), town.commissioner
    come(at=NOW, vote=vote, address=address_digest(person.email), territory=town.town.west)
    with pytest.raises(AlreadyOn):
        add_entry(
            by=town.commissioner, at=NOW, vote=vote, territory=town.town.west,
            how=RollEntry.How.CORRECTION, person=person,
        )  # fmt: skip


def fields(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(token|key|choice)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def test_the_address_is_forgotten_with_the_cast(town: Voting) -> None:  # noqa: F811
    vote, visitor = poll(town), Client()
    shown(visitor, "olga@example.org")
    way = visitor.post(f"{root(vote)}come/", {"territory": town.town.west.code})["Location"]
    form = fields(visitor.get(f"{way}review/").content.decode())
    assert visitor.post(f"{way}cast/", form).status_code == 303
    assert once.KEY not in visitor.session


def test_who_comes_to_the_kiosk_next_has_no_ballot_of_who_left(town: Voting) -> None:  # noqa: F811
    vote = running(town)
    kiosk, code = Client(), code_for(at_work(town.poll_clerk), vote, town.voters[0])
    kiosk.post("/en/votes/kiosk/", {"code": code})
    form = fields(kiosk.get("/en/votes/kiosk/review/").content.decode())
    assert kiosk.get("/en/votes/kiosk/receipt/").status_code == 302, "nothing is cast yet"
    assert kiosk.post("/en/votes/kiosk/cast/", form).status_code == 303
    for path in ("1/", "review/"):
        assert kiosk.get(f"/en/votes/kiosk/{path}").status_code == 302
    assert kiosk.post("/en/votes/kiosk/cast/", form)["Location"] == "/en/votes/kiosk/"
    assert kiosk.get("/en/votes/kiosk/receipt/").status_code == 200
    assert kiosk.get("/en/votes/kiosk/receipt/").status_code == 302, "once"
    assert Ballot.objects.filter(vote=vote).count() == 1


# --- who looks ------------------------------------------------------------------------------------


def test_a_clerk_opens_no_entry_unseen(town: Voting) -> None:  # noqa: F811
    vote = running(town)
    clerk, person = at_work(town.poll_clerk), town.voters[3]
    way = f"{root(vote)}counter/{entry(vote, person)}/"
    assert clerk.get(way).status_code == 302
    assert not Look.objects.exists()
    clerk.post(f"{way}look/")
    assert clerk.get(way).status_code == 200
    other = town.voters[4]
    clerk.post(f"{root(vote)}counter/{entry(vote, other)}/", {"do": "paper"})
    assert {one.person for one in Look.objects.all()} == {person, other}


def test_papers_tell_no_count_that_is_not_shown_yet(town: Voting) -> None:  # noqa: F811
    live = {"mode": "turnout", "reason": {"en": "No influence.", "ru": "Нет.", "zh": "否"}}
    for hidden in (True, False):
        vote = running(town, **({"live": live} if hidden else {}))
        at = dt.datetime.now(dt.UTC)
        booth = channels.open_booth(
            by=town.poll_clerk, at=at, vote=vote, code="north", names={"en": "School 1"}
        )
        channels.mark_on_paper(
            by=town.poll_clerk, at=at, booth=booth, seen=True,
            entry=RollEntry.objects.get(vote=vote, person=town.voters[0]),
        )  # fmt: skip
        pile = paper.open_batch(
            by=town.poll_clerk, at=at, booth=booth, territory=town.town.west, scan=""
        )
        type(pile).objects.filter(pk=pile.pk).update(state="agreed", lines=[A])
        page = Client().get(f"{root(vote)}papers/").content.decode()
        assert ("Option a" not in page) is hidden


def test_one_pile_is_not_begun_twice(town: Voting) -> None:  # noqa: F811
    vote, at = running(town), dt.datetime.now(dt.UTC)
    booth = channels.open_booth(
        by=town.poll_clerk, at=at, vote=vote, code="north", names={"en": "School 1"}
    )
    channels.mark_on_paper(
        by=town.poll_clerk, at=at, booth=booth, seen=True,
        entry=RollEntry.objects.get(vote=vote, person=town.voters[0]),
    )  # fmt: skip
    on: dict[str, Any] = {"at": at, "booth": booth, "territory": town.town.west}
    first = paper.open_batch(by=town.poll_clerk, scan="ab" * 32, **on)
    with pytest.raises(paper.ScanCounted):
        paper.open_batch(by=town.poll_clerk, scan="AB" * 32, **on)
    type(first).objects.filter(pk=first.pk).update(state="annulled")
    assert paper.open_batch(by=town.poll_clerk, scan="ab" * 32, **on).number == 2
