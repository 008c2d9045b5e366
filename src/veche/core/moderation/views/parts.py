"""Hiding parts of a matter, or all of it: what was found, originals, and who looked."""

from __future__ import annotations

import base64
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from veche import clock
from veche.core.files.photographs import Rectangle
from veche.core.files.serving import photograph as answer_photograph
from veche.core.moderation import operations, queries
from veche.core.moderation.forms import CoverForm, HideForm, LookForm, PartsForm
from veche.core.moderation.personal_data import Finding, find, mark
from veche.core.moderation.preview import Seen
from veche.core.moderation.views.common import Standing, guarded, standing
from veche.core.moderation.words import DECISIONS, ROLES
from veche.core.moderation.written import Words, words_of
from veche.core.organisations.middleware import asker
from veche.errors import Refused


def _offered(found: list[Finding]) -> list[str]:
    return [f"{one.start}:{one.end}" for one in found]


def _block(here: Standing, words: Words, form: PartsForm | None = None) -> dict[str, Any]:
    found = find(words.text)
    return {
        "seen": Seen(words.field, words.label, words.text, found),
        "offered": [
            {"value": f"{one.start}:{one.end}", "piece": piece}
            for one, piece in zip(
                found, Seen(words.field, "", words.text, found).found, strict=True
            )
        ],
        "form": form
        or PartsForm(
            offered=_offered(found),
            reasoned=not here.author,
            auto_id=f"id_{words.field.replace(':', '_')}_%s",
            initial={"reason": "personal-data"},
        ),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def parts(request: HttpRequest, number: str) -> HttpResponse:
    """The page; sent with a field of words, parts of it are hidden."""
    here = standing(request, number, author=True)
    if request.method != "POST":
        return _page(request, here)
    field = request.POST.get("field", "")
    words = next((one for one in _theirs(here) if one.field == field), None)
    if words is None:
        return _page(request, here, refusal=str(operations.NothingHidden()), status=409)
    found = find(words.text)
    form = PartsForm(
        request.POST,
        offered=_offered(found),
        reasoned=not here.author,
        auto_id=f"id_{field.replace(':', '_')}_%s",
    )
    status, refusal = 422, ""
    if form.is_valid():
        chosen = set(form.cleaned_data["parts"])
        wanted = [one for one in found if f"{one.start}:{one.end}" in chosen]
        for phrase in form.cleaned_data["phrases"].splitlines():
            marked = mark(words.text, phrase.strip())
            wanted += [
                m for m in marked if all(m.end <= w.start or m.start >= w.end for w in wanted)
            ]
        try:
            operations.hide_words(
                by=here.who.person,
                at=clock.now(),
                case=here.case,
                field=field,
                findings=wanted,
                reason=form.cleaned_data.get("reason") or "author-asks",
                as_author=here.author and words.writer is None,
            )
        except Refused as fault:
            status, refusal = fault.status, str(fault)
        else:
            messages.success(request, gettext("Hidden. Everybody sees the new words from now on."))
            return redirect("moderation:parts", number=number)
    return _page(request, here, refusal=refusal, status=status, bound=(field, form))


def _theirs(here: Standing) -> list[Words]:
    """The words whoever asks may hide parts of: moderators of all, an author of their own."""
    return [one for one in words_of(here.case) if here.moderator or one.writer is None]


def _page(
    request: HttpRequest,
    here: Standing,
    *,
    refusal: str = "",
    status: int = 200,
    bound: tuple[str, PartsForm] | None = None,
    hiding: HideForm | None = None,
) -> HttpResponse:
    case = here.case
    context = {
        "case": case,
        "url": here.written.url(case),
        "author": here.author,
        "moderator": here.moderator,
        "public": case.state in here.written.public,
        "blocks": [
            _block(here, one, bound[1] if bound and bound[0] == one.field else None)
            for one in _theirs(here)
        ],
        "pictures": queries.pictures(case),
        "hidden": queries.hidden(case),
        "hiding": hiding or HideForm(auto_id="id_whole_%s"),
        "originals": queries.originals(case),
        "looks": [(one, ROLES.get(one.role, one.role)) for one in queries.looks(case)],
        "decisions": [(one, DECISIONS.get(one.kind, one.kind)) for one in queries.decisions(case)],
        "refusal": refusal,
        "now": clock.now(),
    }
    return render(request, "moderation/parts.html", context, status=status)


@require_POST
@guarded
def hide(request: HttpRequest, number: str) -> HttpResponse:
    """Hide the whole matter."""
    here = standing(request, number)
    form = HideForm(request.POST, auto_id="id_whole_%s")
    if not form.is_valid():
        return _page(request, here, status=422, hiding=form)
    assert here.who.person is not None
    operations.hide_matter(
        by=here.who.person, at=clock.now(), case=here.case, reason=form.cleaned_data["reason"]
    )
    messages.success(request, gettext("The matter is hidden; its page says why and since when."))
    return redirect("moderation:parts", number=number)


@require_POST
@guarded
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Show a hidden matter again."""
    here = standing(request, number)
    assert here.who.person is not None
    operations.show_matter(by=here.who.person, at=clock.now(), case=here.case)
    messages.success(request, gettext("The matter is shown again."))
    return redirect("moderation:parts", number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def cover(request: HttpRequest, number: str, address: str) -> HttpResponse:
    """Cover parts of a photograph: drawn with mouse, finger or numbers."""
    here = standing(request, number, author=True)
    file = queries.picture(here.case, address)
    form = CoverForm(
        request.POST if request.method == "POST" else None,
        reasoned=not here.author,
        initial={"reason": "personal-data"},
    )
    status, refusal = 200, ""
    drawn: list[Rectangle] = []
    if request.method == "POST":
        status = 422
        if form.is_valid() or (form.is_bound and not set(form.errors) - {"reason"}):
            drawn = form.rectangles
        if "look" in request.POST:
            status = 200
            form.errors.pop("reason", None)
        elif form.is_valid():
            try:
                operations.cover_photograph(
                    by=here.who.person,
                    at=clock.now(),
                    case=here.case,
                    file=file,
                    rectangles=drawn,
                    reason=form.cleaned_data.get("reason") or "author-asks",
                    as_author=here.author,
                )
            except Refused as fault:
                status, refusal = fault.status, str(fault)
            else:
                messages.success(
                    request, gettext("Covered. Everybody sees the new photograph from now on.")
                )
                return redirect("moderation:parts", number=number)
    context = {
        "case": here.case,
        "file": file,
        "form": form,
        "drawn": drawn,
        "refusal": refusal,
        "url": here.written.url(here.case),
        "author": here.author,
    }
    return render(request, "moderation/cover.html", context, status=status)


@require_GET
@guarded
def picture(request: HttpRequest, number: str, address: str) -> HttpResponseBase:
    """A photograph of a matter, for those who may cover it, who sent it, or who judge."""
    case = queries.case_of(number)
    file = queries.picture(case, address)
    if not queries.took_picture(asker(request).person, case, file):
        standing(request, number, author=True, judge=True)
    return answer_photograph(request, file, small=False, public=False)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def original(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Look at what was hidden, having said why; the look is noted before anything is shown."""
    here = standing(request, number, judge=True)
    assert here.who.person is not None
    form = LookForm(request.POST if request.method == "POST" else None)
    looked = None
    status = 200
    if request.method == "POST":
        if form.is_valid():
            looked = operations.look_at_original(
                by=here.who.person, at=clock.now(), original=pk, why=form.cleaned_data["why"]
            )
        else:
            status = 422
    picture = ""
    if looked is not None and looked.picture:
        picture = "data:image/jpeg;base64," + base64.b64encode(looked.picture).decode()
    context = {"case": here.case, "form": form, "looked": looked, "picture": picture}
    return render(request, "moderation/original.html", context, status=status)
