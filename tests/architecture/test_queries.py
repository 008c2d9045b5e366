"""How many queries each page costs, with more problems than a page holds, against ``queries.toml``.

A page that asks once per row is found here, long before a city grows slow.
``UPDATE_TABLES=1 ./veche test tests/architecture/test_queries.py`` writes what is measured.
"""

from __future__ import annotations

import datetime as dt
import difflib
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.architecture.test_urls import report_sheet
from tests.architecture.world import WORDS, jpeg
from tests.cast import SmallTown, small_town

from veche import clock
from veche.city.problems import operations
from veche.city.problems.models import Problem
from veche.core.files.photographs import clean

TABLE = Path(__file__).with_name("queries.toml")
HEAD = """\
# Queries of each page, when the process is warm and there are more problems than a page holds.
# Fewer is welcome, more fails: UPDATE_TABLES=1 ./veche test tests/architecture/test_queries.py.

"""
MANY = 54
LIST_AT_MOST = 8
CREATE_AT_MOST = 15
"""What the project promises; the table may ask for less, never for more."""


@pytest.fixture
def town(db: None, settings: Any, tmp_path: Path) -> SmallTown:
    """As many problems with the moderator as in work and as answered."""
    settings.FILES_DIR = tmp_path
    town = small_town()
    at = clock.now() - dt.timedelta(days=2)
    photograph = clean(jpeg())
    for n in range(MANY):
        moment = at + dt.timedelta(minutes=n)
        case = town.report(at=moment, photographs=[photograph], latitude=53.3 + n / 200).case
        then = moment + dt.timedelta(hours=1)
        if n % 3:
            case = operations.accept(by=town.moderator, at=then, case=case)
        if n % 3 == 2:
            operations.answer(by=town.officer, at=then, case=case, text=WORDS)
    return town


def counted(client: Client, method: str, url: str, sent: dict[str, Any] | None = None) -> int:
    """How many queries one request makes."""
    made: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        made.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        response = client.get(url) if method == "GET" else client.post(url, sent)
        if response.streaming:
            b"".join(response.streaming_content)  # type: ignore[arg-type]
    assert response.status_code in (200, 302), (url, response.status_code)
    return sum(not str(sql).startswith(("SAVEPOINT", "RELEASE")) for sql in made)


@pytest.mark.slow
def test_no_page_costs_more_queries_than_before(town: SmallTown) -> None:
    def number(state: str) -> str:
        found = Problem.objects.filter(case__state=state).values_list("case__number", flat=True)
        return str(found.first())

    work, check = number("work"), number("check")
    pages = [
        (None, "portal:home", ()),
        (None, "problems:list", ()),
        (None, "problems:csv", ()),
        (None, "problems:geojson", ()),
        (None, "problems:feed", ()),
        (None, "problems:report", ()),
        (None, "problems:matter", (check,)),
        (None, "problems:photograph", (check, "1", "small")),
        (None, "problems:statistics", ()),
        (None, "problems:proof", (check,)),
        (None, "opendata:index", ()),
        (None, "opendata:dataset", ("problems",)),
        (None, "opendata:csv", ("problems",)),
        (town.resident, "problems:mine", ()),
        (town.resident, "problems:list", ()),
        (town.resident, "problems:matter", (check,)),
        (town.resident, "portal:me-receipts", ()),
        (town.moderator, "desk:queue", ()),
        (town.moderator, "problems:reject", (number("moderation"),)),
        (town.dispatcher, "desk:queue", ()),
        (town.officer, "desk:queue", ()),
        (town.officer, "problems:answer", (work,)),
        (town.officer, "desk:csv", ()),
        (town.officer, "desk:print", ()),
    ]
    found: dict[str, int] = {}
    for person, name, arguments in pages:
        client = Client()
        if person is not None:
            client.force_login(person)
        url = reverse(name, args=arguments)
        counted(client, "GET", url)  # what a process remembers is remembered now
        who = person.name.lower() if person else "visitor"
        found[f"GET {name} as {who}"] = counted(client, "GET", url)
    steps: list[tuple[Any, str, tuple[str, ...], dict[str, Any]]] = [
        (None, "problems:report", (), {**report_sheet(), "photographs": []}),
        (town.resident, "problems:report", (), {**report_sheet(), "photographs": []}),
        (town.moderator, "problems:accept", (number("moderation"),), {}),
        (town.officer, "problems:answer", (work,), {"text": WORDS}),
        (town.resident, "problems:confirm", (check,), {}),
    ]
    for person, name, arguments, sent in steps:
        client = Client()
        if person is not None:
            client.force_login(person)
        url = reverse(name, args=arguments)
        counted(client, "GET", url)
        who = person.name.lower() if person else "visitor"
        found[f"POST {name} as {who}"] = counted(client, "POST", url, sent)

    client = Client()
    photograph = SimpleUploadedFile("hole.jpg", jpeg(), "image/jpeg")
    sent = {**report_sheet(), "photographs": photograph}
    found["POST problems:report with a photograph"] = counted(
        client, "POST", reverse("problems:report"), sent
    )

    written = HEAD + "".join(f'"{label}" = {count}\n' for label, count in found.items())
    stood = TABLE.read_text() if TABLE.exists() else ""
    if os.environ.get("UPDATE_TABLES"):
        TABLE.write_text(written)
        print("\n".join(difflib.unified_diff(stood.splitlines(), written.splitlines(), n=0)))
    baseline = tomllib.loads(TABLE.read_text())
    assert found.keys() == baseline.keys()
    more = {k: (n, baseline[k]) for k, n in found.items() if n > baseline[k]}
    assert more == {}, "queries now and before"
    assert max(n for k, n in found.items() if k.startswith("GET problems:list")) <= LIST_AT_MOST
    assert found["POST problems:report as visitor"] <= CREATE_AT_MOST
    assert found["POST problems:report as resident"] <= CREATE_AT_MOST
