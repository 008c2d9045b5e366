"""Work done after the transaction, by the worker process: a thin cover over procrastinate.

``defer`` writes the job in the running transaction (the only outbox there is): what was rolled
back is never done, what was committed is never forgotten. A job may run twice after a crash, so
jobs call operations that refuse or ignore what is already done.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, ParamSpec

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

P = ParamSpec("P")

TRIES = 5
"""After so many failures a job stands on the operator's list."""


class Job(Generic[P]):
    """A function the worker calls."""

    def __init__(self, function: Callable[P, None]) -> None:
        self.function = function
        self.name = f"{function.__module__}.{function.__qualname__}"
        self._task: Any = app.task(
            name=self.name,
            retry=RetryStrategy(max_attempts=TRIES, exponential_wait=4),
        )(function)

    def defer(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Queue the job in the running transaction; arguments by keyword, JSON values only."""
        if args:
            raise TypeError("a job takes keyword arguments only")
        self._task.defer(**kwargs)

    def defer_alone(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Queue the job unless it waits already; it never runs beside itself."""
        if args:
            raise TypeError("a job takes keyword arguments only")
        alone = self._task.configure(lock=self.name, queueing_lock=self.name)
        with suppress(AlreadyEnqueued), transaction.atomic():
            alone.defer(**kwargs)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Do it here and now."""
        self.function(*args, **kwargs)


def job(function: Callable[P, None]) -> Job[P]:
    """Make a function a job of the worker."""
    return Job(function)
