"""Keys of the log: rotated, revoked, missing."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from tests.core.journal.sealing import AT, opened, write

from veche.core.journal import commands
from veche.core.journal.models import LogKey
from veche.core.journal.operations import LastKey, NoSuchKey, end_key
from veche.core.journal.sealer import Sealer
from veche.core.journal.signing import SealerFault
from veche.core.journal.tlog import keys
from veche.core.journal.tlog.note import Note, VerifierKey

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("places")]


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
