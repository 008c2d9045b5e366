"""Witnesses of the log: they sign what merely grew, and their absence stops nothing."""

from __future__ import annotations

import socket
import threading

import pytest
from tests.core.journal.sealing import AT, digests, opened, sealed, write
from tests.core.journal.witness import Witness

from veche.core.journal.folder import Overtaken
from veche.core.journal.sealer import Sealer
from veche.core.journal.tlog import keys, merkle
from veche.core.journal.tlog.note import Note, VerifierKey
from veche.core.journal.tlog.policy import Policy
from veche.core.journal.witnesses import Witnesses, post

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("places")]


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
