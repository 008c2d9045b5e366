"""Jobs and the timer of the notices. Every job may run twice, and any of them may be lost: what is
to be done stands in our own tables, and the timer does what no job did."""

from __future__ import annotations

import datetime as dt
import time

from veche import clock
from veche.core.notices.models import Announcement, Reader, Waiting
from veche.core.notices.operations import (
    alerting,
    letters,
    pushing,
    sending,
    subscribing,
    telling,
)
from veche.jobs import job

LONGEST = 3.0
"""Seconds of telling after which the rest is left to the next minute: other timers wait."""
LONGEST_PUSH = 30.0
"""Seconds of waking browsers in one job."""


def _write_urgent(at: dt.datetime) -> None:
    if letters.urgent_waits():
        letters.write_urgent(by=None, at=at)


@job
def send_told(*, telling: int) -> None:
    """Write the letters of one telling and send what waits."""
    at = clock.now()
    _write_urgent(at)
    letters.write_told(by=None, at=at, telling=telling)
    sending.send_letters(at=at)


@job
def send_now() -> None:
    """Write the letters of everything that is to be said at once, and send what waits."""
    at = clock.now()
    _write_urgent(at)
    letters.write_waiting(by=None, at=at)
    sending.send_letters(at=at)


@job
def send_waiting() -> None:
    """Send what waits."""
    sending.send_letters(at=clock.now())


@job
def push_told(*, telling: int) -> None:
    """Wake the browsers of those who were told."""
    pushing.push_waiting(by=None, at=clock.now())


@job
def send_alert() -> None:
    """Write the letters of messages to the public and send what waits, these first."""
    at = clock.now()
    for number, topic in alerting.alerts_wait():
        alerting.write_alert(by=None, at=at, telling=number, topic=topic)
    sending.send_letters(at=at)


@job
def push_alert() -> None:
    """Wake browsers, a batch after another, as long as any is to be woken; others get their turn
    between two runs."""
    at = clock.now()
    begun = time.monotonic()
    while letters.notices_wait(at, "push"):
        pushing.push_waiting(by=None, at=at)
        if time.monotonic() - begun > LONGEST_PUSH:
            push_alert.defer()
            return


@job
def tell_around() -> None:
    """Tell the subscribers of what was announced."""
    announce_waiting(clock.now())


def announce_waiting(at: dt.datetime, most: int = 500) -> int:
    """Do what was announced and not told; returns how many announcements."""
    waiting = Announcement.objects.filter(done_at__isnull=True).order_by("id")
    numbers = list(waiting.values_list("pk", flat=True)[:most])
    begun = time.monotonic()
    for done, number in enumerate(numbers, 1):
        telling.tell_subscribers(by=None, at=at, announcement=number)
        if time.monotonic() - begun > LONGEST:
            return done
    return len(numbers)


def tick(*, at: dt.datetime) -> None:
    """The timer: announcements, digests whose hour has come, letters that wait, quiet hours over.

    The sending itself is a job of its own, so that other timers do not wait for it.
    """
    announce_waiting(at)
    for kind, period in letters.digests_missing(at):
        letters.write_digests(by=None, at=at, kind=kind, period=period)
        if kind == "weekly":
            letters.throw_away(by=None, at=at)
    if Reader.objects.filter(
        person__isnull=True,
        confirmed_at__isnull=True,
        since__lt=at - dt.timedelta(days=8),
    ).exists():
        subscribing.forget_unconfirmed(by=None, at=at)
    for number, topic in alerting.alerts_wait():
        alerting.write_alert(by=None, at=at, telling=number, topic=topic)
    _write_urgent(at)
    if Waiting.objects.filter(pace="late").exists():
        letters.merge_late(by=None, at=at)
    if letters.notices_wait(at, "mail"):
        letters.write_waiting(by=None, at=at)
    if letters.notices_wait(at, "push"):
        pushing.push_waiting(by=None, at=at)
    if sending.letters_wait(at):
        send_waiting.defer()
