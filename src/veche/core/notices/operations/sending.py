"""Sending letters: what is promised at the border to the mail server, and how.

A letter goes *waiting → sending → sent*, and each step is committed before the next begins. So a
sender that is killed leaves at most the one letter it had in hand in doubt: it may have been
accepted by the mail server or not. That letter is sent again with the same Message-ID. Nothing is
lost; one letter for each killed sender may come twice, and can be known as a copy.

All letters of a run go through one connection, and what ends one letter takes the next into hand:
one statement and one commit a letter, which the disk must answer before the next is sent.

A sender holds a lane: a lock of its database session, which the database lets go when the process
is no more. Whoever gets a lane knows that nobody else has it, and takes over what lies in it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import smtplib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection, transaction
from django.db.models import F

from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.notices import links
from veche.core.notices.letters import Words, with_foot
from veche.core.notices.models import Letter, MailServer, Reader, Wish
from veche.core.notices.operations.letters import _QUIET, merge_late
from veche.core.notices.rules import ALERTS, MOST_TRIES, STOP_AFTER, wait_after
from veche.core.notices.words import with_links
from veche.operation import operation

logger = logging.getLogger(__name__)

LANES = 2
"""Senders that may work at the same time."""
CLAIM = 50
"""Letters looked up at once; each is taken into hand by itself."""
LONGEST_RUN = 20_000
"""Letters one job sends before it lets others work."""
_LOCK = 0x6C657474

_READY = f"""
FROM notices_letter l JOIN notices_reader r ON r.id = l.reader_id
WHERE l.state = 'waiting' AND l.lane IS NULL AND l.not_before <= %(at)s
  AND (l.kind IN ('confirm', 'urgent', 'danger') OR NOT {_QUIET})
"""
_NEXT = f"""
SELECT l.id {_READY}
ORDER BY l.not_before, l.id LIMIT {CLAIM} FOR UPDATE OF l SKIP LOCKED
"""


@dataclass
class Run:
    """What one run of a sender did."""

    sent: int = 0
    failed: int = 0
    later: int = 0
    dropped: int = 0
    again: int = 0
    """Letters that a killed sender had in hand."""
    away: str = ""
    """Why the mail server could not be used; empty when it could."""
    done: list[int] = field(default_factory=list)


@contextlib.contextmanager
def _lane() -> Iterator[int | None]:
    """A free lane, held by this database session; None when all are taken."""
    with connection.cursor() as cursor:
        for lane in range(LANES):
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, lane])
            if cursor.fetchone()[0]:
                break
        else:
            yield None
            return
    try:
        yield lane
    finally:
        # A session that is gone has let go already.
        with contextlib.suppress(Exception), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, lane])


def send_letters(*, at: dt.datetime, most: int = LONGEST_RUN) -> Run:
    """Send what waits, a letter at a time, until nothing is left or the mail server is away.

    Every step is a transaction of its own; one record of the journal says what the run did.
    """
    run = Run()
    server = MailServer.objects.filter(pk=1).first()
    if server and server.next_at and server.next_at > at:
        run.away = server.fault
        return run
    with _lane() as lane:
        if lane is None:
            return run
        run.again = _recover(lane, at)
        if not letters_wait(at):
            return run
        mailer = get_connection()
        try:
            mailer.open()
        except (OSError, smtplib.SMTPException) as fault:
            run.away = _words(fault)
        else:
            if server and server.away_since:
                merge_late(by=None, at=at)
            _send_all(mailer, lane, at, most, run)
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                mailer.close()
    note_run(by=None, at=at, run=run)
    return run


def letters_wait(at: dt.datetime) -> bool:
    """Whether there is a letter to send now, or one that a killed sender has left."""
    local = at.astimezone(city_zone()).replace(tzinfo=None)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT {_READY}) OR EXISTS (SELECT FROM notices_letter"
            " WHERE lane IS NOT NULL AND state IN ('waiting', 'sending'))",
            {"at": at, "local": local},
        )
        return bool(cursor.fetchone()[0])


def _send_all(mailer: Any, lane: int, at: dt.datetime, most: int, run: Run) -> None:
    while len(run.done) < most and not run.away:
        letters = _claim(lane, at)
        if not letters:
            return
        _send_claimed(mailer, letters, at, run)
        _release(lane)


def _send_claimed(mailer: Any, letters: Sequence[Letter], at: dt.datetime, run: Run) -> None:
    """The letters of one claim, one by one, until the mail server is away."""
    waiting = iter(letters)
    letter, message = _next(waiting, at, run)
    if letter is not None and not _hand_over(None, letter, at):
        letter = None
    while letter is not None and message is not None:
        run.done.append(letter.pk)
        sent = _send_one(mailer, letter, message, at, run)
        following, message = (None, None) if run.away else _next(waiting, at, run)
        if not _hand_over(letter if sent else None, following, at):
            following = None
        letter = following


def _next(
    waiting: Iterator[Letter], at: dt.datetime, run: Run
) -> tuple[Letter | None, EmailMultiAlternatives | None]:
    """The next letter that may be sent, and its words; those that may not are dropped."""
    for letter in waiting:
        message = message_of(letter, at)
        if message is not None:
            return letter, message
        run.done.append(letter.pk)
        _end(letter, "dropped", at)
        run.dropped += 1
    return None, None


_HAND_OVER = """
UPDATE notices_letter SET
    state = CASE id WHEN %(sent)s THEN 'sent' ELSE 'sending' END,
    lane = CASE id WHEN %(sent)s THEN NULL ELSE lane END,
    sent_at = CASE id WHEN %(sent)s THEN %(at)s::timestamptz END,
    fault = CASE id WHEN %(sent)s THEN '' ELSE fault END
WHERE id = %(sent)s OR id = %(next)s AND state = 'waiting'
RETURNING id
"""


def _hand_over(sent: Letter | None, following: Letter | None, at: dt.datetime) -> bool:
    """End a letter that was taken and take the next into hand, in one commit.

    Whether there is a next one and it is in this sender's hand. Before the commit the first is in
    doubt, after it the second, which was not sent yet: never both.
    """
    if sent is None and following is None:
        return False
    values = {
        "sent": sent.pk if sent else None,
        "next": following.pk if following else None,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_HAND_OVER, values)
        changed = {row[0] for row in cursor.fetchall()}
    if sent is not None and sent.reader.bounces:
        Reader.objects.filter(pk=sent.reader_id).update(bounces=0)
    return following is not None and following.pk in changed


def _recover(lane: int, at: dt.datetime) -> int:
    """Take over what a killed sender of this lane left: what was in its hand is sent again."""
    _release(lane)
    return Letter.objects.filter(state="sending", lane=lane).update(
        state="waiting", lane=None, tries=F("tries") + 1, not_before=at
    )


def _claim(lane: int, at: dt.datetime) -> list[Letter]:
    """The next letters, put into this lane; they stay *waiting* until each is taken into hand."""
    local = at.astimezone(city_zone()).replace(tzinfo=None)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NEXT, {"at": at, "local": local})
        numbers = [row[0] for row in cursor.fetchall()]
        Letter.objects.filter(pk__in=numbers).update(lane=lane)
    found = Letter.objects.filter(pk__in=numbers).select_related("reader", "reader__person", "body")
    return sorted(found, key=lambda one: one.pk)


def _release(lane: int) -> None:
    """Letters that were looked up and not taken into hand wait for the next sender."""
    Letter.objects.filter(state="waiting", lane=lane).update(lane=None)


def _send_one(mailer: Any, letter: Letter, message: Any, at: dt.datetime, run: Run) -> bool:
    """Send a letter that is in hand; whether it was taken. Else what the mail server said decides
    what becomes of it, and that is written down."""
    try:
        mailer.send_messages([message])
    except smtplib.SMTPRecipientsRefused as fault:
        codes = [code for code, _said in fault.recipients.values()]
        _refused(letter, at, run, min(codes, default=550), _words(fault))
    except smtplib.SMTPResponseException as fault:
        if fault.smtp_code == 421:
            _put_back(letter, at, run, fault)
        else:
            _refused(letter, at, run, fault.smtp_code, _words(fault))
    except (OSError, smtplib.SMTPException) as fault:
        _put_back(letter, at, run, fault)
    else:
        run.sent += 1
        return True
    return False


def _end(letter: Letter, state: str, at: dt.datetime, fault: str = "") -> None:
    """A letter that is not sent comes to its end."""
    Letter.objects.filter(pk=letter.pk).update(state=state, lane=None, sent_at=None, fault=fault)


def _refused(letter: Letter, at: dt.datetime, run: Run, code: int, said: str) -> None:
    """The mail server answered: for now (4xx) or for good (5xx)."""
    tries = letter.tries + 1
    if 400 <= code < 500 and tries < MOST_TRIES:
        Letter.objects.filter(pk=letter.pk).update(
            state="waiting", lane=None, tries=tries, not_before=at + wait_after(tries), fault=said
        )
        run.later += 1
        return
    _end(letter, "failed", at, said)
    run.failed += 1
    bounces = letter.reader.bounces + 1
    Reader.objects.filter(pk=letter.reader_id).update(
        bounces=bounces,
        mail_stopped_at=at if bounces >= STOP_AFTER else letter.reader.mail_stopped_at,
    )


def _put_back(letter: Letter, at: dt.datetime, run: Run, fault: Exception) -> None:
    """The line broke: nobody can say whether this letter was taken; it goes again, as itself."""
    run.away = _words(fault)
    tries = letter.tries + 1
    if tries >= MOST_TRIES:
        _end(letter, "failed", at, run.away)
        run.failed += 1
        return
    Letter.objects.filter(pk=letter.pk).update(
        state="waiting", lane=None, tries=tries, not_before=at + wait_after(tries), fault=run.away
    )
    run.later += 1


def _words(fault: Exception) -> str:
    return " ".join(f"{type(fault).__name__}: {fault}".split())[:200]


def message_of(letter: Letter, at: dt.datetime) -> EmailMultiAlternatives | None:
    """The letter as it is sent; None when its reader may not or need not be written to now."""
    reader = letter.reader
    person = reader.person
    if reader.mail_stopped_at is not None and letter.kind != "confirm":
        return None  # who asks to be told again is asked again; the answer takes the stop away
    if person is not None:
        if not person.email or person.level == "unverified" or not person.is_active:
            return None
        address, language = person.email, person.language
    else:
        if reader.confirmed_at is None and letter.kind != "confirm":
            return None
        address, language = reader.email or "", reader.language
    headers = {
        "Message-ID": links.message_id(letter),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": {"zh-hans": "zh-Hans"}.get(language, language),
    }
    if letter.kind == "confirm":
        words = _confirmation(letter, language)
        if words is None:
            return None
    else:
        if letter.body is None:
            return None
        token = links.reader_token(reader.pk, reader.mark)
        why = "place" if letter.kind in ALERTS else ""
        stop = links.page("notices:stop", language, token)
        body = letter.body
        kept = Words(
            body.subject,
            with_links(body.text, reader, language),
            with_links(body.html, reader, language),
        )
        manage = links.page("notices:settings", language, token)
        words = with_foot(kept, language, stop, manage, why)
        headers |= {
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Precedence": "bulk",
        }
    message = EmailMultiAlternatives(
        subject=words.subject, body=words.text, to=[address], headers=headers
    )
    message.attach_alternative(words.html, "text/html")
    return message


def _confirmation(letter: Letter, language: str) -> Words | None:
    from veche.core.notices.letters import confirmation
    from veche.core.notices.queries import wish_words

    wish = Wish.objects.filter(pk=int(letter.period), done_at__isnull=True).first()
    if wish is None:
        return None
    token = links.wish_token(wish.pk, letter.reader.mark)
    return confirmation(
        language, wish_words(wish, language), links.page("notices:confirm", language, token)
    )


@operation
def note_run(*, by: None, at: dt.datetime, run: Run) -> None:
    """Write down what a run did, and whether the mail server answers."""
    known, _made = MailServer.objects.get_or_create(pk=1)
    if run.away:
        tries = known.tries + 1
        MailServer.objects.filter(pk=1).update(
            away_since=known.away_since or at,
            tries=tries,
            next_at=at + min(wait_after(tries), dt.timedelta(minutes=15)),
            fault=run.away,
        )
    elif known.away_since is not None:
        MailServer.objects.filter(pk=1).update(away_since=None, tries=0, next_at=None, fault="")
    record(
        kind="notices.mailed",
        by=by,
        at=at,
        subject="notices",
        public={
            "sent": run.sent,
            "failed": run.failed,
            "later": run.later,
            "dropped": run.dropped,
            "again": run.again,
        },
    )
