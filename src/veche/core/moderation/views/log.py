"""The public log of decisions."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from veche.core.moderation import queries, reasons
from veche.core.moderation.access import ABOVE, MODERATOR
from veche.core.moderation.forms import LogForm
from veche.core.moderation.models import Decision
from veche.core.moderation.queries import Asked
from veche.core.moderation.words import DECISIONS, OUTCOMES, ROLES
from veche.core.organisations.middleware import asker
from veche.languages import here
from veche.tables import csv_answer


def _asked(request: HttpRequest) -> tuple[LogForm, Asked]:
    form = LogForm({k: str(v)[:40].replace("\x00", "") for k, v in request.GET.items()})
    form.is_valid()
    data = form.cleaned_data
    return form, Asked(
        kind=data.get("kind", ""), outcome=data.get("outcome", ""), reason=data.get("reason", "")
    )


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """What moderators decided, why, and how objections ended; no person, no words."""
    form, asked = _asked(request)
    page = Paginator(queries.log(asked), queries.PAGE).get_page(request.GET.get("page"))
    words = reasons.words()
    query = request.GET.copy()
    query.pop("page", None)
    who = asker(request)
    judges = not who.roles.isdisjoint({MODERATOR, *ABOVE})
    context: dict[str, Any] = {
        "waiting": queries.to_judge(who.person, who.holdings) if who.person and judges else [],
        "signed_in": who.person is not None,
        "form": form,
        "page": page,
        "rows": [_line(one, words) for one in page.object_list],
        "totals": queries.totals(asked),
        "filters": query.urlencode(),
        "reasons": [
            {"code": r.code, "names": here(r.names), "sentence": here(r.sentences), "rule": r.rule}
            for r in reasons.reasons()
        ],
    }
    response = render(request, "moderation/log.html", context)
    if not request.COOKIES and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
        response["X-Veche-Cache"] = "5"
    return response


def _line(one: Decision, words: dict[str, str]) -> dict[str, Any]:
    return {
        "number": one.case.number,
        "at": one.at,
        "did": DECISIONS.get(one.kind, one.kind),
        "reason": words.get(one.reason, one.reason),
        "role": ROLES.get(one.role, one.role),
        "place": one.case.territory,
        "outcome": OUTCOMES.get(one.appeal, one.appeal),
        "appeal": one.appeal,
        "due": one.appeal_due_at if one.appeal == "open" else None,
        "judged_at": one.judged_at,
        "climbed": one.climbed_at,
    }


@require_GET
def log_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The log as a table file, with the filters of the page."""
    _form, asked = _asked(request)
    return csv_answer("moderation", queries.log_rows(asked))
