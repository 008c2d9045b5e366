"""How a module lets what people write in it be moderated.

A module writes ``moderation.py`` with ``WRITTEN = Written(...)`` and names it in its manifest:
``Module(moderation="veche.city.problems.moderation:WRITTEN")``. Findings, redaction, hiding,
appeals, sweeps and the public log then work for its matters as they do for all others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from veche.core.cases.models import CaseEvent
from veche.core.cases.queries import procedure_of
from veche.core.moderation.models import ShownInstead
from veche.errors import NotFound
from veche.module import load, resolve

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.functional import Promise

    from veche.core.cases.models import Case


@dataclass(frozen=True)
class Words:
    """One piece of words of a matter that everybody may read."""

    field: str
    """As the module calls it: ``text``, ``address``, ``answer:code``."""
    label: str | Promise
    text: str
    writer: int | None = None
    """Number of the person who wrote it, where it was not the author of the matter."""


@dataclass(frozen=True)
class Written:
    """What people write in one module."""

    procedures: tuple[str, ...]
    words: Callable[[Case], Sequence[Words]]
    """The words of a matter as they are shown now."""
    put: Callable[..., None]
    """``put(case=, field=, text=)`` inside an operation: other words in their place."""
    url: Callable[[Case], str]
    """The page of the matter."""
    is_author: Callable[[HttpRequest, Case], bool]
    """Whether whoever asks wrote it: by their account or by the secret of their browser."""
    public: tuple[str, ...]
    """States in which everybody may read it."""
    reject: Callable[..., Case] | None = None
    """``reject(by=, at=, case=, reason=, text=)``: the operation before publication."""
    remove: Callable[..., Case] | None = None
    """The same after publication."""
    goes_to: Callable[[Case, dt.datetime], Mapping[str, Any]] | None = None
    """The office, and until when, of a matter that an appeal lets go on (``organisation`` and
    ``until`` of `veche.core.cases.operations.move_case`)."""
    overturned: Callable[..., Case] | None = None
    """``overturned(by=, at=, case=)``: what follows when an appeal opened the way again."""
    upheld: Callable[..., None] | None = None
    """``upheld(by=, at=, case=)``: what follows when an appeal was turned down."""
    hid: Callable[..., None] | None = None
    """``hid(case=, at=)`` inside an operation: what else ends when the whole matter is hidden."""
    shown: Callable[..., None] | None = None
    """``shown(case=, at=)`` inside an operation: what goes on when it is shown again."""


@cache
def modules() -> tuple[Written, ...]:
    """What every installed module lets be moderated, in the order of the ladder."""
    found = []
    for manifest in load():
        path = getattr(manifest, "moderation", "")
        if path:
            written = resolve(path)
            if not isinstance(written, Written):
                raise TypeError(f"{path} is not a Written")
            found.append(written)
    return tuple(found)


def written_of(case: Case) -> Written:
    """How the words of a case are moderated.

    Raises:
        NotFound: its module lets nothing be moderated.
    """
    for one in modules():
        if case.procedure in one.procedures:
            return one
    raise NotFound


def whole(case: Case, at: dt.datetime, *, hidden: bool) -> None:
    """Let the module of a case know, inside an operation, that all of it is hidden or shown."""
    for one in modules():
        told = one.hid if hidden else one.shown
        if case.procedure in one.procedures and told is not None:
            told(case=case, at=at)


STEP = "step:"
"""Before the number of a step in the field of its words."""


def instead(case: Case) -> dict[int, str]:
    """What is shown in place of the words of a case's steps, by the number of the step."""
    return dict(ShownInstead.objects.filter(case=case).values_list("seq", "text"))


def words_of(case: Case) -> list[Words]:
    """The words of a case that hold anything: the module's, and those said in its steps."""
    found = list(written_of(case).words(case))
    shown = instead(case)
    moves = {(m.name, s): m.title for m in procedure_of(case).moves for s in m.sources}
    events = CaseEvent.objects.filter(case=case, public__has_key="text").order_by("seq")
    for event in events:
        text = shown.get(event.seq, str(event.public["text"]))
        label = moves.get((event.move, event.source), event.move)
        writer = event.actor_id if event.actor_id != case.author_id else None
        found.append(Words(f"{STEP}{event.seq}", label, text, writer))
    return [one for one in found if one.text.strip()]
