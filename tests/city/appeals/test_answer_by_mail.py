"""Who writes without an account may be told of the answer: the address is kept for that alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.city.appeals.cast import DAY, Letters
from tests.city.appeals.test_once import EMAIL, WRITE, key, shown
from tests.city.appeals.test_pages import letter
from veche import clock
from veche.city.appeals import operations as appeals
from veche.city.appeals import rules
from veche.city.appeals.models import AnswerByMail, Appeal
from veche.core.journal.models import Record, Secret
from veche.core.people.models import Person
from veche.testing import deliver


def written(client: Client, **more: str) -> tuple[Appeal, str]:
    """A letter of a visitor who asked to be told, and its secret; the way back is delivered."""
    secret = key(shown(client))
    client.post(WRITE, letter(key=secret, tell="on", **more))
    appeal = Appeal.objects.select_related("case").latest("case_id")
    deliver()
    return appeal, secret


def outcomes() -> list[Any]:
    deliver()
    return [one for one in mail.outbox if "This is the last letter" in str(one.body)]


def test_the_answer_is_told_once_and_the_address_is_gone(made: Letters, client: Client) -> None:
    page = shown(client).get(WRITE).content.decode()
    assert 'name="tell"' in page and f"{rules.ADDRESS_DAYS} days" in page
    appeal, secret = written(client, public="no")
    kept = AnswerByMail.objects.get()
    assert (kept.email, kept.case_id, kept.language) == (EMAIL, appeal.pk, "en")
    assert "delete your address" in str(mail.outbox[-1].body) and secret in mail.outbox[-1].body
    matter = client.get(f"/en/appeals/{appeal.case.number}/").content.decode()
    assert f"/en/appeals/{appeal.case.number}/address/" in matter
    assert EMAIL not in matter
    appeals.answer(by=made.town.officer, at=clock.now(), case=appeal.case, text="It is done now.")
    assert not AnswerByMail.objects.exists()
    (told,) = outcomes()
    assert told.to == [EMAIL] and appeal.case.number in told.subject
    assert "It is done now." not in told.body and secret not in told.body
    everything = str(list(Record.objects.values())) + str(list(Secret.objects.values()))
    assert EMAIL not in everything


def test_who_did_not_ask_is_not_kept(made: Letters, client: Client) -> None:
    client.post(WRITE, letter(public="no", key=key(shown(client))))
    assert not AnswerByMail.objects.exists()
    appeal = Appeal.objects.select_related("case").get()
    appeals.answer(by=made.town.officer, at=clock.now(), case=appeal.case, text="It is done now.")
    assert not outcomes()


def test_who_has_an_account_is_not_asked(made: Letters, client: Client) -> None:
    client.force_login(made.town.resident, backend="django.contrib.auth.backends.ModelBackend")
    assert 'name="tell"' not in client.get(WRITE).content.decode()
    client.post(WRITE, letter(public="no", tell="on"))
    assert Appeal.objects.count() == 1 and not AnswerByMail.objects.exists()


@pytest.mark.parametrize("how", ["reject", "refuse", "remove", "thanks"])
def test_every_other_outcome_is_told_too(made: Letters, client: Client, how: str) -> None:
    more = {"kind": "thanks", "public": "no"} if how == "thanks" else {}
    appeal, _secret = written(client, **more)
    at, case = clock.now(), appeal.case
    if how == "reject":
        appeals.reject(
            by=made.town.moderator, at=at, case=case, reason="unclear",
            text="Say which crossing it is.",
        )  # fmt: skip
    elif how != "thanks":
        case = appeals.accept(by=made.town.moderator, at=at, case=case)
        assert AnswerByMail.objects.exists(), "it is not answered yet"
    if how == "refuse":
        appeals.refuse(
            by=made.town.officer, at=at, case=case, reason="court", text="A court decides it."
        )
    if how == "remove":
        appeals.remove(
            by=made.town.moderator, at=at, case=case, reason="law", text="A court forbids it."
        )
    assert not AnswerByMail.objects.exists() and len(outcomes()) == 1


def test_its_author_deletes_it_and_nobody_else(made: Letters, client: Client) -> None:
    appeal, _secret = written(client)
    path = f"/en/appeals/{appeal.case.number}/address/"
    assert Client().post(path).status_code in (403, 404)
    assert AnswerByMail.objects.exists()
    assert client.post(path).status_code == 302
    assert not AnswerByMail.objects.exists()
    appeal, _secret = written(client, title="Another crossing")
    appeals.withdraw(by=None, at=clock.now(), case=appeal.case)
    assert not AnswerByMail.objects.exists() and not outcomes()


def test_nothing_is_kept_longer_than_was_said(made: Letters, client: Client) -> None:
    appeal, _secret = written(client)
    until = AnswerByMail.objects.get().until
    assert until == appeal.case.opened_at + rules.ADDRESS_DAYS * DAY
    assert appeals.forget_old_addresses(at=until) == 0
    assert appeals.forget_old_addresses(at=until + DAY) == 1
    assert appeals.forget_old_addresses(at=until + DAY) == 0
    assert not AnswerByMail.objects.exists() and not outcomes()


@pytest.mark.django_db(transaction=True)
def test_no_letter_is_kept_without_its_way_back(
    made: Letters, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies between writing the letter and queueing its way back."""
    from veche.core.people import once

    people, secret = Person.objects.count(), key(shown(client))

    def dies(**_given: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(once, "send_way_back", dies)
        with pytest.raises(MemoryError):
            client.post(WRITE, letter(public="no", key=secret))
    assert not Appeal.objects.exists() and Person.objects.count() == people
    # The form is sent again: the address shown is still good.
    assert client.post(WRITE, letter(public="no", key=secret)).status_code == 302
    deliver()
    assert Appeal.objects.count() == 1 and secret in str(mail.outbox[-1].body)
