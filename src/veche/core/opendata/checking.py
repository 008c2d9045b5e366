"""One command that checks whatever was published: figures, logs, receipts, counts.

    python3 verify.py DIR|URL|RECEIPT [--older-checkpoint FILE] [--receipt FILE] [--policy FILE]

A folder, or an address, may hold a publication (``catalogue.json``), a log (``checkpoint``, alone
or under ``log/journal``), a count (``count.json``), or several. Exit 0: everything agrees; 1:
something differs, and it is said what; 2: there is nothing here to check.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from veche.core.journal.tlog.marks import Marks
from veche.core.journal.tlog.note import Checkpoint, WrongNote
from veche.core.journal.tlog.policy import Policy, WrongPolicy
from veche.core.journal.tlog.receipt import HEAD, Receipt, WrongReceipt
from veche.core.journal.tlog.report import (
    LOG_PROVES_NOT,
    Fetch,
    LogKey,
    LogReport,
    check_signatures,
)
from veche.core.journal.tlog.signatures import verifier_of_signatures
from veche.core.journal.tlog.walk import walk_log
from veche.core.opendata.checked_rows import NotAPublication
from veche.core.opendata.verifier import PROVES_NOT, verify_publication

LOGS = ("", "log/journal")
"""Where a log may lie under what is checked."""
LARGEST_DOWNLOAD = 1 << 30
PATIENCE = 30.0

FolderCheck = Callable[[Path], tuple[list[str], str]]
"""A further check of a folder: gives the differences, and what was checked, in words."""
CHECKS: list[tuple[str, FolderCheck]] = []
"""The file that calls for a further check, and the check."""


@dataclass
class Found:
    """Everything that was checked: differences in sentences, what was checked, what was not."""

    differences: list[str] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    not_proven: list[str] = field(default_factory=list)
    publication: dict[str, Any] = field(default_factory=dict)
    logs: list[dict[str, Any]] = field(default_factory=list)


class NothingHere(Exception):
    """There is nothing to check; the text says where it was looked for."""


def check(
    target: str,
    *,
    older: Sequence[bytes] = (),
    receipts: Sequence[bytes] = (),
    policy: Policy | None = None,
    progress: Callable[[str], None] = lambda _text: None,
) -> Found:
    """Check a folder, an address, or a receipt by itself.

    Raises:
        NothingHere, NotAPublication, OSError: it cannot be checked at all.
    """
    found = Found()
    path = Path(target)
    if "://" not in target and path.is_file():
        _receipt_alone(path.read_bytes(), policy, found)
        return found
    if "://" in target:
        fetch: Fetch = _web(target)
    else:
        fetch = _folder(path)
        if not path.is_dir():
            raise NothingHere(f"{target}: there is no such folder.")
    checked: set[str] = set()
    if _has(fetch, "catalogue.json"):
        if "://" in target:
            with tempfile.TemporaryDirectory() as kept:
                _download(fetch, Path(kept))
                _figures(Path(kept), found, progress)
                checked = _more(Path(kept), found)
        else:
            _figures(path, found, progress)
    _logs(fetch, found, older, receipts, policy, progress)
    if "://" not in target:
        _more(path, found)
    elif any(_has(fetch, name) for name, _run in CHECKS if name not in checked):
        found.notes.append("The count here was not counted again: download the folder and name it.")
    if not found.summaries:
        raise NothingHere(
            f"{target}: there is no publication (catalogue.json), no log (checkpoint) and no count"
            " (count.json) here."
        )
    return found


def _more(folder: Path, found: Found) -> set[str]:
    """Run the further checks that a folder calls for; the files that called for them."""
    called = {name for name, _run in CHECKS if (folder / name).is_file()}
    for name, run in CHECKS:
        if name in called:
            differences, summary = run(folder)
            found.differences += differences
            found.summaries.append(summary)
    return called


def _figures(folder: Path, found: Found, progress: Callable[[str], None]) -> None:
    result = verify_publication(folder, progress)
    found.publication = result
    found.differences += result["differences"]
    if result["more"]:
        found.differences.append(f"… and {result['more']} more differences.")
    found.summaries.append(result["summary"])
    found.not_proven.append(PROVES_NOT)


def _logs(
    fetch: Fetch,
    found: Found,
    older: Sequence[bytes],
    receipts: Sequence[bytes],
    policy: Policy | None,
    progress: Callable[[str], None],
) -> None:
    for place in LOGS:
        inner = _under(fetch, place)
        if not _has(inner, "checkpoint"):
            continue
        report = walk_log(
            inner,
            verify=verifier_of_signatures(),
            policy=policy,
            older=older,
            receipts=receipts,
            progress=progress,
        )
        _take_log(report, found)
        return  # what is checked is one log, or brings one: papers are held against that
    if older or receipts:
        found.differences.append("There is no log here to hold the checkpoint or receipt against.")


def _take_log(report: LogReport, found: Found) -> None:
    found.differences += report.faults
    found.notes += report.notes
    found.summaries.append(report.log_summary())
    found.not_proven.append(LOG_PROVES_NOT)
    found.logs.append(
        {
            "origin": report.origin,
            "size": report.size,
            "entries": report.entries,
            "erased": report.erased,
            "signed_by": list(report.signed_by),
            "ok": report.ok,
        }
    )


def _receipt_alone(data: bytes, policy: Policy | None, found: Found) -> None:
    """A receipt without its log: does its entry lead to the root, and who signed that?"""
    if not data.startswith(HEAD.encode()):
        raise NothingHere("This file is not a receipt of a log; name a folder or an address.")
    report = LogReport()
    try:
        its = Checkpoint.read(Receipt.read(data).checkpoint.text)
    except (WrongReceipt, WrongNote) as fault:
        found.differences.append(f"The receipt cannot be read: {fault}")
        found.summaries.append("Nothing was checked.")
        return
    keys = [LogKey(key, "trusted", None) for key in policy.logs] if policy is not None else []
    verify = verifier_of_signatures() if policy is not None else None
    Marks(keys, verify, its, report).add_receipt(data)
    if verify is not None:
        check_signatures(Receipt.read(data).checkpoint, its, keys, policy, verify, report)
    if policy is None:
        found.notes.append("Who signed it was not checked: name the log's key in a --policy.")
    elif verify is None:
        found.notes.append("Signatures were not checked: that needs the package cryptography.")
    found.differences += report.faults
    found.notes += report.notes
    found.summaries.append(
        f"Receipt of log {its.origin}: one entry held against the root of {its.size:,} entries."
    )
    found.not_proven.append(LOG_PROVES_NOT)


# --- where it is read from --------------------------------------------------------------------


def _folder(path: Path) -> Fetch:
    def fetch(name: str) -> bytes:
        return (path / name).read_bytes()

    return fetch


def _under(fetch: Fetch, place: str) -> Fetch:
    return (lambda name: fetch(f"{place}/{name}")) if place else fetch


def _web(address: str) -> Fetch:
    if not address.startswith(("http://", "https://")):
        raise NothingHere(f"{address} is not an address of the web.")
    base = address.rstrip("/") + "/"

    def fetch(name: str) -> bytes:
        try:
            with urllib.request.urlopen(base + name, timeout=PATIENCE) as answer:
                data: bytes = answer.read(LARGEST_DOWNLOAD + 1)
        except urllib.error.HTTPError as fault:
            raise FileNotFoundError(f"{base}{name}: {fault.code}") from fault
        if len(data) > LARGEST_DOWNLOAD:
            raise OSError(f"{base}{name} is larger than a gigabyte")
        return data

    return fetch


def _has(fetch: Fetch, name: str) -> bool:
    try:
        fetch(name)
    except OSError:
        return False
    return True


def _download(fetch: Fetch, folder: Path) -> None:
    """Bring what the checksums of a publication list."""
    listed = fetch("checksums.sha256")
    (folder / "checksums.sha256").write_bytes(listed)
    for line in listed.decode("utf-8").splitlines():
        name = line[66:]
        parts = name.split("/")
        if "\\" in name or ":" in name or any(part in ("", ".", "..") for part in parts):
            raise NotAPublication(f"The file name {name[:80]!r} leads out of the publication.")
        target = folder.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(fetch(name))


# --- the command line -------------------------------------------------------------------------


def add_words(parser: argparse.ArgumentParser) -> None:
    """The words after ``verify``."""
    parser.add_argument("target", metavar="DIR|URL|RECEIPT", help="what to check")
    parser.add_argument(
        "--receipt", type=Path, action="append", default=[], metavar="FILE",
        help="a receipt that must hold in the log",
    )  # fmt: skip
    parser.add_argument(
        "--older-checkpoint", type=Path, action="append", default=[], metavar="FILE",
        help="a checkpoint kept from earlier: the log must have grown from it",
    )  # fmt: skip
    parser.add_argument(
        "--policy", type=Path, metavar="FILE", help="the keys and witnesses you trust"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def main(argv: Sequence[str] | None = None) -> int:
    """The command line of the stand-alone file; gives the exit status."""
    parser = argparse.ArgumentParser(
        prog="verify", description="Check what a city published: figures, logs, receipts, counts."
    )
    add_words(parser)
    try:
        code = run_check(parser.parse_args(argv))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def run_check(args: argparse.Namespace) -> int:
    """Check, print, and give the exit status: 0 agrees, 1 differs, 2 nothing to check."""
    live = sys.stderr.isatty() and not args.json

    def progress(text: str) -> None:
        if live:
            print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)

    started = time.monotonic()
    try:
        policy = Policy.read(args.policy.read_text(encoding="utf-8")) if args.policy else None
        found = check(
            args.target,
            older=[path.read_bytes() for path in args.older_checkpoint],
            receipts=[path.read_bytes() for path in args.receipt],
            policy=policy,
            progress=progress,
        )
    except (ValueError, TypeError, LookupError, ArithmeticError, OSError, NotAPublication,
            NothingHere) as fault:  # fmt: skip
        # Whatever a stranger's folder holds, the answer is a sentence.
        told = isinstance(fault, (NotAPublication, NothingHere, WrongPolicy))
        sentence = str(fault) if told else f"{args.target}: {fault!r}."
        return _not_here(sentence, args.json, time.monotonic() - started)
    progress("")
    seconds = round(time.monotonic() - started, 3)
    if args.json:
        print(json.dumps(_as_json(found, seconds), ensure_ascii=False))
    else:
        _print(found)
    return 1 if found.differences else 0


NUMBERS = ("datasets", "rows", "figures", "cells")


def _as_json(found: Found, seconds: float) -> dict[str, Any]:
    numbers = {name: found.publication.get(name, 0) for name in NUMBERS}
    return {
        "ok": not found.differences,
        **numbers,
        "first_difference": found.differences[0] if found.differences else None,
        "seconds": seconds,
        "logs": found.logs,
        "checked": found.summaries,
        "differences": found.differences,
        "not_checked": found.notes,
        "not_proven": found.not_proven,
    }


def _not_here(sentence: str, as_json: bool, seconds: float) -> int:
    failed = {"ok": False, **dict.fromkeys(NUMBERS, 0), "first_difference": sentence,
              "seconds": round(seconds, 3)}  # fmt: skip
    print(json.dumps(failed) if as_json else f"Not a publication: {sentence}")
    return 2


def _print(found: Found) -> None:
    for sentence in (*found.differences, *found.summaries, *found.notes):
        print(sentence)
    print("Something differs." if found.differences else "Everything agrees.")
    for sentence in dict.fromkeys(found.not_proven):
        print(sentence)
