"""Publishing: the one change this module makes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from veche import module
from veche.core.journal.operations import record
from veche.core.opendata import publish as publication
from veche.core.opendata import standalone, verifier
from veche.core.opendata.checked_rows import NotAPublication, sha256
from veche.languages import everywhere
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


@operation
def publish(
    *,
    by: Person | None,
    at: dt.datetime,
    folder: Path,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Publish all datasets and figures of all modules into ``folder``, as one snapshot.

    An earlier publication there is replaced; nothing appears before the verifier agreed with it.
    Gives the verifier's result, with ``folder`` and ``sha256`` of the checksums file.

    Raises:
        publication.NotEmpty: the folder holds something else.
        publication.CannotWrite: the file system refuses.
        publication.DoesNotVerify: a figure does not follow from the rows (a fault in a dataset).
    """
    with connection.cursor() as cursor:
        if len(connection.savepoint_ids) == 0:
            # Must come first in the transaction: rows and figures of one and the same moment.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with publication.replacing(folder) as new:
            publication.write(
                cursor,
                new,
                datasets=module.datasets(),
                figures=module.figures(),
                at=at,
                city=getattr(settings, "TOWN_NAMES", None) or everywhere("veche"),
                progress=progress,
                log=settings.LOG_FOLDER,
            )
            progress("verify.py")
            try:
                result = verifier.verify_publication(new, progress)
            except NotAPublication as error:
                raise publication.DoesNotVerify(difference=error) from error
            if not result["ok"]:
                raise publication.DoesNotVerify(difference=result["first_difference"])
            for file, run in standalone.checks():
                differences = run(new)[0] if (new / file).is_file() else []
                if differences:
                    raise publication.DoesNotVerify(difference=differences[0])
            digest = sha256(new / "checksums.sha256")
            record(
                kind="opendata.published",
                by=by,
                at=at,
                subject="opendata",
                public={
                    "checksums_sha256": digest,
                    "datasets": result["datasets"],
                    "rows": result["rows"],
                    "figures": result["figures"],
                },
            )
    return {**result, "folder": str(folder), "sha256": digest}
