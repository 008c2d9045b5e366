"""Somebody without an account reads everything there is: no page, file or feed tells of persons.

A small town is planted with values that stand nowhere else: names, addresses, telephones, private
words, secrets, digests of what was covered. Then every address is asked, every link followed, in
every language and format, and what is published is written to a folder. Whatever comes back, in
its head or its body, must hold none of the planted values.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test import Client
from PIL import Image
from tests import database
from tests.architecture.planted import NOW, World

from veche import clock, module
from veche.city.problems.models import Problem
from veche.core.cases.models import Case
from veche.core.opendata import publish
from veche.project.reference import addresses

MOST = 16_000
"""Addresses after which the crawl gives up: more would mean that links never end."""
FREE = ("/healthz", "/i18n/")
"""Addresses that do not depend on what is in the database."""
SENSORTHINGS = "/sensorthings/v1.1"
ENTITIES = (
    "", "/Things", "/Things(1)", "/Things?$expand=Datastreams/Observations,Locations",
    "/Datastreams", "/Sensors", "/ObservedProperties", "/Observations", "/Locations",
    "/HistoricalLocations", "/FeaturesOfInterest", "/MultiDatastreams", "/Actuators",
    "/TaskingCapabilities", "/Tasks", "/Things(1)/TaskingCapabilities",
)  # fmt: skip
"""What is asked of the one address that leads to every entity by ways without an end."""


LINK = re.compile(r"""\b(?:href|src|action|data-src|data-url|poster)=(["'])(.*?)\1""")
"""An address that a page names."""
the_world = database.Once(World)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of the planted town stay, for every test that meets them."""
    return tmp_path_factory.mktemp("planted")


@pytest.fixture
def world(db: None, settings: Any, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The planted town, forty days on."""
    settings.FILES_DIR = settings.MEDIA_ROOT = shelf
    made = the_world()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return made


def body_of(answer: Any) -> bytes:
    """The whole answer, streamed or not."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def texts(body: bytes, kind: str) -> Iterator[str]:
    """What can be read in an answer: packed files are unpacked, PDF as it stands."""
    if kind.startswith("application/zip"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            for name in packed.namelist():
                yield name
                yield packed.read(name).decode("utf-8", "replace")
    elif not kind.startswith(("image/jpeg", "image/png", "image/webp")):
        yield body.decode("utf-8", "replace")


def first_addresses(world: World) -> Iterator[str]:
    """Every address without parameters; with them, those of every matter, office and the like."""
    own = {
        "/votes/": ("vote", "vote_appeal", "roll_correction"),
        "/promises/": ("promise", "promise_step"),
        "/ideas/": ("call", "idea", "initiative"),
        "/dispatch/help/": ("incident_task",),
        "/dispatch/incidents/": ("incident",),
        "/dispatch/alerts/": ("alert",),
        "/dispatch/shut-offs/": ("shut_off",),
        "/pilots/calls/": ("pilot_call",),
        "/pilots/": ("pilot", "pilot_appeal"),
    }
    every = [*Case.objects.values_list("number", "procedure")]
    known = {
        "number": [number for number, _kind in every],
        "code": ["roads", "lights", *{c.procedure for c in Case.objects.all()}],
        "name": [d.name for d in module.datasets()] + [f.name for f in module.figures()],
        "pk": ["1", "2"],
        "kind": ["lamp"],
        "identifier": ["L-1"],
        "holding": ["1"],
        "move": ["answer", "accept"],
        "n": ["0", "1"],
        "word": [world.word],
        "size": ["small", "large"],
    }
    yield from (SENSORTHINGS + entities for entities in ENTITIES)
    # Every matter in one language, two of each kind in the others: links lead to the rest.
    for language in ("en", "ru", "zh-hans"):
        for pattern, _name, _view in addresses():
            if pattern.startswith((*FREE, SENSORTHINGS)):
                continue
            made = [pattern.replace("<language>", language)]
            for found in re.findall(r"<(?:\w+:)?(\w+)>", made[0]):
                values = known.get(found, ["nothing"])[: None if language == "en" else 2]
                kinds = next((own[part] for part in own if part in pattern), ())
                if found == "number" and kinds:  # some sixty addresses each
                    mine = [n for n, kind in every if kind in kinds]
                    if "/pilots/" in pattern:  # eighty-five: of others one, in one language all
                        mine, values = mine[: None if language == "en" else 1], values[:1]
                    values = [*mine, *values[:2]]
                made = [
                    re.sub(rf"<(?:\w+:)?{found}>", value, one, count=1)
                    for one in made
                    for value in values
                ]
            yield from made


FORMATS = ("", "?format=georeport", "?format=csv", "?format=json", "?state=all", "?page=2", "?q=qx")


def test_an_outsider_meets_no_personal_value(world: World) -> None:
    client = Client(raise_request_exception=False)
    waiting = deque(first_addresses(world))
    for language in ("en", "ru", "zh-hans"):
        for page in ("problems/", "problems/problems.csv", "problems/feed.atom", "appeals/",
                     "red-list/", "moderation/", "problems/problems.geojson"):  # fmt: skip
            waiting.extend(f"/{language}/{page}{more}" for more in FORMATS)
    seen: set[str] = set(waiting)
    faults: list[str] = []
    kinds: dict[str, int] = {}
    filters: Counter[tuple[str, ...]] = Counter()
    while waiting:
        address = waiting.popleft()
        answer = client.get(address)
        if answer.status_code >= 500 and address.rpartition("/")[0]:
            faults.append(f"{address}: {answer.status_code}")
        kind = answer.headers.get("Content-Type", "")
        kinds[kind] = kinds.get(kind, 0) + 1
        body = body_of(answer)
        head = "\n".join(f"{k}: {v}" for k, v in answer.headers.items())
        # The address itself may come back (a form that asks to sign in first): look without it.
        for text in (head, *texts(body, kind)):
            faults += [f"{address}: {what}" for what in world.plants.found(text)]
        if kind.startswith("text/html"):
            for link in sorted({unescape(one) for _quote, one in LINK.findall(body.decode())}):
                full = urlsplit(urljoin(f"http://testserver{address}", link))
                path = full.path + (f"?{full.query}" if full.query else "")
                static = full.path.startswith(django_settings.STATIC_URL)
                new = full.netloc == "testserver" and not static and path not in seen
                if new and _useful(path, filters):
                    seen.add(path)
                    waiting.append(path)
        assert len(seen) < MOST, "links without an end"
    assert faults == []
    assert sum(n for kind, n in kinds.items() if kind.startswith("text/html")) > 100
    for kind in ("text/csv", "application/atom+xml", "application/json", "application/geo+json"):
        assert any(found.startswith(kind) for found in kinds), (kind, kinds)


MOST_FILTERS = 3
"""Of one page, of filters by the same things: they can be joined without end."""


def _useful(path: str, filters: Counter[tuple[str, ...]]) -> bool:
    """Follow every page, and of each page some of its filters by each thing."""
    page, _mark, query = path.partition("?")
    if not query:
        return True
    kind = (page, *sorted({name for name, _value in parse_qsl(query, keep_blank_values=True)}))
    filters[kind] += 1
    return filters[kind] <= MOST_FILTERS


def test_the_covered_photograph_is_gone_from_every_address(world: World) -> None:
    number, old = world.covered
    client = Client(raise_request_exception=False)
    for name in (old, "0", "1"):
        for size in ("small", "large"):
            answer = client.get(f"/en/problems/{number}/photographs/{name}-{size}.jpg")
            if name == old:
                assert answer.status_code in (301, 302, 404, 410), answer.status_code
            assert "purple" not in str(answer.headers)
            if answer.status_code == 200:
                with Image.open(io.BytesIO(body_of(answer))) as shown:
                    spot: Any = shown.convert("RGB").getpixel((shown.width // 4, shown.height // 4))
                    assert spot[0] - spot[1] < 40, "what was purple is covered"


def test_what_is_published_names_nobody(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        publish.write(
            cursor, folder, datasets=module.datasets(), figures=module.figures(), at=NOW,
            city={"en": "Town", "ru": "Город", "zh": "城"},
        )  # fmt: skip
    faults = [
        f"{path.relative_to(folder)}: {what}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for what in world.plants.found(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert faults == []
    assert any(path.stat().st_size > 1000 for path in folder.rglob("*.csv"))


def test_the_plants_are_really_there(world: World) -> None:
    """A crawl that finds nothing proves something only if there was something to find."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        kept = ""
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')
            kept += (cursor.fetchone()[0] or "") + "\n"
    lost = [
        what
        for value, what in world.plants.values.items()
        if value.lower() not in kept.lower()
        and what not in {"a password", "the secret of an anonymous author"}
        and "covered" not in what
    ]
    assert lost == []
    assert Problem.objects.count() > 8
