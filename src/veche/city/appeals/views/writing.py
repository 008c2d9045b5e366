"""The page on which one writes a letter: looked at before it is sent, nothing typed is lost."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.appeals import operations, pending, rules, words
from veche.city.appeals.access import key_digest
from veche.city.appeals.forms import LetterForm
from veche.city.appeals.models import Appeal
from veche.city.appeals.operations.refusals import AlreadyWritten, TooManyFiles
from veche.city.appeals.pending import Kept
from veche.city.appeals.views.common import SENT, hold_secret, once, sender_of, sent
from veche.city.appeals.views.enclosures import ACCEPT
from veche.core.moderation.preview import Preview, carry_out, pressed
from veche.core.organisations.middleware import asker
from veche.core.people.held import secret_in
from veche.core.people.once import address, finish, send_link, verified
from veche.core.places.queries import atlas
from veche.errors import Refused
from veche.look.fields import say_refusal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """The form; sent, it becomes a letter and leads to its page.

    Whoever has no account shows an e-mail address first, writes, and gets the way back by letter.
    """
    if asker(request).person is None and verified(request) is None:
        return once(request)
    places, visitor = atlas(), asker(request).person is None
    if request.method != "POST":
        start = {name: request.GET.get(name, "")[:80] for name in ("kind", "topic", "office")}
        start = {name: value for name, value in start.items() if value and "\x00" not in value}
        start = {"public": "yes", **start}
        return _form(request, LetterForm(places=places, visitor=visitor, initial=start))
    data = sent(request)
    kept, faults = _files(request, data)
    step = data.get("do", "")
    if pressed(data) or step.startswith("forget:"):
        carry_out(data, ("title", "text"))
        form = LetterForm(data, places=places, visitor=visitor)
        form._errors = ErrorDict()  # type: ignore[attr-defined]  # not sent yet: nothing to scold
        return _form(request, form, _preview(data) if pressed(data) else None, kept=kept)
    form = LetterForm(data, places=places, visitor=visitor)
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
        # One transaction: no letter without its way back, even when the process dies in between.
        with transaction.atomic():
            appeal = _written(request, form, kept, secret)
            number = appeal.case.number
            way = reverse("appeals:matter", args=[number])
            if person is None:
                link = request.build_absolute_uri(f"{way}?{urlencode({'key': secret})}")
                send_link(request, link, kept_days=rules.ADDRESS_DAYS if _tell(form) else 0)
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
        say_refusal(form, refusal)
        return _form(request, form, kept=kept, status=refusal.status)
    pending.drop(one.key for one in kept)
    messages.success(request, gettext("We have it: number %(number)s.") % {"number": number})
    request.session[SENT] = number
    if person is None:
        hold_secret(request, number, secret)
        finish(request)
    return HttpResponseRedirect(way)


def _written(request: HttpRequest, form: LetterForm, kept: list[Kept], secret: str) -> Appeal:
    person = asker(request).person
    return operations.write(
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
        tell=(address(request), request.LANGUAGE_CODE) if person is None and _tell(form) else None,
    )


def _tell(form: LetterForm) -> bool:
    return bool(form.cleaned_data.get("tell"))


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
