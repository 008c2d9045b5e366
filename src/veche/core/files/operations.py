"""Keeping photographs."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from veche.core.files.models import StoredFile
from veche.core.files.photographs import Photograph, Rectangle, cover, thumbnail_of
from veche.core.files.queries import now_shown, original_path, path_of
from veche.core.journal.operations import record
from veche.errors import Invalid, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


@operation
def keep(*, by: Person | None, at: dt.datetime, photograph: Photograph) -> StoredFile:
    """Store a clean photograph by its content; the same picture is stored once.

    The bytes are on the disk before the row is committed: a crash between leaves a file nobody
    names, never a row without its file.
    """
    digest = hashlib.sha256(photograph.data).hexdigest()
    stored = StoredFile.objects.filter(digest=digest).select_related("shown").first()
    if stored is not None and stored.shown is not None:
        # Sent once more after a part of it was covered: everybody sees the covered one.
        record(kind="files.kept", by=by, at=at, subject=f"file:{digest}", public={"covered": True})
        return now_shown(stored)
    _put(path_of(digest), photograph.data)
    _put(path_of(digest, small=True), photograph.thumbnail)
    if stored is not None and stored.withdrawn_at is not None:  # forgotten once, sent anew
        stored.withdrawn_at = None
        stored.save(update_fields=["withdrawn_at"])
    if stored is None:
        made = StoredFile(
            digest=digest,
            media_type="image/jpeg",
            width=photograph.width,
            height=photograph.height,
            size=len(photograph.data),
            at=at,
        )
        # One statement: two who send the same picture at once both get its row.
        (stored,) = StoredFile.objects.bulk_create(
            [made], update_conflicts=True, unique_fields=["digest"], update_fields=["size"]
        )
    record(
        kind="files.kept",
        by=by,
        at=at,
        subject=f"file:{digest}",
        public={"size": len(photograph.data)},
    )
    return stored


class NothingToCover(Invalid):
    """No part of the photograph was marked."""

    code = "nothing-to-cover"
    sentence = _("Mark at least one part of the photograph.")
    field = "rectangles"


class NotShown(Refused):
    """The photograph is no longer shown, or its file is gone."""

    code = "photograph-not-shown"
    sentence = _("This photograph is no longer shown.")


@operation
def redact(
    *, by: Person | None, at: dt.datetime, file: StoredFile, rectangles: Sequence[Rectangle]
) -> StoredFile:
    """Cover parts of a photograph, everywhere it is shown; returns the covered one.

    Whatever table names the photograph names the covered one from now on, the public files of the
    old one are deleted once this is committed, and its address answers 410. The bytes are kept
    apart (`original_path`) until `forget_original`.

    Raises:
        NothingToCover: no part was marked.
        NotShown: it was covered before, or its file is not there.
    """
    if not rectangles:
        raise NothingToCover
    file = StoredFile.objects.select_for_update().get(pk=file.pk)
    if file.withdrawn_at is not None:
        raise NotShown
    try:
        data = path_of(file.digest).read_bytes()
    except OSError as error:
        raise NotShown from error
    covered = keep(by=by, at=at, photograph=cover(data, rectangles))
    _put(original_path(file.digest), data)
    if covered.pk == file.pk:  # what was marked is covered already
        raise NothingToCover
    file.shown, file.withdrawn_at = covered, at
    file.save(update_fields=["shown", "withdrawn_at"])
    StoredFile.objects.filter(shown=file).update(shown=covered)
    _name_instead(file, covered)
    record(
        kind="files.covered",
        by=by,
        at=at,
        subject=f"file:{covered.digest}",
        public={"parts": len(rectangles)},
    )
    transaction.on_commit(lambda: _withdraw(file.digest))
    return covered


@operation
def uncover(*, by: Person | None, at: dt.datetime, digest: str) -> StoredFile:
    """Show a photograph again as it was before parts of it were covered, everywhere; returns it.

    The covered one is withdrawn: its address answers 410 from now on.

    Raises:
        NotShown: it is not covered, nothing is shown in its place any more, or its bytes were
            deleted.
    """
    file = StoredFile.objects.select_for_update().filter(digest=digest).first()
    if file is None or file.shown_id is None:
        raise NotShown
    covered = StoredFile.objects.select_for_update().get(pk=file.shown_id)
    if covered.withdrawn_at is not None:
        raise NotShown
    try:
        data = original_path(digest).read_bytes()
    except OSError as error:
        raise NotShown from error
    _put(path_of(digest), data)
    _put(path_of(digest, small=True), thumbnail_of(data))
    StoredFile.objects.filter(pk=file.pk).update(shown=None, withdrawn_at=None)
    # What was covered in two steps has gone one step back: the first picture is still covered.
    StoredFile.objects.filter(shown=covered).update(shown=file)
    StoredFile.objects.filter(pk=covered.pk).update(withdrawn_at=at)
    _name_instead(covered, file)
    record(kind="files.uncovered", by=by, at=at, subject=f"file:{digest}")

    def tidy() -> None:
        _withdraw(covered.digest)
        original_path(digest).unlink(missing_ok=True)

    transaction.on_commit(tidy)
    file.refresh_from_db()
    return file


@operation
def forget_photographs(*, by: Person | None, at: dt.datetime, files: Collection[int]) -> int:
    """Delete photographs with every copy: the large one, its small twin, and what lies apart of
    those it was made from by covering. What any table still names stays. Returns how many went.

    The rows stay without their bytes, so that a crash after the commit is mended by
    `finish_withdrawals`.
    """
    wanted = set(files)
    while True:  # those from which one of them was made by covering
        more = set(StoredFile.objects.filter(shown__in=wanted).values_list("pk", flat=True))
        if more <= wanted:
            break
        wanted |= more
    kept = _named(wanted)
    while True:  # what is shown elsewhere goes on standing in the place of what it was made from
        more = set(
            StoredFile.objects.filter(pk__in=wanted - kept, shown__in=kept).values_list(
                "pk", flat=True
            )
        )
        if not more:
            break
        kept |= more
    gone = wanted - kept
    rows = list(StoredFile.objects.select_for_update().filter(pk__in=gone))
    StoredFile.objects.filter(pk__in=gone).update(shown=None, withdrawn_at=at)
    record(
        kind="files.photographs-forgotten",
        by=by,
        at=at,
        subject="files",
        public={"photographs": len(rows)},
    )
    digests = [row.digest for row in rows]
    transaction.on_commit(lambda: _forget(digests))
    return len(rows)


def _named(files: Collection[int]) -> set[int]:
    """Those of these photographs that a table names, whichever module the table is of."""
    found: set[int] = set()
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        table: Any = relation.related_model
        if relation.auto_created and relation.one_to_many and table is not StoredFile:
            name = relation.field.name  # type: ignore[union-attr]
            rows = table._base_manager.filter(**{f"{name}__in": files})
            found |= set(rows.values_list(name, flat=True))
    return found


def _forget(digests: Sequence[str]) -> None:
    for digest in digests:
        _withdraw(digest)
        original_path(digest).unlink(missing_ok=True)


def _name_instead(old: StoredFile, new: StoredFile) -> None:
    """Let every table that names a photograph name another, whichever module the table is of."""
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        table: Any = relation.related_model
        if relation.auto_created and relation.one_to_many and table is not StoredFile:
            name = relation.field.name  # type: ignore[union-attr]
            table._base_manager.filter(**{name: old}).update(**{name: new})


def _withdraw(digest: str) -> None:
    for small in (False, True):
        path_of(digest, small=small).unlink(missing_ok=True)


@operation
def forget_original(*, by: Person | None, at: dt.datetime, digest: str) -> None:
    """Delete the bytes of a photograph that is no longer shown: its term is over."""
    original_path(digest).unlink(missing_ok=True)
    _withdraw_if_left(digest)
    record(kind="files.forgotten", by=by, at=at, subject=f"file:{digest}")


def _withdraw_if_left(digest: str) -> None:
    if StoredFile.objects.filter(digest=digest, withdrawn_at__isnull=False).exists():
        _withdraw(digest)


def finish_withdrawals(*, at: dt.datetime) -> int:
    """Delete public files that a crash left behind; returns how many. A timer calls it."""
    left = 0
    since = at - dt.timedelta(days=2)
    rows = StoredFile.objects.filter(withdrawn_at__gte=since).values_list("digest", "shown")
    for digest, shown in rows:
        apart = shown is None and original_path(digest).exists()
        if apart or path_of(digest).exists() or path_of(digest, small=True).exists():
            _withdraw(digest)
            left += 1
        if apart:  # forgotten altogether: nothing is kept apart either
            original_path(digest).unlink(missing_ok=True)
    return left


def _put(path: Path, data: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
