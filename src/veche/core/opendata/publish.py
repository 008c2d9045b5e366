"""Writing a publication: one folder that a stranger can check without us.

``catalogue.json`` describes everything and holds the figures, ``data/`` the rows, ``figures/``
each figure alone, ``checksums.sha256`` the digests (for ``sha256sum -c``), ``verify.py`` the
verifier, ``README.txt`` how to go on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from veche import figures as fig
from veche.core.journal.folder import copy_log
from veche.core.opendata import standalone, verifier
from veche.core.opendata.checked_rows import sha256
from veche.errors import Refused
from veche.figures_sql import clean_rows, file_rows

TITLE = _("Open data of %(city)s")
README = _(
    "Open data of %(city)s as of %(moment)s, free to use for anything (CC0).\n"
    "\n"
    "catalogue.json says what every column means and how every figure is defined.\n"
    "To check the checksums: sha256sum -c checksums.sha256\n"
    "To recompute every figure from the rows: python3 verify.py .\n"
    "Python 3.10 or newer is enough. Fetch verify.py from another place if you do not trust"
    " this copy, or write your own from the definitions.\n"
    "\n"
    "This shows that the figures follow from the rows. It does not show that the rows are true"
    " or complete.\n"
)
_DJANGO = {"en": "en", "ru": "ru", "zh": "zh-hans"}
_ROWS = "opendata_rows_"
LOG = "log/journal"
"""Where the copy of the city's log lies in a publication."""


class NotEmpty(Refused):
    """The folder holds something that no publication put there."""

    code = "opendata-not-empty"
    sentence = _("{folder} holds something else than a publication ({what}): nothing was written.")


class CannotWrite(Refused):
    """The file system refused; the reason is its own."""

    code = "opendata-cannot-write"
    sentence = _("{folder} cannot be written: {reason}.")


class DoesNotVerify(Refused):
    """What was about to be published does not follow from its own rows."""

    code = "opendata-does-not-verify"
    sentence = _("Nothing was published, because it does not verify. {difference}")


def said(text: fig.Text, **places: object) -> dict[str, str]:
    """A translated text in the three languages."""
    found: dict[str, str] = {}
    for code, language in _DJANGO.items():
        with override(language):
            found[code] = str(text) % places if places else str(text)
    return found


def write(
    cursor: Any,
    folder: Path,
    *,
    datasets: Sequence[fig.Dataset],
    figures: Sequence[fig.Figure],
    at: dt.datetime,
    city: Mapping[str, str],
    progress: Callable[[str], None] = lambda _: None,
    log: Path | None = None,
) -> dict[str, Any]:
    """Write the publication into an empty folder; the catalogue. ``log`` is the city's sealed log.

    ``cursor`` is a psycopg cursor (or Django's) inside one transaction, whose snapshot is what is
    published.

    Raises:
        ValueError: a figure does not fit its dataset.
        OSError: the folder cannot be written.
    """
    (folder / "data").mkdir()
    (folder / "figures").mkdir()
    moment = fig.literal(at)
    catalogue: dict[str, Any] = {
        "format": verifier.FORMAT,
        "title": {code: said(TITLE, city=name)[code] for code, name in city.items()},
        "city": dict(city),
        "published_at": moment,
        "licence": "CC0-1.0",
        "datasets": [],
        "figures": [],
    }
    known = {d.name for d in datasets}
    for lost in (f for f in figures if f.dataset not in known):
        raise ValueError(f"figure {lost.name}: there is no dataset {lost.dataset}")
    for dataset in datasets:
        progress(dataset.name)
        table = _ROWS + dataset.name
        sql, params = clean_rows(dataset, at)
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS {sql}", params)
        entry = describe(dataset)
        if not dataset.persons:
            name = f"data/{dataset.name}.csv"
            rows, digest, size = _copy(cursor, file_rows(dataset, table), folder / name)
            entry |= {"file": name, "rows": rows, "sha256": digest, "bytes": size}
        catalogue["datasets"].append(entry)
        for figure in (f for f in figures if f.dataset == dataset.name):
            progress(figure.name)
            name = f"figures/{figure.name}.json"
            published = {
                "title": said(figure.title),
                "measures": {m.name: said(m.title) for m in figure.measures},
                "file": name,
                "definition": figure.to_json(),
                "cells": fig.compute(cursor, figure, dataset, at, table),
            }
            catalogue["figures"].append(published)
            _json(folder / name, published)
        cursor.execute(f"DROP TABLE {table}")
    _json(folder / "catalogue.json", catalogue)
    if log is not None:
        copy_log(log, folder / LOG)
    (folder / "verify.py").write_text(standalone.build(), encoding="utf-8")
    texts = [said(README, city=name, moment=moment)[code] for code, name in city.items()]
    (folder / "README.txt").write_text("\n* * *\n\n".join(texts), encoding="utf-8")
    _checksums(folder)
    return catalogue


def describe(dataset: fig.Dataset) -> dict[str, Any]:
    """A dataset as the catalogue describes it, in three languages."""
    return {
        "name": dataset.name,
        "title": said(dataset.title),
        "description": said(dataset.description),
        "licence": dataset.licence,
        "persons": dataset.persons,
        "cells_min": dataset.cells_min,
        "key": list(dataset.key),
        "order": list(dataset.order or dataset.key),
        "columns": [
            {
                "name": c.name,
                "type": c.type,
                "nullable": c.nullable,
                "description": said(c.description),
            }
            for c in dataset.columns
        ],
    }


def lines(cursor: Any, select: str, params: Sequence[object] = ()) -> Iterator[bytes]:
    """The rows of a SELECT as CSV lines (RFC 4180), the header first, streamed by the server."""
    statement = f"COPY ({select}) TO STDOUT (FORMAT csv, HEADER)"
    if not params:  # the driver then leaves doubled per cent signs as they are
        statement = statement.replace("%%", "%")
    with cursor.copy(statement, list(params)) as copy:
        for row in copy:
            yield bytes(row[:-1]) + b"\r\n"  # the server ends lines in its own way


def _copy(cursor: Any, select: str, path: Path) -> tuple[int, str, int]:
    digest, rows, size = hashlib.sha256(), -1, 0
    with path.open("wb") as file:
        for line in lines(cursor, select):
            file.write(line)
            digest.update(line)
            rows += 1
            size += len(line)
    return rows, digest.hexdigest(), size


def _json(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def _checksums(folder: Path) -> None:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    text = "".join(f"{sha256(p)}  {p.relative_to(folder).as_posix()}\n" for p in files)
    (folder / "checksums.sha256").write_text(text, encoding="utf-8")


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A new folder beside ``folder``, put in its place when the block ends well.

    Raises:
        NotEmpty: the folder holds what no publication put there.
        CannotWrite: the file system refuses.
    """
    folder = folder.resolve()
    new = folder.with_name(f".{folder.name}.new-{secrets.token_hex(4)}")
    old = folder.with_name(f".{folder.name}.old-{secrets.token_hex(4)}")
    try:
        stranger = _stranger(folder)
        if stranger:
            raise NotEmpty(folder=folder, what=stranger)
        folder.parent.mkdir(parents=True, exist_ok=True)
        new.mkdir()
        try:
            yield new
            if folder.exists():
                folder.rename(old)
            new.rename(folder)
        except BaseException:
            if old.exists() and not folder.exists():
                old.rename(folder)
            raise
        finally:
            shutil.rmtree(new, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise CannotWrite(folder=folder, reason=error.strerror or error) from error


def _stranger(folder: Path) -> str:
    """The first thing in the folder that is not of a publication; empty when there is none."""
    if not folder.exists():
        return ""
    if not folder.is_dir():
        return folder.name
    mine = {"checksums.sha256"}
    try:
        for line in (folder / "checksums.sha256").read_text(encoding="utf-8").splitlines():
            mine.add(line[66:])
    except (FileNotFoundError, UnicodeDecodeError):
        mine.clear()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name not in mine and (path.is_symlink() or not path.is_dir()):
            return name
    return ""
