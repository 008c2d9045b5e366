"""Check my vote: by its code or its receipt, without signing in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from veche.city.ballots.models import PromiseKey
from veche.city.ballots.queries.promises import promise_of, withdrawn_key_of
from veche.city.ballots.queries.standing import code_in, grouped
from veche.city.ballots.queries.votes import public_vote
from veche.city.ballots.views.common import shared
from veche.city.ballots.views.receipt import HEAD, proved, words_of
from veche.city.ballots.vote.leaves import BallotLeaf, read_leaf
from veche.city.ballots.vote.promise import PROMISE_HEAD
from veche.city.ballots.words import CHANNELS
from veche.core.journal.tlog.merkle import leaf_hash
from veche.core.places.queries import atlas

PROOF_HEAD = "\nc2sp.org/tlog-proof@"
"""How the proof of the log begins."""
LONGEST = 40_000
"""Bytes of a receipt that are read."""


@dataclass(frozen=True)
class Given:
    """What somebody wants looked up."""

    code: str = ""
    leaf: BallotLeaf | None = None
    """What their receipt says stands in the log."""
    promise: bytes = b""
    """The city's word on it, as the receipt shows it."""
    fault: str = ""


def read(request: HttpRequest) -> Given:
    """The code, or the receipt, that was sent."""
    sent = request.FILES.get("receipt")
    if sent is not None:
        return _receipt(sent.read(LONGEST + 1))
    text = (request.POST if request.method == "POST" else request.GET).get("code", "")[:LONGEST]
    if text.lstrip().startswith(HEAD):
        return _receipt(text.encode())
    if not text.strip():
        missing = request.method == "POST"
        return Given(fault=_("Write your code, or choose your receipt.") if missing else "")
    code = code_in(text)
    return Given(code, fault="" if code else _("A code has 32 letters from 0 to 9 and a to f."))


def _receipt(data: bytes) -> Given:
    try:
        lines = data.decode("utf-8").replace("\r\n", "\n").lstrip("\ufeff").split("\n")
        told = dict(line.partition(" ")[::2] for line in lines[:5])
        leaf = read_leaf(lines[5])
    except (ValueError, IndexError):
        return Given(fault=_("This file is no receipt of a vote."))
    if len(data) > LONGEST or lines[0] != HEAD or not isinstance(leaf, BallotLeaf):
        return Given(fault=_("This file is no receipt of a vote."))
    return Given(code_in(told.get("code", "")), leaf, _promise("\n".join(lines[6:])))


def _promise(text: str) -> bytes:
    """The promise on a receipt; what follows it is the proof of the log."""
    _before, head, rest = text.partition(f"\n{PROMISE_HEAD}\nvote ")
    return (
        f"{PROMISE_HEAD}\nvote {rest.partition(PROOF_HEAD)[0].rstrip()}\n".encode() if head else b""
    )


def word_of(given: Given) -> tuple[str, PromiseKey | None]:
    """How good the city's word on a receipt is: ``good``, ``withdrawn`` (with the key), ``wrong``
    (not this city's, or for another ballot), empty where there is none."""
    if not given.promise or given.leaf is None:
        return "", None
    promise = promise_of(given.promise)
    if promise is not None:
        about = (given.leaf.vote, leaf_hash(given.leaf.text.encode()))
        return ("good" if (promise.vote, promise.leaf) == about else "wrong"), None
    late = withdrawn_key_of(given.promise)
    return ("withdrawn" if late is not None else "wrong"), late


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, number: str) -> HttpResponse:
    """What stands under a code, and whether it counts; nothing else is told."""
    vote, given = public_vote(number), read(request)
    leaf = given.leaf
    foreign = leaf is not None and leaf.vote != number
    proofs = [] if foreign or given.fault else proved(vote, given.code)
    found = [one for one, _proof in proofs]
    places = atlas()
    rows: list[dict[str, Any]] = [
        {
            "ballot": one,
            "lines": words_of(vote, one.leaf),
            "proof": proof,
            "place": places.by_code.get(one.leaf.territory),
            "way": CHANNELS[one.leaf.channel],
            "number": one.place + 1 if one.place is not None else None,
        }
        for one, proof in proofs
    ]
    word, late = word_of(given)
    same = next((one for one in found if leaf is not None and one.leaf.text == leaf.text), None)
    context = {
        **shared(vote),
        "asked": bool(given.code or given.fault),
        "given": given,
        "code": grouped(given.code),
        "rows": rows,
        "foreign": leaf.vote if leaf is not None and foreign else "",
        "same": same,
        "word": word,
        "late": late,
        "keys_url": reverse("votes:keys"),
        "differs": leaf is not None and not foreign and same is None,
    }
    status = (
        422
        if given.fault or word in ("withdrawn", "wrong")
        else 404
        if given.code and not found
        else 200
    )
    return render(request, "ballots/check.html", context, status=status)
