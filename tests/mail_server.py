"""A mail server of our own, on a free port of this machine, that can be told to misbehave."""

from __future__ import annotations

import email
import email.policy
import socket
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any


@dataclass
class MailServer:
    """What came, and what is answered."""

    host: str = "127.0.0.1"
    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    at_recipient: dict[str, str] = field(default_factory=dict)
    """Address → the answer to RCPT."""
    at_data: dict[str, str] = field(default_factory=dict)
    """Address → the answer after the letter."""
    breaks_for: set[str] = field(default_factory=set)
    """Addresses in the middle of whose letter the line breaks, once."""
    breaks_after: set[str] = field(default_factory=set)
    """Addresses whose letter is kept and whose line then breaks before the answer, once."""

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Take the recipient, or say what the test wants."""
        if address in self.at_recipient:
            return self.at_recipient[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take the letter, or break."""
        address = envelope.rcpt_tos[0]
        if address in self.breaks_for:
            self.breaks_for.discard(address)
            server.transport.abort()
            return "250 OK"
        if address in self.at_data:
            return self.at_data[address]
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.letters.append(parsed)
        self.to.append(address)
        if address in self.breaks_after:
            self.breaks_after.discard(address)
            server.transport.abort()
        return "250 OK"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
