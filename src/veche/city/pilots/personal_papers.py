"""What is known of who brought photographs of sites and documents of contracts, and its erasing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """Photographs somebody put to sites, and documents they brought of contracts."""
    from veche.city.pilots.models import ContractDocument, SitePhotograph

    told: dict[str, Any] = {}
    shots = SitePhotograph.objects.filter(by=person).select_related("site")
    if shots.exists():
        told["pilot_site_photographs"] = [
            {"site": one.site.code, "shows": one.words, "at": one.at.isoformat()}
            for one in shots.order_by("pk")
        ]
    papers = ContractDocument.objects.filter(by=person).select_related("contract")
    if papers.exists():
        told["pilot_contract_documents"] = [
            {
                "contract": one.contract.number,
                "title": one.title,
                "file": one.name,
                "at": one.at.isoformat(),
            }
            for one in papers.order_by("pk")
        ]
    return told


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Nothing: they were brought for an organisation, and stay as its own."""
