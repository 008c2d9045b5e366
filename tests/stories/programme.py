"""The ground of stories about pilots: the small programme, a clock to turn, and pages to read."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.test import Client
from tests.cast import START
from tests.city.pilots.world import World

from veche import clock, kept
from veche.city.pilots.models import Application, Product
from veche.city.pilots.operations import applications
from veche.city.pilots.operations.applications import Draft
from veche.core.people.models import Person

TITLE = "A cane that sees"
TEXT = "It weighs 50 g, sees what stands in the way at 3 m, and tells it by touch."
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


class Turn:
    """The clock of every page, turned by hand."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def __call__(self, at: dt.datetime) -> None:
        """From now on it is that late."""
        self._patch.setattr(clock, "now", lambda: at)
        kept.forget()


def of(who: Person | None = None) -> Client:
    """The browser of somebody, or of a visitor."""
    client = Client()
    if who is not None:
        client.force_login(who)
    return client


def said(answer: Any) -> str:
    """What an answer says, in one line, as it reads."""
    body = b"".join(answer) if answer.streaming else answer.content
    return re.sub(r"\s+", " ", html.unescape(body.decode()))


def read(client: Client, path: str, status: int = 200) -> str:
    """What a page of the programme says."""
    answer = client.get(f"/en/pilots/{path}")
    assert answer.status_code == status, path
    return said(answer)


def apply(world: World, *moves: str) -> Application:
    """What the company sends at the beginning, by the operations; then so many moves, one hour
    after the other, by the kernel alone."""
    made = applications.begin(
        by=world.founder, at=START, call=world.call, company=world.company,
        product=Product.objects.get(company=world.company),
    )  # fmt: skip
    applications.save_draft(
        by=world.founder, at=START, application=made, draft=Draft(title=TITLE, text=TEXT)
    )
    made = applications.submit(by=world.founder, at=START, application=made)
    for hour, move in enumerate(moves, 1):
        world._move(made, move, START + hour * HOUR, world.founder)
    made.refresh_from_db()
    return made
