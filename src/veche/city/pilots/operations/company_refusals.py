"""Why what a company says of itself is not taken."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid, NotFound, Refused
from veche.texts import TextLength


class SchemeUnknown(Invalid):
    """The name of the register cannot be read."""

    code = "company-scheme"
    sentence = _("Name the register as in RU-INN: two letters of the country, a dash, its letters.")
    field = "scheme"


class IdentifierWrong(Invalid):
    """Empty, too long, or with signs no register uses."""

    code = "company-identifier"
    sentence = _("Write the number as it stands in the register: letters, digits, dots and dashes.")
    field = "identifier"


class CheckDigits(Invalid):
    """A slip of the pen: the check digits do not fit."""

    code = "company-check-digits"
    sentence = _("The check digits of this number do not fit: compare it with the register.")
    field = "identifier"


class IdentifierTaken(Refused):
    """Somebody else registered the company."""

    code = "company-taken"
    sentence = _(
        "A company with this number is registered already. Ask a colleague who acts for it to"
        " invite you; if you know of none, write to the agency of the programme."
    )
    field = "identifier"


class YoursAlready(Refused):
    """The person acts for this company already; ``code`` of it stands in the details."""

    code = "company-yours"
    sentence = _("You act for this company already.")
    field = "identifier"


class IdentityFixed(Refused):
    """The number of a company that was confirmed, or that has applied, stays."""

    code = "company-identity-fixed"
    sentence = _(
        "The number stays: the agency has confirmed it, or the company has applied with it."
        " Register another company if it is another."
    )
    field = "identifier"


class ProfileChanged(Refused):
    """A colleague changed it after the page was opened."""

    code = "company-changed"
    sentence = _("A colleague changed this after you opened the page. Compare, then send it again.")


class NameLength(TextLength):
    """The name is missing or too long."""

    code = "company-name-length"
    field = "legal_name"


class UnknownProduct(NotFound):
    """The company makes no such thing, or no more."""

    code = "unknown-product"


class ProductName(TextLength):
    """The name of a product is missing or too long."""

    code = "product-name-length"
    field = "name"


class ReadinessWrong(Invalid):
    """Readiness is told from 1 to 9."""

    code = "product-readiness"
    sentence = _("Choose how ready it is, from 1 to 9.")
    field = "readiness"
