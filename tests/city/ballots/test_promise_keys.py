"""Keys of promises: withdrawn by the administrator, and what they sign later is refused."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from cryptography import fernet
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tests.city.ballots.test_intake import NOW, ballot_of, opened, town  # noqa: F401
from tests.city.ballots.votes import EARLY, Voting
from veche.city.ballots import commands_course, intake, keys, sheet
from veche.city.ballots.models import PromiseKey, Vote
from veche.city.ballots.operations import promises
from veche.city.ballots.queries.promises import promise_of
from veche.city.ballots.views.receipt import HEAD
from veche.city.ballots.vote.promise import Promise, promise_all, read_promise_keys
from veche.core.journal.tlog.merkle import leaf_hash
from veche.core.journal.tlog.note import VerifierKey, WrongNote
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def vote(town: Voting) -> Vote:  # noqa: F811
    return opened(town)


WHY = "The machine was lost on the way to the workshop."


def administrator(town: Voting) -> Person:  # noqa: F811
    made = add_person(by=None, at=EARLY, name="Admin", email="admin@example.org")
    appoint(by=None, at=EARLY, person=made, role="administrator", territory=town.town.city)
    return made


def withdraw(by: Person, at: dt.datetime, **more: Any) -> PromiseKey:
    told = {"verifier": str(keys.own_verifier()), "reason": WHY} | more
    return promises.withdraw_promise_key(by=by, at=at, **told)


def receipt(taken: intake.Taken, promise: str) -> str:
    """A receipt file of a ballot, with a proof after the promise."""
    head = f"{HEAD}\nvote {taken.number}\ncode {taken.code}\nrevision 1\nleaf {taken.leaf_hash}\n"
    return f"{head}{taken.leaf}\n\n{promise}\nc2sp.org/tlog-proof@v1\nindex 3\n"


def signed_at(taken: intake.Taken, at: dt.datetime) -> str:
    signer = keys.own_signer()
    leaf = leaf_hash(taken.leaf.encode())
    return promise_all([(taken.number, leaf)], at, signer.key, signer.private.sign)[0]


def test_what_a_withdrawn_key_signs_later_is_refused(
    town: Voting,  # noqa: F811
    vote: Vote,
) -> None:
    taken = intake.cast_here(ballot_of(vote, town.voters[0]), {"lamps": ["b"]})
    check = f"/en/votes/{vote.case.number}/check/"

    def checked(promise: str) -> tuple[int, str]:
        page = Client().post(check, {"code": receipt(taken, promise)})
        return page.status_code, page.content.decode()

    status, page = checked(taken.promise)
    assert status == 200 and "signed by a <a" in page
    admin, at = administrator(town), Promise.read(taken.promise.encode()).given
    with pytest.raises(promises.NotTheKeysAdministrator):
        withdraw(town.organiser, at)
    with pytest.raises(promises.UnknownKey):
        withdraw(admin, at, verifier="town.example/log+00000000+AAAA")
    withdraw(admin, at + dt.timedelta(seconds=5))
    with pytest.raises(promises.KeyWithdrawn):
        withdraw(admin, at)
    assert promise_of(taken.promise.encode()) is not None, "what it signed before stays good"
    assert checked(taken.promise)[0] == 200
    late = signed_at(taken, at + dt.timedelta(seconds=5))
    assert promise_of(late.encode()) is None
    status, page = checked(late)
    assert status == 422 and "is not accepted" in page and WHY in page
    status, page = checked(late.replace(taken.leaf_hash, "00" * 32))
    assert status == 422 and "was signed by no" in page
    told = Client().get("/en/votes/promise-keys.txt").content.decode()
    [one] = read_promise_keys(told)
    assert told.split()[0] == str(keys.own_verifier()), "the key is the first word of its line"
    assert one.until == PromiseKey.objects.get().withdrawn_at


def test_a_machine_that_signs_by_a_withdrawn_key_says_so(
    town: Voting,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    key = str(keys.own_verifier())
    promises.publish_promise_key(by=None, at=NOW, verifier=key)
    withdraw(administrator(town), NOW)
    intake.tell_key(key, NOW)
    assert "new-promise-key" in caplog.text
    assert PromiseKey.objects.get().withdrawn_at == NOW, "it is not let in again"


def test_the_published_list_is_read_line_by_line() -> None:
    key = str(keys.own_verifier())
    assert read_promise_keys(f"{key}\n\n")[0].until is None, (
        "as it stood before keys were withdrawn"
    )
    for wrong in ("until now", "until", "since 2026-01-01T00:00:00+00:00", "until 2026-01-01"):
        with pytest.raises(WrongNote):
            read_promise_keys(f"{key} {wrong}\n")
    assert VerifierKey.read(key)


def test_the_page_shows_until_when_a_key_held(
    town: Voting,  # noqa: F811
    vote: Vote,
) -> None:
    page = "/en/votes/promise-keys/"
    assert "No promise was given yet" in Client().get(page).content.decode()
    intake.cast_here(ballot_of(vote, town.voters[0]), {"lamps": ["b"]})
    key = str(keys.own_verifier())
    form = {"verifier": key, "reason": WHY}
    assert Client().post(page, form).status_code == 302, "sign in first"
    client = Client()
    client.force_login(town.organiser)
    assert client.post(page, form).status_code == 403
    assert "Withdraw the key" not in client.get(page).content.decode()
    client.force_login(administrator(town))
    assert client.post(page, {"verifier": key, "reason": "No."}).status_code == 422
    assert client.post(page, form).status_code == 302
    for language in ("en", "ru", "zh-hans"):
        shown = Client().get(f"/{language}/votes/promise-keys/")
        assert WHY in shown.content.decode() and key.rpartition("+")[0] in shown.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        PromiseKey.objects.update(reason="")


def test_a_machine_is_given_another_key(
    town: Voting,  # noqa: F811
    settings: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.KEY_FOLDER = tmp_path
    name = keys.promise_name(settings.LOG_NAME)
    before = keys.promise_signer(tmp_path, name).key
    assert commands_course.run_new_key(argparse.Namespace()) == 0
    after = keys.promise_signer(tmp_path, name).key
    assert after != before and str(after) in capsys.readouterr().out
    assert (tmp_path / f"promise-{before.id.hex()}.pem").exists()
    promises.publish_promise_key(by=None, at=NOW, verifier=str(before))
    administrator(town)
    told = argparse.Namespace(key=str(before), reason=WHY, email="admin@example.org")
    assert commands_course.run_withdraw_key(told) == 0
    assert commands_course.run_withdraw_key(told) == 1, "once is enough"
    assert PromiseKey.objects.get().withdrawn_at is not None


def test_a_receipt_waits_for_months_and_not_too_many_do(monkeypatch: pytest.MonkeyPatch) -> None:
    present = dt.datetime(2026, 3, 1, tzinfo=dt.UTC).timestamp()
    request = RequestFactory().get("/")

    def later(**span: float) -> None:
        seconds = present + dt.timedelta(**span).total_seconds()
        monkeypatch.setattr(fernet.time, "time", lambda: seconds)

    def keep(name: str, body: dict[str, str]) -> None:
        response = HttpResponse()
        sheet.write(request, response, name, body)
        for cookie, morsel in response.cookies.items():
            if morsel["max-age"] == 0:
                request.COOKIES.pop(cookie)
            else:
                request.COOKIES[cookie] = morsel.value

    receipt, ballot = (sheet.name_of(one, 1, b"code") for one in (sheet.RECEIPT, "sheet"))
    later()
    keep(receipt, {"promise": "kept"})
    keep(ballot, {"answers": "none"})
    later(hours=3)
    assert sheet.read(request, receipt) == {"promise": "kept"}
    assert sheet.read(request, ballot) == {}
    later(days=89)
    assert sheet.read(request, receipt)
    later(days=91)
    assert not sheet.read(request, receipt)
    for vote in range(2, 9):
        later(days=91, hours=vote)
        keep(sheet.name_of(sheet.RECEIPT, vote, b"code"), {"promise": str(vote)})
    names = [sheet.name_of(sheet.RECEIPT, vote, b"code") for vote in range(1, 9)]
    kept = [vote for vote, name in enumerate(names, 1) if sheet.read(request, name)]
    assert kept == [4, 5, 6, 7, 8], "the oldest go first"
