"""The agency draws an agreement up, sends it back, and it ends; how it is signed stands in
`veche.city.pilots.operations.signatures`."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.applications import relations
from veche.city.pilots.documents.agreement import PARTS, Terms, make
from veche.city.pilots.models import (
    Agreement,
    Application,
    Booking,
    Methodology,
    Party,
    Trial,
)
from veche.city.pilots.operations.methodologies import held
from veche.city.pilots.operations.refusals_agreements import (
    AlreadyDrawnUp,
    NoMethodology,
    NoSite,
    NotTheirAgency,
    NotThree,
    TrialBegun,
)
from veche.city.pilots.operations.signatures import Checked, check_all, sign, verify_all
from veche.city.pilots.operations.telling_agreements import tell_parties
from veche.city.pilots.queries import methodologies as methodologies
from veche.core.cases.operations import move_case, subject
from veche.core.journal.operations import record
from veche.errors import Invalid
from veche.languages import LANGUAGES, here
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

LEAST_REASON, MOST_REASON = 5, 500


class UnknownLanguage(Invalid):
    """Not one of the languages of the city."""

    code = "agreement-language"
    sentence = _("Choose a language from the list.")
    field = "language"


@operation
def draw_up(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    language: str = "",
    seen: int | None = None,
) -> Agreement:
    """Make the text that the three sign, of the approved methodology and the booked site, in a
    language of the city (that of the application, if none is named).

    ``seen`` is how many texts the officer saw.

    Raises:
        NotTheirAgency: they do not run the programme.
        veche.city.pilots.operations.refusals_agreements.NotNow: nothing is signed now.
        NoMethodology: none is approved.
        NoSite: none is booked.
        NotThree: the company, the site and the agency are not three organisations.
        AlreadyDrawnUp: there is a text to sign.
        UnknownLanguage: not one of ours.
        veche.city.pilots.documents.render.NoFont: it holds Chinese, and there is no font.
    """
    application = held(application, "agreement")
    if "agency" not in relations(application, by, at):
        raise NotTheirAgency
    language = language or application.language
    if language not in LANGUAGES:
        raise UnknownLanguage
    methodology = methodologies.newest(application)
    if methodology is None or methodology.approved_at is None:
        raise NoMethodology
    rows = Booking.objects.filter(application=application, standing=Booking.Standing.BOOKED)
    booking = rows.select_related("site__owner").first()
    if booking is None:
        raise NoSite
    offices = {
        "company": application.company.organisation,
        "site": booking.site.owner,
        "agency": application.programme.agency,
    }
    for part, other in (("company", "site"), ("site", "agency"), ("agency", "company")):
        if offices[part].pk == offices[other].pk:
            raise NotThree(name=here(offices[part].names))
    before = Agreement.objects.filter(application=application).order_by("-version")
    number = before.count()
    if seen is not None and seen != number:
        raise AlreadyDrawnUp
    _end_former(by=by, at=at, application=application)
    terms = _terms(application, methodology, booking, number + 1, language, at)
    text = make(terms, language)
    made = Agreement.objects.create(
        application=application,
        version=number + 1,
        methodology=methodology,
        site=booking.site,
        text=text,
        digest=hashlib.sha256(text).hexdigest(),
        language=language,
        at=at,
        by=by,
    )
    Party.objects.bulk_create(
        Party(agreement=made, part=part, organisation=offices[part]) for part in PARTS
    )
    record(
        kind="pilots.agreement-drawn-up",
        by=by,
        at=at,
        subject=subject(application.case),
        public={
            "version": made.version,
            "digest": made.digest,
            "methodology": methodology.version,
            "parties": {part: offices[part].code for part in PARTS},
        },
    )
    tell_parties(
        by=by, at=at, application=application, owner=booking.site.owner_id,
        kind="pilots.agreement-drawn-up",
    )  # fmt: skip
    return made


@inside
def _end_former(*, by: Person, at: dt.datetime, application: Application) -> None:
    """End the text of a trial that is over: another one is agreed upon.

    Raises:
        AlreadyDrawnUp: there is a text that no trial has followed.
    """
    former = Agreement.objects.filter(application=application, ended_at=None).first()
    if former is None:
        return
    if not Trial.objects.filter(agreement=former, ended_at__isnull=False).exists():
        raise AlreadyDrawnUp
    former.ended_at, former.ended_because = at, gettext("Its trial is over; another text follows.")
    former.save(update_fields=["ended_at", "ended_because"])


def _terms(
    application: Application,
    methodology: Methodology,
    booking: Booking,
    version: int,
    language: str,
    at: dt.datetime,
) -> Terms:
    def named(names: dict[str, str]) -> str:
        return names.get(language) or here(names)

    site = booking.site
    return Terms(
        number=application.case.number,
        version=version,
        title=application.title,
        programme=named(application.programme.names),
        parties={
            "company": application.company.legal_name,
            "site": named(site.owner.names),
            "agency": named(application.programme.agency.names),
        },
        department=named(application.department.names) if application.department else "",
        site=named(site.names),
        address=site.address,
        since=booking.during.lower,
        until=booking.during.upper,
        methodology=methodology.version,
        given=methodologies.given(methodology),
        currency=application.programme.currency,
        at=at,
    )


@operation
def end_agreement(
    *, by: Person | None, at: dt.datetime, agreement: Agreement, because: str
) -> Agreement:
    """End an agreement: nobody signs it any more, and no trial begins by it. Ending twice is ending
    once.

    Raises:
        NotTheirAgency: they do not run the programme, nor act for the company that withdraws.
        TrialBegun: its trial goes on.
        veche.texts.TextLength: the reason is missing or too long.
    """
    because = sized(because, LEAST_REASON, MOST_REASON)
    row = Agreement.objects.select_for_update(of=("self",)).select_related(
        "application__case__territory", "application__programme__agency",
        "application__company__organisation", "site",
    ).get(pk=agreement.pk)  # fmt: skip
    application = row.application
    if by is not None and not relations(application, by, at) & {"agency", "company"}:
        raise NotTheirAgency
    if Trial.objects.filter(agreement=row, ended_at=None).exists():
        raise TrialBegun
    if row.ended_at is None:
        row.ended_at, row.ended_because = at, because
        row.save(update_fields=["ended_at", "ended_because"])
        tell_parties(
            by=by, at=at, application=application, owner=row.site.owner_id,
            kind="pilots.agreement-ended",
        )  # fmt: skip
    record(
        kind="pilots.agreement-ended",
        by=by,
        at=at,
        subject=subject(application.case),
        public={"version": row.version, "because": row.ended_because},
    )
    agreement.ended_at, agreement.ended_because = row.ended_at, row.ended_because
    return row


@operation
def send_back(
    *, by: Person, at: dt.datetime, application: Application, because: str, seen: int | None = None
) -> Application:
    """The agency sends the methodology back to be written anew: the text that was to be signed
    ends, with its signatures.

    Raises:
        NotTheirAgency: they do not run the programme.
        veche.city.pilots.operations.refusals_agreements.NotNow: nothing is signed now.
        veche.texts.TextLength: the reason is missing or too long.
        Changed: somebody moved the application after the officer looked.
    """
    because = sized(because, LEAST_REASON, MOST_REASON)
    application = held(application, "agreement")
    if "agency" not in relations(application, by, at):
        raise NotTheirAgency
    open_ones = Agreement.objects.filter(application=application, ended_at=None)
    for one in open_ones.select_for_update():
        if not Trial.objects.filter(agreement=one).exists():
            one.ended_at, one.ended_because = at, because
            one.save(update_fields=["ended_at", "ended_because"])
    application.case = move_case(
        by=by, at=at, case=application.case, move="rewrite", seen=seen,
        public={"because": because},
    )  # fmt: skip
    record(
        kind="pilots.agreement-sent-back",
        by=by,
        at=at,
        subject=subject(application.case),
        public={"because": because},
    )
    booked = Booking.objects.filter(application=application, standing=Booking.Standing.BOOKED)
    for booking in booked.select_related("site"):
        tell_parties(
            by=by, at=at, application=application, owner=booking.site.owner_id,
            kind="pilots.agreement-sent-back",
        )  # fmt: skip
    return application


__all__ = [
    "Checked", "UnknownLanguage", "check_all", "draw_up", "end_agreement", "send_back", "sign",
    "verify_all",
]  # fmt: skip
