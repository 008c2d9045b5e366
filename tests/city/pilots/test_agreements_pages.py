"""The pages: a methodology is written and approved, a text made and signed by three."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import START
from tests.city.pilots.signing import CANE, Three
from tests.city.pilots.world import DAY, World, person
from veche import clock
from veche.city.pilots.models import Agreement, Signature, TrustedRoot
from veche.city.pilots.operations.methodologies import write_methodology
from veche.city.pilots.queries.methodologies import newest

NOW = START + 10 * DAY


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def read(client: Client, address: str, status: int = 200) -> str:
    """The words of a page, in one line."""
    answer = client.get(address)
    assert answer.status_code == status, address
    return re.sub(r"\s+", " ", answer.content.decode())


def typed(**more: str) -> dict[str, str]:
    """What somebody types into the form of a methodology."""
    return {
        "seen": "0",
        "hypotheses": "A blind person walks alone.\n\nA blind person feels safe.",
        "sample": CANE.sample, "safety": CANE.safety, "data_protection": CANE.data_protection,
        "testers": "60", "days": "60", "cost": "",
        "i-TOTAL_FORMS": "2", "i-INITIAL_FORMS": "0",
        "i-0-name": "Weight", "i-0-unit": "g", "i-0-measure": "mean", "i-0-baseline": "120",
        "i-0-direction": "at_most", "i-0-threshold": "50,5",
        **more,
    }  # fmt: skip


def test_from_the_first_word_to_the_third_signature(world: World, client: Client) -> None:
    three = Three(world, START)
    made = world.application("methodology")
    number = made.case.number
    own, agreement = f"/en/pilots/methodologies/{number}/", f"/en/pilots/agreements/{number}/"
    read(client, own, 404)  # nobody has written anything: nothing is public
    client.force_login(world.founder)
    assert "Write the methodology" in read(client, own)
    assert "Indicator 2" in read(client, f"{own}write/")

    answer = client.post(f"{own}write/", typed(**{"i-0-threshold": "fifty", "days": "0"}))
    assert answer.status_code == 422
    assert "such as 3.5" in answer.content.decode()
    assert "A blind person feels safe." in answer.content.decode()
    answer = client.post(f"{own}write/", typed(more="1"))
    assert answer.status_code == 200 and "Indicator 3" in answer.content.decode()
    for count in ("many", "-1", "100000"):
        answer = client.post(f"{own}write/", {**typed(), "i-TOTAL_FORMS": count, "days": ""})
        assert answer.status_code == 422
    assert client.post(f"{own}write/", typed()).status_code == 302
    again = client.post(f"{own}write/", typed(**{"i-0-threshold": "45"}))  # a double click
    assert again.status_code == 409 and "Version 1 was written meanwhile" in again.content.decode()
    assert newest(made).indicators.get().threshold == 50.5  # type: ignore[union-attr]
    client.force_login(world.agent)
    second = typed(seen="1", note="Lighter.", **{"i-0-threshold": "45", "i-0-code": "weight"})
    emptied = {name: "" for name in second if re.match(r"i-0-", name)}
    none = client.post(f"{own}write/", {**second, **emptied, "i-INITIAL_FORMS": "1"})
    assert none.status_code == 422 and "Name one to twenty indicators." in none.content.decode()
    assert client.post(f"{own}write/", second).status_code == 302
    page = read(client, own)
    assert "<del>at most 50.5 g</del>" in page or "<del>50.5</del> → <ins>45</ins>" in page
    assert client.get(f"{own}indicators.csv").content.decode("utf-8-sig").splitlines()[1:] == [
        "2,weight,Weight,g,mean,at_most,120.0,45.0,False",
        "1,weight,Weight,g,mean,at_most,120.0,50.5,False",
    ]
    assert client.post(f"{own}approve/", {"version": "1"}).status_code == 409
    assert client.post(f"{own}approve/", {"version": "2"}).status_code == 302

    assert "Make the text to sign" in read(client, agreement)
    refused = client.post(f"{agreement}draw-up/", {"seen": "0", "language": "en"})
    assert refused.status_code == 422 and "No site is booked" in refused.content.decode()
    three.booked(made, NOW)
    assert client.post(f"{agreement}draw-up/", {"seen": "0", "language": "en"}).status_code == 302
    for part, who in three.people.items():
        client.force_login(who)
        assert "Sign in three steps" in read(client, agreement)
        pdf = client.get(f"{agreement}1/signed/")
        assert pdf["Content-Type"] == "application/pdf"
        lie = SimpleUploadedFile("agreement.pdf", b"\x00\x00\x00 ftypmp42 a film")
        answer = client.post(f"{agreement}sign/{part}/", {"file": lie})
        assert answer.status_code == 422 and "no PDF and no signature" in answer.content.decode()
        file = three.signers[part].sign_pdf(pdf.content, NOW, place=part)
        sent: dict[str, Any] = {"file": SimpleUploadedFile("signed.pdf", file)}
        assert client.post(f"{agreement}sign/{part}/", sent).status_code == 302
        assert "Sign in three steps" not in read(client, agreement)
    assert "All three have signed" in read(client, agreement)
    assert read(client, f"{agreement}?check=1").count("Checked just now: it holds.") == 3
    assert client.post(f"{agreement}sign/agency/", sent).status_code in (409, 403)

    # Everybody reads who agreed upon what, and by which thresholds; not the text, nor the signer.
    client.logout()
    page = read(client, agreement)
    assert Agreement.objects.get().digest in page
    signers = set(Signature.objects.values_list("signer", flat=True))
    assert len(signers) == 3 and not any(one in page for one in signers)
    assert "at most 45 g" in read(client, own)
    read(client, f"{agreement}1/text/", 404)
    section = read(client, f"/en/pilots/applications/{number}/")
    assert 'id="h-methodology"' in section and 'id="h-agreement"' in section


def test_who_is_shut_out_and_who_keeps_the_authorities(world: World, client: Client) -> None:
    three = Three(world, START, trusted=False)
    made = world.application("methodology")
    number = made.case.number
    write_methodology(by=world.founder, at=NOW, application=made, given=CANE)
    own = f"/en/pilots/methodologies/{number}/"
    read(client, own, 404)  # not approved: not public
    _firm, rival = world.another_company()
    client.force_login(rival)
    read(client, own, 404)
    read(client, f"{own}write/", 403)
    read(client, "/en/pilots/methodologies/2020-000001/", 404)
    read(client, f"/en/pilots/agreements/{number}/", 404)
    assert client.post(f"{own}approve/", {"version": "1"}).status_code == 404
    client.force_login(world.agent)
    assert client.post(f"{own}approve/", {"version": "1"}).status_code == 302
    back = f"/en/pilots/agreements/{number}/send-back/"
    assert client.post(back, {"because": "no"}).status_code == 422
    assert client.post(back, {"because": "Ask more residents."}).status_code == 302
    made.case.refresh_from_db()
    assert made.case.state == "methodology"

    page = "/en/pilots/authorities/"
    assert "No authority is trusted yet" in read(client, page)
    pem = SimpleUploadedFile("root.crt", three.authority.pem)
    assert client.post(page, {"file": pem, "because": "For tests."}).status_code == 403
    client.force_login(person("Keeperofrules", role="administrator", territory=world.town.city))
    for name, data, said in (
        ("root.crt", b"MZ not a certificate", "This is no certificate"),
        ("leaf.crt", three.signers["site"].certificate, "not of an authority"),
    ):
        file = SimpleUploadedFile(name, data)
        answer = client.post(page, {"file": file, "because": "For tests."})
        assert answer.status_code == 422 and said in answer.content.decode()
    for status in (302, 409):
        pem = SimpleUploadedFile("root.crt", three.authority.pem)
        assert client.post(page, {"file": pem, "because": "For tests."}).status_code == status
    root = TrustedRoot.objects.get()
    assert root.fingerprint in read(client, page)
    end = f"{page}{root.pk}/end/"
    assert "Trust it no longer" in read(client, end)
    assert client.post(end, {"because": "Broken into."}).status_code == 302
    assert "Trusted before" in read(client, page)
