"""Photographs of sites and documents of contracts: brought by some, read by whom they are for."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from PIL import Image

from tests.cast import START
from tests.city.pilots.test_evaluations_ocds import faults_of, make_contract, offline, veche
from tests.city.pilots.test_sites_pages import browser, read, send
from tests.city.pilots.world import DAY, World
from veche import clock
from veche.city.pilots import ocds
from veche.city.pilots.access.sites import NotTheSite
from veche.city.pilots.engines import ocds_check as checker
from veche.city.pilots.models import Contract, ContractDocument, SitePhotograph
from veche.city.pilots.operations import contract_documents, photographs, sites
from veche.city.pilots.operations.contracts import pay
from veche.city.pilots.operations.refusals_evaluations import NotForContracts
from veche.city.pilots.personal import collect
from veche.city.pilots.queries.sites import natural
from veche.core.files.documents import clean as clean_document
from veche.core.files.documents import document_path
from veche.core.files.photographs import clean
from veche.core.files.queries import path_of
from veche.core.journal.models import Record

__all__ = ["offline"]
SOON = START + 5 * DAY


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The city's clock stands some days after the moment of the town."""
    monkeypatch.setattr(clock, "now", lambda: SOON)


def drawn(tone: int, side: int = 40) -> bytes:
    """A picture of one tone, with a mark of the device in it."""
    out, marks = BytesIO(), Image.Exif()
    marks[0x010F] = "Telephone"
    Image.new("RGB", (side, side), (tone, tone, tone)).save(out, "JPEG", exif=marks)
    return out.getvalue()


def shot(tone: int = 90) -> Any:
    """A photograph as a browser sends it."""
    return SimpleUploadedFile("yard.jpg", drawn(tone), "image/jpeg")


def test_who_keeps_a_site_shows_how_it_looks(world: World) -> None:
    owner, anybody = browser(world.keeper), browser(None)
    code = world.site.code
    assert "How it looks" not in read(anybody, "site", code)
    read(anybody, "site-photographs", code, status=302)
    read(browser(world.founder), "site-photographs", code, status=403)
    # Without words, without a picture, with what is none: kept in the form and said.
    page = send(owner, "site-photographs", code, status=422, photograph=shot())
    assert "What is to be seen" in page and SitePhotograph.objects.count() == 0
    page = send(owner, "site-photographs", code, status=422, words_en="Steps to the door")
    assert "Choose a photograph." in page and "Steps to the door" in page
    none = SimpleUploadedFile("yard.jpg", b"<svg onload=alert(1)>", "image/jpeg")
    send(owner, "site-photographs", code, status=422, photograph=none, words_en="Steps there")
    for tone, words in ((90, "Steps to the door"), (160, "The yard <b>in snow</b>")):
        send(owner, "site-photographs", code, photograph=shot(tone), words_en=words)
    send(owner, "site-photographs", code, photograph=shot(90), words_en="Nine steps to the door")
    first, second = SitePhotograph.objects.order_by("place")
    assert first.words == {"en": "Nine steps to the door"}
    kept = path_of(first.file.digest).read_bytes()
    assert not Image.open(BytesIO(kept)).getexif()
    page = read(anybody, "site", code)
    assert 'alt="Nine steps to the door"' in page and "<b>in snow" not in page
    assert 'alt="Nine steps to the door"' in read(anybody, "sites")
    send(owner, "site-photograph-first", code, second.pk)
    assert 'alt="Nine' not in read(anybody, "sites")
    small = anybody.get(f"/en/pilots/sites/{code}/photographs/{first.file.address}/small/")
    assert (small.status_code, small["Content-Type"]) == (200, "image/jpeg")
    assert anybody.get(f"/en/pilots/sites/{code}/photographs/none/small/").status_code == 404
    send(browser(world.founder), "site-photograph-remove", code, first.pk, status=403)
    send(owner, "site-photograph-remove", code, first.pk)
    send(owner, "site-photograph-remove", code, first.pk, status=404)
    assert SitePhotograph.objects.get().place == 1
    gone = anybody.get(f"/en/pilots/sites/{code}/photographs/{first.file.address}/small/")
    assert gone.status_code in (404, 410)
    assert collect(world.keeper)["pilot_site_photographs"][0]["site"] == code


def test_a_site_shows_six_photographs_at_most_and_a_hidden_one_none(world: World) -> None:
    given: dict[str, Any] = {"by": world.keeper, "at": SOON, "site": world.site}
    words = {"en": "The yard", "ru": "Двор школы"}
    for tone in range(6):
        picture = clean(drawn(10 * tone, 16))
        photographs.add_photograph(photograph=picture, words=words, **given)
    seventh = clean(drawn(201, 16))
    with pytest.raises(photographs.TooManyPhotographs):
        photographs.add_photograph(photograph=seventh, words=words, **given)
    assert not path_of(hashlib.sha256(seventh.data).hexdigest()).exists()
    with pytest.raises(NotTheSite):
        photographs.add_photograph(
            photograph=clean(drawn(200, 16)), words=words, **{**given, "by": world.founder}
        )
    with pytest.raises(photographs.PhotographWords):
        photographs.add_photograph(photograph=clean(drawn(0, 16)), words={"en": "  "}, **given)
    with pytest.raises(photographs.PhotographWordsLength):
        photographs.add_photograph(photograph=clean(drawn(0, 16)), words={"en": "x"}, **given)
    with pytest.raises(DatabaseError), transaction.atomic():
        one = SitePhotograph.objects.get(place=6)
        SitePhotograph.objects.filter(pk=one.pk).update(place=7)
    world.site.published_at = None
    world.site.save()
    address = SitePhotograph.objects.first().file.address  # type: ignore[union-attr]
    asked = ("site-photograph", world.site.code, address, "small")
    read(browser(None), *asked, status=404)
    shot_of = SitePhotograph.objects.get(place=1).pk
    for act in ("site-photograph-first", "site-photograph-remove"):  # nor that it is there at all
        send(browser(world.founder), act, world.site.code, shot_of, status=404)
    assert browser(world.keeper).get(
        f"/en/pilots/sites/{world.site.code}/photographs/{address}/small/"
    )["Cache-Control"] == "private, no-store"  # fmt: skip


def test_sites_stand_in_the_order_of_people_and_on_pages(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sorted(["Yard 10", "yard 2", "Yard", "Yard 1"], key=natural) == [
        "Yard", "Yard 1", "yard 2", "Yard 10",
    ]  # fmt: skip
    monkeypatch.setattr("veche.city.pilots.views.sites.PAGE", 2)
    for number in (10, 2, 1):
        given = sites.SiteGiven(
            names={"en": f"Yard {number}"}, texts={}, territory=world.town.west, longitude=49.25,
            latitude=53.5, environment="street",
        )  # fmt: skip
        made = sites.add_site(by=world.keeper, at=START, owner=world.school, given=given)
        sites.publish_site(by=world.keeper, at=START, site=made)
    page = read(browser(None), "sites", kind="street", q="yard")
    assert page.index("Yard 1<") < page.index("Yard 2<") and "Yard 10<" not in page
    assert "?kind=street&amp;q=yard&amp;page=2" in page
    page = read(browser(None), "sites", kind="street", q="yard", page="2")
    assert "Yard 10<" in page and '<span class="badge">3</span>' in page


def paper(words: str = "What was agreed.") -> Any:
    """A text as a document."""
    return clean_document(words.encode(), "agreed.txt")


def test_a_contract_has_documents_for_everybody_and_for_the_parties(
    world: World, offline: None, tmp_path: Path
) -> None:
    contract = make_contract(world)
    officer, anybody, firm = browser(world.officer), browser(None), browser(world.founder)
    read(anybody, "contract-document-new", contract.pk, status=302)
    read(firm, "contract-document-new", contract.pk, status=403)
    page = send(officer, "contract-document-new", contract.pk, status=422, title="Signed text")
    assert "Choose a file." in page and "Signed text" in page
    script = SimpleUploadedFile("page.html", b"<html><script>1</script>", "text/html")
    send(officer, "contract-document-new", contract.pk, status=422, file=script, title="Signed",
         kind="contractSigned")  # fmt: skip
    form = {"kind": "contractSigned", "submission": "5f8a6c9e-2a54-4a4c-9a2a-1d1f6c3f0b11"}
    for _press in range(2):
        text = SimpleUploadedFile("Договор.txt", b"Ten canes.", "text/plain")
        send(officer, "contract-document-new", contract.pk, file=text, title="Ten <i>canes</i>",
             public="on", **form)  # fmt: skip
    inner = contract_documents.add_document(
        by=world.agent, at=SOON, contract=contract, document=paper("Prices inside."),
        kind="contractSchedule", title="Prices by part", public=False,
    )  # fmt: skip
    with pytest.raises(contract_documents.DocumentThere):
        contract_documents.add_document(
            by=world.agent, at=SOON, contract=contract, document=paper("Prices inside."),
            kind="contractSchedule", title="Prices by part", public=True,
        )  # fmt: skip
    with pytest.raises(NotForContracts):
        contract_documents.add_document(
            by=world.keeper, at=SOON, contract=contract, document=paper(), title="Ours",
            kind="contractText", public=True,
        )  # fmt: skip
    shown = ContractDocument.objects.get(place=1)
    assert "Prices by part" not in read(anybody, "contract", contract.pk)
    told = Record.objects.get(kind="pilots.contract-document-added", public__place=inner.place)
    assert told.public.keys() == {"number", "place", "public", "digest"}
    page = read(firm, "contract", contract.pk)
    assert "Prices by part" in page and "not public" in page and "<i>canes" not in page
    read(anybody, "contract-document", contract.pk, inner.place, status=404)
    read(browser(world.town.resident), "contract-document", contract.pk, inner.place, status=404)
    assert _saved(firm, contract, inner.place) == b"Prices inside."
    assert _saved(anybody, contract, 1) == b"Ten canes."

    assert veche("pilots", "ocds", "--output", str(tmp_path)) == 0
    package = json.loads((tmp_path / "releases.json").read_text())
    assert faults_of(package) == checker.check(package) == []
    (told,) = package["releases"][-1]["contracts"][0]["documents"]
    assert (told["documentType"], told["format"]) == ("contractSigned", "text/plain")
    assert told["url"].endswith(f"/pilots/contracts/{contract.pk}/documents/1/")
    assert package["releases"][-1]["tag"] == ["contractUpdate"]
    assert (tmp_path / "documents" / f"document-{shown.pk}.txt").read_bytes() == b"Ten canes."
    assert len(list((tmp_path / "documents").iterdir())) == 1

    send(officer, "contract-document-off", contract.pk, 1, because="It names a person.")
    send(officer, "contract-document-off", contract.pk, inner.place, because="Their margin.")
    for place, why in ((1, {"because": "It names a person."}), (inner.place, {})):
        told = Record.objects.get(
            kind="pilots.contract-document-taken-off", public__place=place
        )  # fmt: skip
        assert told.public == {"number": contract.number, "place": place, **why}
    send(officer, "contract-document-off", contract.pk, 1, status=409, because="Once more, so.")
    read(anybody, "contract-document", contract.pk, 1, status=410)
    assert "It names a person." in read(anybody, "contract", contract.pk)
    assert veche("pilots", "ocds", "--output", str(tmp_path)) == 0
    again = json.loads((tmp_path / "releases.json").read_text())
    assert again["releases"][:-1] == package["releases"] and checker.check(again) == []
    assert faults_of(again) == []
    records = json.loads((tmp_path / "records.json").read_text())
    assert faults_of(records) == []
    now = records["records"][0]["compiledRelease"]["contracts"][0]["documents"]
    assert "url" not in now[0] and now[0]["description"] == "It names a person."
    assert not list((tmp_path / "documents").iterdir())
    for change in (
        "public = true",
        "title = 'Other'",
        "taken_off_at = NULL, taken_off_because = ''",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE pilots_contractdocument SET {change}")
    with pytest.raises(DatabaseError), transaction.atomic():
        ContractDocument.objects.filter(pk=shown.pk).delete()
    assert collect(world.officer)["pilot_contract_documents"][0]["contract"] == contract.number


def _saved(who: Client, contract: Contract, place: int) -> bytes:
    answer = who.get(f"/en/pilots/contracts/{contract.pk}/documents/{place}/")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment;")
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_the_bytes_of_a_document_go_with_its_last_name(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    first, second = make_contract(world), make_contract(world, number="44-ФЗ/8")
    rows = [
        contract_documents.add_document(
            by=world.agent, at=SOON, contract=one, document=paper(), kind="contractText",
            title="The text", public=True,
        )
        for one in (first, second)
    ]  # fmt: skip
    path = document_path(rows[0].digest)
    left = []
    for one in rows:
        with django_capture_on_commit_callbacks(execute=True):
            contract_documents.take_off_document(
                by=world.agent, at=SOON, document=one, because="It was another text."
            )
        left.append(path.exists())
    assert left == [True, False]


def test_releases_come_in_pages_that_lead_to_each_other(world: World, offline: None) -> None:
    contract = make_contract(world)
    for number in range(1, 5):
        pay(by=world.agent, at=SOON, contract=contract, number=str(number), amount=Decimal(number),
            on=SOON.date())  # fmt: skip
    found, uri = ocds.published(), "https://example.org/releases.json"
    pages, number = [], 1
    while (made := ocds.releases_package(found, uri, number, 2)) is not None:
        assert faults_of(made.package) == checker.check(made.package) == []
        pages.append(made.package)
        number += 1
    assert [len(one["releases"]) for one in pages] == [2, 2, 1]
    first, second, third = (one.get("links") for one in pages)
    assert first == {"next": f"{uri}?page=2"} and third == {"prev": f"{uri}?page=2"}
    assert second == {"next": f"{uri}?page=3", "prev": uri}
    assert [one["uri"] for one in pages] == [uri, f"{uri}?page=2", f"{uri}?page=3"]
    assert [row for one in pages for row in one["releases"]] == list(found.releases)
    client = browser(None)
    assert client.get("/en/pilots/ocds/releases.json").json().get("links") is None
    for wrong in ("2", "0", "-1", "x", "9" * 40):
        assert client.get(f"/en/pilots/ocds/releases.json?page={wrong}").status_code == 404
