"""How methodologies, agreements and signatures say no."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid, NotAllowed, NotFound, Refused
from veche.look.words import day


class NotAWriter(NotAllowed):
    """They neither act for the company nor run the programme."""

    code = "not-a-writer"
    sentence = _("Only the company and the agency write the methodology of this trial.")


class NotTheirAgency(NotAllowed):
    """They do not run this programme."""

    code = "not-their-agency"
    sentence = _("Only the agency that runs this programme may do this.")


class NotTheParty(NotAllowed):
    """They do not act for the party that signs."""

    code = "not-the-party"
    sentence = _("Only who acts for “{party}” brings its signature.")


class NotNow(Refused):
    """The application stands somewhere else."""

    code = "methodology-not-now"
    sentence = _("This is not possible now: the application stands at “{state}”.")


class WrittenMeanwhile(Refused):
    """Somebody wrote another version after the writer looked, or the form was sent twice."""

    code = "methodology-written"
    sentence = _(
        "Version {version} was written meanwhile. What you wrote is kept below: compare it and"
        " send it again."
    )


class SameMethodology(Refused):
    """Nothing is different from the newest version."""

    code = "same-methodology"
    sentence = _("Nothing is different from version {version}.")


class NotNewest(Refused):
    """There is a newer version."""

    code = "not-the-newest"
    sentence = _("There is a newer version of the methodology: read that one first.")


class NoMethodology(Refused):
    """There is nothing to agree upon."""

    code = "no-methodology"
    sentence = _("No methodology has been approved for this trial yet.")


WRONG: Mapping[str, str | Promise] = {
    "hypotheses": _("Write one to ten hypotheses."),
    "indicators": _("Name one to twenty indicators."),
    "twice": _("Indicator {number} has the same name as another one."),
    "measure": _("Choose how indicator {number} is made of its values."),
    "of-one": _(
        "Residents are asked for indicator {number}: count it as a mean, median, share or sum. The"
        " last, most or least would show what one person answered."
    ),
    "direction": _("Choose on which side of the threshold indicator {number} is a success."),
    "number": _("A number of indicator {number} cannot be read."),
    "days": _("A trial takes 1 to 366 days."),
    "testers": _(
        "Where residents are asked there are at least five of them: fewer are never shown."
    ),
    "cost": _("The cost is a number that is not less than zero."),
}
FIELDS = {
    "hypotheses": "hypotheses", "days": "days", "testers": "testers", "cost": "cost",
}  # fmt: skip


class WrongMethodology(Invalid):
    """A trial cannot be judged by it."""

    code = "wrong-methodology"
    sentence = _("The methodology cannot stand so.")

    def __str__(self) -> str:
        said = WRONG.get(self.details.get("why", ""), self.sentence)
        return str(said).format(**self.details)


class NoSite(Refused):
    """No site is booked."""

    code = "agreement-no-site"
    sentence = _("No site is booked for this trial: book one first.")


class NotThree(Refused):
    """The company, the site and the agency are not three."""

    code = "not-three"
    sentence = _(
        "An agreement needs three different organisations. “{name}” would be two of them: choose"
        " another site."
    )


class AlreadyDrawnUp(Refused):
    """There is a text already."""

    code = "agreement-drawn-up"
    sentence = _("There is an agreement to sign already. Send it back first if it is wrong.")


class UnknownAgreement(NotFound):
    """There is none, or not for whoever asks."""

    code = "unknown-agreement"
    sentence = _("There is no such agreement, or it is not shown to you.")


class AgreementEnded(Refused):
    """Another text is signed, or none."""

    code = "agreement-ended"
    sentence = _("This agreement has ended: {because}")


class SignedAlready(Refused):
    """One signature of each party is all there is."""

    code = "signed-already"
    sentence = _("“{party}” has signed already.")


class SameCertificate(Refused):
    """Three parties sign with three certificates."""

    code = "same-certificate"
    sentence = _("Another party has signed with this certificate. Each party signs with its own.")


class TrialBegun(Refused):
    """A trial goes on by this agreement."""

    code = "agreement-trial"
    sentence = _("The trial of this agreement goes on: end the trial first.")


SIGNATURES: Mapping[str, str | Promise] = {
    "empty": _("Choose the file with your signature."),
    "not-pdf": _(
        "This file is no PDF and no signature. Send the signed PDF, or the signature file (.p7s,"
        " .sig)."
    ),
    "other-text": _(
        "This is a signature over another text. Download the present file, sign exactly that one,"
        " and send it: not a copy, not a printed and scanned one."
    ),
    "no-signature": _("There is no new signature in this file."),
    "many-signatures": _("There is more than one new signature in this file. Send one at a time."),
    "too-large": _("The signature is too large: signing adds at most 2 MB to the text."),
    "program": _(
        "The file would do something by itself: a script, an address or another file was added to"
        " it. Sign the text as you downloaded it."
    ),
    "content": _(
        "Something besides the signature was added or changed in the file. Sign the text as you"
        " downloaded it; a signature that is seen stands on the last page only."
    ),
    "not-whole": _("The signature does not cover the whole file: something was added after it."),
    "broken": _("The signature does not fit its certificate."),
    "weak": _("The signature uses a method that can be forged today. Use SHA-256 and a new key."),
    "untrusted": _(
        "The certificate does not come from an authority that the city trusts. The list stands"
        " on this page."
    ),
    "expired": _("The certificate has expired. Sign with one that is valid now."),
    "not-yet": _("The certificate is not valid yet."),
    "usage": _("This certificate is not for signing."),
    "time": _(
        "The signature says that it was made before the text was, or in the future. Set the clock"
        " of your computer and sign again."
    ),
    "attached": _(
        "The text stands in the signature file. Make a detached signature: a file beside the text."
    ),
    "unreadable": _("This file cannot be read as a signed PDF or as a signature."),
    "no-gost": _(
        "This is a signature by GOST, and this server cannot check it: its keeper must install the"
        " GOST engine of OpenSSL. Until then sign inside the PDF."
    ),
    "revoked": _("The certificate is revoked since {since}. Sign with another one."),
    "no-list": _(
        "No list of revoked certificates that is in force speaks of this certificate, and this city"
        " wants one. Ask the keeper of the server to bring the list of the authority."
    ),
}
"""Why a signature is not accepted, by the code of the `Fault`."""


def sentence_of(why: str, since: dt.datetime | None = None) -> str:
    """The sentence of a code; ``since`` is the day a certificate is revoked from."""
    said = str(SIGNATURES.get(why, SIGNATURES["unreadable"]))
    return said.format(since=day(since, "year")) if since is not None else said


class NotAccepted(Invalid):
    """A signature is not accepted; nothing of it is kept."""

    code = "signature-not-accepted"
    sentence = _("This file cannot be read as a signed PDF or as a signature.")
    field = "file"

    def __str__(self) -> str:
        return sentence_of(self.details.get("why", ""), self.details.get("since"))


class NotHolding(Refused):
    """An accepted signature does not hold any more."""

    code = "signature-not-holding"
    sentence = _("The signature of “{party}” does not hold: {why}")


class NotSigned(Refused):
    """Not all three have signed."""

    code = "not-signed"
    sentence = _("The agreement is not signed by all three parties.")


class NotACertificate(Invalid):
    """Not the certificate of an authority."""

    code = "not-a-certificate"
    sentence = _("This is no certificate. Send a file in PEM or DER, such as root.crt.")
    field = "file"


class NotAnAuthority(Invalid):
    """The certificate may not issue others."""

    code = "not-an-authority"
    sentence = _("This certificate is not of an authority: it may not issue certificates.")
    field = "file"


class TrustedAlready(Refused):
    """It is on the list."""

    code = "trusted-already"
    sentence = _("The city trusts this authority already.")


class AuthorityExpired(Invalid):
    """Its certificate is over."""

    code = "authority-expired"
    sentence = _("The certificate of this authority has expired.")
    field = "file"


class NotTrusted(Refused):
    """It is not on the list, or not any more."""

    code = "not-trusted"
    sentence = _("The city does not trust this authority now.")
