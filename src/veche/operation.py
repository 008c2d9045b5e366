"""The one shape of every change.

    @operation
    def accept(*, by: Person | None, at: datetime, problem: int) -> Problem: …

The decorator enforces what a reader would otherwise have to trust: arguments by keyword only, a
``by`` and an aware ``at``, one transaction, and at least one journal record left behind. A change
that leaves no record is rolled back with :class:`SilentChange`.
"""

from __future__ import annotations

import datetime as dt
import functools
import inspect
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")

OPERATIONS: dict[str, Callable[..., object]] = {}
"""Every operation by its dotted name; the architecture tests walk it."""

AT_END: list[Callable[[Sequence[tuple[int, str]]], None]] = []
"""What is called at the end of an outermost operation, still in its transaction, with the number
and the kind of every record it left: the journal queues the work of listeners here."""

_records: ContextVar[list[tuple[int, str]] | None] = ContextVar(
    "veche_operation_records", default=None
)


class SilentChange(Exception):
    """An operation ended without a journal record: a fault of the program, not of a person."""


class OutsideOperation(Exception):
    """A journal record was written outside an operation."""


def running() -> bool:
    """Whether an operation is under way in this thread."""
    return _records.get() is not None


def note_record(record_id: int, kind: str) -> None:
    """Called by the journal: the running operation has left this record of this kind.

    Raises:
        OutsideOperation: no operation is under way.
    """
    records = _records.get()
    if records is None:
        raise OutsideOperation
    records.append((record_id, kind))


def operation(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function an operation; see the module's text.

    Raises:
        TypeError: at decoration, when ``by`` or ``at`` is missing or an argument is positional.
        SilentChange: at the call, when no journal record was written.
    """
    parameters = inspect.signature(function).parameters
    if any(p.kind is not p.KEYWORD_ONLY for p in parameters.values()):
        raise TypeError(f"{function.__qualname__}: an operation takes keyword arguments only")
    if not {"by", "at"} <= parameters.keys():
        raise TypeError(f"{function.__qualname__}: an operation takes 'by' and 'at'")

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        at = kwargs.get("at")
        if not isinstance(at, dt.datetime) or at.tzinfo is None:
            raise TypeError(f"{function.__qualname__}: 'at' must be a moment with a time zone")
        outer = _records.get()
        mine: list[tuple[int, str]] = []
        token = _records.set(mine)
        try:
            # The inner operation of another joins its transaction: a savepoint would cost two
            # round trips and no caller catches a refusal half-way to go on.
            with transaction.atomic(savepoint=False) if outer is not None else transaction.atomic():
                result = function(*args, **kwargs)
                if not mine:
                    raise SilentChange(f"{function.__module__}.{function.__qualname__}")
                if outer is None:
                    for end in AT_END:
                        end(mine)
        finally:
            _records.reset(token)
        if outer is not None:
            outer.extend(mine)
        return result

    OPERATIONS[f"{function.__module__}.{function.__qualname__}"] = run
    return run


def inside(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function a part of operations: it writes, and leaves the record to who calls it.

    Raises:
        OutsideOperation: at the call, when no operation is under way.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if not running():
            raise OutsideOperation
        return function(*args, **kwargs)

    return run
