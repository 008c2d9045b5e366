"""``veche journal …``: sealing, checkpoints, keys, receipts, and an audit from within."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from veche.core.journal.folder import Folder
from veche.core.journal.sealer import Sealer
from veche.core.journal.signing import SealerFault, key_file
from veche.core.journal.tlog import keys
from veche.core.journal.tlog.note import ED25519, Note, VerifierKey, WrongNote
from veche.core.journal.witnesses import named

LEAN = "veche.project.sealer"
"""The sealer as a program of its own."""


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    journal = parser.add_parser("journal", help="the city's sealed log")
    verbs = journal.add_subparsers(dest="verb", required=True, metavar="VERB")
    seal = verbs.add_parser("seal", help="seal what happened into the log, until told to end")
    seal.add_argument("--once", action="store_true", help="what waits now, then end")
    seal.add_argument("--json", action="store_true")
    seal.set_defaults(run=run_seal)
    checkpoint = verbs.add_parser("checkpoint", help="print the signed checkpoint")
    checkpoint.set_defaults(run=run_checkpoint)
    receipt = verbs.add_parser("receipt", help="the proof that a record is in the log")
    receipt.add_argument("record", type=int, metavar="RECORD")
    receipt.set_defaults(run=run_receipt)
    audit = verbs.add_parser("audit", help="compare every record of the database with the log")
    audit.add_argument("--json", action="store_true")
    audit.set_defaults(run=run_audit)
    key = verbs.add_parser("key", help="the keys that sign the log")
    words = key.add_subparsers(dest="word", required=True, metavar="WORD")
    words.add_parser("list", help="all keys, the present ones first").set_defaults(run=run_list)
    words.add_parser("make", help="make a key that signs from now on").set_defaults(run=run_make)
    retire = words.add_parser("retire", help="a key signs no longer; what it signed stands")
    retire.add_argument("number", metavar="NUMBER")
    retire.set_defaults(run=run_end)
    revoke = words.add_parser("revoke", help="others may have the key")
    revoke.add_argument("number", metavar="NUMBER")
    revoke.add_argument(
        "--trusted-to", type=int, required=True, metavar="SIZE", help="how long the log was then"
    )
    revoke.set_defaults(run=run_end)


def run_seal(args: argparse.Namespace) -> int:
    """Seal; the exit status is 1 when another sealer is at work.

    A city's sealer that runs on becomes another program: one without Django, a third as large,
    that waits for its turn and tries again while the database is away or the disk full.
    """
    from django.conf import settings
    from django.db import connection

    first_key()
    if os.environ.get("DATABASE_URL") and not args.once:
        connection.close()
        os.execv(sys.executable, [sys.executable, "-m", LEAN])
    connection.ensure_connection()
    asked = named()
    sealer = Sealer(
        connection.connection,
        settings.LOG_FOLDER,
        settings.KEY_FOLDER,
        ask=asked.ask if asked is not None else None,
    )
    try:
        if not sealer.take():
            print("Another sealer is at work.", file=sys.stderr)
            return 1
        if args.once:
            count = 0
            while found := sealer.once().records:
                count += found
            return _say(args.json, count, sealer.edge.size)
        ended = False

        def end(_number: int, _frame: FrameType | None) -> None:
            nonlocal ended
            ended = True

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        sealer.run(lambda: not ended)
    except SealerFault as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


def _say(as_json: bool, records: int, size: int) -> int:
    if as_json:
        print(json.dumps({"sealed": records, "size": size}))
    else:
        print(f"Sealed {records:,} records; the log has {size:,} entries.")
    return 0


def first_key() -> None:
    """A log that has no key at all gets its first one."""
    from veche.core.journal.models import LogKey

    if not LogKey.objects.exists():
        print(f"A key was made: {make_key()}", file=sys.stderr)


def make_key() -> VerifierKey:
    """Make a key, keep its private part in the folder of keys, and let it sign from now on."""
    from django.conf import settings

    from veche import clock
    from veche.core.journal.operations import add_key

    folder: Path = settings.KEY_FOLDER
    fresh = folder / "log-new.pem"
    fresh.unlink(missing_ok=True)  # of a maker that was interrupted: it never signed anything
    private = keys.make(fresh)
    key = VerifierKey(settings.LOG_NAME, ED25519, private.public_key().public_bytes_raw())
    fresh.rename(key_file(folder, key))
    add_key(by=None, at=clock.now(), verifier=str(key))
    return key


def run_make(args: argparse.Namespace) -> int:
    """Make a key and print what to publish of it."""
    print(make_key())
    return 0


def run_end(args: argparse.Namespace) -> int:
    """Retire or revoke a key."""
    from veche import clock
    from veche.core.journal.operations import end_key

    trusted = getattr(args, "trusted_to", None)
    key = end_key(by=None, at=clock.now(), number=args.number, revoked_at=trusted)
    print(f"{key.verifier} {key.state} {key.since_size} {key.until_size}")
    return 0


def run_list(args: argparse.Namespace) -> int:
    """Print the keys: verifier key, state, from and to which size of the log."""
    from veche.core.journal.models import LogKey

    for key in LogKey.objects.order_by("state", "id"):
        until = "" if key.until_size is None else key.until_size
        print(f"{key.verifier} {key.state} {key.since_size} {until}".rstrip())
    return 0


def run_checkpoint(args: argparse.Namespace) -> int:
    """Print the checkpoint as it is published."""
    from django.conf import settings

    try:
        note = Note.read(Folder(settings.LOG_FOLDER).fetch("checkpoint"))
    except FileNotFoundError:
        print("Nothing was sealed yet: veche journal seal --once", file=sys.stderr)
        return 1
    except WrongNote as fault:
        print(fault, file=sys.stderr)
        return 1
    print(note, end="")
    return 0


def run_receipt(args: argparse.Namespace) -> int:
    """Print the receipt of one record."""
    from veche.core.journal.queries import receipt

    print(receipt(args.record), end="")
    return 0


def run_audit(args: argparse.Namespace) -> int:
    """Compare database and log; the exit status is 1 where they differ."""
    from veche.core.journal.queries import audit

    found = audit()
    if args.json:
        print(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        print(found.sentence())
    return 0 if found.good else 1
