"""Who may see a letter or a correction, and how much of it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from django.db.models import QuerySet

from veche.city.appeals.models import Appeal, Correction
from veche.city.appeals.procedure import PUBLIC, REGISTRAR
from veche.core.cases.operations import in_scope
from veche.core.moderation.access import reads_unpublished
from veche.core.moderation.procedure import DISPATCHER
from veche.core.organisations.models import Holding
from veche.core.people.models import Person
from veche.errors import NotFound

WORDS, OUTLINE, HIDDEN, NOTHING = "words", "outline", "hidden", ""
"""All of it; that it exists, with kind, topic and office, but not what was written; that a
moderator has hidden it; nothing."""
_OFFICE = ("officer", "head")


def key_digest(secret: str) -> str:
    """What is kept of the secret in the way back of an author without an account."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_author(thing: Appeal | Correction, person: Person | None, secret: str = "") -> bool:
    """Whether this person, or whoever holds this secret, wrote it."""
    if thing.case.author_id is not None:
        return person is not None and thing.case.author_id == person.pk
    key = thing.author_key if isinstance(thing, Appeal) else None
    return bool(secret) and key is not None and hmac.compare_digest(key, key_digest(secret))


def sees(
    appeal: Appeal, person: Person | None, holdings: Sequence[Holding], secret: str = ""
) -> str:
    """How much of a letter somebody may see: ``words``, ``outline`` or nothing.

    A private letter is read by its author and by the office it lies with; the dispatcher who
    looks for an office sees what it is about, not what it says.
    """
    case = appeal.case
    open_to_all = appeal.public and case.state in PUBLIC
    if is_author(appeal, person, secret) or (open_to_all and case.hidden_at is None):
        return WORDS
    for holding in holdings:
        if holding.role in _OFFICE and in_scope(holding, case, "organisation"):
            return WORDS
    if appeal.public and reads_unpublished(holdings, case):
        return WORDS
    for holding in holdings:
        if not in_scope(holding, case, "territory"):
            continue
        if holding.role == DISPATCHER and case.state == "routing":
            return OUTLINE
    return HIDDEN if open_to_all else NOTHING


def seen_by(
    number: str, person: Person | None, holdings: Sequence[Holding], secret: str = ""
) -> tuple[Appeal, str]:
    """The letter of this number and how much of it may be seen.

    Raises:
        NotFound: there is none, or this person may not know of it.
    """
    appeal = appeals().filter(case__number=number).first()
    how = sees(appeal, person, holdings, secret) if appeal is not None else NOTHING
    if appeal is None or not how:
        raise NotFound
    return appeal, how


def reads_documents(
    appeal: Appeal, person: Person | None, holdings: Sequence[Holding], secret: str = ""
) -> bool:
    """Whether somebody may open the documents of a letter: its author, the office it lies with,
    and, where everybody may read its words, a moderator. Nobody else: what a document says of
    itself and of others cannot be covered."""
    if is_author(appeal, person, secret):
        return True
    case = appeal.case
    if appeal.public and reads_unpublished(holdings, case):
        return True
    return any(
        holding.role in _OFFICE and in_scope(holding, case, "organisation") for holding in holdings
    )


def appeals() -> QuerySet[Appeal]:
    """All letters with what their rows name."""
    return Appeal.objects.select_related(
        "case", "case__organisation", "case__territory", "case__author", "topic", "office"
    )


def reads_note(correction: Correction, person: Person | None, holdings: Sequence[Holding]) -> bool:
    """Whether somebody may read the author's note: everybody once it has been accepted, before
    that its author and the keepers of the registry."""
    case = correction.case
    if case.state == "repaired" or is_author(correction, person):
        return True
    return any(h.role == REGISTRAR and in_scope(h, case, "territory") for h in holdings)
