"""Three organisations sign a text: every signature is judged before it is kept, and again before
the trial begins."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from veche.city.pilots.access.applications import SITE_OWNER, acts_for
from veche.city.pilots.access.conflicts import may_see
from veche.city.pilots.documents.agreement import PARTS
from veche.city.pilots.engines.certificates import Fault, Signed
from veche.city.pilots.engines.standing import UNKNOWN, Standing
from veche.city.pilots.models import Agreement, Application, Party, Signature
from veche.city.pilots.operations.methodologies import held
from veche.city.pilots.operations.refusals_agreements import (
    AgreementEnded,
    NotAccepted,
    NotHolding,
    NotSigned,
    NotTheParty,
    SameCertificate,
    SignedAlready,
    sentence_of,
)
from veche.city.pilots.operations.revocations import chains_of, note_look, said_of
from veche.city.pilots.operations.roots import trusted
from veche.city.pilots.operations.telling_agreements import tell_parties
from veche.city.pilots.procedure import FOUNDER, PROGRAMME
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.organisations.queries import holdings
from veche.languages import here
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

ROLES = {"company": FOUNDER, "site": SITE_OWNER, "agency": PROGRAMME}
"""Which role brings the signature of which party, held in its organisation."""


def acts_for_party(
    person: Person | None, party: Party, application: Application, at: dt.datetime
) -> bool:
    """Whether somebody brings the signature of a party now; for the agency nobody who is tied to
    the company."""
    if not acts_for(holdings(person, at), ROLES[party.part], party.organisation_id):
        return False
    return party.part != "agency" or may_see(person, application, at)


def taken(agreement: Agreement) -> dict[str, dt.datetime]:
    """When each signature inside the PDF was taken, by the fingerprint of its certificate."""
    rows = Signature.objects.filter(party__agreement=agreement, form=Signature.Form.PADES)
    return dict(rows.values_list("fingerprint", "at"))


@operation
def sign(
    *, by: Person, at: dt.datetime, agreement: Agreement, part: str, data: bytes, name: str = ""
) -> Signature:
    """Take the signature of a party: the PDF with one signature more, or a detached one over its
    text. Nothing is kept of one that is not accepted.

    The signature says which key signed; that it is this party's, whoever is signed in and acts for
    it says. ``name`` is the name of the file, which tells what was meant when it is neither.

    Raises:
        NotTheParty: they do not act for it.
        veche.city.pilots.operations.refusals_agreements.NotNow: nothing is signed now.
        AgreementEnded: another text is signed.
        SignedAlready: the party has signed.
        NotAccepted: the signature is not valid, not over this text, or not trusted.
        SameCertificate: another party signed with it.
    """
    application = held(agreement.application_id, "agreement")
    row = Agreement.objects.select_for_update().get(pk=agreement.pk)
    party = Party.objects.select_related("organisation").filter(agreement=row, part=part).first()
    if party is None:
        raise NotTheParty(party=part)
    called = here(party.organisation.names)
    if not acts_for_party(by, party, application, at):
        raise NotTheParty(party=called)
    if row.ended_at is not None:
        raise AgreementEnded(because=row.ended_because)
    if Signature.objects.filter(party=party).exists():
        raise SignedAlready(party=called)
    found = _judge(row, data, name, at)
    looked = _not_revoked(found, at)
    others = Signature.objects.filter(party__agreement=row)
    if others.filter(fingerprint=found.fingerprint).exists():
        raise SameCertificate
    inside_pdf = found.form == Signature.Form.PADES
    if inside_pdf:
        row.signed = data
        row.save(update_fields=["signed"])
    made = Signature.objects.create(
        party=party,
        form=found.form,
        digest=row.digest,
        signer=found.signer,
        organisation=found.organisation,
        issuer=found.issuer,
        serial=found.serial,
        fingerprint=found.fingerprint,
        detached=None if inside_pdf else data,
        said_at=found.said_at,
        at=at,
        by=by,
    )
    note_look(at=at, signature=made, found=looked)
    record(
        kind="pilots.agreement-signed",
        by=by,
        at=at,
        subject=subject(application.case),
        public={
            "version": row.version,
            "part": part,
            "organisation": party.organisation.code,
            "form": found.form,
            "digest": row.digest,
            "certificate": found.fingerprint,
            "revocations": looked.code,
        },
        personal={"signer": found.signer},
    )
    kind = "pilots.agreement-signed"
    if others.count() == len(PARTS):
        verify_all(agreement=row, at=at)
        row.complete_at = at
        row.save(update_fields=["complete_at"])
        kind = "pilots.agreement-complete"
        record(
            kind="pilots.agreement-complete",
            by=by,
            at=at,
            subject=subject(application.case),
            public={"version": row.version, "digest": row.digest},
        )
    owner = row.site.owner_id
    tell_parties(by=by, at=at, application=application, owner=owner, kind=kind)
    agreement.signed, agreement.complete_at = row.signed, row.complete_at
    return made


def _judge(row: Agreement, data: bytes, name: str, at: dt.datetime) -> Signed:
    """The signature in what was sent.

    Raises:
        NotAccepted: there is none that can be kept.
    """
    from veche.city.pilots.engines import cades, pades  # slow to load

    if not data:
        raise NotAccepted(why="empty")
    text = bytes(row.text)
    pdf = data.startswith(b"%PDF-")
    if not pdf and name.lower().endswith(".pdf"):
        raise NotAccepted(why="not-pdf")
    roots = trusted(at)
    try:
        if pdf:
            before = bytes(row.signed) if row.signed is not None else text
            return pades.check_added(
                text=text, before=before, data=data, taken=taken(row), roots=roots, since=row.at,
                at=at,
            )  # fmt: skip
        return cades.check_detached(text=text, data=data, roots=roots, since=row.at, at=at)
    except Fault as fault:
        raise NotAccepted(why=fault.code) from fault


def _not_revoked(found: Signed, at: dt.datetime) -> Standing:
    """What the lists that are held say of a certificate that is brought now.

    Raises:
        NotAccepted: it is revoked; or no list in force speaks of it, where the city wants one.
    """
    looked = said_of(found.chain, at)
    if looked.since is not None:  # whatever the day: nobody signs by a certificate that is revoked
        raise NotAccepted(why="revoked", since=looked.since)
    if looked.code != "good" and settings.REVOCATION_REQUIRED:
        raise NotAccepted(why="no-list")
    return looked


@dataclass(frozen=True)
class Checked:
    """What was found when a signature was judged again."""

    party: Party
    signature: Signature
    why: str
    """The code of the fault; empty: it holds."""
    looked: Standing = UNKNOWN
    """What the lists of revoked certificates say of it."""

    @property
    def sentence(self) -> str:
        """Why it does not hold, in words; empty: it does."""
        return sentence_of(self.why, self.looked.since) if self.why else ""


def check_all(*, agreement: Agreement, at: dt.datetime) -> list[Checked]:
    """Judge every signature of an agreement again: each at the moment it was taken, by the
    authorities that are trusted and the lists of revoked certificates that are held now."""
    from veche.city.pilots.engines import pades  # slow to load

    rows = list(
        Signature.objects.filter(party__agreement=agreement).select_related("party__organisation")
    )
    text = bytes(agreement.text)
    changed = hashlib.sha256(text).hexdigest() != agreement.digest
    roots = trusted(at)
    inside_pdf = ""
    if any(one.form == Signature.Form.PADES for one in rows):
        try:
            pades.check_standing(
                text=text, data=bytes(agreement.signed or b""), taken=taken(agreement),
                roots=roots, since=agreement.at,
            )  # fmt: skip
        except Fault as fault:
            inside_pdf = fault.code
    chains = chains_of(agreement, rows, at)
    found: list[Checked] = []
    for one in rows:
        why = "other-text" if changed or one.digest != agreement.digest else ""
        if not why and one.form == Signature.Form.PADES:
            why = inside_pdf
        elif not why:
            why = _again(one, text, roots, agreement.at)
        looked = said_of(chains[one.pk], one.at)
        if not why and looked.code == "revoked":
            why = "revoked"
        elif not why and looked.code in ("old", "unknown") and settings.REVOCATION_REQUIRED:
            why = "no-list"
        found.append(Checked(one.party, one, why, looked))
    return sorted(found, key=lambda each: PARTS.index(each.party.part))


def _again(one: Signature, text: bytes, roots: Collection[bytes], since: dt.datetime) -> str:
    """The code of why a detached signature does not hold; empty: it does."""
    from veche.city.pilots.engines.cades import check_detached

    try:
        told = check_detached(
            text=text, data=bytes(one.detached or b""), roots=roots, since=since, at=one.at
        )
    except Fault as fault:
        return fault.code
    return "" if told.fingerprint == one.fingerprint else "broken"


def verify_all(*, agreement: Agreement, at: dt.datetime) -> list[Checked]:
    """Let pass an agreement whose three signatures hold now.

    Raises:
        NotSigned: not all three are there.
        NotHolding: one of them does not hold; it names the party and says why.
    """
    found = check_all(agreement=agreement, at=at)
    if {one.party.part for one in found} != set(PARTS):
        raise NotSigned
    for one in found:
        if one.why:
            raise NotHolding(party=here(one.party.organisation.names), why=one.sentence)
    return found
