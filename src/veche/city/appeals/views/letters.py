"""Pages of letters: the list, one letter, writing one, saying whether the answer helps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.appeals import operations, words
from veche.city.appeals.access import HIDDEN, WORDS, is_author, seen_by
from veche.city.appeals.forms import LetterForm, RatingForm
from veche.city.appeals.models import Appeal
from veche.city.appeals.operations.refusals import AlreadyWritten
from veche.city.appeals.queries import lists
from veche.city.appeals.queries.matter import matter as matter_of
from veche.city.appeals.views.common import sent, sign_in, table
from veche.core.cases.queries import procedure_of
from veche.core.moderation.beside import beside
from veche.core.moderation.preview import Preview, carry_out, pressed
from veche.core.moderation.queries import hidden
from veche.core.organisations.middleware import asker
from veche.core.people.operations import note_look
from veche.core.places.queries import atlas
from veche.errors import Invalid, NotAllowed, Refused

PAGE = 30
SENT = "appeals-sent"
"""In the session: the letter just sent; its page lets the browser forget the draft."""
STATE_WORDS = {
    "all": _("any"),
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
    return table("letters", _cells(rows))


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
    """The form; sent, it becomes a letter and leads to its page."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    places = atlas()
    if request.method != "POST":
        start = {name: request.GET.get(name, "")[:80] for name in ("kind", "topic", "office")}
        start = {name: value for name, value in start.items() if value and "\x00" not in value}
        return _form(request, LetterForm(places=places, initial={"public": "yes", **start}))
    data = sent(request)
    if pressed(data):
        carry_out(data, ("title", "text"))
        form = LetterForm(data, places=places)
        form._errors = ErrorDict()  # type: ignore[attr-defined]  # not sent yet: nothing to scold
        return _form(request, form, _preview(data))
    form = LetterForm(data, places=places)
    if not form.is_valid():
        return _form(request, form, status=422)
    preview = _preview(data)
    public = form.cleaned_data["public"] == "yes"
    if data.get("do") == "look" or (public and not preview.looked(data)):
        return _form(request, form, preview, shown=True)
    try:
        appeal = operations.write(
            by=person,
            at=clock.now(),
            submission=form.cleaned_data["submission"],
            kind=form.cleaned_data["kind"],
            title=form.cleaned_data["title"],
            text=form.cleaned_data["text"],
            topic=form.cleaned_data["topic"],
            public=public,
            office=form.office_chosen(),
            territory=form.cleaned_data["district"],
        )
    except AlreadyWritten as refusal:
        number = refusal.details["number"]
        if not number:
            return _form(request, form, status=409)
        messages.info(request, gettext("This form was sent before: here is what it made."))
        request.session[SENT] = number
        return HttpResponseRedirect(reverse("appeals:matter", args=[number]))
    except Refused as refusal:
        field = refusal.field if isinstance(refusal, Invalid) else None
        form.add_error(field if field in form.fields else None, str(refusal))
        return _form(request, form, status=refusal.status)
    number = appeal.case.number
    messages.success(request, gettext("We have it: number %(number)s.") % {"number": number})
    request.session[SENT] = number
    return HttpResponseRedirect(reverse("appeals:matter", args=[number]))


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
    shown: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "preview": preview, "shown": shown, "kinds": words.KINDS}
    return render(request, "appeals/write.html", context, status=status)


@require_safe
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """Where a letter stands, what was said, and what the reader can do."""
    who = asker(request)
    appeal, how = seen_by(number, who.person, who.holdings)
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
    author = is_author(appeal, who)
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


def _own(request: HttpRequest, number: str) -> tuple[Appeal, str]:
    who = asker(request)
    appeal, how = seen_by(number, who.person, who.holdings)
    if not is_author(appeal, who.person):
        raise OnlyTheAuthor
    return appeal, how


@never_cache
@require_POST
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """The author says whether the answer helps."""
    appeal, how = _own(request, number)
    form = RatingForm(sent(request))
    if not form.is_valid():
        return page(request, appeal, how, rating=form, status=422)
    try:
        operations.rate(
            by=asker(request).person,
            at=clock.now(),
            case=appeal.case,
            satisfaction=form.cleaned_data["satisfaction"],
            text=form.cleaned_data["text"],
            seen=form.cleaned_data["seen"],
        )
    except Refused as refusal:
        appeal, how = _own(request, number)
        return page(request, appeal, how, rating=form, refusal=str(refusal), status=refusal.status)
    messages.success(
        request, gettext("Thank you: the office and everybody who counts learn of it.")
    )
    return HttpResponseRedirect(reverse("appeals:matter", args=[number]))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """The author takes it back, after having been asked once more."""
    appeal, how = _own(request, number)
    if request.method != "POST":
        return render(request, "appeals/withdraw.html", {"appeal": appeal, "case": appeal.case})
    try:
        operations.withdraw(by=asker(request).person, at=clock.now(), case=appeal.case)
    except Refused as refusal:
        appeal, how = _own(request, number)
        return page(request, appeal, how, refusal=str(refusal), status=refusal.status)
    messages.success(request, gettext("You took it back."))
    return HttpResponseRedirect(reverse("appeals:matter", args=[number]))
