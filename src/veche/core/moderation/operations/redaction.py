"""Hiding parts: words and photographs are shown redacted, the originals are kept apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from veche.core.cases.operations import subject
from veche.core.files.operations import forget_original, redact
from veche.core.files.queries import original_path
from veche.core.journal.models import Record, Secret
from veche.core.journal.operations import record
from veche.core.moderation import reasons
from veche.core.moderation.access import as_moderator, judge_of
from veche.core.moderation.models import Decision, Original, OriginalLook, ShownInstead
from veche.core.moderation.operations.decisions import AUTHOR, decided
from veche.core.moderation.personal_data import Finding, hide
from veche.core.moderation.words import label_for
from veche.core.moderation.written import STEP, words_of, written_of
from veche.core.notices.operations import tell_people, write_anew
from veche.core.organisations.queries import holdings
from veche.core.people.operations import note_look
from veche.errors import Invalid, NotAllowed, NotFound
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.files.models import StoredFile
    from veche.core.files.photographs import Rectangle
    from veche.core.people.models import Person

TERM = dt.timedelta(days=30)
"""How long an original is kept, for an appeal or a court; then a timer deletes it."""
MOST_AT_ONCE = 200


class NotTheWriter(NotAllowed):
    """Somebody else wrote the words."""

    code = "not-the-writer"
    sentence = _("Somebody else wrote these words.")


class NothingHidden(Invalid):
    """No part of the words was chosen, or none of them stands there any more."""

    code = "nothing-hidden"
    sentence = _("Choose at least one part to hide.")
    field = "parts"


@operation
def hide_words(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    field: str,
    findings: Sequence[Finding],
    reason: str = "personal-data",
    as_author: bool = False,
) -> str:
    """Replace parts of the words of a matter by what kind of thing stood there.

    ``findings`` are pieces of the words as they are shown now. The author may do it with their own
    words at any time (``as_author``, which the page has checked); others as moderators. Returns
    the words that are shown from now on.

    Raises:
        NothingHidden: nothing was chosen, or the words have changed meanwhile.
        veche.core.moderation.reasons.UnknownReason: the reason is not on the list.
        veche.core.cases.operations.NoRoleForMove: they do not moderate there.
    """
    if as_author:
        role = AUTHOR
    else:
        role = as_moderator(by, at, case).role
        reasons.check(reason, reasons.REDACT)
    shown = next((one for one in words_of(case) if one.field == field), None)
    if shown is None:
        raise NothingHidden
    if as_author and shown.writer is not None:
        raise NotTheWriter
    redacted = hide(shown.text, findings, label_for(shown.text))
    if redacted == shown.text:
        raise NothingHidden
    original = Original(
        case=case,
        kind="text",
        field=field,
        writer_id=shown.writer,
        text=shown.text,
        at=at,
        until=at + TERM,
    )
    original.save(force_insert=True)
    if field.startswith(STEP):
        ShownInstead.objects.update_or_create(
            case=case, seq=int(field.removeprefix(STEP)), defaults={"text": redacted}
        )
    # Also of a step: a module may keep a copy of its words, as letters do of their answer.
    written_of(case).put(case=case, field=field, text=redacted)
    kinds = sorted({one.kind.value for one in findings})
    record(
        kind="moderation.words-hidden",
        by=by,
        at=at,
        subject=subject(case),
        public={"field": field, "kinds": kinds, "parts": len(findings)},
    )
    decided(by=by, at=at, case=case, kind="redact", reason=reason, role=role, original=original)
    writer = shown.writer or case.author_id
    if writer is not None and not as_author:
        tell_people(by=by, at=at, told=[(writer, case.pk)], kind="moderation.words-hidden")
    write_anew(by=by, at=at, cases=[case])
    return redacted


@operation
def cover_photograph(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    file: StoredFile,
    rectangles: Sequence[Rectangle],
    reason: str = "personal-data",
    as_author: bool = False,
) -> StoredFile:
    """Cover parts of a photograph wherever it is shown; returns the covered one.

    Raises:
        veche.core.files.operations.NothingToCover, NotShown: see there.
        NotTheWriter: an author covers what somebody else photographed.
        veche.core.moderation.reasons.UnknownReason: the reason is not on the list.
        veche.core.cases.operations.NoRoleForMove: they do not moderate there.
    """
    if as_author:
        role = AUTHOR
    else:
        role = as_moderator(by, at, case).role
        reasons.check(reason, reasons.REDACT)
    writer = _sender(case, file)
    if as_author and writer is not None:
        raise NotTheWriter
    covered = redact(by=by, at=at, file=file, rectangles=rectangles)
    original = Original(
        case=case,
        kind="photograph",
        writer_id=writer,
        digest=file.digest,
        shown=covered.digest,
        at=at,
        until=at + TERM,
    )
    original.save(force_insert=True)
    Original.objects.filter(shown=file.digest).update(shown=covered.digest)
    decided(by=by, at=at, case=case, kind="photograph", reason=reason, role=role, original=original)
    told = writer or case.author_id
    if told is not None and not as_author:
        tell_people(by=by, at=at, told=[(told, case.pk)], kind="moderation.photograph-covered")
    return covered


def _sender(case: Case, file: StoredFile) -> int | None:
    """Who put a photograph to a case, where it was not the author of the case: a volunteer, an
    office. The journal knows it by what was sent, so a covered one is asked for by its first."""
    earlier = Original.objects.filter(case=case, kind="photograph", shown=file.digest)
    first = earlier.order_by("id").first()
    if first is not None:
        return first.writer_id
    rows = Record.objects.filter(
        subject=subject(case), kind="cases.file-attached", public__digest=file.digest
    )
    actor = rows.order_by("id").values_list("actor", flat=True).first()
    return actor if actor != case.author_id else None


@dataclass(frozen=True)
class Looked:
    """An original, for somebody who has said why they look."""

    original: Original
    text: str
    picture: bytes


class NoWhy(Invalid):
    """A look at an original without a reason."""

    code = "look-without-why"
    sentence = _("Write why you look: the author will read it.")
    field = "why"


@operation
def look_at_original(*, by: Person, at: dt.datetime, original: int, why: str) -> Looked:
    """Look at what was hidden. The look is noted, and the author is shown when and why.

    Raises:
        NoWhy: no reason was given.
        NotFound: there is none, or it was deleted.
        veche.core.cases.operations.NoRoleForMove: they do not moderate there.
    """
    why = " ".join(why.replace("\x00", "").split())[:240]
    if len(why) < 5:
        raise NoWhy
    found = (
        Original.objects.filter(pk=original, gone_at__isnull=True)
        .select_related("case", "case__territory")
        .first()
    )
    if found is None:
        raise NotFound
    case = found.case
    held = holdings(by, at)
    climbed = Decision.objects.filter(
        Q(original=found) | Q(original=None), case=case, appeal="open", climbed_at__isnull=False
    )
    holding = judge_of(held, case, climbed=True) if climbed.exists() else None
    holding = holding or as_moderator(by, at, case)
    picture = b""
    if found.kind == "photograph":
        try:
            picture = original_path(found.digest).read_bytes()
        except OSError as error:
            raise NotFound from error
    OriginalLook(original=found, person=by, role=holding.role, why=why, at=at).save(
        force_insert=True
    )
    record(
        kind="moderation.original-looked-at",
        by=by,
        at=at,
        subject=subject(case),
        public={"original": found.pk},
    )
    if case.author_id is not None:
        note_look(by=by, at=at, person_id=case.author_id, what="original", case_number=case.number)
    return Looked(found, found.text, picture)


@operation
def _forget(*, by: None, at: dt.datetime, rows: Sequence[Original]) -> None:
    """Delete originals whose term is over, with what the journal kept of the same words."""
    for row in rows:
        if row.kind == "photograph" and row.digest:
            forget_original(by=by, at=at, digest=row.digest)
    numbers = {subject(row.case) for row in rows if row.kind == "text"}
    # The journal's erasable part holds words as they were sent. The salt goes with them: the
    # record stays and can no longer be opened.
    told = Record.objects.filter(subject__in=numbers).values("id")
    Secret.objects.filter(record_id__in=told, personal__has_key="text").delete()
    Original.objects.filter(pk__in=[row.pk for row in rows]).update(gone_at=at, text="", digest="")
    record(
        kind="moderation.originals-deleted",
        by=by,
        at=at,
        subject="moderation",
        public={"originals": len(rows)},
    )


def forget_originals(*, at: dt.datetime) -> int:
    """Delete the originals whose term is over; returns how many. A timer calls it.

    What somebody objects to stays until it is judged: else it could not be given back.
    """
    objected = Decision.objects.filter(original=OuterRef("pk"), appeal="open")
    rows = list(
        Original.objects.filter(~Exists(objected), gone_at__isnull=True, until__lt=at)
        .select_related("case")
        .order_by("until")[:MOST_AT_ONCE]
    )
    if rows:
        _forget(by=None, at=at, rows=rows)
    return len(rows)
