"""An invented authority and its signers, for the demo town and for tests.

Keys are made here, live in memory and are thrown away with the process: no key lies in a file. The
authority is trusted only where somebody says so (`veche.city.pilots.operations.roots.trust`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from veche.city.pilots.engines.certificates import told
from veche.city.pilots.engines.chains import wait

YEAR = dt.timedelta(days=365)


@dataclass
class Signer:
    """Somebody who can sign, with a key that nobody else has."""

    name: str
    organisation: str
    certificate: bytes
    """DER."""
    key: Any = field(repr=False)
    authority: bytes
    """DER of the certificate of who issued it."""

    def __post_init__(self) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register(asn1.Certificate.load(self.authority))
        private = self.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self._signer = SimpleSigner(
            signing_cert=asn1.Certificate.load(self.certificate),
            signing_key=keys.PrivateKeyInfo.load(private),
            cert_registry=store,
        )

    def sign_pdf(
        self, data: bytes, at: dt.datetime, *, place: str = "", page: int | None = None
    ) -> bytes:
        """The PDF with one PAdES signature more, appended: in the field ``place``; or in one of its
        own, which is not seen unless a ``page``, counted from 0, is named."""
        writer = IncrementalPdfFileWriter(BytesIO(data))
        name = place or f"Own{sum(1 for _ in writer.prev.embedded_signatures)}"
        box = (50, 500, 250, 560) if page is not None else None
        field = None if place else SigFieldSpec(name, on_page=page or 0, box=box)
        made = _At(
            PdfSignatureMetadata(
                field_name=name,
                name=self.name,
                subfilter=SigSeedSubFilter.PADES,
                md_algorithm="sha256",
            ),
            self._signer,
            new_field_spec=field,
        )
        made.at = at
        out: BytesIO = wait(made.async_sign_pdf(writer))
        return out.getvalue()

    def sign_detached(self, text: bytes, at: dt.datetime) -> bytes:
        """A detached CAdES signature over a text, DER."""
        return wait(self.detached(text, at))

    async def detached(self, text: bytes, at: dt.datetime) -> bytes:
        """The same, for many in one loop."""
        content = await self._signer.async_sign_general_data(
            text,
            "sha256",
            detached=True,
            signed_attr_settings=PdfCMSSignedAttributes(signing_time=at),
        )
        return bytes(content.dump())


def rows_of(asked: Iterable[tuple[Signer, bytes, dt.datetime]]) -> list[dict[str, Any]]:
    """The columns of `veche.city.pilots.models.Signature`, without its party, for detached
    signatures that are made here of a signer, a text and a moment each: for agreements of the past
    that are loaded in bulk and hold when they are checked again."""
    wanted = list(asked)

    async def sign() -> list[bytes]:
        return [await signer.detached(text, at) for signer, text, at in wanted]

    return [
        _row(signer, text, at, made)
        for (signer, text, at), made in zip(wanted, wait(sign()), strict=True)
    ]


def _row(signer: Signer, text: bytes, at: dt.datetime, made: bytes) -> dict[str, Any]:
    known = told("cades", asn1.Certificate.load(signer.certificate), at)
    return {
        "form": known.form,
        "digest": hashlib.sha256(text).hexdigest(),
        "signer": known.signer,
        "organisation": known.organisation,
        "issuer": known.issuer,
        "serial": known.serial,
        "fingerprint": known.fingerprint,
        "detached": made,
        "said_at": at,
        "at": at,
    }


def row_of(signer: Signer, text: bytes, at: dt.datetime) -> dict[str, Any]:
    """The same for one signature."""
    return rows_of([(signer, text, at)])[0]


class _At(PdfSigner):
    """Signs with the moment it is told, instead of the clock of the computer."""

    at: dt.datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        """The session, with our moment."""
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at
        return session


class Authority:
    """An invented authority that issues certificates."""

    def __init__(self, name: str, at: dt.datetime) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        public = self._key.public_key()
        self._certificate = (
            x509.CertificateBuilder()
            .subject_name(self._name)
            .issuer_name(self._name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(at - YEAR)
            .not_valid_after(at + 20 * YEAR)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    @property
    def pem(self) -> bytes:
        """Its certificate, to be trusted."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def revocations(
        self, at: dt.datetime, until: dt.datetime, revoked: Mapping[bytes, dt.datetime]
    ) -> bytes:
        """Its list of revoked certificates, DER: issued ``at``, in force until ``until``;
        ``revoked`` says since when, by the certificate."""
        key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._name)
            .last_update(at)
            .next_update(until)
            .add_extension(key, critical=False)
        )
        for der, since in revoked.items():
            number = x509.load_der_x509_certificate(der).serial_number
            entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(since)
            builder = builder.add_revoked_certificate(entry.build())
        made = builder.sign(self._key, hashes.SHA256())
        return made.public_bytes(serialization.Encoding.DER)

    def signer(
        self,
        name: str,
        organisation: str,
        *,
        since: dt.datetime,
        until: dt.datetime,
        signs: bool = True,
        names: Iterable[x509.ExtensionType] = (),
    ) -> Signer:
        """Somebody who signs for an organisation, with a certificate from ``since`` to ``until``;
        ``signs`` False: it is for other things than signing. ``names`` are extensions
        more, such as where lists of revoked certificates are published."""
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key()
        subject = x509.Name([
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
        ])  # fmt: skip
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=signs, ciphers=not signs), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        for one in names:
            builder = builder.add_extension(one, critical=False)
        issued = builder.sign(self._key, hashes.SHA256())
        der = serialization.Encoding.DER
        return Signer(
            name=name,
            organisation=organisation,
            certificate=issued.public_bytes(der),
            key=key,
            authority=self._certificate.public_bytes(der),
        )


def _usage(*, signs: bool, ciphers: bool = False) -> x509.KeyUsage:
    authority = not signs and not ciphers
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_encipherment=ciphers,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
