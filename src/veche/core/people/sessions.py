"""Where sign-ins are kept: in the database, so that ending one ends every copy of its cookie."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from veche.core.people.models import Person, SignIn

_DEVICE, _SINCE = "device", "since"
_BROWSERS = (
    ("Firefox", "Firefox"),
    ("Edg", "Edge"),
    ("YaBrowser", "Yandex"),
    ("OPR", "Opera"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


class SessionStore(DatabaseStore):
    """Django's own store, which also writes whose sign-in it is, since when and on what."""

    @classmethod
    def get_model_class(cls) -> type[SignIn]:
        """The table."""
        return SignIn

    def load(self) -> dict[str, Any]:
        """What is kept of this sign-in; nothing where it has ended."""
        # Asked by every request with a cookie: written by hand, the mapper took a millisecond.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT session_data FROM people_signin"
                " WHERE session_key = %s AND expire_date > %s",
                [self.session_key, timezone.now()],
            )
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        kept: dict[str, Any] = self.decode(row[0])
        return kept

    def create_model_instance(self, data: Mapping[str, Any]) -> SignIn:
        """The row of these data."""
        row = super().create_model_instance(dict(data))
        assert isinstance(row, SignIn)
        person = str(data.get(SESSION_KEY, ""))
        row.person_id = int(person) if person.isdigit() else None
        row.device = str(data.get(_DEVICE, ""))[:60]
        since = data.get(_SINCE)
        row.since = dt.datetime.fromisoformat(since) if since else None
        return row


def stands(stored: str, person: int, password: str) -> bool:
    """Whether what is stored of a sign-in is this person's, and was not ended by a change of the
    password since; ``password`` is its digest as the person's row holds it.

    The same that Django asks of every page (`django.contrib.auth.get_user`), for who reads the rows
    of many at once. A sign-in sealed with a secret key of before is left to Django.
    """
    kept: dict[str, Any] = SessionStore().decode(stored)
    return (
        kept.get(SESSION_KEY) == str(person)
        and kept.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(
            kept.get(HASH_SESSION_KEY, ""), Person(password=password).get_session_auth_hash()
        )
    )


def device(agent: str) -> str:
    """Browser and system of a ``User-Agent`` in two words: “Firefox, Linux”."""
    found = [
        next((word for mark, word in words if mark in agent), "") for words in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(word for word in found if word)


def describe(session: Any, agent: str, at: dt.datetime) -> None:
    """Write into a session on what it is and since when."""
    session[_DEVICE], session[_SINCE] = device(agent), at.isoformat()
