"""Files that lie, that act, that never end; words that a spreadsheet would run as a formula."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import uuid
import zipfile
from typing import Any

import pytest
from django.conf import settings as program
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver
from tests.cast import START
from tests.city.pilots.test_applications_papers import pdf
from tests.city.pilots.test_applications_story import asks
from tests.city.pilots.world import DAY, World, three
from tests.stories.programme import TEXT, TITLE, Turn, of, read, said

from veche.city.pilots import models
from veche.city.pilots.datasets import DATASETS
from veche.city.pilots.models import Application, Product
from veche.core.opendata.queries import csv_lines
from veche.core.organisations.models import Organisation
from veche.project.asgi import Message, Router

pytestmark = pytest.mark.django_db
FILM = 3 * 2**30
SCRIPT = b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"
FORMULA = "=HYPERLINK(A1)<script>alert(1)</script>"
RUNS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a cell."""


def archive() -> bytes:
    """A ZIP file with a program in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("run.exe", b"MZ")
    return out.getvalue()


def test_files_that_lie_and_act_are_left_out_and_the_words_stay(world: World) -> None:
    call = asks(world)
    client = of(world.founder)
    start = f"/en/pilots/apply/{call.case.number}/"
    product = Product.objects.get(company=world.company)
    client.post(start, {"submission": str(uuid.uuid4()), "product": str(product.pk)})
    made = Application.objects.select_related("case").get()
    steps = f"{start}{made.case.number}"
    client.post(f"{steps}/solution/", {"title": TITLE, "text": TEXT, "readiness": "7"})
    for name, data, words in (
        ("cane.pdf", b"MZ\x90\x00\x03 a program", "cannot be taken"),
        ("cane.txt", b"<html><script>alert(1)</script>", "cannot be taken"),
        ("cane.pdf", archive(), "cannot be taken"),
        ("cane.pdf", b"\x00\x00\x00\x18ftypmp42" + bytes(99), "cannot be taken"),
        ("cane.pdf", pdf(SCRIPT), "would do something by itself"),
        ("cane.pdf", pdf(b"/Names << /EmbeddedFiles << /Names [] >> >>"), "by itself"),
        ("cane.pdf", b"%PDF-1.7 and then nothing", "cane.pdf"),
    ):
        file = SimpleUploadedFile(name, data, "application/pdf")
        answer = client.post(
            f"{steps}/questions/", {"q-weight": "48,5", "q-tested": "no", "q-proof": file}
        )
        page = said(answer)
        assert answer.status_code == 422 and words in page and "/tmp" not in page, (name, words)
        assert made.answers.get(question="weight").text == "48.5"
        assert not models.Paper.objects.exists()
    # A film: longer than one file may be, it is left out, and the words beside it are kept.
    film = SimpleUploadedFile("cane.pdf", b"%PDF-1.7" + bytes(program.LARGEST_FILE))
    answer = client.post(f"{steps}/questions/", {"q-weight": "47", "q-proof": film})
    assert answer.status_code == 422 and "too large" in said(answer)
    assert made.answers.get(question="weight").text == "47"
    # A name that would lead out of its folder, and a type of its own, change nothing.
    sly = SimpleUploadedFile("../../etc/passwd.html", pdf(), "text/html")
    client.post(f"{steps}/questions/", {"q-weight": "47", "q-proof": sly, "stay": "1"})
    paper = models.Paper.objects.get()
    assert (paper.name, paper.media_type) == ("passwd.pdf", "application/pdf")
    file_page = client.get(f"/en/pilots/applications/{made.case.number}/paper/{paper.pk}/")
    assert file_page["Content-Type"] == "application/octet-stream"
    assert file_page["Content-Disposition"].startswith("attachment")


def test_a_film_of_three_gigabytes_is_refused_before_it_is_read() -> None:
    asked: list[Any] = []
    heard: list[Message] = []
    taken = 0

    async def pages(scope: Any, _receive: Any, _send: Any) -> None:
        asked.append(scope)

    async def receive() -> Message:
        nonlocal taken
        taken += 2**24
        return {"type": "http.request", "body": _Sparse(2**24), "more_body": taken < FILM}

    async def send(message: Message) -> None:
        heard.append(message)

    scope: Any = {
        "type": "http", "method": "POST", "path": "/ru/pilots/apply/2026-000001/2026-000002/",
        "query_string": b"", "headers": [(b"content-length", str(FILM).encode())],
    }  # fmt: skip
    asyncio.run(Router(pages, program.LARGEST_BODY)(scope, receive, send))
    assert not asked
    assert heard[0]["status"] == 413
    assert "приложите файлы поменьше" in heard[1]["body"].decode()
    assert taken <= 2 * program.LARGEST_BODY + 2**24 < FILM / 8


class _Sparse(bytes):
    """Bytes that say how long they are and take no room."""

    def __new__(cls, size: int) -> _Sparse:
        made = super().__new__(cls)
        made.size = size
        return made

    size: int

    def __len__(self) -> int:
        return self.size


def hostile(world: World) -> Application:
    """A pilot that has come to its contract, in which everybody wrote formulas."""
    made = world.application("rolled_out", title=FORMULA, at=START)
    judged = world.application("screening", title=FORMULA, at=START)
    at = START + 5 * DAY
    for row in (world.company.organisation, world.school):
        Organisation.objects.filter(pk=row.pk).update(names=three(FORMULA))
    world.company.legal_name = FORMULA
    world.company.save()
    world.site.names, world.site.address = three(FORMULA), FORMULA
    world.site.save()
    for expert in world.experts:
        expert.words = FORMULA
        expert.person.name = FORMULA
        expert.person.save()
        expert.save()
    models.Support.objects.create(
        company=world.company, kind="press", words=FORMULA, on=START.date(), at=at, by=world.agent
    )
    models.Scouted.objects.create(
        name=FORMULA, maker=FORMULA, where=FORMULA, found_at=at, by=world.agent
    )
    trial = made.trials.get()
    models.Measurement.objects.create(
        trial=trial, indicator=trial.methodology.indicators.get(code="weight"), value=-48,
        measured_at=at, note=FORMULA, origin="file", at=at,
    )  # fmt: skip
    panel = models.Panel.objects.create(
        programme=world.programme, titles=three(FORMULA), meets_at=at, quorum=3, opened_at=at
    )
    models.PanelItem.objects.create(
        panel=panel, application=made, place=1, decision="select", reason=FORMULA, decided_at=at,
    )  # fmt: skip
    models.PanelItem.objects.create(panel=panel, application=judged, place=2)
    models.Contract.objects.create(
        application=made, number="=1+1", ocid="ocds-x-1", title=FORMULA, buyer=world.department,
        supplier=world.company.organisation, method="direct", standing="active", amount=1500,
        currency="RUB", signed_on=START.date(), at=at,
    )  # fmt: skip
    return made


def test_no_table_of_the_programme_holds_a_formula(world: World, turn: Turn) -> None:
    made = hostile(world)
    later = START + 300 * DAY
    turn(later)
    values = {
        "number": made.case.number, "pk": models.Panel.objects.get().pk, "which": 1,
        "code": world.site.code,
    }  # fmt: skip
    prefix, resolver = get_resolver().namespace_dict["pilots"]
    readers = [of(who) for who in (None, world.agent, world.founder, world.officer)]
    tables: dict[str, str] = {}
    for name in [key for key in resolver.reverse_dict if isinstance(key, str)]:
        if "csv" not in name:
            continue
        found: dict[str, Any] = dict(values)
        if name == "scores-csv":
            found["number"] = world.call.case.number
        if name == "support-csv":
            found["code"] = world.company.organisation.code
        ((candidates, *_rest),) = resolver.reverse_dict.getlist(name)
        template, parameters = candidates[0]
        address = f"/{prefix}{template % {one: found[one] for one in parameters}}"
        for client in readers:
            answer: Any = client.get(address)
            if answer.status_code == 200:
                body = b"".join(answer) if answer.streaming else answer.content
                tables[f"{name} {len(tables)}"] = body.decode("utf-8-sig")
    for data in (one for one in DATASETS if not one.persons):
        tables[data.name] = b"".join(csv_lines(data, later)).decode("utf-8-sig")
    seen = set()
    for name, text in tables.items():
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                number = re.fullmatch(r"-?\d+(\.\d+)?", cell)
                assert number or not cell.startswith(RUNS), (name, cell)
        if FORMULA in text:
            seen.add(name.partition(" ")[0])
    assert {
        "companies-csv", "contracts-csv", "decided-csv", "experts-csv", "panel-csv", "scouted-csv",
        "screening-csv", "sites-csv", "support-csv", "trial-csv", "trials-csv",
    } <= seen  # fmt: skip
    # And on the pages it stands as it was written, and runs nowhere.
    for path in (f"applications/{made.case.number}/", f"trials/{made.case.number}/", "contracts/",
                 "decided/", "companies/", "sites/"):  # fmt: skip
        raw = readers[1].get(f"/en/pilots/{path}").content.decode()
        assert "&lt;script&gt;alert(1)" in raw and "<script>alert(1)" not in raw, path
    assert FORMULA in read(of(), "decided/")
