"""Asking witnesses to sign our checkpoints (C2SP tlog-witness).

A witness remembers the last checkpoint it saw of a log and signs a later one only with the proof
that the log merely grew. Two histories shown to two people then need a quorum of witnesses to take
part.
"""

from __future__ import annotations

import base64
import http.client
import logging
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from veche.core.journal.folder import Folder
from veche.core.journal.tlog import merkle
from veche.core.journal.tlog.keys import verify
from veche.core.journal.tlog.note import Checkpoint, Note, Signature, WrongNote, signature_of
from veche.core.journal.tlog.policy import Policy, Witness
from veche.core.journal.tlog.tiles import Reader

logger = logging.getLogger(__name__)

PATIENCE = 3.0
"""Seconds one witness may take; the checkpoint stands without it meanwhile."""
LARGEST_ANSWER = 16_384
LEFT_ALONE = 60.0
"""Seconds for which a witness that failed is not asked again."""

Post = Callable[[str, bytes], tuple[int, bytes]]
"""``post(url, body)``: the status and the body of the answer."""


def post(url: str, body: bytes) -> tuple[int, bytes]:
    """Send a request. Raises: OSError where nobody answers."""
    if not url.startswith(("http://", "https://")):
        raise OSError(f"{url} is not an address of the web")
    request = urllib.request.Request(url, data=body, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, _body(answer)
    except urllib.error.HTTPError as fault:
        return fault.code, _body(fault)
    except http.client.HTTPException as fault:
        raise OSError(f"{url}: this is no answer of the web") from fault


def _body(answer: Any) -> bytes:
    """The body of an answer, in PATIENCE seconds altogether. Raises: OSError."""
    until, found = time.monotonic() + PATIENCE, b""
    try:
        while len(found) < LARGEST_ANSWER and (part := answer.read1(4096)):
            found += part
            if time.monotonic() > until:
                raise OSError("the answer takes too long")
    except http.client.HTTPException as fault:
        raise OSError("the answer breaks off") from fault
    return found


def named() -> Witnesses | None:
    """Whom ``VECHE_LOG_POLICY`` names; None where it names nobody.

    Raises:
        WrongPolicy, OSError: the file is no policy, or cannot be read.
    """
    path = os.environ.get("VECHE_LOG_POLICY")
    return Witnesses(Policy.read(Path(path).read_text(encoding="utf-8"))) if path else None


class Witnesses:
    """The witnesses of a policy, and up to which size each has seen the log."""

    def __init__(self, policy: Policy, post: Post = post) -> None:
        self.policy = policy
        self.post = post
        self.seen: dict[str, int] = {}
        self.away: dict[str, float] = {}
        """Until when one that did not answer is left alone: our own checkpoints must not wait."""
        self.text = ""
        self.signed: dict[str, Signature] = {}
        """Who has signed the checkpoint ``text``, and how: nobody is asked twice for one."""

    def ask(self, note: Note, folder: Folder) -> Sequence[Signature]:
        """The signatures of all that have answered well, now or before, for this checkpoint.

        Who does not answer is passed over, told of, and asked again after a while.
        """
        if note.text != self.text:
            self.text, self.signed = note.text, {}
        for one in self.policy.witnesses:
            waits = self.away.get(one.name, 0.0) > time.monotonic()
            if not one.url or waits or one.name in self.signed:
                continue
            try:
                self.signed[one.name] = self._one(one, note, folder)
            except (OSError, ValueError, WrongNote) as fault:
                logger.warning("witness %s: %s", one.name, fault)
                self.away[one.name] = time.monotonic() + LEFT_ALONE
        return tuple(self.signed.values())

    def _one(self, one: Witness, note: Note, folder: Folder) -> Signature:
        for _try in range(2):
            status, answer = self.post(
                f"{one.url.rstrip('/')}/add-checkpoint", self._question(one, note, folder)
            )
            if status != 409:
                break
            # It has seen another size than we remember, and says which.
            self.seen[one.name] = int(answer.decode("ascii"))
        if status != 200:
            raise ValueError(f"answered {status}: {answer[:200].decode(errors='replace')}")
        lines = answer.decode().splitlines()
        signed = [found for found in map(signature_of, lines) if found.id == one.key.id]
        good = Note(note.text, tuple(signed)).checked([one.key], verify)
        if not good:
            raise ValueError("did not sign under the key of the policy")
        self.seen[one.name] = Checkpoint.read(note.text).size
        return signed[0]

    def _question(self, one: Witness, note: Note, folder: Folder) -> bytes:
        told = Checkpoint.read(note.text)
        seen = self.seen.get(one.name, 0)
        if seen > told.size:
            raise ValueError(f"has seen the log at {seen}, and it is {told.size} long")
        proof = merkle.consistency(seen, told.size, Reader(folder.fetch, told.size).node)
        lines = "".join(base64.b64encode(step).decode() + "\n" for step in proof)
        return f"old {seen}\n{lines}\n{note}".encode()
