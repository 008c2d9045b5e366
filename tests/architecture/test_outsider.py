"""Somebody without an account reads everything there is: no page, file or feed tells of persons.

A small town is planted with values that stand nowhere else: names, addresses, telephones, private
words, secrets, digests of what was covered. Then every address is asked, every link followed, in
every language and format, and what is published is written to a folder. Whatever comes back, in
its head or its body, must hold none of the planted values.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import uuid
import zipfile
from collections import deque
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test import Client
from PIL import Image
from tests.cast import START
from tests.city.appeals.cast import Letters, letters

from veche import clock, module
from veche.city.appeals import operations as appeals
from veche.city.problems import operations as problems
from veche.city.problems.access import key_digest
from veche.city.problems.models import Problem
from veche.city.problems.operations.clerk import take_report
from veche.city.problems.operations.removal import remove
from veche.core.cases.models import Case, CaseFile
from veche.core.cases.operations import climb, set_climb_step
from veche.core.files.operations import finish_withdrawals
from veche.core.files.photographs import Photograph, Rectangle, clean
from veche.core.files.queries import original_path, path_of
from veche.core.moderation import operations as moderation
from veche.core.moderation.personal_data import find
from veche.core.notices.operations import subscribing
from veche.core.opendata import publish
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person, note_look
from veche.project.reference import addresses

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NOW = START + 40 * DAY
WORDS = "The hole was filled and rolled on Tuesday."
MOST = 6_000
"""Addresses after which the crawl gives up: more would mean that links never end."""
TELEPHONE, EMAIL = "+7 927 555-01-77", "planted.inside.text@quux.example"
SECRET = "planted-anonymous-secret-8841"
FREE = ("/healthz", "/i18n/")
"""Addresses that do not depend on what is in the database."""


class Plants:
    """The values that must not come back, each with what it is."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self._count = 0

    def word(self, what: str) -> str:
        """A new word that stands nowhere else."""
        self._count += 1
        word = f"qx{self._count:02d}vz{hashlib.sha256(what.encode()).hexdigest()[:6]}"
        self.values[word] = what
        return word

    def keep(self, value: str, what: str) -> str:
        """A value that exists already."""
        self.values[value] = what
        return value

    def found(self, text: str) -> list[str]:
        """What of it stands in a text, however it is escaped."""
        lower = unquote(unescape(text)).lower()
        return [what for value, what in self.values.items() if value.lower() in lower]


def picture(colour: str) -> Photograph:
    """A photograph of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    return clean(out.getvalue())


class World:
    """The small town with everything that must stay among a few."""

    def __init__(self) -> None:
        self.plants = Plants()
        self.cast: Letters = letters()
        self.town = self.cast.town
        for level, (days, role) in enumerate(((0, "head"), (2, "controller"), (5, "")), 1):
            set_climb_step(by=None, at=START, level=level, days=days, role=role)
        self._people()
        self._problems()
        self._letters()
        self._beside()
        climb(by=None, at=NOW)

    def person(self, what: str, **role: Any) -> Person:
        """A person whose name and address are planted; with a role when one is named."""
        name, box = self.plants.word(f"name of {what}"), self.plants.word(f"address of {what}")
        early = START - 300 * DAY
        made = add_person(
            by=None, at=early, name=f"{name.title()} Petrova", email=f"{box}@example.org"
        )
        if role:
            appoint(by=None, at=early, person=made, **role)
        return made

    def _people(self) -> None:
        town = self.town
        self.author, self.neighbour = self.person("the author"), self.person("a neighbour")
        self.moderator = self.person("a moderator", role="moderator", territory=town.city)
        self.other = self.person("another moderator", role="moderator", territory=town.city)
        self.dispatcher = self.person("a dispatcher", role="dispatcher", territory=town.city)
        self.officer = self.person("an officer", role="officer", organisation=town.roads)
        self.head = self.person("a head", role="head", organisation=town.roads)
        self.clerk = self.person("a clerk", role="clerk", territory=town.city)
        self.volunteers = [
            self.person(f"volunteer {n}", role="volunteer", territory=town.city) for n in (1, 2, 3)
        ]

    def _report(self, **more: Any) -> Case:
        values: dict[str, Any] = {"by": self.author, "at": START, **more}
        return self.town.report(**values).case

    def _accepted(self, **more: Any) -> Case:
        case = self._report(**more)
        return problems.accept(by=self.moderator, at=START + HOUR, case=case)

    def _problems(self) -> None:
        plants = self.plants
        self._report(text=f"Not read yet: {plants.word('words no moderator has read')}.")
        rejected = self._report(text=f"Insult: {plants.word('words of a rejected problem')}.")
        problems.reject(
            by=self.moderator,
            at=START + HOUR,
            case=rejected,
            reason="unclear",
            text="Please say more.",
        )
        moderation.appeal(
            by=self.author, at=START + 2 * HOUR, case=rejected,
            text=f"You are wrong: {plants.word('an objection to a moderator')}.",
        )  # fmt: skip
        asked = self._report(text="Something is wrong somewhere here.")
        asked = problems.ask_author(
            by=self.moderator, at=START + HOUR, case=asked, text="Where exactly do you mean?"
        )
        problems.reply(
            by=self.author, at=START + 2 * HOUR, case=asked,
            text=f"At my flat: {plants.word('a reply to a moderator')}.",
        )  # fmt: skip
        dropped = self._report(text=f"Mistake: {plants.word('words taken back unread')}.")
        problems.withdraw(by=self.author, at=START + HOUR, case=dropped)
        removed = self._accepted(text=f"Spam: {plants.word('words of a removed problem')}.")
        remove(
            by=self.moderator,
            at=START + 2 * HOUR,
            case=removed,
            reason="spam",
            text="This is plainly spam.",
        )
        hidden = self._accepted(
            text=f"Hidden: {plants.word('words of a hidden problem')}.",
            address=f"Street {plants.word('address of a hidden problem')}",
            photographs=[picture("orange")],
        )
        moderation.hide_matter(
            by=self.moderator, at=START + 2 * HOUR, case=hidden, reason="personal-data"
        )
        self._covered()
        self._anonymous()
        self._answered()
        overdue = self._accepted(text="The bridge over the canal shakes when a bus passes.")
        assert overdue.state == "work"

    def _covered(self) -> None:
        text = f"Call {TELEPHONE} or {EMAIL}, the hole is deep."
        self.plants.keep("555-01-77", "a telephone that was covered")
        self.plants.keep(EMAIL, "an e-mail address that was covered")
        case = self._accepted(text=text, photographs=[picture("purple")])
        moderation.hide_words(
            by=self.moderator, at=START + 2 * HOUR, case=case, field="text", findings=find(text)
        )
        row = CaseFile.objects.select_related("file").get(case=case)
        self.plants.keep(row.file.digest, "the digest of a covered photograph")
        self.plants.keep(row.file.address, "the address of a covered photograph")
        moderation.cover_photograph(
            by=self.moderator, at=START + 3 * HOUR, case=case, file=row.file,
            rectangles=[Rectangle(10, 10, 30, 30)],
        )  # fmt: skip
        finish_withdrawals(
            at=START + 4 * HOUR
        )  # what the timer does when the process died on the way
        assert original_path(row.file.digest).exists()
        assert not path_of(row.file.digest).exists()
        self.covered = (case.number, row.file.address)

    def _anonymous(self) -> None:
        form = uuid.uuid4()
        digest = key_digest(SECRET)
        self.plants.keep(SECRET, "the secret of an anonymous author")
        self.plants.keep(digest, "the digest of that secret")
        self.plants.keep(str(form), "the number of a form")
        case = self._report(by=None, anonymous=True, submission=form, author_key=digest)
        problems.accept(by=self.moderator, at=START + HOUR, case=case)
        take_report(
            by=self.clerk, at=START, channel="telephone", consent=True,
            author_key=key_digest(SECRET + "2"), submission=uuid.uuid4(), category="pothole",
            text="A hole before the school gate.", longitude=49.26, latitude=53.51,
        )  # fmt: skip

    def _answered(self) -> None:
        case = self._accepted(photographs=[picture("green")])
        case = problems.hand_back(
            by=self.officer, at=START + 2 * HOUR, case=case, reason="other-office", text=WORDS,
            proposed=self.town.lights,
        )  # fmt: skip
        case = problems.reassign(
            by=self.dispatcher, at=START + 3 * HOUR, case=case, organisation=self.town.roads
        )
        problems.ask_prolongation(
            by=self.officer, at=START + 4 * HOUR, case=case, reason="weather", text=WORDS,
            until=(START + 14 * DAY).date(),
        )  # fmt: skip
        case = problems.sign_prolongation(by=self.head, at=START + 5 * HOUR, case=case)
        case = problems.answer(by=self.officer, at=START + DAY, case=case, text=WORDS)
        case = problems.confirm(by=self.author, at=START + 2 * DAY, case=case)
        problems.rate(
            by=self.author, at=START + 2 * DAY, case=case, score=2,
            text=f"Between us: {self.plants.word('words of satisfaction, for the office alone')}.",
        )  # fmt: skip
        self.followed = case

    def _letters(self) -> None:
        word = self.plants.word
        private = self.cast.write(
            by=self.author, public=False, title=f"Private {word('title of a private letter')}",
            text=f"For you alone: {word('text of a private letter')}.",
        )  # fmt: skip
        unread = self.cast.write(
            by=self.author, title=f"Unread {word('title of an unread letter')}",
            text=f"For all: {word('text of an unread letter')}.",
        )  # fmt: skip
        assert private.case.state and unread.case.state
        public = self.cast.write(by=self.author)
        appeals.accept(by=self.moderator, at=START + HOUR, case=public.case)
        self.cast.propose("missing", by=self.author, longitude=49.3, latitude=53.6)

    def _beside(self) -> None:
        plants = self.plants
        note_look(
            by=self.officer, at=START, person_id=self.author.pk,
            what="matter",
        )  # fmt: skip
        subscribing.subscribe(
            by=self.neighbour, at=START, wanted=subscribing.Wanted(theme="pothole")
        )
        for one in (self.author, self.neighbour):
            one.set_password(plants.word("a password"))
            one.save(update_fields=["password"])
            plants.keep(one.password, "the digest of a password")


class Links(HTMLParser):
    """Every address a page names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where the tag leads."""
        given = dict(attrs)
        for name in ("href", "src", "action", "data-src", "data-url", "poster"):
            if given.get(name):
                self.found.add(str(given[name]))


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The planted town, forty days on."""
    settings.FILES_DIR = settings.MEDIA_ROOT = tmp_path / "files"
    made = World()
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


def first_addresses() -> Iterator[str]:
    """Every address without parameters; with them, those of every matter, office and the like."""
    known = {
        "number": [*Case.objects.values_list("number", flat=True)],
        "code": ["roads", "lights", *{c.procedure for c in Case.objects.all()}],
        "name": [d.name for d in module.datasets()] + [f.name for f in module.figures()],
        "pk": ["1", "2"],
        "kind": ["lamp"],
        "identifier": ["L-1"],
        "holding": ["1"],
        "move": ["answer", "accept"],
        "n": ["0", "1"],
        "size": ["small", "large"],
    }
    # Every matter in one language, two of each kind in the others: links lead to the rest.
    for language in ("en", "ru", "zh-hans"):
        for pattern, _name, _view in addresses():
            if pattern.startswith(FREE):
                continue
            made = [pattern.replace("<language>", language)]
            for found in re.findall(r"<(?:\w+:)?(\w+)>", made[0]):
                values = known.get(found, ["nothing"])[: None if language == "en" else 2]
                made = [
                    re.sub(rf"<(?:\w+:)?{found}>", value, one, count=1)
                    for one in made
                    for value in values
                ]
            yield from made


FORMATS = ("", "?format=georeport", "?format=csv", "?format=json", "?state=all", "?page=2", "?q=qx")


def test_an_outsider_meets_no_personal_value(world: World) -> None:
    client = Client(raise_request_exception=False)
    waiting = deque(first_addresses())
    for language in ("en", "ru", "zh-hans"):
        for page in ("problems/", "problems/problems.csv", "problems/feed.atom", "appeals/",
                     "red-list/", "moderation/", "problems/problems.geojson"):  # fmt: skip
            waiting.extend(f"/{language}/{page}{more}" for more in FORMATS)
    seen: set[str] = set(waiting)
    faults: list[str] = []
    kinds: dict[str, int] = {}
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
            links = Links()
            links.feed(body.decode())
            for link in links.found:
                full = urlsplit(urljoin(f"http://testserver{address}", link))
                path = full.path + (f"?{full.query}" if full.query else "")
                static = full.path.startswith(django_settings.STATIC_URL)
                new = full.netloc == "testserver" and not static and path not in seen
                if new and _useful(path, seen):
                    seen.add(path)
                    waiting.append(path)
        assert len(seen) < MOST, "links without an end"
    assert faults == []
    assert sum(n for kind, n in kinds.items() if kind.startswith("text/html")) > 100
    for kind in ("text/csv", "application/atom+xml", "application/json", "application/geo+json"):
        assert any(found.startswith(kind) for found in kinds), (kind, kinds)


MOST_FILTERS = 3
"""Of one page: filters can be joined without end."""


def _useful(path: str, seen: set[str]) -> bool:
    """Follow every page, and of each page some of its filters."""
    page, query, _rest = path.partition("?")
    if not query:
        return True
    count = sum(1 for one in seen if one.startswith(page + query))
    return count < MOST_FILTERS


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
