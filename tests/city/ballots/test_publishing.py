"""A published vote counted again by a stranger; every check of it can fail."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.city.ballots.placing import sequencer
from tests.city.ballots.test_outcome import LATER, NOW, appealed, running
from tests.city.ballots.test_sequencer import leaf, log, town  # noqa: F401
from tests.city.ballots.votes import Voting, cast, decision, question
from veche.city.ballots.check import check_vote
from veche.city.ballots.models import Tally, Vote
from veche.city.ballots.operations import course
from veche.city.ballots.operations.outcome import certify_vote
from veche.city.ballots.publishing import FolderTaken, NothingToPublish, publish_vote_files
from veche.city.ballots.vote.config import canonical_text

pytestmark = pytest.mark.django_db


def certified(town: Voting, **more: Any) -> Vote:  # noqa: F811
    """A vote with changed, overridden and paper ballots, certified."""
    vote = running(town, decision(quorum="1/2"), question(), **more)
    for n, voter in enumerate(town.voters[:8]):
        choice = {"bridge": ["yes" if n < 5 else "no"], "lamps": ["abc"[n % 2]]}
        assert cast(vote, voter, choice) == "taken"
    sequencer().once()
    assert cast(vote, town.voters[0], {"bridge": ["no"], "lamps": []}, revision=2) == "taken"
    kiosk = {"bridge": ["yes"], "lamps": ["c"]}
    assert cast(vote, town.voters[1], kiosk, revision=2, channel="kiosk") == "taken"
    assert cast(vote, town.voters[1], {"bridge": [], "lamps": []}, revision=3) == "taken"
    spelled = '{"bridge":["yes"],"lamps":[]}'
    leaf(vote, "paper", batch="n-1", territory="east", ballots=3, choices={spelled: 2}, spoilt=1)
    vote = appealed(vote)
    certify_vote(by=town.commissioner, at=LATER, case=vote.case)
    sequencer().all()
    return Vote.objects.select_related("case").get(pk=vote.pk)


@pytest.fixture
def published(town: Voting, tmp_path: Path) -> Path:  # noqa: F811
    folder = tmp_path / "published"
    found = publish_vote_files(certified(town), folder)
    assert found.ballots == 11
    return folder


def test_a_stranger_counts_again(published: Path) -> None:
    assert check_vote(published)[0] == []
    run = subprocess.run(
        [sys.executable, "-I", published / "verify.py", published],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "11 ballots in it; piles of paper: 1; votes that count: 10, added" in run.stdout
    assert "bridge: adopted" in run.stdout


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(one) for one in (folder / "ballots.ndjson").read_text().splitlines()]


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        path = folder / name
        data = path.read_bytes()
        assert old.encode() in data, f"{old} is not in {name}"
        path.write_bytes(data.replace(old.encode(), new.encode(), 1))

    return do


def drop_line(folder: Path) -> None:
    path = folder / "ballots.ndjson"
    kept = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(kept[:4] + kept[5:]))


def add_line(folder: Path) -> None:
    with (folder / "ballots.ndjson").open("ab") as out:
        out.write(b"{}\n")


def change_tile(folder: Path) -> None:
    path = next((folder / "log/vote/tile/entries").rglob("*.p/*"))
    data = path.read_bytes()
    path.write_bytes(data.replace(b'["a"]', b'["b"]', 1))


def other_result(folder: Path) -> None:
    path = folder / "result.json"
    told = json.loads(path.read_text())
    told["questions"][1]["count"]["winners"] = ["c"]
    path.write_text(json.dumps(told))


def other_turnout(folder: Path) -> None:
    path = folder / "result.json"
    told = json.loads(path.read_text())
    told["turnout"]["number"] += 1
    path.write_text(json.dumps(told))


def forge_certificate(folder: Path) -> None:
    edit("certificate.txt", "bridge: adopted", "bridge: rejected")(folder)


def no_file(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (edit("ballots.ndjson", '["a"]', '["b"]'), "is not leaf"),
        (drop_line, "is not leaf"),
        (add_line, "goes on after line"),
        (change_tile, "The log of the vote: Entry"),
        (edit("config.json", "1/2", "1/3"), "not the configuration"),
        (edit("ballots.csv", "yes", "no"), "ballots.csv does not say the same"),
        (edit("sums.csv", ",1\r\n", ",2\r\n"), "sums.csv is not what"),
        (edit("paper.json", '"n-1"', '"n-2"'), "paper.json does not hold"),
        (edit("roll.txt", "a", "b"), "roll.txt is not the roll"),
        (edit("roll.json", '"now": {\n  "east": 5', '"now": {\n  "east": 6'), "roll.json"),
        (other_result, "Question lamps: announced as chosen"),
        (other_turnout, "announced otherwise than counted again, in: turnout"),
        (forge_certificate, "The certificate is not the one"),
        (edit("log/vote/checkpoint", "\n— ", "\n— x"), "checkpoint is not signed by a key"),
        (no_file("result.json"), "result.json is missing"),
        (no_file("certificate.txt"), "certificate.txt is missing"),
        (no_file("roll.txt"), "No such file"),
        (edit("vote.json", "veche-vote-files/1", "x"), "cannot be read"),
    ],
)
def test_what_was_spoilt_is_told(
    published: Path, spoil: Callable[[Path], None], sentence: str
) -> None:
    spoil(published)
    told = check_vote(published)[0]
    assert any(sentence in one for one in told), told


def test_a_forged_log_is_found_out_by_its_words(town: Voting, tmp_path: Path) -> None:  # noqa: F811
    """What a cheating city could seal itself: every rule of the leaves is checked."""
    vote = running(town)
    cast(vote, town.voters[0], {"lamps": ["a"]})
    sequencer().once()
    ballot = json.loads(
        canonical_text(
            {
                "type": "ballot", "vote": vote.config["vote"], "config": vote.digest,
                "code": "ab" * 16, "revision": 1, "channel": "web", "territory": "east",
                "choice": {"lamps": ["a"]},
            }
        )
    )  # fmt: skip

    def put(**more: Any) -> None:
        from veche.city.ballots.models import LogEntry

        body = canonical_text({**ballot, **more})
        LogEntry(vote=vote, body=body).save(force_insert=True)

    put()
    put()
    for n in range(7):
        put(code=f"{n:032x}")
    put(choice={"lamps": ["z"]}, code="cd" * 16)
    put(territory="moon", code="ce" * 16)
    put(vote="2026-999999", code="cf" * 16)
    leaf(vote, "closed")
    put(code="d0" * 16)
    leaf(vote, "annulled", code="ee" * 16, revisions=[1], reason="x")
    leaf(vote, "annulled", batch="none", reason="x")
    leaf(vote, "paper", batch="n-1", territory="west", ballots=3, choices={'{"lamps":["a"]}': 2})
    sequencer().all()
    vote = Vote.objects.select_related("case").get(pk=vote.pk)
    publish_vote_files(vote, tmp_path / "forged")
    told = "\n".join(check_vote(tmp_path / "forged")[0])
    for sentence in (
        "second ballot of the same code and revision",
        "In east 11 ballots are counted, and 5",
        "does not keep to the configuration",
        "counted in a place that the roll does not have",
        "is a ballot of another vote",
        "the vote was closed before it",
        "were annulled, and it has none",
        "annuls a batch of paper that does not count",
        "has 3 papers, and its choices are 2",
    ):
        assert sentence in told, sentence


def test_an_open_poll_publishes_no_ballots(town: Voting, tmp_path: Path) -> None:  # noqa: F811
    vote = certified(town, level="open")
    folder = tmp_path / "poll"
    publish_vote_files(vote, folder)
    assert not (folder / "ballots.csv").exists()
    assert {one["type"] for one in lines(folder)}.isdisjoint({"ballot"})
    assert "small-places" in (folder / "sums.csv").read_text()
    assert check_vote(folder)[0] == []
    edit("sums.csv", ",1\r\n", ",2\r\n")(folder)
    assert check_vote(folder)[0]


def test_only_what_is_sealed_is_published(town: Voting, tmp_path: Path) -> None:  # noqa: F811
    with pytest.raises(NothingToPublish):
        publish_vote_files(town.draft(), tmp_path / "none")
    vote = running(town)
    sequencer().all()
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "x").write_text("x")
    with pytest.raises(FolderTaken):
        publish_vote_files(vote, tmp_path / "there")
    publish_vote_files(vote, tmp_path / "live")
    assert check_vote(tmp_path / "live")[0] == []


def test_a_hidden_count_is_not_read_off_the_log(
    town: Voting,  # noqa: F811
    tmp_path: Path,
    client: Client,
) -> None:
    live = {"mode": "turnout", "reason": {"en": "So that nobody follows the others."}}
    vote = running(town, live=live)
    cast(vote, town.voters[0], {"lamps": ["a"]})
    sequencer().all()
    base = f"/log/journal/votes/{vote.config['vote']}"
    entries = f"{base}/tile/entries/000.p/3"
    assert client.get(f"{base}/checkpoint").status_code == 200
    assert client.get(f"{base}/tile/0/000.p/3").status_code == 200
    assert client.get(entries).status_code == 404
    with pytest.raises(NothingToPublish):
        publish_vote_files(vote, tmp_path / "early")
    assert Tally.objects.get(vote=vote).body["questions"] == []
    course.close_in_time(by=None, at=NOW, case=vote.case)
    sequencer().all()
    assert b'"choice":{"lamps":["a"]}' in client.get(entries.replace("p/3", "p/4")).content
