"""Without a database: documents, differences of methodologies, hostile files, GOST."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.city.pilots.signing import CANE
from veche.city.pilots.demo.signing import Authority
from veche.city.pilots.documents.agreement import PLACES
from veche.city.pilots.documents.render import NoFont, chinese_font, render
from veche.city.pilots.engines import cades, gost, pades, revocation
from veche.city.pilots.engines.certificates import Fault, loaded, read_root
from veche.city.pilots.engines.places import with_places
from veche.city.pilots.engines.standing import standing
from veche.city.pilots.rules.methodologies import IndicatorGiven, changes, codes, digest, pieces

AT = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def text() -> bytes:
    """A PDF of two pages with three places to sign."""
    data = {
        "title": "*Trial* #read(\"/etc/passwd\") $x$", "subject": "Трость — 50 г", "foot": "",
        "party_head": ["", ""], "parties": [{"part": p, "name": p} for p in PLACES],
        "articles": [], "sign": {"title": "Signatures", "lines": []},
    }  # fmt: skip
    made = render("agreement.typ", data, at=AT, language="ru")
    within = AT + dt.timedelta(microseconds=1)  # a clock tells more than a PDF writes
    assert made == render("agreement.typ", data, at=within, language="ru")
    return with_places(made, PLACES)


def test_chinese_needs_a_font(monkeypatch: pytest.MonkeyPatch) -> None:
    chinese_font.cache_clear()
    monkeypatch.setattr("veche.city.pilots.documents.render.CHINESE", ())
    with pytest.raises(NoFont):
        render("agreement.typ", {"title": "三方协议"})
    chinese_font.cache_clear()


def test_what_changed_between_two_versions() -> None:
    one, two, three = CANE.indicators
    given = replace(CANE, indicators=(replace(one, code="w"), replace(two, code="o")))
    other = replace(
        given,
        indicators=(
            replace(one, code="w", threshold=45, by_testers=True),
            replace(three, code="e"),
        ),
        hypotheses=(CANE.hypotheses[0].replace("alone", "safely"), "It is liked."),
        days=90,
    )
    found = [(one.part, one.kind, one.what) for one in changes(given, other)]
    assert found == [
        ("indicator", "changed", "threshold"),
        ("indicator", "changed", "by_testers"),
        ("indicator", "new", ""),
        ("indicator", "gone", ""),
        ("hypothesis", "changed", ""),
        ("hypothesis", "new", ""),
        ("days", "changed", ""),
    ]
    assert digest(given) != digest(other)
    assert changes(other, other) == []
    assert [one.kind for one in pieces("不超过60克", "不超过50克")] == [
        "same",
        "gone",
        "new",
        "same",
    ]
    renamed = [IndicatorGiven("Mass", "g", "mean", "at_most", 1, code="w"), replace(one, code="w")]
    assert codes(renamed, given.indicators) == ["w", "weight"]


def changed(text: bytes, key: str, value: generic.PdfObject) -> bytes:
    """The PDF with something added to its catalogue."""
    writer = IncrementalPdfFileWriter(BytesIO(text))
    writer.root[generic.NameObject(key)] = value
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_hostile_files(text: bytes) -> None:
    authority = Authority("Test", AT)
    root = read_root(authority.pem).der
    signer = authority.signer("Ann", "Cane", since=AT - DAY, until=AT + DAY)

    def why(data: bytes) -> str:
        with pytest.raises(Fault) as fault:
            pades.check_added(
                text=text, before=text, data=data, taken={}, roots=[root], since=AT, at=AT
            )
        return fault.value.code

    name = generic.NameObject
    script = generic.DictionaryObject(
        {name("/S"): name("/JavaScript"), name("/JS"): generic.pdf_string("app.alert(1)")}
    )
    assert why(signer.sign_pdf(changed(text, "/OpenAction", script), AT)) == "program"
    files = generic.DictionaryObject({name("/EmbeddedFiles"): generic.DictionaryObject()})
    assert why(signer.sign_pdf(changed(text, "/Names", files), AT)) == "program"

    writer = IncrementalPdfFileWriter(BytesIO(text))  # another page under the same signature
    page = writer.find_page_for_modification(0)[0]
    page.get_object()["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.mark_update(page)
    out = BytesIO()
    writer.write(out)
    assert why(signer.sign_pdf(out.getvalue(), AT)) == "content"

    bomb = generic.StreamObject(stream_data=b"\x00" * (pades.MOST_INFLATED + 10))
    bomb.compress()
    writer = IncrementalPdfFileWriter(BytesIO(text))
    writer.add_object(bomb)
    out = BytesIO()
    writer.write(out)
    assert len(out.getvalue()) - len(text) < 100_000
    assert why(out.getvalue()) == "too-large"
    assert why(text + b"\n12 0 obj\n<< /Broken\nstartxref\n9\n%%EOF") in ("unreadable", "content")
    good = signer.sign_pdf(text, AT, place="company")
    for at in (len(text) + 40, len(good) - 30):
        assert why(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
    with pytest.raises(Fault, match="weak"):
        gost.is_gost("1.2.643.2.2.9")
    with pytest.raises(Fault, match="not-certificate"):
        loaded(b"\x30\x03\x02\x01\x01")


def openssl(folder: Path, *words: str) -> None:
    """OpenSSL with its GOST engine, in a folder."""
    done = subprocess.run(
        ["openssl", *words], cwd=folder, capture_output=True, timeout=60, check=False,
        env={"PATH": os.environ["PATH"], "OPENSSL_CONF": os.devnull},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()


def test_without_the_engine_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gost, "available", lambda: False)
    with pytest.raises(Fault, match="no-gost"):
        gost.verify(text=b"", der=b"", roots=[b""], at=AT)


@pytest.mark.skipif(not gost.available(), reason="OpenSSL has no GOST engine here")
def test_a_signature_by_gost(text: bytes, tmp_path: Path) -> None:
    key = ("-engine", "gost", "-algorithm", "gost2012_256", "-pkeyopt", "paramset:A")
    now = dt.datetime.now(dt.UTC)  # OpenSSL 3.0 issues certificates from now on only
    (tmp_path / "text").write_bytes(text)
    (tmp_path / "leaf").write_text("basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n")
    for name in ("ca", "ann"):
        openssl(tmp_path, "genpkey", *key, "-out", f"{name}.key")
    (tmp_path / "conf").write_text(
        "[req]\ndistinguished_name=d\nx509_extensions=v\n[d]\n[v]\nbasicConstraints=critical,CA:true\n"
        "keyUsage=keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n[ca]\ndefault_ca=c\n[c]\n"
        "database=index\ncrlnumber=number\ndefault_md=md_gost12_256\ndefault_crl_days=5\n"
    )
    openssl(tmp_path, "req", "-engine", "gost", "-x509", "-new", "-config", "conf", "-key",
            "ca.key", "-md_gost12_256", "-subj", "/CN=GOST root", "-days", "9", "-out",
            "ca.pem")  # fmt: skip
    openssl(tmp_path, "req", "-engine", "gost", "-new", "-config", "conf", "-key", "ann.key",
            "-md_gost12_256", "-subj", "/CN=Anna/O=Cane", "-out", "ann.csr")  # fmt: skip
    openssl(tmp_path, "x509", "-engine", "gost", "-req", "-in", "ann.csr", "-CA", "ca.pem",
            "-CAkey", "ca.key", "-CAcreateserial", "-md_gost12_256", "-extfile", "leaf", "-days",
            "9", "-out", "ann.pem")  # fmt: skip
    openssl(tmp_path, "cms", "-engine", "gost", "-sign", "-binary", "-in", "text", "-signer",
            "ann.pem", "-inkey", "ann.key", "-md", "md_gost12_256", "-outform", "DER", "-out",
            "signature", "-cades")  # fmt: skip
    (tmp_path / "index").write_text("")
    (tmp_path / "number").write_text("01")
    gone = ("ca", "-engine", "gost", "-config", "conf", "-keyfile", "ca.key", "-cert", "ca.pem")
    openssl(tmp_path, *gone, "-revoke", "ann.pem")
    openssl(tmp_path, *gone, "-gencrl", "-out", "list.pem")
    made = (tmp_path / "signature").read_bytes()
    root = read_root((tmp_path / "ca.pem").read_bytes()).der
    at = now + dt.timedelta(seconds=5)

    def judge(data: bytes = text, roots: tuple[bytes, ...] = (root,), at: dt.datetime = at) -> str:
        try:
            return cades.check_detached(text=data, data=made, roots=roots, since=now, at=at).form
        except Fault as fault:
            return fault.code

    found = cades.check_detached(text=text, data=made, roots=[root], since=now, at=at)
    assert (found.form, found.signer, found.organisation) == ("gost", "Anna, Cane", "Cane")
    assert judge(text + b" ") == "other-text"
    assert judge(roots=(read_root(Authority("Other", AT).pem).der,)) == "untrusted"
    assert judge(roots=()) == "untrusted"
    assert judge(at=at + 20 * DAY) == "expired"

    # A list of revoked certificates by GOST: only the authority's own counts.
    listed = (tmp_path / "list.pem").read_bytes()
    read = revocation.read_list(listed, roots=[root], others=[], at=at)
    assert (read.issuer, read.count) == ("GOST root", 1)
    assert standing(found.chain, [read], at).code == "revoked"
    assert standing(found.chain, [], at).code == "unknown"
    openssl(tmp_path, "genpkey", *key, "-out", "liar.key")
    openssl(tmp_path, "req", "-engine", "gost", "-x509", "-new", "-config", "conf", "-key",
            "liar.key", "-md_gost12_256", "-subj", "/CN=GOST root", "-days", "9", "-out",
            "liar.pem")  # fmt: skip
    liar = read_root((tmp_path / "liar.pem").read_bytes()).der
    with pytest.raises(Fault, match="forged-list"):
        revocation.read_list(listed, roots=[liar], others=[], at=at)
