"""Calls as other programs read them: opportunities of the CommonGrants protocol, version 0.x.

Everybody may read them, and nothing can be written. What veche does not know (sums, funders'
identifiers) is left out. Source: HHS/simpler-grants-protocol, core library, models “Opportunity”.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from veche.city.pilots.access.calls import READABLE, calls
from veche.city.pilots.models import Call
from veche.core.cases.terms import city_zone
from veche.core.notices.letters import link
from veche.languages import here

STATUSES: Mapping[str, str] = {
    "open": "open",
    "closed": "closed",
    "finished": "closed",
    "cancelled": "custom",
}
"""State of a call → status of an opportunity."""
SORTS: Mapping[str, str] = {
    "lastModifiedAt": "lastModifiedAt",
    "createdAt": "createdAt",
    "title": "title",
    "status.value": "status",
    "keyDates.closeDate": "close",
}
"""What a search may sort by → what of an opportunity it is; the others sort as the first does."""
MOST = 100
"""Opportunities on one page."""


def identifier(call: Call) -> uuid.UUID:
    """The identifier of a call: the same for ever, and no other city's."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.ADDRESS}/calls/{call.case.number}")


def _moment(at: dt.datetime | None) -> str:
    return (at or dt.datetime(1970, 1, 1, tzinfo=dt.UTC)).astimezone(dt.UTC).isoformat()


def _date(name: str, at: dt.datetime | None) -> dict[str, Any] | None:
    if at is None:
        return None
    local = at.astimezone(city_zone())
    return {
        "name": name,
        "eventType": "singleDate",
        "date": local.date().isoformat(),
        "time": local.time().isoformat(timespec="seconds"),
    }


def opportunity(call: Call) -> dict[str, Any]:
    """A call as the JSON of an opportunity, in the active language."""
    status: dict[str, Any] = {"value": STATUSES[call.case.state]}
    if status["value"] == "custom":
        status |= {"customValue": "cancelled", "description": _("Cancelled")}
    dates = {
        "postDate": _date(_("Opened"), call.opens_at),
        "closeDate": _date(_("Last day"), None if call.standing else call.closes_at),
    }
    found: dict[str, Any] = {
        "id": str(identifier(call)),
        "title": here(call.titles),
        "description": here(call.tasks),
        "status": status,
        "keyDates": {key: value for key, value in dates.items() if value},
        "source": link(reverse("pilots:call", args=[call.case.number])),
        "acceptedApplicantTypes": [{"value": "unrestricted"}],
        "createdAt": _moment(call.opens_at),
        "lastModifiedAt": _moment(call.case.moved_at),
    }
    if call.wanted is not None:
        found["funding"] = {"estimatedAwardCount": call.wanted}
    return found


def published() -> list[Call]:
    """The calls that everybody may read, the newest move first."""
    return list(calls().filter(READABLE).order_by("-case__moved_at", "-case_id"))


def one(asked: uuid.UUID) -> Call | None:
    """The call of this identifier; None where there is none that everybody may read."""
    return next((call for call in published() if identifier(call) == asked), None)


def page(rows: Sequence[Any], number: int, size: int) -> dict[str, Any]:
    """A page of a list, as the protocol wraps it; ``number`` from 1."""
    pages = -(-len(rows) // size)
    return {
        "status": 200,
        "message": "Success",
        "items": list(rows[(number - 1) * size : number * size]),
        "paginationInfo": {
            "page": number, "pageSize": size, "totalItems": len(rows), "totalPages": pages,
        },
    }  # fmt: skip


def _sorted_by(one: Mapping[str, Any], by: str) -> str:
    if by == "status":
        return str(one["status"]["value"])
    if by == "close":
        close = one["keyDates"].get("closeDate")
        return f"{close['date']}T{close['time']}" if close else "9999"
    return str(one[by])


def search(given: Mapping[str, Any], rows: Sequence[Call]) -> tuple[list[Any], dict[str, Any]]:
    """The opportunities a search asks for, and what it was understood to ask.

    ``given`` is its JSON: words, a filter by status and by the last day, a sorting. What is not
    understood is left out and told in ``errors``, as the protocol wants it.
    """
    found = [opportunity(row) for row in rows]
    words = str(given.get("search") or "").casefold().split()
    for word in words:
        found = [x for x in found if word in f"{x['title']} {x['description']}".casefold()]
    asked = given.get("filters")
    filters: dict[str, Any] = asked if isinstance(asked, dict) else {}
    errors, understood = [], {}
    for key, value in filters.items():
        if value in (None, {}) or key == "customFilters":
            continue
        kept = _filter(key, value, found)
        if kept is None:
            errors.append(f"{key}: this filter is not known here")
            continue
        found, understood[key] = kept, value
    sorting = given.get("sorting") if isinstance(given.get("sorting"), dict) else {}
    by = str((sorting or {}).get("sortBy") or "lastModifiedAt")
    order = "asc" if (sorting or {}).get("sortOrder") == "asc" else "desc"
    told = [] if by in SORTS else [f"{by}: sorted by lastModifiedAt instead"]
    by = by if by in SORTS else "lastModifiedAt"
    found.sort(key=lambda row: _sorted_by(row, SORTS[by]), reverse=order == "desc")
    return found, {
        "sortInfo": {"sortBy": by, "sortOrder": order, "errors": told},
        "filterInfo": {"filters": understood, "errors": errors},
    }


def _filter(key: str, value: Any, rows: list[Any]) -> list[Any] | None:
    """The rows that a filter keeps; None where it is not understood."""
    if not isinstance(value, dict):
        return None
    asked, operator = value.get("value"), value.get("operator")
    if key == "status" and operator in ("in", "notIn") and isinstance(asked, list):
        return [x for x in rows if (x["status"]["value"] in asked) == (operator == "in")]
    if key == "closeDateRange" and operator in ("between", "outside") and isinstance(asked, dict):
        low, high = str(asked.get("min") or "")[:10], str(asked.get("max") or "9999")[:10]

        def inside(row: Any) -> bool:
            close = row["keyDates"].get("closeDate")
            return close is not None and low <= close["date"] <= high

        return [x for x in rows if inside(x) == (operator == "between")]
    return None
