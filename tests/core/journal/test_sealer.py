"""The sealer: every record once, in the order of places; killed anywhere, nothing signed twice."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, transaction
from tests.core.journal.sealing import AT, Killed, digests, opened, sealed, write

from veche.core.journal import commands
from veche.core.journal.folder import BrokenFolder, Folder
from veche.core.journal.models import Checkpoint, Leaf, Record, Unsealed
from veche.core.journal.operations import end_key
from veche.core.journal.sealer import Sealer
from veche.core.journal.signing import SealerFault
from veche.core.journal.tlog import keys
from veche.core.journal.tlog.note import Note, VerifierKey
from veche.core.journal.tlog.tiles import tile_path

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("places")]


def test_every_record_is_sealed_once(sealer: Sealer, log: VerifierKey) -> None:
    for number in (1, 300, 0, 7, 600):
        if number:
            write(by=None, at=AT, number=number)
        sealer.once()
        note = Note.read(sealer.folder.fetch("checkpoint"))
        assert note.checked([log], keys.verify) == (log,)
        assert sealed() == digests()
    assert Leaf.objects.count() == Record.objects.count()
    assert not Unsealed.objects.exists()
    assert sealer.once().records == 0


def test_a_record_that_commits_late_is_not_passed_over(sealer: Sealer) -> None:
    begun, finish = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            write(by=None, at=AT, number=1)
            begun.set()
            finish.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    begun.wait(10)
    write(by=None, at=AT, number=3)  # later numbers, committed earlier
    assert sealer.once().records >= 3
    finish.set()
    thread.join()
    assert sealer.once().records == 1
    assert Leaf.objects.count() == Record.objects.count()
    assert sealed() == digests()


def test_a_batch_is_bounded(log: VerifierKey) -> None:
    write(by=None, at=AT, number=25)
    with opened(most=10) as one:
        assert one.take()
        assert [one.once().records for _look in range(4)] == [10, 10, 6, 0]


def _dies_at(target: str, after: int) -> Callable[[Sealer, pytest.MonkeyPatch], None]:
    """A sealer that is killed at the ``after``-th call of one of its steps, or of the system's."""

    def arm(sealer: Sealer, patch: pytest.MonkeyPatch) -> None:
        owners: dict[str, Any] = {"_sign": sealer, "replace": Path, "fsync": os}
        owner = owners.get(target, sealer.folder)
        real = getattr(owner, target)
        calls = 0

        def step(*given: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls > after:
                raise Killed
            return real(*given)

        patch.setattr(owner, target, step)

    return arm


@pytest.mark.parametrize(
    ("target", "after"),
    [
        ("_sign", 0),
        ("publish", 0),
        ("_put", 0),
        ("_put", 1),
        *(("fsync", number) for number in range(0, 8, 2)),
        *(("replace", number) for number in range(5)),
    ],
)
def test_killed_at_any_step_the_next_one_goes_on(
    log: VerifierKey, monkeypatch: pytest.MonkeyPatch, target: str, after: int
) -> None:
    write(by=None, at=AT, number=300)
    shown = set()
    with opened() as first:
        assert first.take()
        first.once()
        shown.add(str(first.folder.checkpoint()))
        write(by=None, at=AT, number=400)
        with monkeypatch.context() as patch:
            _dies_at(target, after)(first, patch)
            with pytest.raises(Killed):
                first.once()
    before = Folder(django_settings.LOG_FOLDER).checkpoint()
    assert before is not None, "what was published is still whole"
    signed = dict(Checkpoint.objects.values_list("size", "note"))
    with opened() as second:
        until = time.monotonic() + 10
        while not second.take():  # the database notices within moments that the first is gone
            assert time.monotonic() < until
            time.sleep(0.02)
        second.once()
        assert sealed() == digests()
        assert Leaf.objects.count() == Record.objects.count()
    for size, note in signed.items():
        kept = Checkpoint.objects.get(size=size)
        assert kept.note == note, "what was signed once stays what was signed"
    sizes = list(Checkpoint.objects.order_by("size").values_list("size", flat=True))
    assert len(sizes) == len(set(sizes))


def test_one_sealer_at_a_time_and_the_next_takes_over(log: VerifierKey) -> None:
    with opened() as first, opened() as second:
        assert first.take()
        assert not second.take()
        first.connection.close()
        until = time.monotonic() + 10
        while not second.take():
            assert time.monotonic() < until, "taken over within ten seconds"
            time.sleep(0.05)


def test_a_database_older_than_the_log_is_refused(sealer: Sealer) -> None:
    write(by=None, at=AT, number=5)
    sealer.once()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM journal_checkpoint")
        cursor.execute("RESET session_replication_role")
    sealer.connection.close()
    with opened() as other, pytest.raises(SealerFault, match="older than the log"):
        other.take()


def test_another_log_is_begun_as_the_operators_page_says(
    sealer: Sealer, log: VerifierKey, settings: Any, tmp_path: Path
) -> None:
    write(by=None, at=AT, number=5)
    sealer.once()
    sealer.connection.close()
    settings.LOG_NAME, settings.LOG_FOLDER = "town.example/log/second", tmp_path / "second"
    page = (Path(__file__).resolve().parents[3] / "docs/operate/log.md").read_text()
    sql = page.partition("```sql")[2].partition("```")[0]
    assert "DELETE FROM journal_leaf" in sql
    with connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.execute("RESET session_replication_role")
    newer = commands.make_key()
    end_key(by=None, at=AT, number=log.id.hex())
    with opened() as other:
        while not other.take():
            time.sleep(0.02)
        other.once()
        note = Note.read(other.folder.fetch("checkpoint"))
    assert note.checked([newer], keys.verify) == (newer,)
    assert sealed() == digests() and len(sealed()) == Record.objects.count()


def test_files_that_were_changed_are_refused(sealer: Sealer) -> None:
    write(by=None, at=AT, number=5)
    sealer.once()
    sealer.connection.close()
    size = sealer.edge.size
    path = django_settings.LOG_FOLDER / tile_path(0, 0, size)
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
    with opened() as other, pytest.raises(BrokenFolder, match="root"):
        other.take()


def test_without_a_key_nothing_is_signed() -> None:
    with opened() as one:
        assert one.take()
        with pytest.raises(SealerFault, match="key make"):
            one.once()


def test_the_log_is_appended_only(sealer: Sealer) -> None:
    write(by=None, at=AT, number=2)
    sealer.once()
    for sql in (
        "UPDATE journal_leaf SET place = place + 100",
        "DELETE FROM journal_leaf",
        "TRUNCATE journal_leaf",
        "TRUNCATE journal_checkpoint",
        "UPDATE journal_checkpoint SET note = ''",
        "DELETE FROM journal_checkpoint",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
