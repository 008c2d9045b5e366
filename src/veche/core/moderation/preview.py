"""“This is what everybody will see”: typed words before they are sent, with what they give away.

A form's page calls `Preview.of` with its words, lets `Preview.hide` carry out a press on
“hide it”, shows ``moderation/parts/preview.html``, and sends only what `Preview.looked` allows:
words in which nothing was found, or that were looked at once as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veche.core.moderation.personal_data import Finding, find, hide, parts
from veche.core.moderation.words import KINDS, label_for

if TYPE_CHECKING:
    from django.http import QueryDict
    from django.utils.functional import Promise

LOOKED = "looked"
"""The hidden field that says which words were looked at."""
PRESS = "hide"
"""The value of the buttons: ``hide:field:start:end`` or ``hide:all``; their name is ``do``."""


@dataclass(frozen=True)
class Piece:
    """A part of the words: plain, or something found."""

    text: str
    kind: str | Promise = ""
    press: str = ""
    """What the button sends that hides it; empty for a plain part."""


@dataclass(frozen=True)
class Seen:
    """One field as everybody will see it."""

    field: str
    label: str | Promise
    text: str
    findings: Sequence[Finding]

    @property
    def pieces(self) -> list[Piece]:
        """The words cut where something was found."""
        return [
            Piece(text, KINDS[one.kind], f"{PRESS}:{self.field}:{one.start}:{one.end}")
            if one
            else Piece(text)
            for text, one in parts(self.text, self.findings)
        ]

    @property
    def found(self) -> list[Piece]:
        """Only what was found."""
        return [piece for piece in self.pieces if piece.press]


@dataclass(frozen=True)
class Preview:
    """All words of a form."""

    fields: Sequence[Seen]

    @classmethod
    def of(cls, words: Mapping[str, tuple[str | Promise, str]]) -> Preview:
        """The preview of words: field → (label, text)."""
        return cls(
            [Seen(name, name_of, text, find(text)) for name, (name_of, text) in words.items()]
        )

    @property
    def found(self) -> int:
        """How much was found."""
        return sum(len(one.findings) for one in self.fields)

    @property
    def mark(self) -> str:
        """What the form sends along once these words were looked at."""
        whole = "\x1f".join(one.text for one in self.fields)
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    def looked(self, data: Mapping[str, str]) -> bool:
        """Whether the words may be sent: nothing was found, or they were looked at as they are."""
        return not self.found or data.get(LOOKED, "") == self.mark


def pressed(data: Mapping[str, str]) -> bool:
    """Whether a button “hide it” was pressed."""
    return str(data.get("do", "")).startswith(f"{PRESS}:")


def carry_out(data: QueryDict, fields: Sequence[str]) -> None:
    """Replace in the form what was to be hidden; a press that no longer fits changes nothing.

    ``data`` is a mutable copy of what was sent; ``fields`` are the names whose words are public.
    """
    wanted = str(data.get("do", "")).split(":")
    for name in fields:
        text = str(data.get(name, "")).replace("\r\n", "\n")
        findings = find(text)
        if wanted[1:] != ["all"]:
            findings = [f for f in findings if [name, str(f.start), str(f.end)] == wanted[1:]]
        if findings:
            data[name] = hide(text, findings, label_for(text))
