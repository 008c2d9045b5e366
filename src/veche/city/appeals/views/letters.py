"""Pages of letters: the list, one letter, writing one, saying whether the answer helps."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.forms.utils import ErrorDict
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
from veche.city.appeals import operations, pending, rules, words
from veche.city.appeals.access import (
    HIDDEN,
    WORDS,
    is_author,
    key_digest,
    reads_documents,
    seen_by,
)
from veche.city.appeals.forms import LetterForm, RatingForm
from veche.city.appeals.models import Appeal
from veche.city.appeals.operations.refusals import AlreadyWritten, TooManyFiles
from veche.city.appeals.pending import Kept
from veche.city.appeals.queries import lists
from veche.city.appeals.queries.matter import matter as matter_of
from veche.city.appeals.views.common import (
    hold_secret,
    once,
    secret_of,
    sender_of,
    sent,
)
from veche.city.appeals.views.enclosures import ACCEPT, enclosed
from veche.core.cases.queries import procedure_of
from veche.core.moderation.beside import beside
from veche.core.moderation.preview import Preview, carry_out, pressed
from veche.core.moderation.queries import hidden
from veche.core.organisations.middleware import asker
from veche.core.people.held import secret_in
from veche.core.people.models import Person
from veche.core.people.once import finish, verified
from veche.core.people.operations import note_look
from veche.core.places.queries import atlas
from veche.errors import Invalid, NotAllowed, NotFound, Refused
from veche.tables import csv_answer

PAGE = 30
SENT = "appeals-sent"
"""In the session: the letter just sent; its page lets the browser forget the draft."""
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


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """The form; sent, it becomes a letter and leads to its page.

    Whoever has no account shows an e-mail address first, writes, and gets the way back by letter.
    """
    if asker(request).person is None and verified(request) is None:
        return once(request)
    places = atlas()
    if request.method != "POST":
        start = {name: request.GET.get(name, "")[:80] for name in ("kind", "topic", "office")}
        start = {name: value for name, value in start.items() if value and "\x00" not in value}
        return _form(request, LetterForm(places=places, initial={"public": "yes", **start}))
    data = sent(request)
    kept, faults = _files(request, data)
    step = data.get("do", "")
    if pressed(data) or step.startswith("forget:"):
        carry_out(data, ("title", "text"))
        form = LetterForm(data, places=places)
        form._errors = ErrorDict()  # type: ignore[attr-defined]  # not sent yet: nothing to scold
        return _form(request, form, _preview(data) if pressed(data) else None, kept=kept)
    form = LetterForm(data, places=places)
    status = 200 if form.is_valid() else 422
    for code, sentence in faults:
        form.add_error("enclosures", sentence)
        status = code
    if status != 200:
        return _form(request, form, kept=kept, status=status)
    preview = _preview(data)
    public = form.cleaned_data["public"] == "yes"
    if step == "look" or (public and not preview.looked(data)):
        return _form(request, form, preview, kept=kept, shown=True)
    return _send(request, form, data, kept)


def _send(request: HttpRequest, form: LetterForm, data: Any, kept: list[Kept]) -> HttpResponse:
    person, secret = asker(request).person, secret_in(data.get("key", ""))
    try:
        appeal = operations.write(
            by=person,
            at=clock.now(),
            submission=form.cleaned_data["submission"],
            kind=form.cleaned_data["kind"],
            title=form.cleaned_data["title"],
            text=form.cleaned_data["text"],
            topic=form.cleaned_data["topic"],
            public=form.cleaned_data["public"] == "yes",
            office=form.office_chosen(),
            territory=form.cleaned_data["district"],
            author_key=key_digest(secret) if person is None else None,
            sender=sender_of(request) if person is None else None,
            photographs=[one.photograph for one in kept if one.photograph],
            documents=[one.document for one in kept if one.document],
        )
    except AlreadyWritten as refusal:
        number = str(refusal.details["number"])
        if not number:
            return _form(request, form, kept=kept, status=409)
        if person is None:
            hold_secret(request, number, secret)
        messages.info(request, gettext("This form was sent before: here is what it made."))
        request.session[SENT] = number
        return HttpResponseRedirect(reverse("appeals:matter", args=[number]))
    except Refused as refusal:
        field = refusal.field if isinstance(refusal, Invalid) else None
        form.add_error(field if field in form.fields else None, str(refusal))
        return _form(request, form, kept=kept, status=refusal.status)
    pending.drop(one.key for one in kept)
    number = appeal.case.number
    messages.success(request, gettext("We have it: number %(number)s.") % {"number": number})
    request.session[SENT] = number
    way = reverse("appeals:matter", args=[number])
    if person is None:
        hold_secret(request, number, secret)
        finish(request, request.build_absolute_uri(f"{way}?{urlencode({'key': secret})}"))
    return HttpResponseRedirect(way)


def _files(request: HttpRequest, data: Any) -> tuple[list[Kept], list[tuple[int, str]]]:
    """The files kept so far with those just sent, and what was refused."""
    gone = data.get("do", "").partition("forget:")[2]
    pending.drop([gone])
    named = [key for key in data.getlist("kept") if key and key != gone][: rules.MOST_FILES]
    faults = pending.take(request, request.FILES.getlist("enclosures"))
    kept = [one for key in named if (one := pending.get(key))]
    if len(kept) < len(named):
        faults.append((422, gettext("A file waited too long and is gone: choose it again.")))
    kept += [one for key in pending.taken(request) if (one := pending.get(key))]
    if len(kept) > rules.MOST_FILES:
        pending.drop(one.key for one in kept[rules.MOST_FILES :])
        faults.append((422, str(TooManyFiles(most=rules.MOST_FILES))))
    return kept[: rules.MOST_FILES], faults


def _preview(data: Any) -> Preview:
    return Preview.of(
        {
            "title": (_("In a few words"), str(data.get("title", ""))),
            "text": (_("Your words"), str(data.get("text", "")).replace("\r\n", "\n")),
        }
    )


def _form(
    request: HttpRequest,
    form: LetterForm,
    preview: Preview | None = None,
    *,
    kept: Sequence[Kept] = (),
    shown: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "preview": preview,
        "shown": shown,
        "kinds": words.KINDS,
        "kept": kept,
        "accept": ACCEPT,
        "key": secret_in(form.data.get("key", "")) if form.is_bound else secrets.token_urlsafe(24),
        "visitor": asker(request).person is None,
    }
    return render(request, "appeals/write.html", context, status=status)


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
        "may": moves & {"rate", "withdraw"} if author else set(),
        "rating": rating or RatingForm(initial={"seen": case.seq}),
        "refusal": refusal,
        "now": at,
    }
    response = render(request, "appeals/matter.html", context, status=status)
    if not appeal.public:
        response["Cache-Control"] = "private, no-store"
    return response


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
