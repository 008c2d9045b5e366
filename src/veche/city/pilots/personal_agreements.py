"""What is known of who wrote a methodology or brought a signature, and how it is erased."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """Versions of methodologies somebody wrote or approved, texts they made, and signatures they
    brought, with what the certificate says."""
    from django.db.models import Q

    from veche.city.pilots.models import Agreement, Methodology, Signature

    told: dict[str, Any] = {}
    written = Methodology.objects.filter(Q(by=person) | Q(approved_by=person))
    if written.exists():
        told["pilot_methodologies"] = [
            {
                "application": one.application.case.number,
                "version": one.version,
                "wrote": one.by_id == person.pk,
                "approved": one.approved_by_id == person.pk,
                "at": one.at.isoformat(),
            }
            for one in written.select_related("application__case").order_by("pk")
        ]
    made = Agreement.objects.filter(by=person).defer("text", "signed")
    if made.exists():
        told["pilot_agreements"] = [
            {
                "application": one.application.case.number,
                "text": one.version,
                "at": one.at.isoformat(),
            }
            for one in made.select_related("application__case").order_by("pk")
        ]
    signed = Signature.objects.filter(by=person).select_related(
        "party__organisation", "party__agreement__application__case"
    )
    if signed.exists():
        told["pilot_signatures"] = [
            {
                "application": one.party.agreement.application.case.number,
                "for": one.party.organisation.code,
                "form": one.form,
                "signer": one.signer,
                "at": one.at.isoformat(),
            }
            for one in signed.order_by("pk")
        ]
    return told


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Nothing: who signed for an organisation stands in the agreement as long as that does. The
    city's journal forgets the name in its own erasable part."""
