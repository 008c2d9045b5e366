"""Whoever wrote what was hidden objects; another moderator, or somebody above, decides."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.core.cases.operations import NoRoleForMove
from veche.core.cases.queries import procedure_of
from veche.core.cases.terms import due_at
from veche.core.files.models import StoredFile
from veche.core.moderation import operations, queries, reasons
from veche.core.moderation.access import judge_of
from veche.core.moderation.forms import AppealForm, JudgeWordsForm
from veche.core.moderation.models import Decision
from veche.core.moderation.operations.objections import objectionable, writer_of
from veche.core.moderation.views.common import SignInFirst, carried_out, guarded
from veche.core.moderation.words import DECISIONS
from veche.core.moderation.written import words_of, written_of
from veche.core.organisations.middleware import asker
from veche.errors import NotFound


def _decision(pk: int) -> Decision:
    found = queries.hiding(pk)
    if found is None:
        raise NotFound
    return found


def _shown(one: Decision) -> list[Any]:
    """The words of the decision as everybody sees them now; all of them for a hidden matter, none
    for a photograph."""
    field = one.original.field if one.original is not None else ""
    if one.kind == "photograph":
        return []
    return [words for words in words_of(one.case) if not field or words.field == field]


def _picture(one: Decision) -> StoredFile | None:
    """The photograph of the decision as everybody sees it now; None where words were hidden, or it
    is no longer shown."""
    if one.original is None or one.original.kind != "photograph":
        return None
    shown = one.original.shown
    return next((file for file in queries.pictures(one.case) if file.digest == shown), None)


@require_safe
@guarded
def mine(request: HttpRequest) -> HttpResponse:
    """What moderators hid of what I wrote, and how my objections ended."""
    person = asker(request).person
    if person is None:
        raise SignInFirst
    words = reasons.words()
    context = {
        "rows": [
            {
                "one": one,
                "did": DECISIONS.get(one.kind, one.kind),
                "reason": words.get(one.reason, one.reason),
                "open": objectionable(one),
                "url": written_of(one.case).url(one.case),
            }
            for one in queries.hidden_of(person)
        ]
    }
    return render(request, "moderation/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever wrote the words objects once, in words."""
    one, person = _decision(pk), asker(request).person
    writer = writer_of(one)
    author = written_of(one.case).is_author(request, one.case)
    if not (person is not None and person.pk == writer) and not (writer is None and author):
        if person is None:
            raise SignInFirst
        raise operations.NotTheWriter
    possible, at = objectionable(one), clock.now()
    form = AppealForm(request.POST if request.method == "POST" else None)
    status, refusal = 200 if possible or one.appeal else 409, ""
    if request.method == "POST":
        done, status, refusal = carried_out(
            request,
            form,
            lambda typed: operations.object_to_hiding(
                by=person if writer is not None else None,
                at=at,
                decision=one.pk,
                text=typed["text"],
            ),
            gettext("Your objection is with another moderator. You are told the outcome."),
        )
        if done:
            return redirect("moderation:object", pk=one.pk)
    context = {
        "one": one,
        "case": one.case,
        "url": written_of(one.case).url(one.case),
        "did": DECISIONS.get(one.kind, one.kind),
        "reason": reasons.words_of(one.reason),
        "words": _shown(one) if one.original is not None else [],
        "picture": _picture(one),
        "form": form,
        "possible": possible,
        "refusal": refusal,
        "due": due_at(procedure_of(one.case), "appealed", one.case.theme, at),
    }
    return render(request, "moderation/object.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Another moderator, or somebody above, reads the objection and decides."""
    one, who = _decision(pk), asker(request)
    if who.person is None:
        raise SignInFirst
    climbed = one.climbed_at is not None
    if judge_of(who.holdings, one.case, climbed=climbed) is None:
        raise NoRoleForMove(role=_("the control department") if climbed else _("a moderator"))
    if not one.appeal:
        raise NotFound
    form = JudgeWordsForm(request.POST if request.method == "POST" else None)
    status, refusal = 200, ""
    if request.method == "POST":
        judge = who.person
        done, status, refusal = carried_out(
            request,
            form,
            lambda typed: operations.judge_hiding(
                by=judge,
                at=clock.now(),
                decision=one.pk,
                overturn=typed["outcome"] == "overturn",
                text=typed["text"],
            ),
            gettext("Decided: {number}.").format(number=one.case.number),
        )
        if done:
            return redirect("moderation:log")
    context = {
        "one": one,
        "case": one.case,
        "did": DECISIONS.get(one.kind, one.kind),
        "reason": reasons.words_of(one.reason),
        "words": _shown(one),
        "picture": _picture(one),
        "original": one.original if one.original and one.original.gone_at is None else None,
        "form": form,
        "same": one.person_id == who.person.pk,
        "refusal": refusal,
    }
    return render(request, "moderation/judge_words.html", context, status=status)
