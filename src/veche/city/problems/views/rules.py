"""The pages of the city's own rules for problems: read by everybody, set by keepers of rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.problems.contract_book import Contracts
from veche.city.problems.rule_books import Answers, Book, Near
from veche.core.journal.models import Record
from veche.core.organisations.access import check_keeps_rules, keeps_rules
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Invalid

BOOKS: dict[str, type[Book]] = {book.code: book for book in (Near, Answers, Contracts)}
"""The books by their code in the address."""
MOST = 50
"""Changes shown; the journal keeps all."""


@dataclass(frozen=True)
class Change:
    """One line of the history."""

    at: dt.datetime
    who: str
    told: str


def history(book: Book) -> Sequence[Change]:
    """What was set when and by whom, newest first."""
    rows = [
        record
        for record in Record.objects.filter(kind__in=book.kinds).order_by("-id")[: 2 * MOST]
        if record.public.get("rules") != 0  # setting a contract ends what was there: here nothing
    ][:MOST]
    actors = {row.actor for row in rows if row.actor is not None}
    names = dict(Person.objects.filter(pk__in=actors).values_list("pk", "name"))
    return [
        Change(row.at, names.get(row.actor or 0) or gettext("a command"), book.told(row))
        for row in rows
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest, code: str) -> HttpResponse:
    """One book of rules: the list for everybody, the form and the history for who keeps them."""
    if code not in BOOKS:
        raise Http404
    book, who, at = BOOKS[code](), asker(request).person, clock.now()
    may = keeps_rules(who, at)
    status, chosen = 200, request.GET.get("change", "").replace("\x00", "")[:80]
    form = book.form(key=chosen)
    if request.method == "POST":
        if who is None or not may:
            check_keeps_rules(who or Person(), at)
            raise Http404
        ended = request.POST.get("end", "").replace("\x00", "")[:80]
        chosen = request.POST.get("key", "").replace("\x00", "")[:80]
        try:
            if ended:
                book.end(who, at, ended)
                messages.info(request, gettext("Ended. What follows is judged without it."))
                return redirect("problems:rules", code)
            form = book.form(request.POST, chosen)
            if form.is_valid():
                book.save(who, at, form.cleaned_data)
                messages.info(request, gettext("Set. It holds from now on."))
                return redirect("problems:rules", code)
        except Invalid as refusal:
            form = form if form.is_bound else book.form(request.POST)
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        status = 422
    context = {
        "book": book,
        "rows": book.rows(),
        "may": may,
        "form": form,
        "chosen": chosen,
        "changes": history(book) if may else (),
    }
    return render(request, "problems/rules.html", context, status=status)
