"""The pages of audits: all of them, and one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.audits import queries, rules
from veche.city.audits.procedure import OPEN
from veche.core.cases.line import line_in_words
from veche.core.cases.operations import subject
from veche.core.cases.queries import clocks, history, procedure_of
from veche.core.desk.adapter import actions_for
from veche.core.journal.proofs import of_matter
from veche.core.organisations.middleware import asker
from veche.errors import NotFound
from veche.tables import csv_whole


@require_safe
def audits(request: HttpRequest) -> HttpResponse:
    """All audits, and the rule that opens them."""
    rows = list(queries.audits()[:500])
    context = {"rows": rows, "open": OPEN, "rule": rules, "share": int(rules.SHARE * 100)}
    return render(request, "audits/list.html", context)


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """All audits as a table file."""
    rows: list[list[object]] = [
        ["number", "office", "state", "opened", "closed", "given", "faulty", *rules.KINDS]
    ]
    for one in queries.audits():
        case = one.case
        rows.append(
            [
                case.number,
                one.office.code,
                case.state,
                case.opened_at.isoformat(),
                case.closed_at.isoformat() if case.closed_at else "",
                one.given,
                one.faulty,
                *(one.counts.get(kind, 0) for kind in rules.KINDS),
            ]
        )
    return csv_whole("audits", rows)


@require_safe
def proof(request: HttpRequest, number: str) -> HttpResponse:
    """The records of an audit in the city's sealed log: each step's, its place and its receipt.

    Raises:
        NotFound: there is none of this number.
    """
    found = queries.audit_of(number)
    if found is None:
        raise NotFound
    case = found.case
    titles = {move.name: move.title for move in procedure_of(case).moves}
    steps = ((event.at, str(titles.get(event.move, event.move))) for event in history(case))
    records = of_matter(subject(case), case.procedure, steps)
    context = {
        "number": case.number,
        "back": reverse("audits:audit", args=[number]),
        "lines": records.lines,
        "others": records.others,
    }
    return render(request, "journal/proof.html", context)


@require_safe
def audit(request: HttpRequest, number: str) -> HttpResponse:
    """One audit: why it was opened, what was found, what will change.

    Raises:
        NotFound: there is none of this number.
    """
    found = queries.audit_of(number)
    if found is None:
        raise NotFound
    case, at = found.case, clock.now()
    events = history(case)
    context = {
        "audit": found,
        "case": case,
        "line": line_in_words(case, events, clocks(case)),
        "matters": queries.matters(found),
        "acts": [
            (one, reverse("desk:act", args=[number, one.move]))
            for one in actions_for(case, asker(request).holdings)
        ],
        "late": case.due_at is not None and case.due_at < at,
        "rule": rules,
        "share": int(rules.SHARE * 100),
    }
    return render(request, "audits/audit.html", context)
