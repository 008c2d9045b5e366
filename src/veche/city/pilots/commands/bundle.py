"""``veche pilots bundle``: the whole programme as files for another city, and taken over there."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

DESCRIPTION = """\
export writes how the programme works into a folder: settings, terms of the stages, technologies,
targets, forms, themes, weights of sites, calls as templates, and the templates of documents, with a
manifest of checksums. import takes such a folder over: whole or not at all, and once more without
changing anything; calls come as drafts. seal writes the manifest anew after a file was changed by
hand."""


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this part."""
    bundle = verbs.add_parser(
        "bundle", help="the programme for another city", description=DESCRIPTION
    )
    bundle.add_argument("verb", choices=("export", "import", "seal"))
    bundle.add_argument("folder", metavar="DIR", type=Path)
    bundle.add_argument(
        "--agency", metavar="CODE", help="who runs it, where the city has no programme yet"
    )
    bundle.add_argument("--json", action="store_true", help="say what was done as JSON")
    bundle.set_defaults(run=run_bundle)


def run_bundle(args: argparse.Namespace) -> int:
    """Do it; the exit status is 1 when it was refused."""
    from veche.city.pilots.rules.bundle import Fault

    try:
        if args.verb == "export":
            return _export(args.folder, told=args.json)
        if args.verb == "seal":
            return _seal(args.folder)
        return _import(args.folder, args.agency, told=args.json)
    except Fault as fault:
        print(f"{args.folder}/{fault}.", file=sys.stderr)
        return 1


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write a bundle; files of an earlier one that it does not name are left to their owner.

    Raises:
        OSError: it cannot be written.
    """
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def read(folder: Path) -> dict[str, bytes]:
    """The files of a bundle that its manifest names, the manifest with them.

    Raises:
        veche.city.pilots.rules.bundle.Fault: a file is missing, leads elsewhere, or is too large.
        OSError: it cannot be read.
    """
    from veche.city.pilots.rules import bundle as rules

    found = {rules.MANIFEST: _bytes(folder, rules.MANIFEST)}
    for name in rules.manifest_of(found[rules.MANIFEST]):
        found[name] = _bytes(folder, name)
    return found


def _bytes(folder: Path, name: str) -> bytes:
    from veche.city.pilots.rules import bundle as rules

    path = folder / name
    if path.is_symlink() or not path.is_file():
        raise rules.Fault(name, "is missing, or is no plain file")
    if path.stat().st_size > rules.MOST_BYTES:
        raise rules.Fault(name, f"is larger than {rules.MOST_BYTES // 1_000_000} MB")
    return path.read_bytes()


def _export(folder: Path, *, told: bool) -> int:
    from veche.city.pilots.access.companies import programme
    from veche.city.pilots.queries.bundle import files_of

    files = files_of(programme())
    write(folder, files)
    if told:
        sizes = {name: len(data) for name, data in sorted(files.items())}
        print(json.dumps({"folder": str(folder), "files": sizes}, ensure_ascii=False))
    else:
        for name, data in sorted(files.items()):
            print(f"{folder / name}  {len(data):,} bytes")
    return 0


def _seal(folder: Path) -> int:
    from veche.city.pilots.rules import bundle as rules

    named = rules.manifest_of(_bytes(folder, rules.MANIFEST))
    files = {name: _bytes(folder, name) for name in named}
    for name, data in files.items():
        if name.endswith(".json"):
            rules.parsed(name, data)
    (folder / rules.MANIFEST).write_bytes(rules.sealed(files))
    print(folder / rules.MANIFEST)
    return 0


def _import(folder: Path, agency: str | None, *, told: bool) -> int:
    from veche import clock
    from veche.city.pilots.operations.bundle import BundleBroken, import_bundle
    from veche.core.organisations.queries import organisation_by_code

    files = read(folder)
    office = organisation_by_code(agency) if agency else None
    try:
        done = import_bundle(by=None, at=clock.now(), files=files, agency=office)
    except BundleBroken as refusal:
        print(f"{folder}/{refusal}", file=sys.stderr)
        return 1
    if told:
        rows = [{"part": part, "what": what, "done": how} for part, what, how in done.told]
        print(json.dumps({**done.counts(), "rows": rows}, ensure_ascii=False))
        return 0
    for part, what, how in done.told:
        if how != "same":
            print(f"{how}: {part} {what}")
    print(", ".join(f"{count} {how}" for how, count in done.counts().items()))
    return 0
