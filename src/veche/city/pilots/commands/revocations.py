"""``veche pilots revocations``: lists of revoked certificates, by which signatures are judged."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

DESCRIPTION = """\
Take lists of revoked certificates (CRL, DER or PEM) from the files of a folder, or with --fetch
from the addresses that the certificates of kept signatures name, which must be switched on by
VECHE_REVOCATION_FETCH=1. A list counts only if an authority that the city trusts signed it, or one
whose certificate lies in the folder (.crt, .cer, .pem) and leads to such an authority. Then the
signatures of all agreements in force are looked at again. Ends with 1 where a file was refused."""
MOST_FILES = 1000


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "revocations", help="take lists of revoked certificates", description=DESCRIPTION
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", help="folder with lists")
    parser.add_argument("--fetch", action="store_true", help="ask the authorities")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Take lists, and say what became of each; 2 where nothing was asked for."""
    from django.utils.translation import gettext as _

    from veche import clock
    from veche.city.pilots.operations.authorities import fetch_lists
    from veche.city.pilots.operations.revocations import take_many
    from veche.errors import Refused

    if args.fetch == (args.folder is not None):
        print(_("Say what to do: name a folder, or --fetch."), file=sys.stderr)
        return 2
    try:
        if args.fetch:
            done = fetch_lists(at=clock.now())
        else:
            lists, others = read(args.folder)
            found = [(name, data, ()) for name, data in lists]
            done = take_many(by=None, at=clock.now(), found=found, others=others)
    except OSError as error:
        print(f"{args.folder}: {error.strerror}", file=sys.stderr)
        return 1
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    said = _("{source}: the list of “{issuer}” of {day} is held; it names {count}.")
    for one in done.taken:
        day = f"{one.issued_at:%Y-%m-%d}"
        print(said.format(source=one.source, issuer=one.issuer, day=day, count=one.count))
    for source in done.known:
        print(_("{source}: held already.").format(source=source))
    for source, why in done.left:
        print(f"{source}: {why}", file=sys.stderr)
    if not (done.taken or done.known or done.left):
        print(_("There was no list."))
    return 1 if done.left else 0


def read(folder: Path) -> tuple[list[tuple[str, bytes]], list[bytes]]:
    """The files of a folder that are no certificates, by name; and the certificates, DER.

    Raises:
        OSError: the folder or a file cannot be read.
    """
    from veche.city.pilots.engines.certificates import Fault, loaded

    lists: list[tuple[str, bytes]] = []
    others: list[bytes] = []
    for path in _files(folder):
        data = path.read_bytes()
        try:
            others.append(loaded(data).dump())
        except Fault:
            lists.append((path.name, data))
    return lists, others


def _files(folder: Path) -> Iterator[Path]:
    from veche.city.pilots.engines.revocation import MOST_BYTES

    files = sorted(path for path in folder.iterdir() if path.is_file())
    for path in files[:MOST_FILES]:
        if not path.name.startswith(".") and path.stat().st_size <= 2 * MOST_BYTES:
            yield path
