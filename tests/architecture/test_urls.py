"""Every address, asked by every role: the answers stand in ``urls.toml``, which is read in reviews.

A new address without a row fails, and so does a row that is no longer true.
``UPDATE_TABLES=1 ./veche test tests/architecture/test_urls.py`` writes the table anew and prints
what has changed; the change is then read by a person, line by line.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy as copy
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests.architecture.world import ROLES, STATES, WORDS, World, jpeg, the_world

from veche.project.reference import addresses

TABLE = Path(__file__).with_name("urls.toml")
HEAD = f"""\
# What every address answers to every role: {", ".join(ROLES)}.
# `officer` is of the office the matter lies with, `other-officer` of another; the other moderator
# and dispatcher are of another district. `sign-in` is the way to the sign-in page, 302 any other
# way. The town is no demo: what only a demo has is not found.
# Written by UPDATE_TABLES=1 ./veche test tests/architecture/test_urls.py; read every change.

"""
STEPS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "accept": ({}, ("moderation", "work")),
    "reject": ({"reason": "unclear", "text": WORDS}, ("moderation", "work")),
    "assign": ({"organisation": "roads"}, ("routing", "work")),
    "answer": ({"text": WORDS}, ("work", "moderation", "check")),
    "refuse": ({"reason": "private-land", "text": WORDS}, ("work", "check")),
    "confirm": ({}, ("check", "work", "moderation")),
    "send_back": ({"text": WORDS}, ("check", "confirmed")),
    "withdraw": ({}, ("moderation", "work", "confirmed")),
    "follow": ({}, ("moderation", "work")),
    "unfollow": ({}, ("moderation", "work")),
}
"""Steps of a matter: what is sent, and the states in which it is tried; the first is the right one
(for an answer that is seen by a moderator too)."""


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the photographs of the matters stay, for every test that meets them."""
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture
def world(db: None, settings: Any, shelf: Path) -> World:
    """Matters reported by the author, in the west, two days ago; each has one photograph."""
    settings.FILES_DIR = shelf
    return the_world()


Asking = tuple[str, str, str, dict[str, Any]]
"""One row: its label, the method, the address, what is sent."""


def askings(world: World) -> Iterator[tuple[str, list[Asking]]]:
    """For every pattern of the site the rows it needs."""
    for shape, name, _view in addresses():
        yield name or shape, list(rows(shape, name, world))


def rows(shape: str, name: str, world: World) -> Iterator[Asking]:
    """The rows of one pattern.

    Raises:
        LookupError: an address with a part that this test does not know.
    """
    own = name.rpartition(":")[2]
    if name in MORE:
        for state in ("moderation", "work"):
            url = reverse(name, args=[world.matters[state], MORE[name]])
            yield f"GET {name} in {state}", "GET", url, {}
    elif name in LONG:
        yield f"GET {name} of nothing", "GET", reverse(name, args=LONG[name]), {}
    elif "<" not in shape.replace("<language>", ""):
        url = reverse(name) if name else shape
        yield f"GET {name or shape}", "GET", url, {}
        sent = PLAIN.get(name)
        if sent is not None:
            yield f"POST {name}", "POST", url, sent()
    elif _PART.findall(shape) in (["slug"], ["str"]) and ":number>" in shape:
        module = name.partition(":")[0]
        sent, states = STEPS.get(own, ({}, STATES)) if module not in world.others else ({}, ())
        for state in states:
            url = reverse(name, args=[world.matters[state]])
            yield f"GET {name} in {state}", "GET", url, {}
            if own in STEPS:
                yield f"POST {name} in {state}", "POST", url, sent
        for label, number in world.others.get(module, {}).items():
            if not _met(name, label):
                continue
            yield f"GET {name} of {label}", "GET", reverse(name, args=[number]), {}
        yield f"GET {name} of nothing", "GET", reverse(name, args=["ZZ-0"]), {}
    elif name == "problems:photograph":
        for state in STATES:
            yield (
                f"GET {name} in {state}",
                "GET",
                reverse(name, args=[world.matters[state], "1", "small"]),
                {},
            )
        yield (
            f"GET {name} of nothing",
            "GET",
            reverse(name, args=[world.matters["work"], "9", "large"]),
            {},
        )
    elif name in NAMED:
        for label, arguments in NAMED[name].items():
            yield f"GET {name} of {label}", "GET", reverse(name, args=[arguments]), {}
    else:
        parts = [_NOTHING.get(kind, "nothing") for kind in _PART.findall(shape)]
        yield f"GET {name} of nothing", "GET", reverse(name, args=parts), {}


_MET: tuple[tuple[str, frozenset[str]], ...] = (
    ("dispatch:shut-off", frozenset({"a shut-off", "an incident"})),
    ("dispatch:alert", frozenset({"a warning", "a drill's warning", "an incident"})),
    ("dispatch:help", frozenset({"a part of it", "an incident"})),
    ("pilots:call", frozenset({"a call"})),
    ("pilots:", frozenset({"a secret pilot", "a running pilot"})),
    ("dispatch:", frozenset({"an incident", "a closed kind", "a drill", "a shut-off"})),
)
"""Beginnings of names, and the matters of their module that are asked for there: those they are
about, and one that they are not."""


def _met(name: str, label: str) -> bool:
    """Whether an address is asked for a matter; all are where nothing is said."""
    asked = next((labels for begin, labels in _MET if name.startswith(begin)), None)
    return asked is None or label in asked


_PART = re.compile(r"<(?!language>)(\w+):\w+>")
_NOTHING: dict[str, Any] = {"int": 0, "uuid": uuid.UUID(int=0)}
"""What stands for a thing that is not there, by the kind of the address's part."""


def report_sheet() -> dict[str, Any]:
    """A report as the form sends it."""
    return {
        "submission": str(uuid.uuid4()),
        "key": "k" * 32,
        "category": "pothole",
        "longitude": "49.25",
        "latitude": "53.5",
        "address": "Bridge Street, 9",
        "text": "A deep hole by the bus stop. Two cyclists fell.",
        "photographs": SimpleUploadedFile("hole.jpg", jpeg(), "image/jpeg"),
        "do": "send",
    }


PLAIN: dict[str, Callable[[], dict[str, Any]]] = {
    "set_language": lambda: {"language": "ru"},
    "people:sign-in": lambda: {
        "email": "resident@example.org", "password": "correct horse battery",
    },
    "people:sign-out": dict,
    "people:once": lambda: {"email": "new@example.org"},
    "account_signup": lambda: {"email": "new@example.org", "name": "New"},
    "account_request_login_code": lambda: {"email": "resident@example.org"},
    "account_reset_password": lambda: {"email": "resident@example.org"},
    "organisations:residence": lambda: {"territory": "west", "address": "Bridge Street, 9"},
    "organisations:letters": dict,
    "organisations:counter": dict,
    "organisations:give-role": dict,
    "portal:me-name": lambda: {"name": "New", "language": "en"},
    "portal:me-sign-ins": dict,
    "portal:me-download": dict,
    "portal:me-erase": lambda: {"sure": "on"},
    "problems:report": report_sheet,
    "problems:mine": dict,
    "problems:list": dict,
    "problems:queue": dict,
    "problems:moderation": dict,
    "problems:routing": dict,
    "opendata:index": dict,
    "notices:mine": dict,
    "notices:settings": dict,
    "notices:subscriptions": dict,
    "notices:subscribe": lambda: {"place": "west", "theme": "", "email": "new@example.org"},
    "notices:confirm": dict,
    "notices:stop": dict,
    "notices:device": dict,
    "notices:calendar-new": dict,
    "portal:home": dict,
    "portal:demo-sign-in": lambda: {"person": "moderator"},
    "portal:demo-turn": lambda: {"hours": "24"},
    "portal:wall-screens": lambda: {"name": "Duty room"},
}  # fmt: skip
"""Addresses without arguments that are also sent something."""
MORE: dict[str, str] = {
    "moderation:original": "0",
    "moderation:cover": "0" * 24,
    "moderation:picture": "0" * 24,
    "desk:act": "reject",
    "desk:draft": "reject",
    "problems:act": "ask",
}
"""Addresses of a matter with one more argument that names nothing."""
LONG: dict[str, tuple[str, ...]] = {
    "places:object": ("lamp", "0"),
    "field:picture": ("0", "0"),
    "appeals:photograph": ("nothing", "0" * 24, "small"),
    "appeals:document": ("nothing", "0"),
    "pilots:agreement-sign": ("ZZ-0", "company"),
    "pilots:agreement-text": ("ZZ-0", "1", "text"),
    "tasking:set": ("Tasks",),
    "tasking:one": ("Tasks", "0"),
    "tasking:under": ("Things", "0", "Tasks"),
}
"""Addresses of other things with several arguments that name nothing."""
NAMED: dict[str, dict[str, str]] = {
    "cases:procedure": {"problem": "problem", "nothing": "nothing"},
    "cases:procedure-csv": {"problem": "problem"},
    "desk:drop-view": {"nothing": "0"},
    "desk:template": {"nothing": "0"},
    "desk:change": {"nothing": "0"},
    "desk:undo": {"nothing": "0"},
    "problems:check": {"nothing": "0"},
    "problems:rules": {"near": "near", "nothing": "nothing"},
    "field:link": {"nothing": "nothing"},
    "field:draft": {"nothing": "0"},
    "field:revoke": {"nothing": "0"},
    "portal:office": {"roads": "roads", "nothing": "nothing"},
    "portal:wall-rows": {"incidents": "incidents", "alarms": "alarms", "nothing": "nothing"},
    "moderation:sweep": {"nothing": "0"},
    "moderation:sweep-undo": {"nothing": "0"},
    "opendata:figure": {"nothing": "nothing"},
    "opendata:figure-json": {"nothing": "nothing"},
    "opendata:dataset": {"nothing": "nothing"},
    "opendata:csv": {"nothing": "nothing"},
    "problems:report-kept": {"nothing": "nothing"},
    **{
        f"pulse:{name}": {"an open one": "open-air", "a closed one": "closed-air", "nothing": "no"}
        for name in (
            "source",
            "source-refused-csv",
            "source-settings",
            "source-key",
            "source-off",
            "source-on",
            "source-poll",
            "source-diagnostics",
        )
    },
    **{
        f"pulse:{name}": {"one": "air", "nothing": "no"}
        for name in ("agreement", "agreement-change", "agreement-end")
    },
    **{
        f"pulse:{name}": {"one": "air-pm25", "nothing": "no"}
        for name in ("indicator", "indicator-places", "indicator-course", "limit")
    },
    "dispatch:level": {"the third": "3", "nothing": "0"},
    "dispatch:lesson-tell": {"nothing": "0"},
    "dispatch:packet-unit": {"nothing": "nothing"},
    "dispatch:assessment-round": {"nothing": "nothing"},
    "dispatch:assessment-csv": {"nothing": "nothing"},
    "pulse:connect-by": {"one": "http_poll", "nothing": "no"},
    "sensorthings:service": {"things": "Things", "nothing": "nothing"},
    "spheres:sphere": {"water": "water", "nothing": "no"},
    "problems:desk-csv": {code: code for code in ("moderation", "routing", "queue")},
}
"""Addresses with one argument: a label for the row, and the argument."""


def named() -> None:
    """What is published stands in the table under its own name."""
    from veche import module

    # The first of them are asked by everybody; an outsider opens all (test_outsider).
    for name in ("opendata:dataset", "opendata:csv"):
        NAMED[name] |= {d.name: d.name for d in module.datasets()[:3]}
    for name in ("opendata:figure", "opendata:figure-json"):
        NAMED[name] |= {f.name: f.name for f in module.figures()[:2]}


@contextmanager
def taken_back() -> Iterator[Callable[[], None]]:
    """Inside, what is called takes back whatever was written since. One savepoint is gone back to
    again and again: a block of Django's would speak to the database three times for each."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SAVEPOINT asked")

        def take_back() -> None:
            cursor.execute("ROLLBACK TO SAVEPOINT asked")
            connection.run_on_commit.clear()
            transaction.set_rollback(False)

        yield take_back


def answered(client: Client, method: str, url: str, sent: dict[str, Any]) -> str:
    """The status, or ``sign-in``."""
    for value in sent.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    response = client.get(url) if method == "GET" else client.post(url, sent)
    if response.streaming:
        b"".join(response.streaming_content)  # type: ignore[arg-type]
    if response.status_code == 302 and "/sign-in/" in response["Location"]:
        return "sign-in"
    return str(response.status_code)


@pytest.mark.slow
def test_every_address_answers_every_role_as_in_the_table(world: World) -> None:
    named()
    found: dict[str, str] = {}
    clients = world.clients()
    with translation.override("en"), taken_back() as take_back:
        for name, asked in askings(world):
            assert asked, f"{name} has no row"
            for label, method, url, sent in asked:
                answers = []
                for role in ROLES:
                    client, cookies = clients[role]
                    client.cookies = copy(cookies)
                    answers.append(answered(client, method, url, sent))
                    take_back()
                found[label] = " ".join(answers)
    written = HEAD + "".join(f'"{label}" = "{answers}"\n' for label, answers in found.items())
    stood = TABLE.read_text() if TABLE.exists() else ""
    if os.environ.get("UPDATE_TABLES"):
        TABLE.write_text(written)
        print("\n".join(difflib.unified_diff(stood.splitlines(), written.splitlines(), n=0)))
    faults = [label for label, answers in found.items() if "500" in answers]
    assert faults == []
    assert tomllib.loads(TABLE.read_text()) == found, (
        "read the difference; UPDATE_TABLES=1 accepts it"
    )
