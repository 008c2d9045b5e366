"""Pages of letters: the list, one letter, writing one, saying whether the answer helps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.appeals import operations, words
from veche.city.appeals.access import (
    HIDDEN,
    WORDS,
    is_author,
    key_digest,
    reads_documents,
    seen_by,
)
from veche.city.appeals.forms import RatingForm
from veche.city.appeals.models import Appeal
from veche.city.appeals.queries import lists
from veche.city.appeals.queries.matter import matter as matter_of
from veche.city.appeals.views.common import (
    SENT,
    hold_secret,
    secret_of,
    sent,
)
from veche.city.appeals.views.enclosures import enclosed
from veche.core.cases.queries import procedure_of, prolongations
from veche.core.moderation.beside import beside
from veche.core.moderation.queries import hidden
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.people.operations import note_look
from veche.core.places.queries import atlas
from veche.errors import NotAllowed, NotFound, Refused
from veche.tables import csv_answer

PAGE = 30
STATE_WORDS = {
    "all": _("in any state"),
    "open": _("not ended yet"),
    "late": _("overdue"),
    "answered": _("answered by the office"),
    "refused": _("refused by the office"),
}


@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """The public letters, and how all of them fared."""
    places, at = atlas(), clock.now()
    which = lists.read(request.GET, places)
    rows = lists.chosen(which, at, places)
    count = rows.count()
    last = max(1, -(-count // PAGE))
    try:
        number = min(max(1, int(request.GET.get("page", "1"))), last)
    except ValueError:
        number = 1
    home = places.home()
    context: dict[str, Any] = {
        "which": which,
        "count": count,
        "rows": [(one, words.KINDS[one.kind]) for one in rows[(number - 1) * PAGE : number * PAGE]],
        "page": {"number": number, "last": last},
        "tally": lists.tally(at),
        "kinds": words.KINDS.items(),
        "topics": lists.topics(),
        "offices": lists.written_to(),
        "states": STATE_WORDS.items(),
        "districts": places.children(home) if home else [],
        "now": at,
        "query": which.parameters(),
    }
    return render(request, "appeals/list.html", context)


HEAD = (
    "number", "kind", "topic", "office", "district", "state", "written_datetime",
    "expected_datetime", "answered_datetime", "satisfaction", "title", "text", "answer",
)  # fmt: skip
MOST_ROWS = 100_000


@require_safe
def csv(request: HttpRequest) -> HttpResponseBase:
    """The public letters of the filter as a table."""
    places = atlas()
    rows = lists.chosen(lists.read(request.GET, places), clock.now(), places)[:MOST_ROWS]
    return csv_answer("letters", _cells(rows))


def _cells(rows: Any) -> Iterator[Sequence[object]]:
    yield HEAD
    for one in rows.iterator(chunk_size=1000):
        case = one.case

        def moment(value: Any) -> str:
            return value.isoformat(timespec="seconds") if value else ""

        yield (
            case.number,
            one.kind,
            one.topic.code,
            case.organisation.code if case.organisation else "",
            case.territory.code,
            case.state,
            moment(case.opened_at),
            moment(one.answer_due_at),
            moment(one.answered_at),
            one.satisfaction,
            one.title,
            one.text,
            one.answer,
        )


@require_safe
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """Where a letter stands, what was said, and what the reader can do."""
    if key := request.GET.get("key", ""):
        if not Appeal.objects.filter(case__number=number, author_key=key_digest(key)).exists():
            raise NotFound
        # From the address into this browser's session, so that a copied address gives nothing away.
        hold_secret(request, number, key)
        return HttpResponseRedirect(reverse("appeals:matter", args=[number]))
    who = asker(request)
    appeal, how = seen_by(number, who.person, who.holdings, secret_of(request, number))
    if how == HIDDEN:
        veiled = {"case": appeal.case, "hidden": hidden(appeal.case)}
        return render(request, "appeals/hidden.html", veiled)
    return page(request, appeal, how)


def page(
    request: HttpRequest,
    appeal: Appeal,
    how: str,
    *,
    rating: RatingForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, with a form that could not be accepted when there is one."""
    at, who, case = clock.now(), asker(request).person, appeal.case
    secret, holdings = secret_of(request, case.number), asker(request).holdings
    author = is_author(appeal, who, secret)
    reads = how == WORDS
    if reads and not author and not appeal.public and who is not None and case.author_id:
        note_look(by=who, at=at, person_id=case.author_id, what="letter", case_number=case.number)
    texts = {}
    if reads:
        texts = {
            "write": appeal.text,
            "send": appeal.text,
            "answer": appeal.answer if case.state != "refused" else "",
            "refuse": appeal.answer if case.state == "refused" else "",
            "prolong": _why_later(appeal),
        }
    moves = {move.name for move in procedure_of(case).moves_from(case.state)}
    sent_now = author and request.session.get(SENT) == case.number
    if sent_now:
        del request.session[SENT]
    context: dict[str, Any] = {
        "appeal": appeal,
        "case": case,
        "sent": sent_now,
        "reads": reads,
        "author": author,
        "link": request.build_absolute_uri(request.path) + f"?{urlencode({'key': secret})}"
        if sent_now and secret and case.author_id is None
        else "",
        **enclosed(appeal, open_=reads and reads_documents(appeal, who, holdings, secret)),
        "moderation": beside(case, who, asker(request).holdings, author=author)
        if appeal.public
        else None,
        "hidden": hidden(case),
        "matter": matter_of(case, at, texts, appeal.satisfaction),
        "kind": words.KINDS[appeal.kind],
        "told": operations.address_of(case) if author else None,
        "may": moves & {"rate", "withdraw"} if author else set(),
        "rating": rating or RatingForm(initial={"seen": case.seq}),
        "refusal": refusal,
        "now": at,
    }
    response = render(request, "appeals/matter.html", context, status=status)
    if not appeal.public:
        response["Cache-Control"] = "private, no-store"
    return response


def _why_later(appeal: Appeal) -> str:
    """Why a private letter is answered later; of a public one it stands in the step."""
    if appeal.public or appeal.case.promised_at == appeal.answer_due_at:
        return ""
    signed = [one for one in prolongations(appeal.case) if one.signed]
    return signed[-1].text if signed else ""


class OnlyTheAuthor(NotAllowed):
    """Somebody else wants to rate or take back a letter."""

    code = "only-the-author"
    sentence = _("Only the author may do this.")


def _own(request: HttpRequest, number: str) -> tuple[Appeal, str, Person | None]:
    """The letter, how much of it is seen, and its author as operations want it: None for one
    without an account.

    Raises:
        NotFound, OnlyTheAuthor: not theirs.
    """
    who, secret = asker(request), secret_of(request, number)
    appeal, how = seen_by(number, who.person, who.holdings, secret)
    if not is_author(appeal, who.person, secret):
        raise OnlyTheAuthor
    return appeal, how, who.person if appeal.case.author_id is not None else None


@never_cache
@require_POST
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """The author says whether the answer helps."""
    appeal, how, author = _own(request, number)
    form = RatingForm(sent(request))
    if not form.is_valid():
        return page(request, appeal, how, rating=form, status=422)
    try:
        operations.rate(
            by=author,
            at=clock.now(),
            case=appeal.case,
            satisfaction=form.cleaned_data["satisfaction"],
            text=form.cleaned_data["text"],
            seen=form.cleaned_data["seen"],
        )
    except Refused as refusal:
        appeal, how, author = _own(request, number)
        return page(request, appeal, how, rating=form, refusal=str(refusal), status=refusal.status)
    messages.success(
        request, gettext("Thank you: the office and everybody who counts learn of it.")
    )
    return HttpResponseRedirect(reverse("appeals:matter", args=[number]))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """The author takes it back, after having been asked once more."""
    appeal, how, author = _own(request, number)
    if request.method != "POST":
        return render(request, "appeals/withdraw.html", {"appeal": appeal, "case": appeal.case})
    try:
        operations.withdraw(by=author, at=clock.now(), case=appeal.case)
    except Refused as refusal:
        appeal, how, author = _own(request, number)
        return page(request, appeal, how, refusal=str(refusal), status=refusal.status)
    messages.success(request, gettext("You took it back."))
    return HttpResponseRedirect(reverse("appeals:matter", args=[number]))


@never_cache
@require_POST
def forget_address(request: HttpRequest, number: str) -> HttpResponse:
    """The author does not want to be told of the answer by e-mail any more."""
    appeal, _how, author = _own(request, number)
    operations.forget_address(by=author, at=clock.now(), case=appeal.case)
    messages.success(request, gettext("Your address is deleted."))
    return HttpResponseRedirect(reverse("appeals:matter", args=[number]))
