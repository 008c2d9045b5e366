"""Where sign-ins are kept: in the database, so that ending one ends every copy of its cookie."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.utils import timezone

from veche.core.people.models import SignIn

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


def device(agent: str) -> str:
    """Browser and system of a ``User-Agent`` in two words: “Firefox, Linux”."""
    found = [
        next((word for mark, word in words if mark in agent), "") for words in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(word for word in found if word)


def describe(session: Any, agent: str, at: dt.datetime) -> None:
    """Write into a session on what it is and since when."""
    session[_DEVICE], session[_SINCE] = device(agent), at.isoformat()
