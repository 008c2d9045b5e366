"""Personal links: who holds one opens one ballot without signing in, and nothing else."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import translation

from veche.city.ballots.models import RollEntry
from veche.core.notices.letters import link
from veche.core.notices.models import Reader

_SALT = "veche.ballots.invitation"


def _signer() -> Signer:
    return Signer(salt=_SALT)


def reader_token(number: str, pk: int, mark: str) -> str:
    """What the link in an invitation carries; it holds for as long as the reader's mark does."""
    return _signer().sign(f"r.{number}.{pk}.{mark}")


def entry_token(entry: RollEntry, number: str) -> str:
    """What the link of somebody carries who came by an e-mail address."""
    return _signer().sign(f"e.{number}.{entry.pk}.{bytes(entry.salt).hex()[:16]}")


def letter_link(number: str, reader: Reader, language: str) -> str:
    """The whole address that a letter to a reader holds."""
    with translation.override(language):
        return link(reverse("votes:invited", args=[reader_token(number, reader.pk, reader.mark)]))


def opened(token: str) -> tuple[str, RollEntry] | None:
    """The number of the vote and the entry of the roll that a link opens; None for any other text,
    and where its holder is not on the roll any more."""
    if not token or len(token) > 200 or "\x00" in token:
        return None
    try:
        parts = _signer().unsign(token).split(".")
    except BadSignature:
        return None
    if len(parts) != 4 or not parts[2].isdigit():
        return None
    kind, number, pk, mark = parts
    rows = RollEntry.objects.filter(vote__case__number=number, struck_at=None).select_related(
        "vote", "vote__case", "territory"
    )
    if kind == "e":
        entry = rows.filter(pk=int(pk), person=None).first()
        fits = entry is not None and bytes(entry.salt).hex()[:16] == mark
        return (number, entry) if entry is not None and fits else None
    reader = Reader.objects.filter(pk=int(pk), mark=mark, person__is_active=True).first()
    if reader is None or reader.person_id is None:
        return None
    entry = rows.filter(person_id=reader.person_id).first()
    return (number, entry) if entry is not None else None
