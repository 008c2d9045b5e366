"""Testing by QR code on a phone: what it is, joining, answering, leaving."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from veche import clock
from veche.city.pilots.access.trials import Shown, UnknownTrial, shown, trial_by_word
from veche.city.pilots.forms.trials import AnswerForm, JoinForm
from veche.city.pilots.models import Indicator, Tester, Trial
from veche.city.pilots.operations import testers
from veche.city.pilots.queries import trials as queries
from veche.city.pilots.rules.testers import CONSENT
from veche.city.pilots.words.testers import CONSENTS
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Invalid, Refused
from veche.look.fields import say_refusal
from veche.look.http import sent, sign_in


@require_http_methods(["GET", "HEAD"])
def word(request: HttpRequest) -> HttpResponse:
    """For a phone without a camera: the word that stands under the QR code."""
    asked = "".join(request.GET.get("word", "").replace("\x00", "").lower().split())[:64]
    wrong = ""
    if asked:
        try:
            trial_by_word(asked)
        except UnknownTrial:
            wrong = _("No trial has this word. Look at the sheet again: it has ten letters and"
                      " digits.")  # fmt: skip
        else:
            return redirect("pilots:test", asked)
    context = {"asked": asked, "wrong": wrong}
    return render(request, "pilots/trials_word.html", context, status=404 if wrong else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def test(request: HttpRequest, word: str) -> HttpResponse:
    """What is tested, what is asked and kept; sent, somebody joins.

    Raises:
        UnknownTrial: no trial has this word.
    """
    who, at = asker(request), clock.now()
    found = shown(trial_by_word(word), who.person, at)
    if request.method != "POST":
        return _page(request, found, who.person, JoinForm())
    if who.person is None:
        return sign_in(request)
    form = JoinForm(sent(request))
    if not form.is_valid():
        return _page(request, found, who.person, form, status=422)
    try:
        testers.enrol(by=who.person, at=at, trial=found.trial, **form.step())
    except Invalid as refusal:
        say_refusal(form, refusal)
        return _page(request, found, who.person, form, status=refusal.status)
    except Refused as refusal:
        return _page(request, found, who.person, form, refusal=str(refusal), status=refusal.status)
    messages.success(request, _("You test with us now. Thank you."))
    return redirect("pilots:test", word)


@never_cache
@require_POST
def answer(request: HttpRequest, word: str) -> HttpResponse:
    """Keep what a tester answered.

    Raises:
        UnknownTrial: no trial has this word.
    """
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    found = shown(trial_by_word(word), who.person, at)
    form = AnswerForm(sent(request), asked=_asked(found.trial))
    if not form.is_valid():
        return _page(request, found, who.person, JoinForm(), answers=form, status=422)
    try:
        testers.answer(by=who.person, at=at, trial=found.trial, given=form.given())
    except Refused as refusal:
        return _page(
            request, found, who.person, JoinForm(), answers=form, refusal=str(refusal),
            status=refusal.status,
        )  # fmt: skip
    messages.success(request, _("Your answers are kept. You can change them until the trial ends."))
    return redirect("pilots:test", word)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, word: str) -> HttpResponse:
    """Take the consent back, once asked whether one means it.

    Raises:
        UnknownTrial: no trial has this word.
        veche.city.pilots.operations.testers.NotATester: they do not test there.
    """
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    found = trial_by_word(word)
    if _mine(found, who.person) is None:
        raise testers.NotATester
    if request.method == "POST":
        testers.leave(by=who.person, at=at, trial=found)
        messages.success(request, _("You have left. Your answers are deleted."))
        return redirect("pilots:test", word)
    context = {"trial": found, "application": found.application, "word": word}
    return render(request, "pilots/trials_leave.html", context)


def _asked(trial: Trial) -> list[Indicator]:
    rows = Indicator.objects.filter(methodology=trial.methodology_id, by_testers=True)
    return list(rows.order_by("place"))


def _mine(trial: Trial, person: Person | None) -> Tester | None:
    if person is None:
        return None
    return Tester.objects.filter(trial=trial, person=person, left_at__isnull=True).first()


def _page(
    request: HttpRequest,
    found: Shown,
    person: Person | None,
    form: JoinForm,
    *,
    answers: AnswerForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    trial = found.trial
    mine, asked = _mine(trial, person), _asked(trial)
    if mine is not None and found.goes_on and answers is None and asked:
        known = {
            pk: (value, words, public)
            for pk, value, words, public in mine.answers.values_list(
                "indicator_id", "value", "words", "public"
            )
        }
        answers = AnswerForm(asked=asked, known=known)
    context: dict[str, Any] = {
        "trial": trial,
        "application": trial.application,
        "word": trial.key,
        "goes_on": found.goes_on,
        "mine": mine,
        "person": person,
        "form": form,
        "asked": asked,
        "answers": answers if mine is not None else None,
        "answered": mine is not None and mine.answers.exists(),
        "hypotheses": queries.hypotheses(trial),
        "consent": CONSENTS[CONSENT],
        "consented": CONSENTS.get(mine.consent, ()) if mine is not None else (),
        "refusal": refusal,
        "page": queries.address(trial, newest=found.newest),
    }
    return render(request, "pilots/trials_test.html", context, status=status)
