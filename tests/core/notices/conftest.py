"""What tests of notices share: the small town, and a mail server that is really spoken to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from tests.cast import SmallTown, small_town
from tests.mail_server import MailServer, free_port


@pytest.fixture
def smtp(settings: Any) -> Iterator[MailServer]:
    """A running mail server, and a program that sends to it."""
    server = MailServer(port=free_port())
    controller = Controller(server, hostname=server.host, port=server.port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
    settings.EMAIL_TIMEOUT = 5
    try:
        yield server
    finally:
        controller.stop()


@pytest.fixture
def town(db: None) -> SmallTown:
    """The small town."""
    return small_town()
