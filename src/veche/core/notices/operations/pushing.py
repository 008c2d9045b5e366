"""Waking browsers: a short sentence and a number, nothing personal."""

from __future__ import annotations

import datetime as dt
import json
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.notices import matters, push
from veche.core.notices.links import digest
from veche.core.notices.models import Notice, PushAddress
from veche.core.notices.operations.following import _reader_of
from veche.core.notices.operations.letters import _QUIET
from veche.core.notices.rules import ALERTS, LOUD, host_allowed
from veche.core.notices.words import sentence
from veche.core.people.models import Person
from veche.errors import Invalid
from veche.languages import here
from veche.operation import operation

MOST_DEVICES = 10
MOST_FAILURES = 5
"""After so many failures in a row a browser is forgotten."""
BATCH = 200


class PushRefused(Invalid):
    """What the browser gave is not the address of a push service we speak to."""

    code = "push-refused"
    sentence = _("Notices cannot be sent to this browser. Use another one, or letters by e-mail.")


@operation
def add_device(
    *, by: Person, at: dt.datetime, endpoint: str, p256dh: str, auth: str
) -> PushAddress:
    """Wake this browser from now on.

    Raises:
        PushRefused: the address is not that of a known push service.
    """
    try:
        parts = urlsplit(endpoint)
        host, secure = parts.hostname or "", parts.scheme == "https"
    except ValueError:
        raise PushRefused from None
    known = host_allowed(host, tuple(settings.PUSH_HOSTS))
    if not known or not (secure or host == "127.0.0.1") or len(endpoint) > 1000:
        raise PushRefused
    if not push.keys_fit(p256dh, auth):
        raise PushRefused
    reader = _reader_of(by, at)
    made, _fresh = PushAddress.objects.update_or_create(
        digest=digest(endpoint),
        defaults={
            "reader": reader,
            "endpoint": endpoint,
            "p256dh": p256dh,
            "auth": auth,
            "since": at,
            "failures": 0,
        },
    )
    old = PushAddress.objects.filter(reader=reader).order_by("-since", "-id")[MOST_DEVICES:]
    PushAddress.objects.filter(pk__in=[one.pk for one in old]).delete()
    record(kind="notices.device-added", by=by, at=at, subject=f"person:{by.pk}")
    return made


@operation
def remove_devices(*, by: Person, at: dt.datetime, endpoint: str = "") -> int:
    """Wake this browser no more; without an address none of the person's."""
    rows = PushAddress.objects.filter(reader__person=by)
    if endpoint:
        rows = rows.filter(digest=digest(endpoint))
    gone, _which = rows.delete()
    record(kind="notices.device-removed", by=by, at=at, subject=f"person:{by.pk}")
    return gone


_TAKE = f"""
UPDATE notices_notice SET push = false WHERE id IN (
    SELECT n.id FROM notices_notice n JOIN notices_reader r ON r.id = n.reader_id
    WHERE n.push AND (n.topic IN {LOUD} OR NOT {_QUIET})
    ORDER BY n.topic NOT IN {LOUD}, n.reader_id LIMIT {BATCH}
    FOR UPDATE OF n SKIP LOCKED)
RETURNING id
"""


@operation
def push_waiting(*, by: None, at: dt.datetime) -> int:
    """Wake the browsers of those to whom something was said; returns how many answered.

    A browser is woken at most once for a notice: what is taken up is not tried again, because a
    late knock is worth less than two. Whoever has quiet hours is woken when they end.
    """
    local = at.astimezone(city_zone()).replace(tzinfo=None)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"local": local})
        numbers = [row[0] for row in cursor.fetchall()]
    rows = list(Notice.objects.filter(pk__in=numbers).select_related("case", "reader__person"))
    addresses: dict[int, list[PushAddress]] = {}
    for one in PushAddress.objects.filter(reader__in=[row.reader_id for row in rows]):
        addresses.setdefault(one.reader_id, []).append(one)
    woken, answered = 0, []
    by_reader: dict[int, list[Notice]] = {}
    for row in rows:
        by_reader.setdefault(row.reader_id, []).append(row)
    for reader, told in by_reader.items():
        payload = _payload(sorted(told, key=lambda row: row.pk))
        knocks = [_knock(address, payload) for address in addresses.get(reader, ())]
        woken += sum(knocks)
        if any(knocks):
            answered += [row.pk for row in told if row.topic in ALERTS]
    if answered:
        Notice.objects.filter(pk__in=answered).update(pushed_at=at)
    record(kind="notices.pushed", by=by, at=at, subject="notices", public={"woken": woken})
    return woken


def _payload(told: list[Notice]) -> bytes:
    """What the browser shows: sentences with numbers; no title, no name, no words of anybody."""
    last = told[-1]
    person = last.reader.person
    language = person.language if person else last.reader.language
    with translation.override(language):
        body = sentence(last.kind, last.case.number, last.details)
        if len(told) > 1:
            body = translation.gettext("{sentence} And {n} more.").format(
                sentence=body, n=len(told) - 1
            )
        title = here(settings.TOWN_NAMES)
    number = last.case.number
    url = matters.address(last.case.procedure, number, language)
    return json.dumps({"title": title, "body": body, "url": url, "tag": number}).encode()


def _knock(address: PushAddress, payload: bytes) -> int:
    """1 when the push service took it. An address that is no more is forgotten."""
    answer = push.send(address.endpoint, address.p256dh, address.auth, payload)
    if answer.taken:
        if address.failures:
            PushAddress.objects.filter(pk=address.pk).update(failures=0)
        return 1
    if answer.gone or address.failures + 1 >= MOST_FAILURES:
        PushAddress.objects.filter(pk=address.pk).delete()
    else:
        PushAddress.objects.filter(pk=address.pk).update(failures=address.failures + 1)
    return 0
