"""Reading the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from veche.core.journal.canonical import salted_digest
from veche.core.journal.models import Record, Secret


def about(subject: str) -> QuerySet[Record]:
    """All records about one subject, oldest first."""
    return Record.objects.filter(subject=subject).order_by("id")


def digest_holds(record: Record, secret: Secret) -> bool:
    """Whether the record and its erasable part still give the digest that was written."""
    body: Mapping[str, Any] = {
        "kind": record.kind,
        "actor": record.actor,
        "subject": record.subject,
        "public": record.public,
        "personal": secret.personal,
        "at": record.at.isoformat(timespec="microseconds"),
    }
    return salted_digest(bytes(secret.salt), body) == bytes(record.digest)
