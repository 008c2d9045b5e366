"""What happened can be shown later: receipts on pages, and a log that stands when one is erased."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.cast import SmallTown, small_town

from veche import clock
from veche.city.problems import operations as problems
from veche.core.journal import commands
from veche.core.journal.models import Erased, Record
from veche.core.journal.queries import audit
from veche.core.journal.sealer import LOCK, Sealer
from veche.core.journal.tlog.receipt import Receipt
from veche.core.moderation.operations import hide_matter
from veche.core.opendata.operations import publish
from veche.core.people.models import Person
from veche.core.people.operations.erasure import erase_person

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
RECEIPT = re.compile(r"/en/journal/receipts/(\d+)\.tlog-proof")
LANGUAGES = ("en", "ru", "zh-hans")


@pytest.fixture
def town() -> SmallTown:
    return small_town()


@pytest.fixture
def seal(tmp_path: Path, settings: Any) -> Iterator[Callable[[], None]]:
    """Seals all that waits, on the test's own connection."""
    settings.LOG_FOLDER, settings.KEY_FOLDER = tmp_path / "log", tmp_path / "keys"
    commands.make_key()
    assert connection.connection is not None
    sealer = Sealer(connection.connection, settings.LOG_FOLDER, settings.KEY_FOLDER)
    assert sealer.take()

    def run() -> None:
        while sealer.once().records:
            pass

    yield run
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_each_step_of_a_matter_with_its_receipt(town: SmallTown, seal: Callable[[], None]) -> None:
    at = clock.now() - dt.timedelta(days=1)
    case = problems.accept(by=town.moderator, at=at + HOUR, case=town.report(at=at).case)
    address = f"/en/problems/{case.number}/proof/"
    assert address in Client().get(f"/en/problems/{case.number}/").content.decode()
    page = Client().get(address).content.decode()
    assert "not sealed yet" in page and not RECEIPT.search(page)
    seal()
    page = as_(town.neighbour).get(address).content.decode()
    assert "not sealed yet" not in page
    found = {int(number) for number in RECEIPT.findall(page)}
    steps = Record.objects.filter(subject=f"problem:{case.number}", kind__startswith="problem.")
    assert found == set(steps.values_list("pk", flat=True)) and len(found) >= 2
    for number in found:
        receipt = Client().get(f"/en/journal/receipts/{number}.tlog-proof")
        assert Receipt.read(receipt.content).holds(bytes(steps.get(pk=number).digest))
    for language in LANGUAGES:
        shown = Client().get(f"/{language}/problems/{case.number}/proof/").content.decode()
        text = re.sub(r"<[^>]*>", "", shown)
        assert not re.search(r"problem\.[a-z]", text), "every step is said in words"


def test_who_may_not_see_the_matter_sees_no_proof_of_it(town: SmallTown) -> None:
    at = clock.now() - dt.timedelta(days=1)
    case = town.report(at=at).case
    address = f"/en/problems/{case.number}/proof/"
    assert Client().get(address).status_code == 404, "it waits for a moderator"
    assert as_(town.resident).get(address).status_code == 200
    problems.accept(by=town.moderator, at=at + HOUR, case=case)
    assert Client().get(address).status_code == 200
    case.refresh_from_db()
    hide_matter(by=town.moderator, at=clock.now(), case=case, reason="personal-data")
    assert Client().get(address).status_code == 404
    assert as_(town.moderator).get(address).status_code == 200
    assert Client().get("/en/problems/nothing-1/proof/").status_code == 404


def test_my_own_acts_with_their_receipts(town: SmallTown, seal: Callable[[], None]) -> None:
    town.report(at=clock.now() - HOUR)
    seal()
    assert Client().get("/en/me/receipts/").status_code == 302
    mine = as_(town.resident)
    assert "/en/me/receipts/" in mine.get("/en/me/").content.decode()
    page = mine.get("/en/me/receipts/").content.decode()
    assert "You reported a problem" in page
    found = {int(number) for number in RECEIPT.findall(page)}
    own = Record.objects.filter(actor=town.resident.pk)
    assert found and found <= set(own.values_list("pk", flat=True))
    assert own.get(kind="problem.report").pk in found
    others = as_(town.neighbour).get("/en/me/receipts/").content.decode()
    assert not found & {int(number) for number in RECEIPT.findall(others)}


def test_the_log_is_led_to_from_every_page(town: SmallTown) -> None:
    for address in ("/en/", "/en/opendata/", "/en/offices/"):
        assert 'href="/en/journal/"' in Client().get(address).content.decode(), address


def alone(folder: Path) -> tuple[int, dict[str, Any]]:
    """What the published verifier says, run by a stranger's Python without our code."""
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), str(folder), "--json"],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout)


def test_a_person_is_erased_and_the_log_says_so(
    town: SmallTown, seal: Callable[[], None], tmp_path: Path
) -> None:
    at = clock.now() - dt.timedelta(days=1)
    case = town.report(at=at).case
    problems.accept(by=town.moderator, at=at + HOUR, case=case)
    seal()
    folder = tmp_path / "publication"
    publish(by=None, at=clock.now(), folder=folder)
    code, found = alone(folder)
    before = found["logs"][0]
    assert (code, before["erased"]) == (0, 0)
    erase_person(by=town.resident, at=clock.now(), person=town.resident)
    seal()
    gone = Erased.objects.count()
    assert gone >= 2, "at least the account and the report had erasable parts"
    kept = tmp_path / "earlier"
    kept.write_bytes((folder / "log/journal/checkpoint").read_bytes())
    publish(by=None, at=clock.now(), folder=folder)
    code, found = alone(folder)
    assert (code, found["differences"]) == (0, [])
    assert found["logs"][0]["erased"] == gone
    assert any(f"{gone} erased" in sentence for sentence in found["checked"])
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), str(folder), "--older-checkpoint",
         str(kept)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, "and it only grew since the day before"
    told = audit()
    assert told.good and told.erased == gone
    page = Client().get(f"/en/problems/{case.number}/proof/").content.decode()
    assert "Its words were erased" in page
