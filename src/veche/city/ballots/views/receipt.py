"""The receipt: the code, what stands under it, and the city's word for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from veche.city.ballots import sheet
from veche.city.ballots.forms.ballot import in_words
from veche.city.ballots.models import Vote
from veche.city.ballots.queries.mine import code_of
from veche.city.ballots.queries.proof import proofs_of
from veche.city.ballots.queries.standing import Standing, grouped, standing
from veche.city.ballots.queries.votes import config_of, public_vote
from veche.city.ballots.views.booth import RECEIPT
from veche.city.ballots.views.common import shared, sign_in
from veche.city.ballots.vote.leaves import BallotLeaf
from veche.core.journal.tlog.note import WrongNote
from veche.core.organisations.middleware import asker
from veche.errors import NotFound
from veche.languages import here
from veche.look.qr import qr as picture

HEAD = "veche-receipt/1"


class NothingCast(NotFound):
    """Somebody asks for the receipt of a ballot they have not cast."""

    code = "nothing-cast"


@dataclass(frozen=True)
class Receipt:
    """What a voter takes home."""

    vote: Vote
    ballot: Standing
    promise: str
    """The signed word, where this browser still has it."""
    proof: str = ""
    """That it stands in the signed log, once it does (C2SP tlog-proof)."""

    @property
    def code(self) -> str:
        """The voter's code, in hexadecimal."""
        return self.ballot.leaf.code

    @property
    def text(self) -> str:
        """The file: lines a person can read, then the leaf and the promise for programs."""
        leaf = self.ballot.leaf
        lines = [
            HEAD,
            f"vote {leaf.vote}",
            f"code {leaf.code}",
            f"revision {leaf.revision}",
            f"leaf {self.ballot.hash}",
            leaf.text,
            "",
        ]
        return "\n".join(lines) + "".join(f"\n{one}" for one in (self.promise, self.proof) if one)


def proved(vote: Vote, code: str) -> list[tuple[Standing, str]]:
    """The ballots under a code, the latest first, each with its proof; without one where the log
    cannot be read just now: what stands in the count is told in any case."""
    try:
        return [(one.ballot, one.receipt) for one in proofs_of(vote, code)]
    except (WrongNote, OSError):
        return [(one, "") for one in standing(vote, code)]


def receipt_of(request: HttpRequest, vote: Vote, code: str) -> Receipt:
    """The receipt of the ballot that counts under a code.

    Raises:
        NothingCast: there is none.
    """
    found = proved(vote, code)
    ballot, proof = next(((one, told) for one, told in found if one.counts), (None, ""))
    if ballot is None:
        raise NothingCast
    kept = sheet.read(request, sheet.name_of(RECEIPT, vote.pk, bytes.fromhex(code)))
    same = kept.get("revision") == ballot.leaf.revision and kept.get("leaf") == ballot.leaf.text
    return Receipt(vote, ballot, str(kept.get("promise", "")) if same else "", proof)


def words_of(vote: Vote, leaf: BallotLeaf) -> list[dict[str, Any]]:
    """What a ballot says, question by question, as its voter reads it."""
    import json

    answers = json.loads(leaf.choice)
    return [
        {"title": here(asked.title), "words": in_words(asked, answers.get(asked.code))}
        for asked in config_of(vote).questions
    ]


def qr(address: str, title: str = "") -> SafeString:
    """An address, or another text, as a QR code that prints and scales."""
    return picture(address, title or _("QR code: opens the page that checks this ballot"))


def page(
    request: HttpRequest, receipt: Receipt, *, file: str, base: str = "look/base.html", **more: Any
) -> HttpResponse:
    """The receipt as a page; ``file`` is the address of the same as a file."""
    vote, code = receipt.vote, receipt.code
    check = reverse("votes:check", args=[vote.case.number]) + "?" + urlencode({"code": code})
    context = {
        **shared(vote),
        "base": base,
        "receipt": receipt,
        "code": grouped(code),
        "lines": words_of(vote, receipt.ballot.leaf),
        "check": check,
        "kept_days": sheet.RECEIPT_TERM // (24 * 60 * 60),
        "qr": qr(request.build_absolute_uri(check)),
        "file": file,
        **more,
    }
    return render(request, "ballots/receipt.html", context)


@never_cache
@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt of whoever is signed in."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    vote = public_vote(number)
    found = receipt_of(request, vote, code_of(vote, person))
    return page(request, found, file=reverse("votes:receipt-file", args=[number]))


@never_cache
@require_safe
def file(request: HttpRequest, number: str) -> HttpResponse:
    """The same as a file."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    vote = public_vote(number)
    return as_file(receipt_of(request, vote, code_of(vote, person)))


def as_file(receipt: Receipt) -> HttpResponse:
    """A receipt to be saved."""
    name = f"receipt-{receipt.ballot.leaf.vote}-{receipt.code[:8]}.txt"
    return HttpResponse(
        receipt.text,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
