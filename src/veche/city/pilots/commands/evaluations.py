"""``veche pilots ocds``: contracts of the city as OCDS 1.1, and those of others read in."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

DESCRIPTION = """\
Write everything the city publishes of its contracts into a folder: releases.json (a release
package), records.json (a record package with compiled and versioned releases), and in imported/
each package of another publisher as it came. With --import, read a release or record package of
another publisher; one that is not valid OCDS 1.1 is refused with the place of each fault. Nothing
is fetched from the network."""


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this part."""
    ocds = verbs.add_parser(
        "ocds", help="contracts as open contracting data", description=DESCRIPTION
    )
    ocds.add_argument("--output", metavar="DIR", type=Path, help="folder to write to")
    ocds.add_argument(
        "--import", dest="read", metavar="FILE", type=Path, action="append", default=[],
        help="a package to read; may be given several times",
    )  # fmt: skip
    ocds.add_argument("--json", action="store_true", help="say what was done as JSON")
    ocds.set_defaults(run=run_ocds)


def run_ocds(args: argparse.Namespace) -> int:
    """Read, then write; 1 where a package was refused, 2 where nothing was asked for."""
    from django.utils.translation import gettext as _

    if not args.read and args.output is None:
        print(_("Say what to do: --output DIR, --import FILE, or both."), file=sys.stderr)
        return 2
    told: dict[str, Any] = {"imported": [], "written": []}
    refused = [path for path in args.read if not _take(path, told)]
    if args.output is not None:
        try:
            told["written"] = [str(path) for path in write(args.output)]
        except OSError as error:
            print(f"{args.output}: {error.strerror}", file=sys.stderr)
            return 1
    if args.json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for path in told["written"]:
            print(path)
    return 1 if refused else 0


def _take(path: Path, told: dict[str, Any]) -> bool:
    """Read one package; False where it was refused."""
    from django.utils.translation import gettext as _

    from veche import clock
    from veche.city.pilots.operations.contracts import import_releases
    from veche.city.pilots.operations.refusals_evaluations import NoMoreToImport
    from veche.errors import Refused

    row: dict[str, Any] = {"file": str(path)}
    told["imported"].append(row)
    try:
        done = import_releases(by=None, at=clock.now(), path=path)
    except NoMoreToImport as known:
        row["known"] = True
        print(f"{path}: {known}", file=sys.stderr)
        return True
    except Refused as fault:
        row |= {"refused": fault.code, "sentence": str(fault)}
        if "pointers" in fault.details:
            row["pointers"] = fault.details["pointers"]
        print(f"{path}: {fault}", file=sys.stderr)
        return False
    row |= {
        "releases": done.releases, "known": done.known, "contracts": done.contracts,
        "untold": done.untold,
    }  # fmt: skip
    text = _("{releases} new releases, {contracts} contracts told, {untold} kept without a line.")
    print(f"{path}: {text.format(**row)}", file=sys.stderr)
    return True


def write(folder: Path) -> list[Path]:
    """Write the packages; returns their files. OCDS knows no empty package: where there is nothing
    to tell there is no file.

    Raises:
        OSError: the folder cannot be written to.
    """
    from django.urls import reverse

    from veche.city.pilots import ocds
    from veche.core.notices.letters import link

    found = ocds.published()
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, make in (("releases", ocds.releases_package), ("records", ocds.records_package)):
        made = make(found, link(reverse(f"pilots:ocds-{name}")), size=ocds.WHOLE)
        path = folder / f"{name}.json"
        if made is None:
            path.unlink(missing_ok=True)  # of an earlier run
        else:
            written.append(_put(path, made.package))
    written += _documents(folder / "documents")
    for package in ocds.imported():
        others = folder / "imported"
        others.mkdir(exist_ok=True)
        written.append(_put(others / f"{package.digest[:16]}.json", package.body))
    return written


def _documents(folder: Path) -> list[Path]:
    """Write the public documents of contracts, each by the number of its release, so that the file
    of a release is found beside it; returns their files."""
    from veche.city.pilots.access.contracts import contracts
    from veche.city.pilots.models import ContractDocument
    from veche.core.files.documents import ENDINGS, document_path

    shown = contracts().filter(application__isnull=False).values("pk")
    rows = ContractDocument.objects.filter(contract__in=shown, public=True, taken_off_at=None)
    written = []
    for one in rows.order_by("pk"):
        path = folder / f"document-{one.pk}{ENDINGS.get(one.media_type, '')}"
        folder.mkdir(exist_ok=True)
        path.write_bytes(document_path(one.digest).read_bytes())
        written.append(path)
    if folder.is_dir():  # what was taken off since an earlier run
        for path in sorted(folder.glob("document-*")):
            if path not in written:
                path.unlink()
    return written


def _put(path: Path, body: Any) -> Path:
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
