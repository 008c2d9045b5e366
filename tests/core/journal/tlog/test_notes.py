"""Signed notes, checkpoints, receipts, policies and keys: read right, and nothing else accepted."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.core.journal.tlog.test_tree import files_of, made

from veche.core.journal.tlog import keys, merkle
from veche.core.journal.tlog.note import (
    COSIGNATURE,
    Checkpoint,
    Note,
    VerifierKey,
    WrongNote,
    cosigned_at,
)
from veche.core.journal.tlog.policy import Policy, WrongPolicy
from veche.core.journal.tlog.receipt import Receipt, WrongReceipt
from veche.core.journal.tlog.tiles import Reader


def signer(name: str, number: int, kind: int = 1) -> keys.Signer:
    return keys.Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32), kind)


LOG = signer("town.example/log", 1)
TOLD = Checkpoint("town.example/log", 7, b"r" * 32)
NOTE = LOG.note(TOLD)


def test_a_note_written_is_read_and_checked() -> None:
    again = Note.read(str(NOTE).encode())
    assert again == NOTE
    assert again.checked([LOG.key], keys.verify) == (LOG.key,)
    assert Checkpoint.read(again.text) == TOLD


def test_the_key_of_go_s_own_documentation_is_read() -> None:
    """The verifier key and note that golang.org/x/mod/sumdb/note gives as its example."""
    key = VerifierKey.read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    whole = text + (
        "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqd"
        "ngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert Note.read(whole.encode()).checked([key], keys.verify) == (key,)
    assert str(key).startswith("PeterNeumann+c74f20a3+")


def test_every_changed_letter_of_a_checkpoint_is_found() -> None:
    data = str(NOTE).encode()
    for at in range(len(data)):
        for change in (1, 0x20):
            wrong = data[:at] + bytes([data[at] ^ change]) + data[at + 1 :]
            try:
                signed = Note.read(wrong).checked([LOG.key], keys.verify)
            except WrongNote as fault:
                assert str(fault)
            else:
                assert signed == (), "whoever signed it, it was not the log"


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"text\n",
        b"text\n\nno signature\n",
        "text\n\n— name not base64\n".encode(),
        "text\n\n— name AAAA\n".encode(),
        "te\txt\n\n— name AAAAAAAA\n".encode(),
        "text\n\n— na+me AAAAAAAA\n".encode(),
        "text\n\n— name AAAAAAAA".encode(),
        b"\xff\n\n",
        b"x" * 1_000_001,
    ],
)
def test_what_is_no_note_is_refused_in_a_sentence(wrong: bytes) -> None:
    with pytest.raises(WrongNote) as fault:
        Note.read(wrong)
    assert str(fault.value).endswith(".")


@pytest.mark.parametrize(
    "wrong",
    ["", "log\n7\n", "log\n07\nAAAA\n", "log\n-1\nAAAA\n", "log\n7\nAAAA\n", "\n7\nAAAA\n",
     "log\n7\n!!\n", "log\n²\nAAAA\n"],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(wrong: str) -> None:
    with pytest.raises(WrongNote):
        Checkpoint.read(wrong)


def test_the_key_of_another_is_not_ours() -> None:
    stranger = signer("town.example/log", 2)
    assert NOTE.checked([stranger.key], keys.verify) == ()
    forged = Note(NOTE.text, (stranger.sign(TOLD),))
    assert forged.checked([LOG.key], keys.verify) == ()
    claimed = Note(NOTE.text, (type(forged.signatures[0])(LOG.key.name, LOG.key.id, b"\1" * 64),))
    with pytest.raises(WrongNote, match="not good"):
        claimed.checked([LOG.key], keys.verify)


@pytest.mark.parametrize(
    "wrong", ["", "name", "name+00000000+AAAA", "na me+00+AA", str(LOG.key)[:-3] + "AA="]
)
def test_what_is_no_key_is_refused(wrong: str) -> None:
    with pytest.raises(WrongNote):
        VerifierKey.read(wrong)


def test_witnesses_and_their_quorum() -> None:
    ones = [signer(f"w{n}.example", 10 + n, COSIGNATURE) for n in range(3)]
    policy = Policy.read(
        f"# whom we trust\nlog {LOG.key}\n"
        + "".join(f"witness w{n} {one.key} https://w{n}.example\n" for n, one in enumerate(ones))
        + "group public 2 w0 w1 w2\nquorum public\n"
    )
    note = LOG.note(TOLD, ones[0].cosign(TOLD, 1_700_000_000))
    known = [*policy.logs, *(one.key for one in policy.witnesses)]
    assert not policy.met_by(note.checked(known, keys.verify))
    note = Note(note.text, (*note.signatures, ones[2].cosign(TOLD, 1_700_000_001)))
    assert policy.met_by(Note.read(str(note).encode()).checked(known, keys.verify))
    assert cosigned_at(note.signatures[1]) == 1_700_000_000
    late = note.signatures[1].data
    moved = Note(
        note.text,
        (type(note.signatures[1])(ones[0].key.name, ones[0].key.id, b"\0" * 8 + late[8:]),),
    )
    with pytest.raises(WrongNote, match="not good"):
        moved.checked(known, keys.verify)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "names no quorum"),
        ("quorum x\n", "Line 1: nobody"),
        ("quorum none\nquorum none\n", "Line 2"),
        (f"log {LOG.key}\nlog {LOG.key}\nquorum none\n", "Line 2: this key"),
        (f"witness none {LOG.key}\nquorum none\n", "taken"),
        (f"witness a {LOG.key}\ngroup g 2 a\nquorum g\n", "Line 2: '2' of 1"),
        (f"witness a {LOG.key}\ngroup g any a\ngroup h any a\nquorum h\n", "already"),
        ("log nonsense\nquorum none\n", "Line 1"),
        ("rubbish\nquorum none\n", "not a line"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(WrongPolicy, match=sentence):
        Policy.read(text)


def receipt(index: int = 5, size: int = 9) -> tuple[Receipt, bytes]:
    entries = made(size)
    files, edge = files_of(entries, [])
    told = Checkpoint("town.example/log", size, edge.frontier.root())
    proof = merkle.inclusion(index, size, Reader(files.__getitem__, size).node)
    return Receipt(index, tuple(proof), LOG.note(told), entries[index]), entries[index]


def test_a_receipt_holds_for_its_entry_only() -> None:
    one, entry = receipt()
    again = Receipt.read(str(one).encode())
    assert again == one
    assert again.holds(entry)
    assert not again.holds(b"another")


def test_every_changed_letter_of_a_receipt_is_found() -> None:
    one, entry = receipt()
    data = str(one).encode()
    for at in range(len(data)):
        wrong = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        try:
            again = Receipt.read(wrong)
            signed = again.checkpoint.checked([LOG.key], keys.verify)
            good = bool(signed) and again.extra == entry and again.holds(entry)
        except (WrongReceipt, WrongNote):
            continue
        assert not good, f"byte {at} was changed and nothing was found"


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 07\n\nx\n",
        b"c2sp.org/tlog-proof@v1\nindex -7\n\nx\n",
        b"c2sp.org/tlog-proof@v1\nindex 7\nAAAA\n\nx\n",
        b"c2sp.org/tlog-proof@v1\nextra !\nindex 7\n\nx\n",
        b"c2sp.org/tlog-proof@v1\nindex 7\n" + (b"A" * 43 + b"=\n") * 64 + b"\nx\n",
    ],
)
def test_what_is_no_receipt_is_refused(wrong: bytes) -> None:
    with pytest.raises(WrongReceipt):
        Receipt.read(wrong)


def test_a_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "log.pem"
    made_key = keys.make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert keys.load(path).private_bytes_raw() == made_key.private_bytes_raw()
    with pytest.raises(FileExistsError):
        keys.make(path)
    path.chmod(0o644)
    with pytest.raises(keys.WrongKey, match="chmod"):
        keys.load(path)
    path.chmod(0o600)
    path.write_bytes(base64.b64encode(b"not a key"))
    with pytest.raises(keys.WrongKey, match="not a private key"):
        keys.load(path)


def test_the_same_text_is_signed_the_same() -> None:
    assert LOG.sign(TOLD) == signer("town.example/log", 1).sign(TOLD)
