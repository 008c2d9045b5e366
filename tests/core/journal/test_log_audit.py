"""Receipts, the audit from within, and what was erased."""

from __future__ import annotations

import pytest
from django.db import connection
from tests.core.journal.sealing import AT, write

from veche.core.journal.models import Record, Secret
from veche.core.journal.queries import NotSealed, audit, receipt
from veche.core.journal.sealer import Sealer
from veche.core.journal.tlog import keys
from veche.core.journal.tlog.note import VerifierKey
from veche.core.journal.tlog.walk import walk_log

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("places")]


def test_a_receipt_of_every_record(sealer: Sealer, log: VerifierKey) -> None:
    write(by=None, at=AT, number=300)
    last = Record.objects.order_by("-id").first()
    assert last is not None
    with pytest.raises(NotSealed):
        receipt(last.pk)
    sealer.once()
    for one in Record.objects.order_by("id")[::37]:
        found = receipt(one.pk)
        assert found.holds(bytes(one.digest))
        assert found.checkpoint.checked([log], keys.verify) == (log,)
    with pytest.raises(NotSealed):
        receipt(10**9)


def test_an_erased_record_stays_in_the_log(sealer: Sealer) -> None:
    write(by=None, at=AT, number=3)
    sealer.once()
    Secret.objects.filter(record=Record.objects.filter(subject="x:1").get()).delete()
    found = audit()
    assert (found.good, found.erased) == (True, 1)
    sealer.once()
    report = walk_log(sealer.folder.fetch, verify=keys.verify)
    assert report.ok, report.faults
    assert "1 erased" in report.log_summary()
    assert "1 erased" in found.sentence()
    assert found.same == found.size - 1


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE journal_record SET public = '{\"n\": 9}' WHERE subject = 'x:1'", "CHANGED"),
        ("UPDATE journal_record SET kind = 'other' WHERE subject = 'x:1'", "CHANGED"),
        ("UPDATE journal_record SET actor = 7 WHERE subject = 'x:1'", "CHANGED"),
        ("UPDATE journal_record SET subject = 'x:9' WHERE subject = 'x:1'", "CHANGED"),
        ("UPDATE journal_record SET at = at + interval '1 s' WHERE subject = 'x:1'", "CHANGED"),
        ("UPDATE journal_record SET digest = sha256('x') WHERE subject = 'x:1'", "NOT WHAT"),
        (
            'UPDATE journal_secret SET personal = \'{"name": "Bo"}\' WHERE record_id ='
            " (SELECT id FROM journal_record WHERE subject = 'x:1')",
            "CHANGED",
        ),
        (
            "DELETE FROM journal_leaf WHERE record_id ="
            " (SELECT id FROM journal_record WHERE subject = 'x:1')",
            "GONE",
        ),
    ],
)
def test_whoever_changes_the_database_by_hand_is_found(sealer: Sealer, sql: str, told: str) -> None:
    write(by=None, at=AT, number=3)
    sealer.once()
    assert audit().good
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("RESET session_replication_role")
    found = audit()
    assert not found.good
    assert told in found.sentence()
