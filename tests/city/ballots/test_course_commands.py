"""The words after ``veche ballots``: what is due now, and files for strangers."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path

import pytest

from tests.city.ballots.test_sequencer import log, town  # noqa: F401
from tests.city.ballots.votes import DAY, HOUR, OPENS, Voting, cast
from veche import clock
from veche.city.ballots import commands
from veche.city.ballots.check import check_vote
from veche.city.ballots.models import Vote
from veche.city.ballots.operations import course

pytestmark = pytest.mark.django_db


def said(*words: str) -> int:
    """The exit status of a command."""
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    args = parser.parse_args(["ballots", *words])
    return int(args.run(args))


def test_a_vote_goes_its_way_by_commands(
    town: Voting,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def turn(at: dt.datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: at)

    vote = town.published()
    number = vote.case.number
    assert said("open", "2026-999999") == 1
    assert "There is no vote" in capsys.readouterr().err
    turn(OPENS - HOUR)
    assert said("open", number) == 1
    assert "opens at" in capsys.readouterr().err
    turn(OPENS)
    assert said("open", number) == 0
    closes = dt.datetime.now(dt.UTC) + DAY
    Vote.objects.filter(pk=vote.pk).update(closes_at=closes)
    assert cast(vote, town.voters[0], {"lamps": ["b"]}) == "taken"
    assert said("close", number) == 1
    assert "closes at" in capsys.readouterr().err
    turn(closes)
    assert said("close", number, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["state"] == "provisional"
    assert told["result"]["questions"][0]["count"]["winners"] == ["b"]
    assert said("certify", number, "--as", "nobody@example.org") == 1
    assert said("certify", number, "--as", "commissioner@example.org") == 1, "appeals are taken"
    course.end_appeals_in_time(by=None, at=closes + 6 * DAY, case=vote.case)
    turn(closes + 6 * DAY)
    assert said("certify", number, "--as", "Commissioner@example.org") == 0
    assert "lamps: b" in capsys.readouterr().out
    assert said("publish", number, str(tmp_path / "out"), "--json") == 0
    assert check_vote(tmp_path / "out")[0] == []
    assert (tmp_path / "out" / "certificate.txt").exists()
    assert said("publish", number, str(tmp_path / "out")) == 1
    assert "name a new folder" in capsys.readouterr().err
