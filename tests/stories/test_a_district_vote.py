"""A district decides: explained, voted on by web, kiosk and paper, watched, closed, appealed
against, certified, published, and counted again elsewhere with nothing but the stand-alone file."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.city.ballots.placing import sequencer
from tests.city.ballots.votes import DAY, HOUR, Voting, config, decision, question, voting

from veche.city.ballots.models import Ballot, Batch, Part, RollEntry, Tally, Vote, VoteAppeal, Voter
from veche.city.ballots.operations import appeals, course, making, outcome
from veche.city.ballots.publishing import publish_vote_files
from veche.core.journal import commands
from veche.core.journal.tlog.note import VerifierKey
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
HIDDEN = re.compile(r'<input type="hidden" name="(token|key|choice)" value="([^"]*)"')
CODE = re.compile(r"<code>([A-Z2-9]{4}-[A-Z2-9]{4})</code>")
WHY = "The papers lay on the counter for an hour, and nobody watched them."


@pytest.fixture
def log(tmp_path: Path, settings: Any) -> VerifierKey:
    settings.LOG_FOLDER, settings.KEY_FOLDER = tmp_path / "log", tmp_path / "keys"
    settings.LOG_NAME = "town.example/log/journal"
    return commands.make_key()


@pytest.fixture
def town(log: VerifierKey, monkeypatch: pytest.MonkeyPatch) -> Voting:
    monkeypatch.setattr(
        "veche.core.organisations.middleware.is_mfa_enabled", lambda *_a, **_k: True
    )
    return voting()


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def cast(client: Client, way: str, choices: Mapping[int, str]) -> str:
    """Fill in a ballot screen by screen and cast it; returns where one is led."""
    for place, choice in choices.items():
        answer = client.post(f"{way}/{place}/", {"choice": choice, "do": "next"})
        assert answer.status_code == 302, answer.content.decode()
    page = client.get(f"{way}/review/").content.decode()
    assert "What it does not guarantee" in page, "the sentence stands at the button"
    form = {name: html.unescape(value) for name, value in HIDDEN.findall(page)}
    answer = client.post(f"{way}/cast/", form)
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"])


def test_a_district_decides(town: Voting, tmp_path: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    opens, closes = now - HOUR, now + DAY

    # Created and announced: the question, the rule and the roll are frozen.
    asked = config(
        decision(quorum="1/2"), question(),
        roll={"territory": "west", "level": "resident"}, grain="neighbourhood",
        opens=opens.isoformat(), closes=closes.isoformat(),
    )  # fmt: skip
    vote = making.draft_vote(
        by=town.organiser, at=now - 5 * DAY, territory=town.town.west, config=asked
    )
    making.publish_vote(by=town.organiser, at=now - 4 * DAY, case=vote.case)
    course.open_in_time(by=None, at=opens, case=vote.case)
    vote = Vote.objects.select_related("case__territory").get(pk=vote.pk)
    number, way = vote.case.number, f"/en/votes/{vote.case.number}"
    assert RollEntry.objects.filter(vote=vote).count() == 7, "the west has seven residents"

    # Explained to everybody, without an account.
    page = Client().get(f"{way}/").content.decode()
    for told in ("Lamps in the park", "Question bridge", "How it is counted", "Option a"):
        assert told in page, told
    assert way in Client().get("/en/votes/").content.decode()
    assert "not on the roll" in as_(town.voters[9]).get(f"{way}/").content.decode()

    # Five vote on the web; one of them twice; somebody of the east cannot.
    for n, voter in enumerate(town.voters[:5]):
        cast(as_(voter), f"{way}/ballot", {1: "yes" if n < 3 else "no", 2: "a"})
    cast(as_(town.voters[4]), f"{way}/ballot", {1: "yes", 2: "b"})
    assert as_(town.voters[9]).get(f"{way}/ballot/1/").status_code == 403
    receipt = as_(town.voters[0]).get(f"{way}/receipt.txt").content.decode()

    # One comes to the kiosk, two are given a paper: of these one had voted on the web.
    clerk = as_(town.poll_clerk)
    entries = {one.person_id: one.pk for one in RollEntry.objects.filter(vote=vote)}
    counter = f"{way}/counter/{entries[town.voters[5].pk]}/"
    said = clerk.post(counter, {"do": "kiosk", "kiosk-seen": "on"}).content.decode()
    found = CODE.search(said)
    assert found is not None
    kiosk = Client()
    assert kiosk.post("/en/votes/kiosk/", {"code": found[1]}).status_code == 302
    taken = cast(kiosk, "/en/votes/kiosk", {1: "no", 2: "c"})
    assert "Your vote is cast" in kiosk.get(taken).content.decode()
    clerk.post(f"{way}/counter/", {"name_en": "School 1", "code": "north"})
    for voter in (town.voters[3], town.voters[6]):
        form = {"do": "paper", "paper-booth": "north", "paper-seen": "on"}
        assert clerk.post(f"{way}/counter/{entries[voter.pk]}/", form).status_code == 302
    refused = as_(town.voters[3]).get(f"{way}/ballot/1/")
    assert (refused.status_code, "voted in person" in refused.content.decode()) == (409, True)
    pile = clerk.post(f"{way}/counter/north/begin/", {"territory": "west", "scan": "ab" * 32})
    second = add_person(by=None, at=now - 9 * DAY, name="second", email="second@example.org")
    appoint(by=None, at=now - 9 * DAY, person=second, role="poll_clerk", territory=town.town.city)
    lines = {"do": "enter", "lines": "1 / 2\nx"}
    assert clerk.post(pile["Location"], lines).status_code == 302
    assert as_(second).post(pile["Location"], lines).status_code == 302
    assert Batch.objects.get().state == "agreed"

    # Watched live: six came by web or kiosk, less the one on paper, and one paper is not spoilt.
    placing = sequencer()
    placing.all()
    live = Tally.objects.get(vote=vote).body
    assert "Question bridge" in Client().get(f"{way}/result/").content.decode()
    assert live["turnout"]["number"] == 6
    assert live["turnout"]["channels"] == {"web": 4, "kiosk": 1, "paper": 1}
    assert Part.objects.filter(channel="paper").count() == 2

    # Closed at its time: nothing is taken afterwards, and the count waits for the booth.
    course.close_in_time(by=None, at=closes, case=vote.case)
    assert as_(town.voters[0]).get(f"{way}/ballot/1/").status_code == 409
    placing.all()
    assert outcome.sweep(at=closes + HOUR) == 0
    assert clerk.post(f"{way}/counter/north/done/").status_code == 302
    assert outcome.sweep(at=closes + HOUR) == 1
    page = Client().get(f"{way}/result/").content.decode()
    assert "Question bridge" in page

    # Appealed against, decided with words everybody reads; then certified.
    sent = as_(town.voters[2]).post(f"{way}/appeal/", {"reason": "paper", "text": WHY})
    assert sent.status_code == 302
    appeal = VoteAppeal.objects.get(vote=vote)
    over = closes + 6 * DAY
    course.end_appeals_in_time(by=None, at=over, case=vote.case)
    placing.all()
    with pytest.raises(outcome.AppealsOpen):
        outcome.certify_vote(by=town.commissioner, at=over, case=vote.case)
    answer = "The box was sealed all the while; both entries of the pile agree with its scan."
    appeals.dismiss(by=town.commissioner, at=over, case=appeal.case, text=answer)
    assert answer in Client().get(f"{way}/appeals/").content.decode()
    placing.all()
    outcome.certify_vote(by=town.commissioner, at=over + HOUR, case=vote.case)
    placing.all()
    assert not Voter.objects.filter(vote=vote).exists(), "nothing ties a ballot to a person now"
    assert Ballot.objects.filter(vote=vote).count() == 7, "what was cast stays"
    page = Client().get(f"{way}/certificate.txt").content.decode()
    assert "bridge: adopted" in page

    # The receipt still finds its ballot in the log, without signing in.
    checked = Client().post(f"{way}/check/", {"code": receipt})
    assert (checked.status_code, "letter by letter" in checked.content.decode()) == (200, True)

    # Published, carried elsewhere, and counted again with nothing of ours.
    published, elsewhere = tmp_path / "published", tmp_path / "elsewhere"
    vote = Vote.objects.select_related("case").get(pk=vote.pk)
    publish_vote_files(vote, published)
    shutil.move(published, elsewhere)
    good = again(elsewhere)
    assert good.returncode == 0, good.stdout + good.stderr
    assert "bridge: adopted" in good.stdout
    told = json.loads((elsewhere / "result.json").read_text())
    assert told["turnout"]["number"] == 6
    for line in (elsewhere / "ballots.ndjson").read_text().splitlines():
        leaf = json.loads(line)
        assert leaf.keys().isdisjoint({"person", "at", "time", "entry"})

    # Whoever changes one ballot is found out.
    ballots = elsewhere / "ballots.ndjson"
    ballots.write_text(ballots.read_text().replace('["yes"]', '["no"]', 1))
    bad = again(elsewhere)
    assert bad.returncode == 1
    assert number in vote.config["vote"]


def again(folder: Path) -> subprocess.CompletedProcess[str]:
    """Count again as a stranger does: one file, no environment, no package of ours."""
    return subprocess.run(
        [sys.executable, "-I", folder / "verify.py", folder],
        capture_output=True, text=True, cwd="/", env={}, check=False,
    )  # fmt: skip
