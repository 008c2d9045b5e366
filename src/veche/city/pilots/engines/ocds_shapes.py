"""The shape of what OCDS 1.1 describes: fields, their kinds, closed lists of codes.

Source: the release, release package and record package schemas of the Open Contracting Data
Standard 1.1.5 (https://standard.open-contracting.org/1.1/en/schema/), told as a table. A field
that is not named here is an extension's, and is neither checked nor dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """What may stand in one field."""

    kinds: tuple[str, ...]
    """Of ``text``, ``moment``, ``number``, ``whole``, ``yes-no``, ``object``, ``list``,
    ``nothing`` (null)."""
    of: str = ""
    """The name in `OBJECTS` of what an object, or each of a list, is."""
    codes: frozenset[str] | None = None
    """The only values of a text, or of the texts of a list."""
    least: int = 0
    """The fewest characters, or the fewest of a list."""
    unique: bool = False
    """Whether no two of a list are the same."""


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


TAGS = _codes(
    "planning planningUpdate tender tenderAmendment tenderUpdate tenderCancellation award "
    "awardUpdate awardCancellation contract contractUpdate contractAmendment implementation "
    "implementationUpdate contractTermination compiled"
)
METHODS = _codes("open selective limited direct")
CONTRACT_STATUSES = _codes("pending active cancelled terminated")
_AWARD_STATUSES = _codes("pending active cancelled unsuccessful")
_TENDER_STATUSES = _codes("planning planned active cancelled unsuccessful complete withdrawn")
_MILESTONE_STATUSES = _codes("scheduled met notMet partiallyMet")
_CATEGORIES = _codes("goods works services")
CURRENCIES = _codes(
    """
ADP AED AFA AFN ALK ALL AMD ANG AOA AOK AON AOR ARA ARP ARS ARY ATS AUD AWG AYM AZM AZN BAD
BAM BBD BDT BEC BEF BEL BGJ BGK BGL BGN BHD BIF BMD BND BOB BOP BOV BRB BRC BRE BRL BRN BRR
BSD BTN BUK BWP BYB BYN BYR BZD CAD CDF CHC CHE CHF CHW CLF CLP CNY COP COU CRC CSD CSJ CSK
CUC CUP CVE CYP CZK DDM DEM DJF DKK DOP DZD ECS ECV EEK EGP ERN ESA ESB ESP ETB EUR FIM FJD
FKP FRF GBP GEK GEL GHC GHP GHS GIP GMD GNE GNF GNS GQE GRD GTQ GWE GWP GYD HKD HNL HRD HRK
HTG HUF IDR IEP ILP ILR ILS INR IQD IRR ISJ ISK ITL JMD JOD JPY KES KGS KHR KMF KPW KRW KWD
KYD KZT LAJ LAK LBP LKR LRD LSL LSM LTL LTT LUC LUF LUL LVL LVR LYD MAD MDL MGA MGF MKD MLF
MMK MNT MOP MRO MRU MTL MTP MUR MVQ MVR MWK MXN MXP MXV MYR MZE MZM MZN NAD NGN NIC NIO NLG
NOK NPR NZD OMR PAB PEH PEI PEN PES PGK PHP PKR PLN PLZ PTE PYG QAR RHD ROK ROL RON RSD RUB
RUR RWF SAR SBD SCR SDD SDG SDP SEK SGD SHP SIT SKK SLL SOS SRD SRG SSP STD STN SUR SVC SYP
SZL THB TJR TJS TMM TMT TND TOP TPE TRL TRY TTD TWD TZS UAH UAK UGS UGW UGX USD USN USS UYI
UYN UYP UYU UYW UZS VEB VEF VES VNC VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XDR XEU XFO
XFU XOF XPD XPF XPT XRE XSU XTS XUA XXX YDD YER YUD YUM YUN ZAL ZAR ZMK ZMW ZRN ZRZ ZWC ZWD
ZWL ZWN ZWR
"""
)
"""ISO 4217, present and past."""

_TEXT = Shape(("text", "nothing"))
_SAID = Shape(("text",))
_MOMENT = Shape(("moment", "nothing"))
_NUMBER = Shape(("number", "nothing"))
_WHOLE = Shape(("whole", "nothing"))
_ID = Shape(("text", "whole"), least=1)
_ANY_ID = Shape(("text", "whole", "nothing"))
_TEXTS = Shape(("list", "nothing"), of="text")


def _among(codes: frozenset[str]) -> Shape:
    return Shape(("text", "nothing"), codes=codes)


def _one(of: str) -> Shape:
    return Shape(("object",), of=of)


def _many(of: str, *, least: int = 0, unique: bool = True) -> Shape:
    return Shape(("list",), of=of, least=least, unique=unique)


_MANY_PLAIN = {name: _many(name, unique=False) for name in ("Document", "Milestone", "Amendment")}
_AMENDED = {"amendments": _MANY_PLAIN["Amendment"], "amendment": _one("Amendment")}
_NAMED = {"title": _TEXT, "description": _TEXT}

OBJECTS: Mapping[str, Mapping[str, Shape]] = {
    "ReleasePackage": {
        "uri": _SAID,
        "version": Shape(("version",)),
        "extensions": Shape(("list",), of="text"),
        "publishedDate": Shape(("moment",)),
        "publisher": _one("Publisher"),
        "license": _TEXT,
        "publicationPolicy": _TEXT,
        "releases": _many("Release", least=1),
    },
    "RecordPackage": {
        "uri": _SAID,
        "version": Shape(("version",)),
        "extensions": Shape(("list",), of="text"),
        "publishedDate": Shape(("moment",)),
        "publisher": _one("Publisher"),
        "license": _TEXT,
        "publicationPolicy": _TEXT,
        "packages": Shape(("list",), of="text", least=1, unique=True),
        "records": _many("Record", least=1),
    },
    "Publisher": {"name": _SAID, "scheme": _TEXT, "uid": _TEXT, "uri": _TEXT},
    "Record": {
        "ocid": _SAID,
        "compiledRelease": _one("Release"),
        "versionedRelease": _one("Versioned"),
    },
    "Versioned": {"ocid": _SAID},
    "LinkedRelease": {
        "url": _TEXT,
        "date": Shape(("moment",)),
        "tag": Shape(("list",), of="text", codes=TAGS, least=1),
    },
    "Release": {
        "ocid": Shape(("text",), least=1),
        "id": Shape(("text",), least=1),
        "date": Shape(("moment",)),
        "tag": Shape(("list",), of="text", codes=TAGS, least=1),
        "initiationType": Shape(("text",), codes=_codes("tender")),
        "parties": _many("Organization"),
        "buyer": _one("OrganizationReference"),
        "planning": _one("Planning"),
        "tender": _one("Tender"),
        "awards": _many("Award"),
        "contracts": _many("Contract"),
        "language": _TEXT,
        "relatedProcesses": _many("RelatedProcess"),
    },
    "Planning": {
        "rationale": _TEXT,
        "budget": _one("Budget"),
        "documents": _MANY_PLAIN["Document"],
        "milestones": _MANY_PLAIN["Milestone"],
    },
    "Tender": {
        "id": _ID,
        **_NAMED,
        "status": _among(_TENDER_STATUSES),
        "procuringEntity": _one("OrganizationReference"),
        "items": _many("Item"),
        "value": _one("Value"),
        "minValue": _one("Value"),
        "procurementMethod": _among(METHODS),
        "procurementMethodDetails": _TEXT,
        "procurementMethodRationale": _TEXT,
        "mainProcurementCategory": _among(_CATEGORIES),
        "additionalProcurementCategories": _TEXTS,
        "awardCriteria": _TEXT,
        "awardCriteriaDetails": _TEXT,
        "submissionMethod": _TEXTS,
        "submissionMethodDetails": _TEXT,
        "tenderPeriod": _one("Period"),
        "enquiryPeriod": _one("Period"),
        "hasEnquiries": Shape(("yes-no", "nothing")),
        "eligibilityCriteria": _TEXT,
        "awardPeriod": _one("Period"),
        "contractPeriod": _one("Period"),
        "numberOfTenderers": _WHOLE,
        "tenderers": _many("OrganizationReference"),
        "documents": _MANY_PLAIN["Document"],
        "milestones": _MANY_PLAIN["Milestone"],
        **_AMENDED,
    },
    "Award": {
        "id": _ID,
        **_NAMED,
        "status": _among(_AWARD_STATUSES),
        "date": _MOMENT,
        "value": _one("Value"),
        "suppliers": _many("OrganizationReference"),
        "items": _many("Item", least=1),
        "contractPeriod": _one("Period"),
        "documents": _many("Document"),
        **_AMENDED,
    },
    "Contract": {
        "id": _ID,
        "awardID": _ID,
        **_NAMED,
        "status": _among(CONTRACT_STATUSES),
        "period": _one("Period"),
        "value": _one("Value"),
        "items": _many("Item", least=1),
        "dateSigned": _MOMENT,
        "documents": _many("Document"),
        "implementation": _one("Implementation"),
        "relatedProcesses": _many("RelatedProcess"),
        "milestones": _MANY_PLAIN["Milestone"],
        **_AMENDED,
    },
    "Implementation": {
        "transactions": _many("Transaction"),
        "milestones": _many("Milestone"),
        "documents": _many("Document"),
    },
    "Milestone": {
        "id": _ID,
        **_NAMED,
        "type": _TEXT,
        "code": _TEXT,
        "dueDate": _MOMENT,
        "dateMet": _MOMENT,
        "dateModified": _MOMENT,
        "status": _among(_MILESTONE_STATUSES),
        "documents": _many("Document"),
    },
    "Document": {
        "id": _ID,
        "documentType": _TEXT,
        **_NAMED,
        "url": _TEXT,
        "datePublished": _MOMENT,
        "dateModified": _MOMENT,
        "format": _TEXT,
        "language": _TEXT,
    },
    "Budget": {
        "id": _ANY_ID,
        "description": _TEXT,
        "amount": _one("Value"),
        "project": _TEXT,
        "projectID": _ANY_ID,
        "uri": _TEXT,
        "source": _TEXT,
    },
    "Transaction": {
        "id": _ID,
        "source": _TEXT,
        "date": _MOMENT,
        "value": _one("Value"),
        "payer": _one("OrganizationReference"),
        "payee": _one("OrganizationReference"),
        "uri": _TEXT,
        "amount": _one("Value"),
        "providerOrganization": _one("Identifier"),
        "receiverOrganization": _one("Identifier"),
    },
    "OrganizationReference": {
        "name": Shape(("text", "nothing"), least=1),
        "id": Shape(("text", "whole")),
        "identifier": _one("Identifier"),
        "address": _one("Address"),
        "additionalIdentifiers": _many("Identifier"),
        "contactPoint": _one("ContactPoint"),
    },
    "Organization": {
        "name": _TEXT,
        "id": _SAID,
        "identifier": _one("Identifier"),
        "additionalIdentifiers": _many("Identifier"),
        "address": _one("Address"),
        "contactPoint": _one("ContactPoint"),
        "roles": _TEXTS,
        "details": Shape(("object", "nothing")),
    },
    "Item": {
        "id": _ID,
        "description": _TEXT,
        "classification": _one("Classification"),
        "additionalClassifications": _many("Classification"),
        "quantity": _NUMBER,
        "unit": _one("Unit"),
    },
    "Unit": {"scheme": _TEXT, "id": _TEXT, "name": _TEXT, "value": _one("Value"), "uri": _TEXT},
    "Amendment": {
        "date": _MOMENT,
        "rationale": _TEXT,
        "id": _TEXT,
        "description": _TEXT,
        "amendsReleaseID": _TEXT,
        "releaseID": _TEXT,
        "changes": _many("Change", unique=False),
    },
    "Change": {"property": _SAID},
    "Classification": {"scheme": _TEXT, "id": _ANY_ID, "description": _TEXT, "uri": _TEXT},
    "Identifier": {"scheme": _TEXT, "id": _ANY_ID, "legalName": _TEXT, "uri": _TEXT},
    "Address": dict.fromkeys(
        ("streetAddress", "locality", "region", "postalCode", "countryName"), _TEXT
    ),
    "ContactPoint": dict.fromkeys(("name", "email", "telephone", "faxNumber", "url"), _TEXT),
    "Value": {"amount": _NUMBER, "currency": _among(CURRENCIES)},
    "Period": {
        "startDate": _MOMENT,
        "endDate": _MOMENT,
        "maxExtentDate": _MOMENT,
        "durationInDays": _WHOLE,
    },
    "RelatedProcess": {
        "id": _SAID,
        "relationship": _TEXTS,
        "title": _TEXT,
        "scheme": _TEXT,
        "identifier": _TEXT,
        "uri": _TEXT,
    },
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "ReleasePackage": ("uri", "version", "publishedDate", "publisher", "releases"),
    "RecordPackage": ("uri", "version", "publishedDate", "publisher", "records"),
    "Publisher": ("name",),
    "Record": ("ocid", "releases"),
    "LinkedRelease": ("url", "date"),
    "Release": ("ocid", "id", "date", "tag", "initiationType"),
    "Tender": ("id",),
    "Award": ("id",),
    "Contract": ("id", "awardID"),
    "Milestone": ("id",),
    "Document": ("id",),
    "Transaction": ("id",),
    "Item": ("id",),
}
WHOLE_LISTS = frozenset({"additionalIdentifiers", "additionalClassifications"})
"""Lists that a later release replaces as a whole."""
