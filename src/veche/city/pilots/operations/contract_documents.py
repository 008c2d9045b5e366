"""Documents of contracts: brought, and taken off with a reason; never changed."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.contracts import UnknownContract
from veche.city.pilots.models import Contract, ContractDocument
from veche.city.pilots.operations.contracts import held, subject_of
from veche.city.pilots.operations.papers import forget_unnamed, hold
from veche.city.pilots.rules import evaluations as rules
from veche.core.files import documents
from veche.core.journal.operations import record
from veche.errors import Refused
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.files.documents import Document
    from veche.core.people.models import Person

MOST_DOCUMENTS = 20
SHORTEST_TITLE, LONGEST_TITLE = 3, 200
LONGEST_WHY = 500


class TooManyDocuments(Refused):
    """A contract has a few documents, not an archive."""

    code = "contract-documents-many"
    sentence = _("A contract has at most {most} documents.")


class DocumentThere(Refused):
    """The very same file stands there."""

    code = "contract-document-there"
    sentence = _("This file is among the documents of the contract already: “{title}”.")


class DocumentGone(Refused):
    """It was taken off before."""

    code = "contract-document-gone"
    sentence = _("This document was taken off already.")


@operation
def add_document(
    *,
    by: Person,
    at: dt.datetime,
    contract: Contract,
    document: Document,
    kind: str,
    title: str,
    public: bool,
    submission: uuid.UUID | None = None,
) -> ContractDocument:
    """Bring a document of a contract. A ``public`` one is read by everybody from this moment and
    becomes a release; the others are read by the agency, the department and the company, and of
    them the journal tells everybody their digest alone. The same press twice brings it once.

    Raises:
        TheirOwn: the contract was read from another publisher.
        NotForContracts, veche.city.pilots.access.conflicts.UnknownApplication: not theirs.
        TooManyDocuments, DocumentThere, veche.texts.TextLength: of what was brought.
    """
    contract = held(by, at, contract)
    if submission is not None:
        known = ContractDocument.objects.filter(submission=submission).first()
        if known is not None:
            record(
                kind="pilots.contract-document-again", by=by, at=at, subject=subject_of(contract)
            )
            return known
    rows = ContractDocument.objects.filter(contract=contract)
    live = rows.filter(taken_off_at=None)
    if live.count() >= MOST_DOCUMENTS:
        raise TooManyDocuments(most=MOST_DOCUMENTS)
    there = live.filter(digest=documents.digest_of(document)).first()
    if there is not None:
        raise DocumentThere(title=there.title)
    hold()
    row = ContractDocument.objects.create(
        contract=contract,
        place=rows.count() + 1,
        kind=ContractDocument.Kind(kind),
        title=sized(" ".join(title.split()), SHORTEST_TITLE, LONGEST_TITLE),
        public=public,
        name=document.name,
        media_type=document.media_type,
        size=len(document.data),
        digest=documents.store(document),
        at=at,
        by=by,
        submission=submission,
    )
    told = {"kind": row.kind, "size": row.size, "title": row.title} if public else {}
    record(
        kind="pilots.contract-document-added", by=by, at=at, subject=subject_of(contract),
        public={
            "number": contract.number, "place": row.place, "public": public, "digest": row.digest,
            **told,
        },
        personal={"name": row.name},
    )  # fmt: skip
    return row


@operation
def take_off_document(
    *, by: Person, at: dt.datetime, document: ContractDocument, because: str
) -> ContractDocument:
    """Take a document off a contract: its bytes are deleted unless something else has the same;
    that it was there, and why it is not, stays told.

    Raises:
        veche.city.pilots.access.contracts.UnknownContract: there is no such document.
        TheirOwn, NotForContracts, veche.city.pilots.access.conflicts.UnknownApplication: not
            theirs.
        DocumentGone: it was taken off before.
        veche.texts.TextLength: the reason is missing.
    """
    contract = held(by, at, document.contract)
    rows = ContractDocument.objects.select_for_update(of=("self",))
    row = rows.filter(pk=document.pk, contract=contract).first()
    if row is None:
        raise UnknownContract
    if row.taken_off_at is not None:
        raise DocumentGone
    said = sized(because, rules.SHORTEST_WHY, LONGEST_WHY)
    row.taken_off_at, row.taken_off_because = at, said
    row.save(update_fields=["taken_off_at", "taken_off_because"])
    why = {"because": said}
    record(
        kind="pilots.contract-document-taken-off", by=by, at=at, subject=subject_of(contract),
        public={"number": contract.number, "place": row.place, **(why if row.public else {})},
        personal={} if row.public else why,
    )  # fmt: skip
    transaction.on_commit(lambda: forget_unnamed([row.digest]))
    return row
