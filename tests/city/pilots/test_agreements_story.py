"""From a methodology to three signatures and a trial; and all that is refused on the way."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from tests.cast import START
from tests.city.pilots.signing import CANE, Three
from tests.city.pilots.world import DAY, World, organisation
from veche.city.pilots import personal
from veche.city.pilots.demo.signing import row_of
from veche.city.pilots.models import Agreement, Indicator, Methodology, Party, Signature, Trial
from veche.city.pilots.operations import agreements, methodologies, roots
from veche.city.pilots.operations.refusals_agreements import (
    AgreementEnded,
    AlreadyDrawnUp,
    NoSite,
    NotAccepted,
    NotAWriter,
    NotHolding,
    NotNow,
    NotSigned,
    NotTheirAgency,
    NotTheParty,
    NotThree,
    SameCertificate,
    SameMethodology,
    SignedAlready,
    WrittenMeanwhile,
    WrongMethodology,
)
from veche.city.pilots.queries import methodologies as queries
from veche.core.cases.operations import move_case
from veche.core.journal.models import Record
from veche.core.notices.models import Notice
from veche.core.organisations.models import Tie
from veche.core.organisations.operations.ties import declare_tie

NOW = START + 10 * DAY
MINUTE = dt.timedelta(minutes=1)


def refused(statement: str, *values: object) -> str:
    """What the database says to a statement; nothing of it is kept."""
    with (
        pytest.raises(DatabaseError) as fault,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
    return str(fault.value)


def test_the_whole_way_and_the_judge_of_others(world: World, tmp_path: Path) -> None:
    three = Three(world, START)
    made = world.application("methodology")
    agreement = three.agreed(made, NOW)
    assert agreement.complete_at == NOW + 3 * MINUTE
    first = agreement.methodology
    first.refresh_from_db()
    assert first.frozen_at == NOW + MINUTE
    found = agreements.verify_all(agreement=agreement, at=NOW + DAY)
    assert [(one.party.part, one.signature.form, one.why) for one in found] == [
        (part, "pades", "") for part in ("company", "site", "agency")
    ]
    assert found[0].signature.organisation == "Company Ltd"

    kinds = Record.objects.filter(kind__startswith="pilots.agreement").values_list(
        "kind", flat=True
    )
    assert sorted(kinds) == [
        "pilots.agreement-complete", "pilots.agreement-drawn-up",
        *["pilots.agreement-signed"] * 3,
    ]  # fmt: skip
    told = Notice.objects.filter(kind="pilots.agreement-complete", case=made.case)
    assert {one.reader.person for one in told} == {world.founder, world.keeper}

    mine = personal.collect(world.keeper)["pilot_signatures"]
    assert [(one["for"], one["signer"]) for one in mine] == [("school", "Site, Site Ltd")]

    # The database lets the trial begin now, and lets nothing of it be moved.
    move_case(by=world.agent, at=NOW + DAY, case=made.case, move="start")
    Trial.objects.create(
        application=made, agreement=agreement, methodology=first, site=world.site,
        starts_at=NOW + DAY, ends_at=NOW + 60 * DAY,
    )  # fmt: skip
    frozen = "first signature"
    assert frozen in refused("UPDATE pilots_indicator SET threshold = 60")
    assert frozen in refused("DELETE FROM pilots_indicator")
    assert frozen in refused("UPDATE pilots_hypothesis SET text = 'nothing'")
    assert frozen in refused("UPDATE pilots_methodology SET days = 1")
    assert frozen in refused(
        "INSERT INTO pilots_indicator (methodology_id, code, name, unit, measure, direction,"
        " threshold, by_testers, place) VALUES (%s, 'x', 'x', 'x', 'mean', 'at_most', 1, false, 9)",
        first.pk,
    )
    assert "never changes" in refused("UPDATE pilots_agreement SET text = '%%PDF-1.7 other'")
    assert "appended" in refused("UPDATE pilots_agreement SET signed = text")
    assert "stays so" in refused("UPDATE pilots_agreement SET complete_at = NULL")
    assert "as it was made" in refused("DELETE FROM pilots_signature")
    assert "stay who they are" in refused("UPDATE pilots_party SET part = 'agency'")
    assert "stays what was agreed" in refused("UPDATE pilots_trial SET number = 2")

    # Somebody else's program confirms all three; a changed byte is found by both.
    signed = bytes(agreement.signed or b"")
    assert signed.startswith(bytes(agreement.text))
    at = len(agreement.text) // 2
    broken = signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]
    if shutil.which("pdfsig"):
        assert judged(tmp_path, signed, three) == ["Signature is Valid."] * 3
        assert "Signature is Valid." not in judged(tmp_path, broken, three)
    agreement.signed = broken  # as if the disk had been changed
    with pytest.raises(NotHolding):
        agreements.verify_all(agreement=agreement, at=NOW + DAY)


def judged(folder: Path, data: bytes, three: Three) -> list[str]:
    """What pdfsig says of every signature in a PDF."""
    (folder / "signed.pdf").write_bytes(data)
    run = subprocess.run(
        ["pdfsig", "-nocert", str(folder / "signed.pdf")],
        capture_output=True, text=True, timeout=60, check=False, env={"LC_ALL": "C"},
    )  # fmt: skip
    said = "Signature Validation: "
    return [line.split(said)[1] for line in run.stdout.splitlines() if said in line]


def test_mixed_forms_and_every_refusal(world: World, tmp_path: Path) -> None:
    three = Three(world, START)
    made = world.application("methodology")
    other = three.agreed(world.application("methodology"), NOW)
    agreement = three.drawn_up(made, NOW)
    text = bytes(agreement.text)
    at = NOW + MINUTE
    company, site, agency = (three.signers[part] for part in ("company", "site", "agency"))

    def refusal(data: bytes, part: str = "company", name: str = "", at: dt.datetime = at) -> str:
        with pytest.raises(NotAccepted) as fault, transaction.atomic():
            agreements.sign(
                by=three.people[part], at=at, agreement=agreement, part=part, data=data, name=name
            )
        assert str(fault.value)
        return str(fault.value.details["why"])

    late = three.authority.signer("Old", "Old", since=NOW - 20 * DAY, until=NOW - DAY)
    stranger = Three(world, START, trusted=False)
    good = company.sign_pdf(text, at)
    assert refusal(b"") == "empty"
    assert refusal(b"MZ\x90\x00 no PDF", name="agreement.pdf") == "not-pdf"
    assert refusal(b"a film", name="agreement.mp4") == "unreadable"
    assert refusal(text) == "no-signature"
    assert refusal(company.sign_pdf(bytes(other.text), at)) == "other-text"
    assert refusal(text[:900] + b"X" + good[901:]) == "other-text"
    assert refusal(good + b"\n% more") == "not-whole"
    assert refusal(site.sign_pdf(good, at)) == "many-signatures"
    assert refusal(company.sign_pdf(text, at, page=0)) == "content"
    assert refusal(late.sign_pdf(text, at)) == "expired"
    assert refusal(stranger.signers["company"].sign_pdf(text, at)) == "untrusted"
    assert refusal(three.signer("Tls", NOW, signs=False).sign_pdf(text, at)) == "usage"
    assert refusal(company.sign_pdf(text, NOW - 3 * DAY)) == "time"
    assert refusal(company.sign_pdf(text, at) + b"0" * 3_000_000) == "too-large"
    assert refusal(company.sign_detached(text + b" ", at)) == "other-text"
    assert refusal(late.sign_detached(text, at)) == "expired"
    assert refusal(stranger.signers["company"].sign_detached(text, at)) == "untrusted"
    assert refusal(company.sign_detached(text, at + DAY)) == "time"
    assert refusal(world_of_json()) == "unreadable"
    with pytest.raises(NotTheParty):
        agreements.sign(by=world.keeper, at=at, agreement=agreement, part="company", data=good)
    with pytest.raises(NotTheParty):
        agreements.sign(by=world.keeper, at=at, agreement=agreement, part="mayor", data=good)
    assert not Signature.objects.filter(party__agreement=agreement).exists()

    three.sign(agreement, "company", at)
    with pytest.raises(SignedAlready):
        agreements.sign(by=world.founder, at=at, agreement=agreement, part="company", data=good)
    # The site signs beside the text; the agency inside the PDF that the company signed.
    with pytest.raises(SameCertificate), transaction.atomic():
        agreements.sign(
            by=world.keeper, at=at, agreement=agreement, part="site",
            data=company.sign_detached(text, at),
        )  # fmt: skip
    three.sign(agreement, "site", at, form="cades")
    assert refusal(agency.sign_pdf(text, at), "agency") == "other-text"
    with pytest.raises(NotTheParty), transaction.atomic():
        # Whoever is tied to the company does not sign for the agency; undone at the end of this.
        declare_tie(
            by=world.agent, at=at, kind=Tie.Kind.EMPLOYMENT, since=NOW - DAY,
            organisation=world.company.organisation,
        )  # fmt: skip
        three.sign(agreement, "agency", at)
    with pytest.raises(NotSigned):
        agreements.verify_all(agreement=agreement, at=at)
    unsigned = "a trial cannot begin: it has not three signatures"
    with pytest.raises(DatabaseError, match=unsigned), transaction.atomic():
        move_case(by=world.agent, at=at, case=made.case, move="start")
    with pytest.raises(DatabaseError, match=unsigned), transaction.atomic():
        Trial.objects.create(
            application=made, agreement=agreement, methodology=agreement.methodology,
            site=world.site, starts_at=at, ends_at=at + DAY,
        )  # fmt: skip
    three.sign(agreement, "agency", at + MINUTE)
    found = agreements.verify_all(agreement=agreement, at=at + DAY)
    assert [one.signature.form for one in found] == ["pades", "cades", "pades"]

    detached = found[1].signature.detached
    if shutil.which("openssl"):
        assert openssl(tmp_path, text, bytes(detached or b""), three.authority.pem, at)
        assert not openssl(tmp_path, text + b" ", bytes(detached or b""), three.authority.pem, at)

    # Loaded in bulk, with signatures that hold: the first freezes the thresholds by itself.
    past = world.application("agreement")
    first = Methodology.objects.create(
        application=past, version=1, sample="-", safety="-", data_protection="-", days=9, at=at,
        approved_at=at,
    )  # fmt: skip
    loaded = Agreement.objects.create(
        application=past, version=1, methodology=first, site=world.site, text=text, at=at,
        digest=hashlib.sha256(text).hexdigest(), complete_at=at,
    )  # fmt: skip
    for one in agreement.parties.all():
        party = Party.objects.create(agreement=loaded, part=one.part, organisation=one.organisation)
        Signature.objects.create(party=party, **row_of(three.signers[one.part], text, at))
    agreements.verify_all(agreement=loaded, at=at + DAY)
    first.refresh_from_db()
    assert first.frozen_at == at
    move_case(by=world.agent, at=at, case=past.case, move="start")

    # An authority that is no longer trusted: nothing begins by its signatures.
    root = roots.trust(by=None, at=at, data=stranger.authority.pem, because="Another one.")
    roots.distrust(by=None, at=at + DAY, root=root, because="It was broken into.")
    agreements.verify_all(agreement=agreement, at=at + 2 * DAY)
    mine = type(root).objects.exclude(pk=root.pk).get()
    roots.distrust(by=None, at=at + DAY, root=mine, because="It was broken into.")
    with pytest.raises(NotHolding, match="authority"):
        agreements.verify_all(agreement=agreement, at=at + 2 * DAY)


def world_of_json() -> bytes:
    """Something else that begins as a sequence of ASN.1 does."""
    return b"\x30\x82\x01\x00" + b"{}" * 200


def openssl(folder: Path, text: bytes, signature: bytes, pem: bytes, at: dt.datetime) -> bool:
    """Whether OpenSSL finds a detached signature valid."""
    for name, data in (("text", text), ("signature", signature), ("root", pem)):
        (folder / name).write_bytes(data)
    run = subprocess.run(
        ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature", "-content",
         "text", "-CAfile", "root", "-purpose", "any", "-attime", str(int(at.timestamp())), "-out",
         "out"],
        cwd=folder, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return run.returncode == 0


def test_versions_of_a_methodology_and_texts_of_an_agreement(world: World) -> None:
    three = Three(world, START)
    made = world.application("methodology")

    def write(by: object = world.founder, seen: int | None = None, **values: object) -> Methodology:
        with transaction.atomic():
            return methodologies.write_methodology(
                by=by, at=NOW, application=made, given=replace(CANE, **values), seen=seen,
            )  # type: ignore[arg-type]  # fmt: skip

    first = write(seen=0)
    assert queries.given(first).indicators[0].code == "weight"
    for fault, values in (
        (WrittenMeanwhile, {"seen": 0}),
        (SameMethodology, {}),
        (NotAWriter, {"by": world.keeper}),
        (WrongMethodology, {"indicators": ()}),
        (WrongMethodology, {"testers": 4}),
        # What residents are asked is never told as the answer of one of them.
        (WrongMethodology, {"indicators": (replace(CANE.indicators[2], measure="last"),)}),
        (WrongMethodology, {"indicators": CANE.indicators[:1] * 2}),
        (WrongMethodology, {"indicators": (replace(CANE.indicators[0], threshold=float("nan")),)}),
        (methodologies.PartLength, {"safety": " "}),
    ):
        with pytest.raises(fault):
            write(**values)  # type: ignore[arg-type]
    lighter = (replace(CANE.indicators[0], threshold=45, code="weight"), *CANE.indicators[1:])
    second = write(by=world.agent, seen=1, indicators=lighter)
    with pytest.raises(methodologies.NotNewest):
        methodologies.approve(by=world.agent, at=NOW, methodology=first)
    with pytest.raises(NotTheirAgency):
        methodologies.approve(by=world.founder, at=NOW, methodology=second)
    methodologies.approve(by=world.agent, at=NOW, methodology=second)
    with pytest.raises(NotNow):
        write(seen=2, days=61)

    with pytest.raises(NoSite):
        agreements.draw_up(by=world.agent, at=NOW, application=made)
    three.booked(made, NOW)
    with pytest.raises(NotTheirAgency):
        agreements.draw_up(by=world.officer, at=NOW, application=made)
    world.site.owner = world.agency
    world.site.save()
    with pytest.raises(NotThree):
        agreements.draw_up(by=world.agent, at=NOW, application=made)
    world.site.owner = world.school
    world.site.save()
    agreement = agreements.draw_up(by=world.agent, at=NOW, application=made, language="ru", seen=0)
    with pytest.raises(AlreadyDrawnUp):
        agreements.draw_up(by=world.agent, at=NOW, application=made, seen=0)
    same = organisation("other")
    with pytest.raises(DatabaseError), transaction.atomic():
        Party.objects.create(agreement=agreement, part="mayor", organisation=same)
    three.sign(agreement, "company", NOW + MINUTE)
    agreements.send_back(by=world.agent, at=NOW + DAY, application=made, because="Too few testers.")
    with pytest.raises(NotNow):
        three.sign(agreement, "site", NOW + DAY)
    made.case.refresh_from_db()
    assert made.case.state == "methodology"
    second.refresh_from_db()
    assert second.frozen_at is not None
    third = write(by=world.agent, seen=2, testers=80)
    methodologies.approve(by=world.agent, at=NOW + DAY, methodology=third)
    again = agreements.draw_up(by=world.agent, at=NOW + DAY, application=made, language="en")
    assert (again.version, again.methodology) == (2, third)
    with pytest.raises(AgreementEnded):
        three.sign(agreement, "site", NOW + DAY)
    assert Agreement.objects.get(ended_at=None) == again
    assert Indicator.objects.filter(methodology=third).count() == 3
