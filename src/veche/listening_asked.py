"""One request to a listener of its own (`veche.listening`), and the ways to answer it."""

from __future__ import annotations

import http
import logging
import traceback
from typing import TYPE_CHECKING

from veche import listening_words as words
from veche.errors import Refused
from veche.native import PROBLEM, Headers, problem_of

if TYPE_CHECKING:
    from veche.listening import Line

logger = logging.getLogger(__name__)


class Asked:
    """One request: ``body`` is None where more was sent than is looked at."""

    __slots__ = ("_line", "body", "headers", "last", "method", "path", "said")

    def __init__(self, line: Line) -> None:
        self._line = line
        self.method = b""
        self.path = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.body: bytes | None = b""
        self.said = b""
        """The whole answer, once there is one."""
        self.last = False
        """Whether the connection ends after it."""

    def answer(self, status: int, body: bytes, kind: bytes, more: Headers = ()) -> None:
        """Answer; called once."""
        phrase = http.HTTPStatus(status).phrase.encode()
        head = b"".join(name + b": " + value + b"\r\n" for name, value in more)
        self._say(b"HTTP/1.1 %d %s\r\n%s" % (status, phrase, head), kind, body)

    def take(self, body: bytes) -> None:
        """Answer that it was done, in JSON."""
        self._say(b"HTTP/1.1 200 OK\r\n", b"application/json", body)

    def _say(self, head: bytes, kind: bytes, body: bytes) -> None:
        last = b"connection: close\r\n" if self.last else b""
        self.said = b"%scontent-type: %s\r\n%s%scontent-length: %d\r\n\r\n%s" % (
            head, kind, last, self._line.listener.rest, len(body),
            b"" if self.method == b"HEAD" else body,
        )  # fmt: skip
        self._line.said(self)

    def refuse(self, refused: Refused) -> None:
        """Answer with a refusal in the reader's language."""
        body, more = problem_of({"headers": self.headers}, refused)
        self.answer(refused.status, body, PROBLEM[1], more)

    def fail(self, fault: Exception) -> None:
        """Answer that the program is at fault. What was sent is not written down: a fault's own
        words may hold it."""
        where = "".join(traceback.format_tb(fault.__traceback__))
        logger.error("A door failed: %s\n%s", type(fault).__name__, where)
        if not self.said:
            self.refuse(words.Faulty())
