"""A certificate that its authority revoked signs nothing here; what no list says is not known."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from tests.cast import START
from tests.city.pilots.signing import Three
from tests.city.pilots.world import DAY, World
from veche import clock
from veche.city.pilots.commands import revocations as command
from veche.city.pilots.demo.signing import Authority, Signer
from veche.city.pilots.engines import revocation
from veche.city.pilots.engines.certificates import Fault, read_root
from veche.city.pilots.engines.standing import standing
from veche.city.pilots.models import RevocationList, SignatureLook
from veche.city.pilots.operations import agreements, authorities, revocations
from veche.city.pilots.operations.refusals_agreements import NotAccepted, NotHolding
from veche.city.pilots.operations.refusals_revocations import FetchingOff, NotAList, OlderList
from veche.core.journal.models import Record

NOW = START + 10 * DAY
MINUTE = dt.timedelta(minutes=1)


def take(data: bytes, at: dt.datetime = NOW) -> RevocationList:
    return revocations.take_list(by=None, at=at, data=data, source="test.crl")


def sign(three: Three, agreement: Any, part: str, at: dt.datetime) -> SignatureLook:
    three.sign(agreement, part, at)
    return SignatureLook.objects.order_by("-pk")[0]


# --- the engine, without a database ------------------------------------------------------------


def fault(data: bytes, root: Authority, at: dt.datetime = NOW) -> str:
    with pytest.raises(Fault) as found:
        revocation.read_list(data, roots=[read_root(root.pem).der], others=[], at=at)
    return found.value.code


def test_only_the_list_of_a_trusted_authority_is_taken() -> None:
    city, other = Authority("City", START), Authority("Other", START)
    liar = Authority("City", START)  # says its name, and has another key
    good = city.revocations(NOW - DAY, NOW + DAY, {})
    assert fault(other.revocations(NOW - DAY, NOW + DAY, {}), city) == "strange-list"
    assert fault(liar.revocations(NOW - DAY, NOW + DAY, {}), city) == "forged-list"
    assert fault(good, city, NOW - 2 * DAY) == "future-list"
    assert fault(b"0\x03\x02\x01\x01", city) == "not-list"
    assert fault(city.pem, city) == "not-list"
    at = good.rindex(b"\x03", 0, -60)  # a bit of the signature
    assert fault(good[: at + 20] + bytes([good[at + 20] ^ 1]) + good[at + 21 :], city)
    changes = (
        x509.CertificateRevocationListBuilder().issuer_name(city._name).last_update(NOW - DAY)
        .next_update(NOW).add_extension(x509.DeltaCRLIndicator(1), critical=True)
        .sign(city._key, hashes.SHA256()).public_bytes(Encoding.PEM)
    )  # fmt: skip
    assert fault(changes, city) == "partial-list"
    read = revocation.read_list(good, roots=[read_root(city.pem).der], others=[], at=NOW)
    assert (read.issuer, read.count, read.next_at) == ("City", 0, NOW + DAY)


def test_what_lists_say() -> None:
    city = Authority("City", START - 30 * DAY)
    roots = [read_root(city.pem).der]
    ann = city.signer("Ann", "Cane", since=START - DAY, until=START + 300 * DAY)

    def said(at: dt.datetime, *lists: bytes) -> tuple[str, dt.datetime | None]:
        told = [revocation.read_list(one, roots=roots, others=[], at=NOW + 99 * DAY)
                for one in lists]  # fmt: skip
        found = standing([ann.certificate], told, at)
        return found.code, found.since

    clean = city.revocations(NOW - DAY, NOW + DAY, {})
    named = city.revocations(NOW - DAY, NOW + DAY, {ann.certificate: NOW - DAY})
    assert said(NOW) == ("unknown", None)
    assert said(NOW, clean) == ("good", None)
    assert said(NOW + 2 * DAY, clean) == ("old", None)
    assert said(NOW, named) == ("revoked", NOW - DAY)
    # What ran out still names whom it names.
    assert said(NOW + 20 * DAY, clean, named) == ("revoked", NOW - DAY)
    assert said(NOW - 2 * DAY, named) == ("later", NOW - DAY)
    # A list about authorities alone says nothing of somebody who is none.
    only = x509.IssuingDistributionPoint(None, None, False, True, None, False, False)
    part = (
        x509.CertificateRevocationListBuilder().issuer_name(city._name).last_update(NOW - DAY)
        .next_update(NOW + DAY).add_extension(only, critical=True)
        .sign(city._key, hashes.SHA256()).public_bytes(Encoding.DER)
    )  # fmt: skip
    assert said(NOW, part) == ("unknown", None)
    # Another authority that is trusted as well names the number: it is not its certificate.
    stranger = Authority("Other", START - 30 * DAY)
    theirs = stranger.revocations(NOW - DAY, NOW + DAY, {ann.certificate: NOW - DAY})
    roots.append(read_root(stranger.pem).der)
    assert said(NOW, theirs) == ("unknown", None)


def answer(city: Authority, ann: Signer, at: dt.datetime, *, since: dt.datetime | None) -> bytes:
    """What a responder of an authority answers about a certificate."""
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=x509.load_der_x509_certificate(ann.certificate),
        issuer=x509.load_pem_x509_certificate(city.pem), algorithm=hashes.SHA1(),
        cert_status=ocsp.OCSPCertStatus.REVOKED if since else ocsp.OCSPCertStatus.GOOD,
        this_update=at, next_update=at + DAY, revocation_time=since,
        revocation_reason=x509.ReasonFlags.key_compromise if since else None,
    )  # fmt: skip
    root = x509.load_pem_x509_certificate(city.pem)
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, root)
    made = builder.sign(city._key, hashes.SHA256())
    return made.public_bytes(Encoding.DER)


def test_an_answer_about_one_certificate() -> None:
    city, liar = Authority("City", START - 30 * DAY), Authority("City", START - 30 * DAY)
    roots = [read_root(city.pem).der]
    ann = city.signer("Ann", "Cane", since=START - DAY, until=START + 300 * DAY)
    chain = (ann.certificate,)
    good = revocation.read_answer(
        answer(city, ann, NOW, since=None), chain=chain, roots=roots, at=NOW
    )
    assert standing(chain, [good], NOW).code == "good"
    gone = revocation.read_answer(
        answer(city, ann, NOW, since=NOW - DAY), chain=chain, roots=roots, at=NOW
    )
    assert standing(chain, [gone], NOW).since == NOW - DAY
    for since in (None, NOW - DAY):
        with pytest.raises(Fault, match="forged-list"):
            revocation.read_answer(
                answer(liar, ann, NOW, since=since), chain=chain, roots=roots, at=NOW
            )
    bob = city.signer("Bob", "Cane", since=START - DAY, until=START + 300 * DAY)
    with pytest.raises(Fault, match="forged-list"):
        revocation.read_answer(answer(city, bob, NOW, since=None), chain=chain, roots=roots, at=NOW)
    assert standing((bob.certificate,), [good, gone], NOW).code == "unknown"


# --- what is signed ----------------------------------------------------------------------------


def test_signatures_are_judged_by_the_lists_that_are_held(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any
) -> None:
    three = Three(world, START)
    city = three.authority
    company = three.signers["company"]
    agreement = three.drawn_up(world.application("methodology"), NOW)
    settings.REVOCATION_REQUIRED = True
    with pytest.raises(NotAccepted, match="this city wants one"), transaction.atomic():
        three.sign(agreement, "company", NOW + MINUTE)
    settings.REVOCATION_REQUIRED = False
    take(city.revocations(NOW - DAY, NOW + 6 * DAY, {company.certificate: NOW - 2 * DAY}))
    with pytest.raises(NotAccepted) as refused, transaction.atomic():
        three.sign(agreement, "company", NOW + MINUTE)
    assert "revoked since" in str(refused.value)
    with pytest.raises(OlderList):
        take(city.revocations(NOW - 2 * DAY, NOW + 6 * DAY, {}))
    with pytest.raises(NotAList):
        take(Authority("Test authority", START).revocations(NOW, NOW + DAY, {}))

    # Another certificate of the same company is good by that list.
    three.signers["company"] = three.signer("company", START)
    look = sign(three, agreement, "company", NOW + MINUTE)
    assert (look.standing, look.list_at) == ("good", NOW - DAY)
    look = sign(
        three,
        agreement,
        "site",
        NOW + 2 * MINUTE,
    )
    assert look.standing == "good"
    three.sign(agreement, "agency", NOW + 3 * MINUTE, form="cades")
    agreement.refresh_from_db()
    found = agreements.verify_all(agreement=agreement, at=NOW + DAY)
    assert [one.looked.code for one in found] == ["good"] * 3

    # A newer list: the site's certificate was lost before it signed, the agency's after.
    folder = tmp_path / "lists"
    folder.mkdir()
    site, agency = three.signers["site"], three.signers["agency"]
    lost = {site.certificate: NOW - DAY, agency.certificate: NOW + DAY}
    (folder / "city.crl").write_bytes(city.revocations(NOW + DAY, NOW + 9 * DAY, lost))
    monkeypatch.setattr(clock, "now", lambda: NOW + 2 * DAY)
    assert command.run(parsed(folder)) == 0
    assert "names 2" in capsys.readouterr().out
    assert command.run(parsed(folder)) == 0
    assert "held already" in capsys.readouterr().out
    (folder / "bad.crl").write_bytes(b"no list")
    assert command.run(parsed(folder)) == 1
    assert "bad.crl" in capsys.readouterr().err
    with pytest.raises(NotHolding, match="signature"), transaction.atomic():
        agreements.verify_all(agreement=agreement, at=NOW + 2 * DAY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pilots_unsigned(%s, %s)", [agreement.pk, NOW + 2 * DAY])
        assert cursor.fetchone() == ("a certificate was revoked before it signed",)
    news = Record.objects.filter(kind="pilots.signatures-looked-at").order_by("-id")[0]
    assert news.public["standing"] == {"good": 1, "revoked": 1, "later": 1}
    text = Client().get(reverse("pilots:agreement", args=[number_of(agreement)])).content.decode()
    assert "before it signed" in text and "after it signed" in text
    assert "no trial begins by this agreement" in text
    for address in ("/en/pilots/authorities/", "/zh-hans/pilots/authorities/"):
        assert "Test authority" in Client().get(address).content.decode()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE pilots_signaturelook SET standing = 'good', since = NULL")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE pilots_revocationlist SET issued_at = issued_at - interval '9 days'")


def number_of(agreement: Any) -> str:
    return str(agreement.application.case.number)


def parsed(folder: Path | None = None, *, fetch: bool = False) -> Any:
    from argparse import Namespace

    return Namespace(folder=folder, fetch=fetch)


def test_authorities_are_asked_only_where_the_city_allows_it(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    three = Three(world, START)
    points = x509.CRLDistributionPoints([
        x509.DistributionPoint(
            [x509.UniformResourceIdentifier("http://ca.example/list.crl")], None, None, None
        )
    ])  # fmt: skip
    answers = x509.AuthorityInformationAccess([
        x509.AccessDescription(
            x509.oid.AuthorityInformationAccessOID.OCSP,
            x509.UniformResourceIdentifier("http://ca.example/ocsp/"),
        )
    ])  # fmt: skip
    for part, names in (("company", points), ("site", answers)):
        three.signers[part] = three.authority.signer(
            part.title(), f"{part.title()} Ltd", since=START - DAY, until=START + 280 * DAY,
            names=[names],
        )  # fmt: skip
    agreement = three.drawn_up(world.application("methodology"), NOW)
    for minute, part in enumerate(("company", "site"), 1):
        assert sign(three, agreement, part, NOW + minute * MINUTE).standing == "unknown"

    asked: list[str] = []

    def fetch(address: str, headers: object = None, most: int = 0) -> bytes:
        asked.append(address)
        if "ocsp" in address:
            return answer(three.authority, three.signers["site"], NOW, since=NOW - DAY)
        return three.authority.revocations(NOW - DAY, NOW + DAY, {})

    monkeypatch.setattr(authorities, "within", lambda _seconds: fetch)
    authorities.sweep_revocations(at=NOW)
    assert not Record.objects.filter(kind="pilots.authorities-asked").exists()
    with pytest.raises(FetchingOff):
        authorities.fetch_lists(at=NOW)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    assert command.run(parsed(fetch=True)) == 1 and "VECHE_REVOCATION" in capsys.readouterr().err
    assert command.run(parsed()) == 2
    assert asked == []

    settings.REVOCATION_FETCH = True
    authorities.sweep_revocations(at=NOW)
    authorities.sweep_revocations(at=NOW + MINUTE)
    assert Record.objects.filter(kind="pilots.authorities-asked").count() == 1
    done = authorities.fetch_lists(at=NOW)
    assert done.left == () and len(done.taken) == 2
    assert asked[0] == "http://ca.example/list.crl"
    assert asked[1].startswith("http://ca.example/ocsp/")
    last = {one.signature.party.part: one for one in SignatureLook.objects.order_by("pk")}
    assert (last["company"].standing, last["site"].standing) == ("good", "revoked")
