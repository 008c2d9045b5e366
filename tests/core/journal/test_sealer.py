"""The sealer: every record once, in the order of places; killed anywhere, nothing signed twice."""

from __future__ import annotations

import datetime as dt
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, transaction
from django.test import Client
from tests.core.journal.witness import Witness

from veche.core.journal import commands
from veche.core.journal.folder import BrokenFolder, Folder, Overtaken
from veche.core.journal.models import Checkpoint, Leaf, LogKey, Record, Secret, Unsealed
from veche.core.journal.operations import LastKey, NoSuchKey, end_key, record
from veche.core.journal.queries import NotSealed, audit, receipt
from veche.core.journal.sealer import Sealer, SealerFault
from veche.core.journal.tlog import keys, merkle
from veche.core.journal.tlog.note import Checkpoint as Told
from veche.core.journal.tlog.note import Note, VerifierKey
from veche.core.journal.tlog.policy import Policy
from veche.core.journal.tlog.tiles import entries_of, tile_path
from veche.core.journal.tlog.walk import walk_log
from veche.core.journal.witnesses import Witnesses, post
from veche.operation import operation
from veche.project import cli

AT = dt.datetime(2026, 11, 16, 6, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@operation
def write(*, by: None, at: dt.datetime, number: int) -> None:
    for n in range(number):
        record(kind="test.written", by=by, at=at, subject=f"x:{n}", personal={"name": f"Ann {n}"})


@pytest.fixture(autouse=True)
def places(tmp_path: Path, settings: Any) -> None:
    settings.LOG_FOLDER = tmp_path / "log"
    settings.KEY_FOLDER = tmp_path / "keys"
    settings.LOG_NAME = "town.example/log/journal"


@pytest.fixture
def log() -> VerifierKey:
    return commands.make_key()


@pytest.fixture
def sealer(log: VerifierKey) -> Iterator[Sealer]:
    with opened() as one:
        assert one.take()
        yield one


class opened:
    """A sealer with a connection of its own, as its process has one."""

    def __init__(self, **more: Any) -> None:
        self.more = more

    def __enter__(self) -> Sealer:
        wanted = connection.get_connection_params()
        known = {name: wanted[name] for name in ("dbname", "user", "host", "port")}
        self.connection = psycopg.connect(**known, autocommit=True)
        return Sealer(
            self.connection, django_settings.LOG_FOLDER, django_settings.KEY_FOLDER, **self.more
        )

    def __exit__(self, *_fault: object) -> None:
        self.connection.close()


def sealed() -> list[bytes]:
    """The entries of the published log, checked against its checkpoint."""
    folder = Folder(django_settings.LOG_FOLDER)
    told = folder.checkpoint()
    assert told is not None
    found: list[bytes] = []
    while len(found) < told.size:
        width = min(256, told.size - len(found))
        path = tile_path("entries", len(found) // 256, width)
        found += entries_of(folder.fetch(path), width)
    assert merkle.root_of(map(merkle.leaf_hash, found)) == told.root
    return found


def digests() -> list[bytes]:
    """What should be in the log, in the order of places."""
    return [
        bytes(digest)
        for digest in Leaf.objects.order_by("place").values_list("record__digest", flat=True)
    ]


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


class Killed(BaseException):
    """The process ended here."""


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


# --- keys -------------------------------------------------------------------------------------


def test_a_key_is_rotated_with_both_signing_for_a_while(sealer: Sealer, log: VerifierKey) -> None:
    write(by=None, at=AT, number=2)
    sealer.once()
    newer = commands.make_key()
    sealer.once()
    both = Note.read(sealer.folder.fetch("checkpoint"))
    assert both.checked([log, newer], keys.verify) == (log, newer)
    end_key(by=None, at=AT, number=log.id.hex())
    sealer.once()
    one = Note.read(sealer.folder.fetch("checkpoint"))
    assert one.checked([log, newer], keys.verify) == (newer,)
    lines = sealer.folder.fetch("keys.txt").decode().splitlines()
    assert [line.split()[1] for line in lines] == ["retired", "active"]
    with pytest.raises(LastKey):
        end_key(by=None, at=AT, number=newer.id.hex())
    with pytest.raises(NoSuchKey):
        end_key(by=None, at=AT, number=log.id.hex())


def test_a_revoked_key_stands_up_to_where_it_was_trusted(sealer: Sealer, log: VerifierKey) -> None:
    write(by=None, at=AT, number=20)
    sealer.once()
    commands.make_key()
    ended = end_key(by=None, at=AT, number=log.id.hex(), revoked_at=4)
    assert (ended.state, ended.until_size) == (LogKey.State.REVOKED, 4)
    sealer.once()
    assert b" revoked 0 4\n" in sealer.folder.fetch("keys.txt")


def test_a_retired_key_can_be_revoked_when_it_is_stolen_later(
    sealer: Sealer, log: VerifierKey
) -> None:
    write(by=None, at=AT, number=20)
    sealer.once()
    commands.make_key()
    number = log.id.hex()
    retired = end_key(by=None, at=AT, number=number)
    sealer.once()
    ended = end_key(by=None, at=AT, number=number, revoked_at=10**6)
    assert (ended.state, ended.until_size) == (LogKey.State.REVOKED, retired.until_size)
    sealer.once()
    assert f"{log} revoked 0 {retired.until_size}\n" in sealer.folder.fetch("keys.txt").decode()
    with pytest.raises(NoSuchKey):
        end_key(by=None, at=AT, number=number, revoked_at=1)


def test_a_key_that_is_not_there_stops_the_sealer(log: VerifierKey) -> None:

    (django_settings.KEY_FOLDER / f"log-{log.id.hex()}.pem").unlink()
    with opened() as one:
        assert one.take()
        with pytest.raises(SealerFault, match="cannot be read"):
            one.once()


# --- witnesses --------------------------------------------------------------------------------


def test_witnesses_sign_and_their_absence_stops_nothing(log: VerifierKey) -> None:
    first, second = Witness("w1.example", 21, log), Witness("w2.example", 22, log)
    second.away = True
    policy = Policy.read(
        f"log {log}\nwitness one {first.signer.key} https://w1.example\n"
        f"witness two {second.signer.key} https://w2.example/\n"
        "group both 1 one two\nquorum both\n"
    )
    there = {"w1.example": first, "w2.example": second}

    def post(url: str, body: bytes) -> tuple[int, bytes]:
        return there[url.split("/")[2]].answer(url, body)

    known = [*policy.logs, *(one.key for one in policy.witnesses)]
    asked = Witnesses(policy, post)
    with opened(ask=asked.ask) as sealer:
        assert sealer.take()
        for number in (1, 300, 5):
            write(by=None, at=AT, number=number)
            sealer.once()
            note = Note.read(sealer.folder.fetch("checkpoint"))
            assert policy.met_by(note.checked(known, keys.verify))
            assert first.size == sealer.edge.size
        assert sealed() == digests()
        # One that has seen the log elsewhere says where, and is asked again from there.
        second.away = False
        assert second.asked == 0, "who did not answer is left alone for a while"
        asked.away.clear()
        # A log on which nothing happens is shown again to whoever was away.
        asks = first.asked
        sealer.once()
        note = Note.read(sealer.folder.fetch("checkpoint"))
        assert len(note.checked(known, keys.verify)) == 3
        assert (second.size, first.asked) == (sealer.edge.size, asks), "and nobody is asked twice"
        second.size, second.root = 1, merkle.leaf_hash(sealed()[0])
        write(by=None, at=AT, number=1)
        sealer.once()
        assert second.size == sealer.edge.size
    # After a new start nothing is remembered of what they have seen, and still they sign.
    with opened(ask=Witnesses(policy, post).ask) as sealer:
        assert sealer.take()
        write(by=None, at=AT, number=1)
        sealer.once()
        assert first.size == second.size == sealer.edge.size


def test_a_witness_that_answers_rubbish_stops_nothing() -> None:
    """What does not speak HTTP is told as a fault of the way, which the sealer survives."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)

        def answer() -> None:
            other, _address = listening.accept()
            other.recv(4096)
            other.sendall(b"garbage\r\n\r\n")
            other.close()

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(OSError, match="no answer of the web"):
            post(f"http://127.0.0.1:{listening.getsockname()[1]}/add-checkpoint", b"old 0\n\n")
        thread.join()


def test_a_longer_log_is_never_replaced_by_a_shorter_one(sealer: Sealer) -> None:
    """A sealer that lost its lock while it was writing finds that another has gone on."""
    write(by=None, at=AT, number=3)
    sealer.once()
    before = sealer.folder.fetch("checkpoint").decode()
    write(by=None, at=AT, number=3)
    sealer.once()
    with pytest.raises(Overtaken):
        sealer.folder.put_checkpoint(before)
    assert sealed() == digests()


def test_a_witness_does_not_sign_another_history(log: VerifierKey) -> None:
    one = Witness("w1.example", 21, log)
    one.size, one.root = 2, b"x" * 32
    policy = Policy.read(f"witness one {one.signer.key} https://w1.example\nquorum one\n")
    with opened(ask=Witnesses(policy, one.answer).ask) as sealer:
        assert sealer.take()
        write(by=None, at=AT, number=5)
        sealer.once()
        note = Note.read(sealer.folder.fetch("checkpoint"))
        assert len(note.signatures) == 1, "the log's own signature only"


# --- receipts, audit, erasure -----------------------------------------------------------------


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


# --- command line and pages -------------------------------------------------------------------


def test_the_command_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "open_database", lambda: lambda: None)
    monkeypatch.setattr(cli, "bring_up_to_date", lambda: None)
    monkeypatch.setattr(cli, "_let_go", lambda _done: None)
    assert cli.main(["journal", "checkpoint"]) == 1
    assert "veche journal seal" in capsys.readouterr().err
    write(by=None, at=AT, number=3)
    assert cli.main(["journal", "seal", "--once"]) == 0
    told = capsys.readouterr()
    assert "the log has" in told.out
    assert "A key was made" in told.err
    assert cli.main(["journal", "checkpoint"]) == 0
    text = capsys.readouterr().out
    assert Told.read(Note.read(text.encode()).text).size == Record.objects.count()
    number = Record.objects.order_by("id").values_list("pk", flat=True).first()
    assert cli.main(["journal", "receipt", str(number)]) == 0
    assert capsys.readouterr().out.startswith("c2sp.org/tlog-proof@v1\n")
    assert cli.main(["journal", "audit"]) == 0
    assert cli.main(["journal", "key", "list"]) == 0
    assert " active 0" in capsys.readouterr().out


def test_a_citys_sealer_becomes_the_program_without_django(
    log: VerifierKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "open_database", lambda: lambda: None)
    monkeypatch.setattr(cli, "bring_up_to_date", lambda: None)
    monkeypatch.setattr(cli, "_let_go", lambda _done: None)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere/")

    def become(program: str, words: list[str]) -> None:
        assert words == [program, "-m", "veche.project.sealer"]
        raise Killed

    monkeypatch.setattr(os, "execv", become)
    with pytest.raises(Killed):
        cli.main(["journal", "seal"])
    loaded = "import veche.project.sealer, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0


def test_the_files_are_served_as_the_standard_asks(sealer: Sealer, client: Client) -> None:
    assert client.get("/log/journal/checkpoint").status_code == 404
    assert client.get("/en/journal/").status_code == 200
    write(by=None, at=AT, number=300)
    sealer.once()
    found = client.get("/log/journal/checkpoint")
    assert found["Content-Type"] == "text/plain; charset=utf-8"
    assert found.content == sealer.folder.fetch("checkpoint")
    tile = client.get("/log/journal/tile/0/000")
    assert (len(tile.content), tile["Content-Type"]) == (8192, "application/octet-stream")
    assert "immutable" in tile["Cache-Control"]
    for wrong in ("0/../../keys", "0/1", "64/000", "0/000.p/0", "x/000", "0/999", "0/000/"):
        assert client.get(f"/log/journal/tile/{wrong}").status_code == 404, wrong
    for language in ("en", "ru", "zh-hans"):
        page = client.get(f"/{language}/journal/")
        assert page.status_code == 200
        assert "town.example/log/journal" in page.content.decode()
    number = Leaf.objects.order_by("place").values_list("pk", flat=True).first()
    assert client.get(f"/en/journal/receipts/{number}.tlog-proof").status_code == 200
    assert client.get("/en/journal/receipts/999999999.tlog-proof").status_code == 404
